//! What klever found, as text or JSON: pure functions to strings.

pub mod export;
