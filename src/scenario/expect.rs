//! What must come of a scenario: a counter of the run and the bounds it must keep, per version.

use crate::model::KafkaVersion;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[[expect]]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Versions it holds for, by major and minor number; empty is all that the scenario runs with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<KafkaVersion>,
    pub counter: Counter,
    /// Of one partition only: `orders-0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// Of one group only; else of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Why, for who reads the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A number of the run's report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Counter {
    /// Records handed to producers.
    Sent,
    Acked,
    /// Records whose producer gave up on them.
    Failed,
    /// Records acknowledged and gone.
    LostAcked,
    /// Extra copies of records in the surviving logs.
    Duplicated,
    /// Records that stand in the log behind a later one.
    Reordered,
    /// Keys whose records lie in two partitions of a topic.
    SplitKeys,
    /// Keys whose records a group processed out of the order in which they were sent, in one topic.
    ReorderedKeys,
    /// The same across the topics that a group reads.
    ReorderedAcrossTopics,
    /// Time without successful writes, in milliseconds.
    WriteUnavailableMs,
    /// Time without a leader to read from, in milliseconds.
    ReadUnavailableMs,
    /// The longest fail-over, in milliseconds.
    FailoverMs,
    /// Median time to the acknowledgement, in milliseconds, rounded down.
    AckP50Ms,
    /// 99th percentile of it.
    AckP99Ms,
    /// Versions of schemas that the registry refused.
    SchemasRefused,
    /// Records that consumers can read at the end: high watermarks.
    Visible,
    /// Records in the leaders' logs at the end.
    LogEnd,
    /// Records below the starts of the leaders' logs at the end: deleted by retention.
    Deleted,
    /// Bytes in the leaders' logs at the end.
    Bytes,
    /// Records that groups have not committed at the end: of all, of one partition or of one group.
    Lag,
    /// The largest part of a topic's records that lies in one partition, in percent, rounded down.
    LargestSharePercent,
    /// The leader at the end, -1 for none; needs `partition`.
    Leader,
    /// Members of the ISR at the end; needs `partition`.
    Isr,
    /// Batches that brokers refused with this error: `error.NOT_ENOUGH_REPLICAS`.
    Error(String),
    /// What became of transactions.
    OfTransactions(TransactionCounter),
    /// What groups did with records, of all of them or of one.
    OfGroups(GroupCounter),
    /// Of one producer: `ack_p99_ms of producer/app`.
    OfProducer(ProducerCounter, String),
}

/// A number of one producer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProducerCounter {
    Sent,
    Acked,
    Failed,
    /// Median time to the acknowledgement, in milliseconds, rounded down.
    AckP50Ms,
    AckP99Ms,
    /// How long brokers throttled it, all answers together.
    ThrottleTimeMs,
}

/// What stands between a counter and the producer's name.
const OF_PRODUCER: &str = " of producer/";

const PRODUCER_COUNTERS: &[(&str, ProducerCounter)] = &[
    ("sent", ProducerCounter::Sent),
    ("acked", ProducerCounter::Acked),
    ("failed", ProducerCounter::Failed),
    ("ack_p50_ms", ProducerCounter::AckP50Ms),
    ("ack_p99_ms", ProducerCounter::AckP99Ms),
    ("throttle_time_ms", ProducerCounter::ThrottleTimeMs),
];

impl ProducerCounter {
    fn read(text: &str) -> Result<ProducerCounter, String> {
        let found = PRODUCER_COUNTERS.iter().find(|(name, _)| *name == text);
        found.map(|(_, counter)| *counter).ok_or_else(|| {
            let names: Vec<&str> = PRODUCER_COUNTERS.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is no counter of a producer: use {}", names.join(", "))
        })
    }

    fn word(self) -> &'static str {
        PRODUCER_COUNTERS.iter().find(|(_, counter)| *counter == self).map_or("?", |(name, _)| name)
    }
}

/// A number of what became of transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionCounter {
    /// Transactions that coordinators decided to commit.
    Committed,
    /// Transactions that coordinators decided to abort.
    Aborted,
    /// How many of them because they were open for too long.
    TimedOut,
    /// Producers' processes that could not go on.
    Fenced,
    /// Offsets below the last stable offsets at the end: what readers of committed records have behind them.
    Stable,
}

/// A number of what a group did with records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupCounter {
    /// Records processed.
    Read,
    /// How many of them had been processed before.
    ReadAgain,
    /// Records whose schema the group cannot read.
    Unreadable,
    /// Records read with a default in place of a field.
    Defaulted,
    /// How long brokers throttled the members, in milliseconds.
    ThrottleTimeMs,
    /// Effects of records on what the group writes to.
    Effects,
    /// Effects of records that had had theirs before.
    DuplicateEffects,
    /// Records that were polled and committed, and that nobody processed.
    PassedOver,
    /// Records met that cannot be processed.
    Poison,
    /// Tries of a record after its first.
    Retries,
    /// Processes that an exception ended.
    Crashed,
    /// Times that a member left because it did not poll.
    PollTimeouts,
    Skipped,
    DeadLettered,
    /// Records written to a retry topic.
    RetriedLater,
    /// Records of a retry topic that were processed behind later ones of their partition.
    Overtaken,
    /// Records that retention deleted when the group had yet to read them.
    DeletedBeforeRead,
    /// Records that the cleaner removed before the group read them.
    CompactedBeforeRead,
    /// Keys that are deleted, whose tombstone is gone, and that the group has a value of.
    DeletesMissed,
}

const GROUP_COUNTERS: &[(&str, GroupCounter)] = &[
    ("read", GroupCounter::Read),
    ("read_again", GroupCounter::ReadAgain),
    ("throttle_time_ms", GroupCounter::ThrottleTimeMs),
    ("effects", GroupCounter::Effects),
    ("duplicate_effects", GroupCounter::DuplicateEffects),
    ("passed_over", GroupCounter::PassedOver),
    ("poison", GroupCounter::Poison),
    ("unreadable", GroupCounter::Unreadable),
    ("defaulted", GroupCounter::Defaulted),
    ("retries", GroupCounter::Retries),
    ("crashed", GroupCounter::Crashed),
    ("poll_timeouts", GroupCounter::PollTimeouts),
    ("skipped", GroupCounter::Skipped),
    ("dead_lettered", GroupCounter::DeadLettered),
    ("retried_later", GroupCounter::RetriedLater),
    ("overtaken", GroupCounter::Overtaken),
    ("deleted_before_read", GroupCounter::DeletedBeforeRead),
    ("compacted_before_read", GroupCounter::CompactedBeforeRead),
    ("deletes_missed", GroupCounter::DeletesMissed),
];

const COUNTERS: &[(&str, Counter)] = &[
    ("sent", Counter::Sent),
    ("acked", Counter::Acked),
    ("failed", Counter::Failed),
    ("lost_acked", Counter::LostAcked),
    ("duplicated", Counter::Duplicated),
    ("reordered", Counter::Reordered),
    ("split_keys", Counter::SplitKeys),
    ("reordered_keys", Counter::ReorderedKeys),
    ("reordered_across_topics", Counter::ReorderedAcrossTopics),
    ("write_unavailable_ms", Counter::WriteUnavailableMs),
    ("read_unavailable_ms", Counter::ReadUnavailableMs),
    ("failover_ms", Counter::FailoverMs),
    ("ack_p50_ms", Counter::AckP50Ms),
    ("ack_p99_ms", Counter::AckP99Ms),
    ("schemas_refused", Counter::SchemasRefused),
    ("visible", Counter::Visible),
    ("log_end", Counter::LogEnd),
    ("deleted", Counter::Deleted),
    ("bytes", Counter::Bytes),
    ("lag", Counter::Lag),
    ("largest_share_percent", Counter::LargestSharePercent),
    ("leader", Counter::Leader),
    ("isr", Counter::Isr),
    ("committed_transactions", Counter::OfTransactions(TransactionCounter::Committed)),
    ("aborted_transactions", Counter::OfTransactions(TransactionCounter::Aborted)),
    ("timed_out_transactions", Counter::OfTransactions(TransactionCounter::TimedOut)),
    ("fenced_producers", Counter::OfTransactions(TransactionCounter::Fenced)),
    ("stable", Counter::OfTransactions(TransactionCounter::Stable)),
];

impl Counter {
    /// The producer that it is about.
    pub fn producer(&self) -> Option<&str> {
        match self {
            Counter::OfProducer(_, name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is known while a run goes on, of all partitions together.
    pub fn is_live(&self) -> bool {
        matches!(
            self,
            Counter::Sent
                | Counter::Acked
                | Counter::Failed
                | Counter::LostAcked
                | Counter::Duplicated
                | Counter::Reordered
                | Counter::WriteUnavailableMs
                | Counter::ReadUnavailableMs
                | Counter::FailoverMs
                | Counter::AckP50Ms
                | Counter::AckP99Ms
                | Counter::Visible
                | Counter::LogEnd
                | Counter::SchemasRefused
                | Counter::OfProducer(..)
        )
    }
}

impl TryFrom<String> for Counter {
    type Error = String;
    fn try_from(text: String) -> Result<Counter, String> {
        if let Some(code) = text.strip_prefix("error.") {
            return Ok(Counter::Error(code.into()));
        }
        if let Some((counter, name)) = text.split_once(OF_PRODUCER) {
            return Ok(Counter::OfProducer(ProducerCounter::read(counter)?, name.into()));
        }
        if let Some((_, counter)) = GROUP_COUNTERS.iter().find(|(name, _)| *name == text) {
            return Ok(Counter::OfGroups(*counter));
        }
        let found = COUNTERS.iter().find(|(name, _)| *name == text).map(|(_, counter)| counter.clone());
        found.ok_or_else(|| {
            let groups = GROUP_COUNTERS.iter().map(|(name, _)| *name);
            let names: Vec<&str> = COUNTERS.iter().map(|(name, _)| *name).chain(groups).collect();
            format!(
                "counter = \"{text}\" is not known: use {}, error.CODE or COUNTER of producer/NAME",
                names.join(", ")
            )
        })
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, COUNTERS.iter().find(|(_, counter)| counter == self)) {
            (Counter::Error(code), _) => write!(f, "error.{code}"),
            (Counter::OfProducer(counter, name), _) => write!(f, "{}{OF_PRODUCER}{name}", counter.word()),
            (Counter::OfGroups(counter), _) => {
                let known = GROUP_COUNTERS.iter().find(|(_, known)| known == counter);
                f.pad(known.map_or("?", |(name, _)| name))
            }
            (_, Some((name, _))) => f.pad(name),
            (_, None) => f.pad("?"),
        }
    }
}

impl From<Counter> for String {
    fn from(counter: Counter) -> String {
        counter.to_string()
    }
}

/// Whether an expectation came true.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Verdict {
    /// What was expected: `lost_acked of orders-0 = 0`.
    pub expected: String,
    pub found: Option<i64>,
    pub met: bool,
}

impl Expect {
    /// Whether it speaks about this version.
    pub fn covers(&self, version: KafkaVersion) -> bool {
        let same = |v: &KafkaVersion| (v.major, v.minor) == (version.major, version.minor);
        self.versions.is_empty() || self.versions.iter().any(same)
    }

    /// Compares with what was found.
    pub fn judge(&self, found: Option<i64>) -> Verdict {
        let within = |value: i64| {
            self.eq.is_none_or(|eq| value == eq)
                && self.min.is_none_or(|min| value >= min)
                && self.max.is_none_or(|max| value <= max)
        };
        Verdict { expected: self.to_string(), found, met: found.is_some_and(within) }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.counter)?;
        self.partition.iter().chain(&self.group).try_for_each(|name| write!(f, " of {name}"))?;
        self.eq.iter().try_for_each(|bound| write!(f, " = {bound}"))?;
        self.min.iter().try_for_each(|bound| write!(f, " >= {bound}"))?;
        self.max.iter().try_for_each(|bound| write!(f, " <= {bound}"))
    }
}
