//! Settings of klever itself.
