//! The scenarios that come with the program.

use crate::scenario::Scenario;

/// A scenario file of `assets/scenarios`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BuiltIn {
    /// Its id, which is the name of the file.
    pub id: &'static str,
    text: &'static str,
}

impl BuiltIn {
    pub fn scenario(&self) -> Scenario {
        // A test reads all of them.
        Scenario::parse(self.id, self.text).unwrap_or_else(|error| panic!("{error}"))
    }
}

macro_rules! built_in {
    ($($id:literal)*) => {
        /// All of them; the embedded cluster first.
        pub static BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            id: $id,
            text: include_str!(concat!("../../assets/scenarios/", $id, ".toml")),
        }),*];
    };
}

built_in! {
    "reference"
    "b01-acks-1-is-not-visible"
    "b01-two-followers-die"
    "b02-follower-dies"
    "b02-follower-freezes"
    "b02-follower-stops"
    "b03-leader-crash"
    "b03-leader-stops"
    "b04-no-controller"
    "b04-no-controller-no-election"
    "b05-min-isr-equals-rf"
    "b05-minimum-raised-and-lowered"
    "b06-min-isr-above-rf"
    "b07-only-the-last-can-lead"
    "b08-all-started-again"
    "b08-first-started"
    "b09-open-transaction"
    "b09-transaction-timed-out"
    "b12-one-at-a-time"
    "b12-slow-follower"
    "b12-stuck-follower"
    "b13-rack-of-two"
    "b14-new-producer-no-broker"
    "b14-new-producer-no-leader"
    "c01-acks-1-leader-dies"
    "c01-acks-all-leader-dies"
    "c02-zombie-leader"
    "c02-zombie-leader-acks-all"
    "c03-last-replica-standing"
    "c04-elr-off"
    "c04-elr-on"
    "c04-last-in-sync-loses-power"
    "c05-power-loss-elr-off"
    "c05-power-loss-everywhere"
    "c05-power-loss-flushed"
    "c06-unclean-election"
    "c06-unclean-election-off"
    "c07-acks-1-below-min-isr"
    "c07-acks-all-min-isr-1"
    "c08-acks-0-leader-dies"
    "c08-acks-0-leader-moves"
    "c09-retries-run-out"
    "c10-disk-loss"
    "c12-two-logs"
    "c13-stale-broker-epoch"
    "c14-retention-bytes"
    "c14-retention-earliest"
    "c14-retention-latest"
    "c15-log-append-time"
    "c15-old-create-time"
    "c16-delete-hidden"
    "c16-delete-seen"
    "k01-celebrity"
    "k01-even-keys"
    "k02-partitions-grow"
    "k02-partitions-grow-drained"
    "k03-java-and-librdkafka"
    "k03-one-partitioner"
    "k04-keys-ignored"
    "k05-one-topic"
    "k05-order-across-topics"
    "k06-enough-partitions"
    "k06-too-few-partitions"
    "c20-auto-commit-close"
    "c21-auto-commit-crash"
    "c21-idempotent-sink"
    "c22-worker-threads"
    "c23-commit-after"
    "c23-commit-before"
    "c23-commit-each-record"
    "c23-commit-each-record-polled"
    "c24-commit-overtaken"
    "c25-zombie"
    "o01-idempotence"
    "o01-one-in-flight"
    "o01-reorder"
    "o02-lose-answer"
    "o02-lost-answer"
    "o02-lost-answer-idempotence"
    "o03-application-sends-again"
    "o04-stands-still"
    "o05-zombie-producer"
    "o06-late-write"
    "p01-poison-crash"
    "p01-poison-dead-letter"
    "p01-poison-retry"
    "p01-poison-retry-topic"
    "p01-poison-skip"
    "p02-failing-service-crash"
    "p02-failing-service-retry-topic"
    "p02-failing-service-skip"
    "p02-service-timeout"
    "p02-slow-service"
    "p02-slow-service-small-polls"
    "g01-rename-refused"
    "g01-rename-unchecked"
    "g02-consumers-first"
    "g02-producer-first"
    "g03-silent-rename"
    "q01-greedy-client"
    "q01-greedy-client-quota"
    "q02-backfill-reads"
}

/// The one with this id.
pub fn built_in(id: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|each| each.id == id)
}
