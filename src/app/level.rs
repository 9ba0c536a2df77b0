//! How good or bad something is, whatever it is.

use crate::consequences::RestartSafety;

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
    pub(super) fn of_restart(verdict: RestartSafety) -> (Level, &'static str) {
        let level = match verdict {
            RestartSafety::Safe => Level::Ok,
            RestartSafety::AtFloor => Level::Warn,
            RestartSafety::Unknown => Level::Unknown,
            RestartSafety::Unsafe => Level::Bad,
        };
        (level, verdict.heading())
    }
}
