//! The controller's invariants under random events.
