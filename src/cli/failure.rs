//! A mistake of the user, or a cluster that cannot be seen: one plain line, a hint, an exit code.

/// Findings at or above the bar, an unsafe verdict, or a goal that is not met.
pub(super) const FOUND: u8 = 1;
/// Usage, or input that is wrong.
pub(super) const USAGE: u8 = 2;
/// The cluster, or a part that was needed, could not be seen.
pub(super) const BLIND: u8 = 3;

/// Why klever stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, in one line.
    pub line: String,
    /// What helps.
    pub hint: Option<String>,
}

impl Failure {
    /// Wrong usage or input.
    pub fn usage(line: impl Into<String>) -> Self {
        Failure { code: USAGE, line: line.into(), hint: None }
    }

    /// Something could not be seen.
    pub fn blind(line: impl Into<String>) -> Self {
        Failure { code: BLIND, line: line.into(), hint: None }
    }

    /// Adds the line that says what to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Failure { hint: Some(hint.into()), ..self }
    }
}
