//! The loop that joins input, snapshots and signals to the application and the screen.
