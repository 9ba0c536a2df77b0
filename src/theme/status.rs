//! How good or bad something is. Always shown as a mark and a word, and only then by colour.

use super::{Glyphs, Role};

/// A degree of trouble.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    Ok,
    Notice,
    Unknown,
    /// The next failure hurts.
    Warn,
    Bad,
}

impl Status {
    /// The role that colours it.
    pub const fn role(self) -> Role {
        match self {
            Status::Ok => Role::Ok,
            Status::Notice => Role::Notice,
            Status::Unknown => Role::Unknown,
            Status::Warn => Role::Warn,
            Status::Bad => Role::Bad,
        }
    }

    /// Its mark, one column wide.
    pub const fn glyph(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Status::Ok => glyphs.ok,
            Status::Notice => glyphs.notice,
            Status::Unknown => glyphs.unknown,
            Status::Warn => glyphs.warn,
            Status::Bad => glyphs.bad,
        }
    }
}
