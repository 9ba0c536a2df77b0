//! What the brokers' configuration says about groups.

use crate::model::Nanos;

/// The brokers' settings for a classic group. Times in nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct GroupSettings {
    /// `group.initial.rebalance.delay.ms`
    pub initial_rebalance_delay: Nanos,
    /// `offsets.commit.timeout.ms`
    pub commit_timeout: Nanos,
    /// Between the receipt of a commit and its answer: append and replication of `__consumer_offsets`.
    pub commit_latency: Nanos,
}

impl Default for GroupSettings {
    fn default() -> Self {
        GroupSettings {
            initial_rebalance_delay: 3_000_000_000,
            commit_timeout: 5_000_000_000,
            commit_latency: 2_000_000,
        }
    }
}
