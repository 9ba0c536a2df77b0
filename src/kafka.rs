//! The read-only client of a real cluster.
