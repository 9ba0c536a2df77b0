//! Semantic roles to colours and attributes.
