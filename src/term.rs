//! The terminal: taken, given back, suspended, measured.
