//! How good or bad something is, whatever it is.

use crate::consequences::Verdict;

/// How good or bad something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    Ok,
    Notice,
    Unknown,
    /// The next failure hurts.
    Warn,
    Bad,
}

impl Level {
    /// How bad the verdict on a restart is, and its words.
    pub(super) fn of_restart(verdict: Verdict) -> (Level, &'static str) {
        match verdict {
            Verdict::Safe => (Level::Ok, "SAFE"),
            Verdict::AtFloor => (Level::Warn, "AT FLOOR"),
            Verdict::Unknown => (Level::Unknown, "UNKNOWN"),
            Verdict::Unsafe => (Level::Bad, "UNSAFE"),
        }
    }
}
