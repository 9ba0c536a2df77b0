//! Errors of a connection and of a single call, and what a failed call makes unknown.

use crate::model::Unknown;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why no connection could be made: one plain line, and what to do about it. Never contains a property's value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallError {
    /// The code; 0 when the answer made no sense.
    pub code: i32,
    pub message: String,
    /// What helps, where who found the error knows.
    pub hint: Option<String>,
}

/// `RD_KAFKA_RESP_ERR__DESTROY`.
const CLOSED: i32 = -197;
/// klever's own, below all that Kafka and librdkafka use.
const PROCESS_ENDED: i32 = -10_000;
/// `RD_KAFKA_RESP_ERR__TRANSPORT`.
const TRANSPORT: i32 = -195;
/// `RD_KAFKA_RESP_ERR__TIMED_OUT`.
const TIMED_OUT: i32 = -185;
/// `Errors.UNSUPPORTED_VERSION` and `RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE`.
const UNSUPPORTED: [i32; 2] = [35, -165];

impl CallError {
    /// `RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN`.
    pub(in crate::kafka) const ALL_BROKERS_DOWN: i32 = -187;

    /// An error that no broker and no library told.
    pub(super) fn new(message: impl Into<String>) -> Self {
        CallError { code: 0, message: message.into(), hint: None }
    }

    /// The process that the call went through ended before it had an answer. Nothing is said of the cluster.
    #[cfg(feature = "librdkafka")]
    pub(super) fn process_ended(message: String) -> Self {
        CallError { code: PROCESS_ENDED, message, hint: None }
    }

    /// Whether [`CallError::process_ended`] made it.
    pub fn is_process_end(&self) -> bool {
        self.code == PROCESS_ENDED
    }

    /// Whether no broker was reached or none answered in time.
    pub(in crate::kafka) fn is_transport(&self) -> bool {
        matches!(self.code, TRANSPORT | TIMED_OUT)
    }

    /// Whether the broker knows no such request.
    pub(in crate::kafka) fn is_unsupported(&self) -> bool {
        UNSUPPORTED.contains(&self.code)
    }

    /// The client was closed before the answer came.
    pub fn closed() -> Self {
        CallError { code: CLOSED, message: "the client was closed".into(), hint: None }
    }

    /// What is not known because of it; `acl` is what would have been needed.
    pub fn unknown(&self, acl: impl Into<String>) -> Unknown {
        match self.code {
            // Topic, group, cluster and transactional id authorization failed.
            29 | 30 | 31 | 53 => Unknown::Denied(acl.into()),
            code if UNSUPPORTED.contains(&code) => Unknown::Unsupported("this cluster's brokers".into()),
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
        let of =
            |code| CallError { code, message: "words".into(), hint: None }.unknown("Describe on Group g");
        assert_eq!(of(30), Unknown::Denied("Describe on Group g".into()));
        assert_eq!(of(-185), Unknown::Unreachable("words".into()));
        assert_eq!(of(35), Unknown::Unsupported("this cluster's brokers".into()));
    }
}
