//! What the brokers' configuration and version say about transactions.

use crate::model::Nanos;
use crate::protocol::profile::Profile;

/// The brokers' settings for transactions. Times in nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TransactionSettings {
    /// `transaction.version` 2: the epoch rises with every end (KIP-890).
    pub v2: bool,
    /// A new process of an id fences the older ones. Tests leave it out.
    pub fences: bool,
    /// A new coordinator goes on with what the log says is decided. Tests leave it out.
    pub resumes: bool,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`
    pub sweep_interval: Nanos,
    /// `transaction.max.timeout.ms`: a producer that asks for more is refused.
    pub max_timeout: Nanos,
    /// Between a change of state and its answer: append and replication of `__transaction_state`.
    pub write_latency: Nanos,
    /// Before a leader that refused a marker is asked again (`retry.backoff.ms` of the brokers' own client).
    pub marker_backoff: Nanos,
}

const MS: Nanos = 1_000_000;

impl TransactionSettings {
    /// The settings of a version with Kafka's defaults.
    pub(crate) fn of(profile: &Profile) -> Self {
        let seconds = if profile.version.is_at_least(2, 5) { 10 } else { 60 };
        TransactionSettings {
            v2: profile.transactions_v2,
            fences: profile.producer_fencing,
            resumes: profile.decisions_survive,
            sweep_interval: seconds * 1000 * MS,
            max_timeout: 900_000 * MS,
            write_latency: 2 * MS,
            marker_backoff: 100 * MS,
        }
    }
}
