//! Why a broker could not be asked or did not answer, in one plain line.

use super::api::Api;
use super::decoder::Malformed;
use super::entry::Step;
use super::error_codes;
use crate::kafka::{CallError, ConnectError};
use std::io::{self, ErrorKind};
use std::time::Duration;

/// What went wrong between klever and one broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// The host has no address.
    Unresolved,
    /// Nothing listens.
    Refused,
    /// The connection was not made in this time.
    NotConnected(Duration),
    /// What the operating system says.
    Io(ErrorKind),
    /// Closed before anything was answered.
    ClosedAtOnce,
    Closed,
    /// A request was not answered in this time.
    NoAnswer(Duration),
    /// A web server answers.
    Http,
    /// The port speaks TLS.
    Tls,
    /// Something else than Kafka answers.
    NotKafka,
    Malformed(Api, Malformed),
    /// The broker speaks no version of the request that klever speaks.
    Unsupported(Api),
    /// An error code of Kafka.
    Kafka(Api, i16),
    /// TLS or SASL ended on this step.
    NotLetIn(Step, ConnectError),
}

/// `RD_KAFKA_RESP_ERR__TIMED_OUT`; codes below zero are librdkafka's, whichever transport they come from.
const TIMED_OUT: i32 = -185;
/// `RD_KAFKA_RESP_ERR__TRANSPORT`.
const TRANSPORT: i32 = -195;
/// `RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE`.
const UNSUPPORTED: i32 = -165;
/// `RD_KAFKA_RESP_ERR__BAD_MSG`.
const BAD_MESSAGE: i32 = -199;
/// `RD_KAFKA_RESP_ERR__AUTHENTICATION`.
const AUTHENTICATION: i32 = -169;
/// `RD_KAFKA_RESP_ERR__RESOLVE`.
const RESOLVE: i32 = -193;

impl Failure {
    /// The error of a call to the broker at this address.
    pub(super) fn at(&self, address: &str) -> CallError {
        let (code, message) = match self {
            Failure::Unresolved => (RESOLVE, format!("the host of {address} cannot be resolved")),
            Failure::Refused => (TRANSPORT, format!("connection to {address} refused")),
            Failure::NotConnected(after) => {
                (TIMED_OUT, format!("no connection to {address} within {}", seconds(*after)))
            }
            Failure::Io(kind) => (TRANSPORT, format!("connection to {address}: {kind}")),
            Failure::ClosedAtOnce => (TRANSPORT, format!("{address} closes the connection at once")),
            Failure::Closed => (TRANSPORT, format!("{address} closed the connection")),
            Failure::NoAnswer(after) => {
                (TIMED_OUT, format!("{address} does not answer within {}", seconds(*after)))
            }
            Failure::Http => (TRANSPORT, format!("what answers at {address} is a web server")),
            Failure::Tls => (TRANSPORT, format!("{address} speaks TLS")),
            Failure::NotKafka => (TRANSPORT, format!("what answers at {address} is not Kafka")),
            Failure::Malformed(api, why) => {
                (BAD_MESSAGE, format!("the answer of {address} to {} cannot be read: {why}", api.name()))
            }
            Failure::Unsupported(api) => (UNSUPPORTED, format!("{address} does not support {}", api.name())),
            Failure::Kafka(api, code) => {
                (i32::from(*code), format!("{address} answers {}: {}", api.name(), error_codes::words(*code)))
            }
            Failure::NotLetIn(Step::Sasl, why) => (AUTHENTICATION, format!("{address}: {}", why.message)),
            Failure::NotLetIn(_, why) => (TRANSPORT, format!("{address}: {}", why.message)),
        };
        CallError { code, message, hint: self.hint() }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Failure::NotLetIn(_, why) => why.hint.clone(),
            _ => None,
        }
    }

    /// Whether the broker was there and did not answer, which only time can mend.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self, Failure::NoAnswer(_))
    }
}

/// How long, as a person says it.
fn seconds(duration: Duration) -> String {
    let tenths = (duration.as_millis() + 50) / 100;
    if tenths.is_multiple_of(10) {
        format!("{} s", tenths / 10)
    } else {
        format!("{}.{} s", tenths / 10, tenths % 10)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Failure::Refused,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => Failure::Closed,
            kind => Failure::Io(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unknown;

    #[test]
    fn each_failure_is_one_plain_line() {
        let said = |failure: Failure| failure.at("b:9092").message;
        assert_eq!(said(Failure::Refused), "connection to b:9092 refused");
        let late = Failure::NoAnswer(Duration::from_millis(2500));
        assert_eq!(said(late), "b:9092 does not answer within 2.5 s");
        let loading = said(Failure::Kafka(Api::ListGroups, 14));
        assert_eq!(loading, "b:9092 answers ListGroups: COORDINATOR_LOAD_IN_PROGRESS");
    }

    #[test]
    fn what_is_unknown_then_has_the_right_reason() {
        let unknown = |failure: Failure| failure.at("b:9092").unknown("Describe on Cluster");
        assert_eq!(
            unknown(Failure::Kafka(Api::DescribeQuorum, 31)),
            Unknown::Denied("Describe on Cluster".into())
        );
        assert!(matches!(unknown(Failure::Unsupported(Api::DescribeQuorum)), Unknown::Unsupported(_)));
        assert!(matches!(unknown(Failure::Closed), Unknown::Unreachable(_)));
    }
}
