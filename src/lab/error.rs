//! Why a lab could not do something, in one plain line with a hint.

use std::fmt;

/// An error of the lab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabError {
    pub message: String,
    /// What helps, if the lab knows.
    pub hint: Option<String>,
}

impl LabError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        LabError { message: message.into(), hint: None }
    }

    /// The same error with a hint.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        LabError { hint: Some(hint.into()), ..self }
    }

    /// An I/O error with what was being done.
    pub fn io(doing: &str, error: &std::io::Error) -> Self {
        LabError::new(format!("cannot {doing}: {error}"))
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hint {
            Some(hint) => write!(f, "{} ({hint})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for LabError {}
