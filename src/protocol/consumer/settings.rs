//! A consumer's configuration, resolved for its version, and what the application does with records.

use crate::knobs::KeyScope;
use crate::model::{ClientProfile, KafkaVersion, Nanos, OnPoison};
use crate::protocol::client::Config;

/// `auto.offset.reset`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OffsetReset {
    /// Jump to the end.
    Latest,
    /// Go to the start of the log.
    Earliest,
    None,
}

/// When the application commits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CommitStrategy {
    /// `enable.auto.commit=true`: the positions of earlier polls, from inside `poll()`.
    Auto,
    /// `commitSync()` before the records are processed: at most once.
    BeforeProcessing,
    /// `commitSync()` after all records of a poll are processed: at least once.
    AfterProcessing,
    /// `commitAsync()` after all records of a poll are processed.
    AsyncAfterProcessing {
        /// The application commits the same offsets again when it hears of a failure.
        retry: bool,
    },
    /// `commitSync()` of the offset behind each record, when that is processed.
    EachRecord,
    /// `commitSync()` without offsets after each record, which commits all that `poll()` returned: a mistake.
    EachRecordPolled,
    Never,
}

impl CommitStrategy {
    /// Whether it commits between two records of a poll.
    pub(crate) fn is_between_records(self) -> bool {
        matches!(self, CommitStrategy::EachRecord | CommitStrategy::EachRecordPolled)
    }
}

/// What the application does with records: the workload's side of a consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConsumerWork {
    /// Processing time of one record.
    pub per_record: Nanos,
    /// When it commits. [`CommitStrategy::Auto`] follows `enable.auto.commit`.
    pub commit: CommitStrategy,
    /// Records are handed to a worker pool and the loop polls on at once.
    pub worker_pool: bool,
    /// The driver says of each record whether it was processed ([`super::ConsumerOutput::Attempt`]); else all are, in
    /// their time.
    pub one_by_one: bool,
    /// How often a record is tried before [`ConsumerWork::on_poison`] decides, at least once.
    pub attempts: u32,
    /// Between two tries of a record, in the poll loop.
    pub retry_pause: Nanos,
    /// What becomes of a record that fails at every try.
    pub on_poison: OnPoison,
}

/// A consumer's configuration. Times in nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ConsumerSettings {
    /// `auto.commit.interval.ms`
    pub auto_commit_interval: Nanos,
    /// `auto.offset.reset`
    pub offset_reset: OffsetReset,
    /// `isolation.level=read_committed`
    pub read_committed: bool,
    /// `session.timeout.ms`
    pub session_timeout: Nanos,
    /// `heartbeat.interval.ms`
    pub heartbeat_interval: Nanos,
    /// `max.poll.interval.ms`
    pub max_poll_interval: Nanos,
    /// `max.poll.records`
    pub max_poll_records: u32,
    /// `fetch.min.bytes`
    pub fetch_min_bytes: u32,
    /// `fetch.max.wait.ms`
    pub fetch_max_wait: Nanos,
    /// `fetch.max.bytes`
    pub fetch_max_bytes: u32,
    /// `max.partition.fetch.bytes`
    pub max_partition_fetch_bytes: u32,
    /// `request.timeout.ms`
    pub request_timeout: Nanos,
    /// `default.api.timeout.ms`: how long `commitSync()` tries.
    pub api_timeout: Nanos,
    /// `retry.backoff.ms`
    pub retry_backoff: Nanos,
    /// `metadata.max.age.ms`
    pub metadata_max_age: Nanos,
    /// Positions are checked against the leader's epochs (KIP-320, 2.1).
    pub validates_epochs: bool,
    /// `group.instance.id` as a number: a static member (KIP-345, 2.3).
    pub instance: Option<u32>,
    /// What the application does.
    pub work: ConsumerWork,
}

const MS: Nanos = 1_000_000;

impl ConsumerSettings {
    /// The settings of a client: what it sets, else its version's defaults. Where `enable.auto.commit` is
    /// false and `work` says [`CommitStrategy::Auto`], the application commits after processing.
    pub(crate) fn of(client: &ClientProfile, mut work: ConsumerWork) -> Self {
        let config = Config { client, scope: KeyScope::Consumer };
        if work.commit == CommitStrategy::Auto && config.text("enable.auto.commit") == Some("false") {
            work.commit = CommitStrategy::AfterProcessing;
        }
        ConsumerSettings {
            auto_commit_interval: config.ms("auto.commit.interval.ms", 5000),
            offset_reset: offset_reset(&config),
            read_committed: config.text("isolation.level") == Some("read_committed"),
            session_timeout: config.ms("session.timeout.ms", 45_000),
            heartbeat_interval: config.ms("heartbeat.interval.ms", 3000),
            max_poll_interval: config.ms("max.poll.interval.ms", 300_000),
            max_poll_records: config.count("max.poll.records", 500).max(1),
            fetch_min_bytes: config.count("fetch.min.bytes", 1),
            fetch_max_wait: config.ms("fetch.max.wait.ms", 500),
            fetch_max_bytes: config.count("fetch.max.bytes", 52_428_800),
            max_partition_fetch_bytes: config.count("max.partition.fetch.bytes", 1_048_576),
            request_timeout: config.ms("request.timeout.ms", 30_000),
            api_timeout: config.ms("default.api.timeout.ms", 60_000),
            retry_backoff: config.ms("retry.backoff.ms", 100),
            metadata_max_age: config.ms("metadata.max.age.ms", 300_000),
            validates_epochs: client.version.is_at_least(2, 1),
            instance: None,
            work,
        }
    }
}

impl Default for ConsumerWork {
    fn default() -> Self {
        ConsumerWork {
            per_record: MS / 10,
            commit: CommitStrategy::Auto,
            worker_pool: false,
            one_by_one: false,
            attempts: 1,
            retry_pause: 1000 * MS,
            on_poison: OnPoison::Crash,
        }
    }
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        ConsumerSettings::of(&ClientProfile::defaults(KafkaVersion::REFERENCE), ConsumerWork::default())
    }
}

/// `by_duration` needs timestamps, which the simulated log has not: it counts as earliest.
fn offset_reset(config: &Config<'_>) -> OffsetReset {
    match config.text("auto.offset.reset") {
        Some("none") => OffsetReset::None,
        Some("earliest") => OffsetReset::Earliest,
        Some(by) if by.starts_with("by_duration") => OffsetReset::Earliest,
        _ => OffsetReset::Latest,
    }
}
