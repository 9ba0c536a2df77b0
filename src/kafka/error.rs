//! Errors of a connection and of a single call, and what a failed call makes unknown.

use crate::model::Unknown;
use std::fmt;

/// Why no connection could be made: one plain line, and what to do about it. Never contains a property's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConnectError {
    pub message: String,
    /// What helps, if klever knows.
    pub hint: Option<String>,
    /// Whether what the user gave is to blame, and not the cluster.
    pub of_properties: bool,
}

impl ConnectError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        ConnectError { message: message.into(), hint: None, of_properties: false }
    }

    /// The same error with a hint.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        ConnectError { hint: Some(hint.into()), ..self }
    }

    /// The same error, for which the user's properties are to blame.
    pub fn of_properties(self) -> Self {
        ConnectError { of_properties: true, ..self }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}

/// A failed call: Kafka's error code, or librdkafka's own (negative), and its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallError {
    /// The code; 0 when the answer made no sense.
    pub code: i32,
    pub message: String,
}

/// `RD_KAFKA_RESP_ERR__DESTROY`.
const CLOSED: i32 = -197;

impl CallError {
    /// The client was closed before the answer came.
    pub fn closed() -> Self {
        CallError { code: CLOSED, message: "the client was closed".into() }
    }

    /// What is not known because of it; `acl` is what would have been needed.
    pub fn unknown(&self, acl: impl Into<String>) -> Unknown {
        match self.code {
            // Topic, group, cluster and transactional id authorization failed.
            29 | 30 | 31 | 53 => Unknown::Denied(acl.into()),
            35 | -165 => Unknown::Unsupported("this cluster's brokers".into()),
            _ => Unknown::Unreachable(self.message.clone()),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_acl_and_a_timeout_does_not() {
        let of = |code| CallError { code, message: "words".into() }.unknown("Describe on Group g");
        assert_eq!(of(30), Unknown::Denied("Describe on Group g".into()));
        assert_eq!(of(-185), Unknown::Unreachable("words".into()));
        assert_eq!(of(35), Unknown::Unsupported("this cluster's brokers".into()));
    }
}
