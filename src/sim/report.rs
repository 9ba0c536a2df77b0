//! The result of a run: `klever.run/1`.

mod expected;
mod groups;
mod producers;
mod skew;
mod transactions;

pub use groups::GroupReport;
pub use producers::ProducerReport;
pub use skew::{MemberReport, Skew, TopicSkew};
pub use transactions::TransactionCounters;

use crate::model::{KafkaVersion, Nanos, PartitionIx};
use crate::scenario::{Counter, Expect, Verdict};
use crate::sim::histogram::Histogram;
use crate::sim::ledger::DeliveryErrors;
use crate::sim::sampler::Gauges;
use crate::sim::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Median and 99th percentile in milliseconds; `None` when nothing was measured.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Quantiles {
    pub p50: Option<f64>,
    pub p99: Option<f64>,
}

impl Quantiles {
    pub(crate) fn of(histogram: &Histogram) -> Self {
        let ms = |permille| histogram.quantile(permille).map(|nanos| (nanos / 1000) as f64 / 1000.0);
        Quantiles { p50: ms(500), p99: ms(990) }
    }
}

/// The counters of a run, in all or of one partition.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Records handed to producers; in all only.
    pub sent: Option<u64>,
    pub acked: u64,
    pub failed: u64,
    /// Records acknowledged and gone.
    pub lost_acked: u64,
    /// Extra copies in the logs that consumers read.
    pub duplicated: u64,
    /// Records that stand behind a later one.
    pub reordered: u64,
    /// Keys whose records lie in two partitions of a topic; in all only, and `None` when no key comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_keys: Option<u64>,
    /// Keys that some group processed out of the order in which they were sent, in one topic; in all only, and `None`
    /// when no record of such a key was processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reordered_keys: Option<u64>,
    /// The same across the topics that a group reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reordered_across_topics: Option<u64>,
    /// Time in which writes waited more than a second or failed; in all: somewhere.
    pub write_unavailable_ms: u64,
    /// Time without a running leader; in all: somewhere.
    pub read_unavailable_ms: u64,
    /// The longest time from one leader to the next.
    pub failover_ms: u64,
    /// From `send()` to the acknowledgement.
    pub ack_latency_ms: Quantiles,
    /// Records that consumers can read.
    pub visible: u64,
    /// Records in the leaders' logs.
    pub log_end: u64,
    /// How many of them lie below the log start: retention has deleted them. `None` where nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<u64>,
    /// Versions of schemas that the registry refused; in all only.
    #[serde(default, skip_serializing_if = "groups::is_zero")]
    pub schemas_refused: u64,
    /// What became of transactions; in all only, and `None` where no producer has a `transactional.id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transactions: Option<TransactionCounters>,
    /// Producers one by one; in all only, and real brokers do not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<ProducerReport>,
}

/// One partition's part of a report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PartitionReport {
    /// `orders-3`
    pub partition: String,
    /// Who leads at the end.
    pub leader: Option<i32>,
    /// Who is in sync at the end.
    pub isr: Vec<i32>,
    /// Eligible leader replicas at the end.
    pub elr: Vec<i32>,
    /// Bytes in the leader's log; a stored report may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// High watermark minus committed offsets, all groups that read it together; `None` when no group does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<u64>,
    #[serde(flatten)]
    pub counters: Counters,
}

/// `klever.run/1`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunReport {
    /// `klever.run/1`
    #[serde(skip_deserializing, default = "schema")]
    pub schema: &'static str,
    pub scenario: String,
    pub seed: u64,
    /// What the brokers and clients ran.
    pub kafka_version: KafkaVersion,
    /// How long it ran.
    pub duration_ms: u64,
    /// All partitions together, Kafka's own apart.
    #[serde(flatten)]
    pub counters: Counters,
    /// Refused batches by Kafka's name of the error; a stored report has none.
    #[serde(skip_deserializing)]
    pub errors: BTreeMap<&'static str, u64>,
    pub partitions: Vec<PartitionReport>,
    /// How unevenly each topic lies over its partitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skew: Vec<TopicSkew>,
    pub groups: Vec<GroupReport>,
    /// Hash of everything that happened, in hexadecimal.
    pub trace_hash: String,
    /// What was expected, and whether it came; a stored report is judged anew.
    #[serde(skip_deserializing)]
    pub expectations: Vec<Verdict>,
}

impl Counters {
    /// Producers one by one, where the counters of all together do not tell what each did.
    pub fn producers_apart(&self) -> &[ProducerReport] {
        let is_told = self.producers.len() > 1 || self.producers.iter().any(|one| one.throttled > 0);
        if is_told { &self.producers } else { &[] }
    }

    /// The counter of this name; `None` where it is none of these, or was not measured.
    pub fn counter(&self, counter: &Counter) -> Option<i64> {
        let whole = |ms: Option<f64>| ms.map(|ms| ms as i64);
        let number = match counter {
            Counter::Sent => self.sent?,
            Counter::Acked => self.acked,
            Counter::Failed => self.failed,
            Counter::LostAcked => self.lost_acked,
            Counter::Duplicated => self.duplicated,
            Counter::Reordered => self.reordered,
            Counter::SplitKeys => self.split_keys?,
            Counter::ReorderedKeys => self.reordered_keys?,
            Counter::ReorderedAcrossTopics => self.reordered_across_topics?,
            Counter::WriteUnavailableMs => self.write_unavailable_ms,
            Counter::ReadUnavailableMs => self.read_unavailable_ms,
            Counter::FailoverMs => self.failover_ms,
            Counter::AckP50Ms => return whole(self.ack_latency_ms.p50),
            Counter::AckP99Ms => return whole(self.ack_latency_ms.p99),
            Counter::SchemasRefused => self.schemas_refused,
            Counter::Visible => self.visible,
            Counter::LogEnd => self.log_end,
            Counter::Deleted => self.deleted?,
            Counter::OfTransactions(counter) => self.transactions?.counter(*counter)?,
            Counter::OfProducer(counter, name) => {
                return self.producers.iter().find(|one| one.producer == *name)?.counter(*counter);
            }
            _ => return None,
        };
        Some(number as i64)
    }
}

fn schema() -> &'static str {
    "klever.run/1"
}

fn ms(nanos: Nanos) -> u64 {
    nanos / 1_000_000
}

/// The ends of the log that consumers read.
#[derive(Clone, Copy, Default)]
struct LogEnds {
    log_start: u64,
    visible: u64,
    log_end: u64,
}

impl World {
    /// The counters now, without closing what is open.
    pub(super) fn counters(&mut self) -> Counters {
        self.counters_and_losses().0
    }

    /// The same, and how many records each partition has lost that has lost some.
    pub(super) fn counters_and_losses(&mut self) -> (Counters, BTreeMap<PartitionIx, u64>) {
        let mut losses = BTreeMap::new();
        let partitions: Vec<PartitionIx> = self.user_partitions();
        let mut all = Counters {
            sent: Some(self.clients.producers().iter().map(|host| host.sent).sum()),
            acked: self.clients.producers().iter().map(|host| host.acked).sum(),
            failed: self.clients.producers().iter().map(|host| host.failed).sum(),
            split_keys: self.observers.keys().split_keys(),
            reordered_keys: self.observers.keys().reordered_keys(None),
            reordered_across_topics: self.observers.keys().reordered_across_topics(None),
            write_unavailable_ms: ms(self.observers.meter().unwritable.len()),
            read_unavailable_ms: ms(self.observers.meter().leaderless.len()),
            ack_latency_ms: Quantiles::of(&self.observers.meter().latency),
            producers: self.producer_reports(),
            schemas_refused: self.clients.schemas.refused,
            deleted: Some(0),
            transactions: self.transaction_counters(),
            ..Counters::default()
        };
        for ix in partitions {
            let DeliveryErrors { lost, duplicated, reordered } =
                self.observers.delivery_errors(&self.machines, ix);
            all.lost_acked += lost;
            if lost > 0 {
                losses.insert(ix, lost);
            }
            all.duplicated += duplicated;
            all.reordered += reordered;
            let ends = self.ends(ix);
            all.visible += ends.visible;
            all.log_end += ends.log_end;
            // One without a leader makes all of it unknown.
            let deleted = self.ends_told(ix).map(|ends| ends.log_start);
            all.deleted = all.deleted.zip(deleted).map(|(all, deleted)| all + deleted);
            let failover = self.observers.meter().partition(ix).map_or(0, |meter| ms(meter.failover));
            all.failover_ms = all.failover_ms.max(failover);
        }
        (all, losses)
    }

    /// Partitions that are not Kafka's own and that brokers may know of, topic by topic.
    pub(super) fn user_partitions(&self) -> Vec<PartitionIx> {
        let topics = self.machines.topics.list().iter().filter(|topic| !topic.internal);
        topics.flat_map(|topic| self.committed_partitions(topic)).collect()
    }

    /// Where the log that consumers read starts and ends.
    fn ends(&self, ix: PartitionIx) -> LogEnds {
        self.ends_told(ix).unwrap_or_default()
    }

    /// The same; `None` without a leader, who alone tells them.
    fn ends_told(&self, ix: PartitionIx) -> Option<LogEnds> {
        let leader = self.machines.leader(ix)?;
        let replica = self.machines.host(leader)?.broker.replica(ix)?;
        Some(LogEnds {
            log_start: replica.log().start() as u64,
            visible: replica.high_watermark() as u64,
            log_end: replica.log().end() as u64,
        })
    }

    fn partition_report(&mut self, ix: PartitionIx) -> PartitionReport {
        let DeliveryErrors { lost, duplicated, reordered } =
            self.observers.delivery_errors(&self.machines, ix);
        let LogEnds { visible, log_end, .. } = self.ends(ix);
        let state = self.machines.control.committed.partitions[ix.at()].clone();
        let ids = |list: &[crate::model::BrokerId]| list.iter().map(|id| id.0).collect();
        let mut counters =
            Counters { lost_acked: lost, duplicated, reordered, visible, log_end, ..Counters::default() };
        counters.deleted = self.ends_told(ix).map(|ends| ends.log_start);
        if let Some(meter) = self.observers.meter().partition(ix) {
            counters.acked = meter.acked;
            counters.failed = meter.failed;
            counters.write_unavailable_ms = ms(meter.unwritable.len());
            counters.read_unavailable_ms = ms(meter.leaderless.len());
            counters.failover_ms = ms(meter.failover);
            counters.ack_latency_ms = Quantiles::of(&meter.latency);
        }
        PartitionReport {
            partition: self.machines.topics.partition_name(ix),
            leader: state.leader.map(|id| id.0),
            isr: ids(&state.isr),
            elr: ids(&state.elr),
            bytes: self.log_bytes(ix),
            lag: self.lag_of_partition(ix),
            counters,
        }
    }

    /// What a sample counts now.
    pub(super) fn gauges(&self) -> Gauges {
        let mut gauges = Gauges::default();
        for topic in self.machines.topics.list() {
            for ix in self.committed_partitions(topic) {
                let state = &self.machines.control.committed.partitions[ix.at()];
                let min_isr = (topic.settings.min_insync_replicas as usize).min(state.replicas.len());
                gauges.under_replicated += u64::from(state.isr.len() < state.replicas.len());
                gauges.below_min_isr += u64::from(state.isr.len() < min_isr);
                gauges.offline += u64::from(state.leader.is_none());
            }
        }
        // Before a group's first commit it has no lag.
        let groups = self.clients.groups().iter().enumerate();
        let mut committed = groups.filter(|(_, group)| !group.committed.is_empty()).peekable();
        if committed.peek().is_some() {
            gauges.lag = committed.map(|(group, _)| self.lag_of(group)).sum();
        }
        gauges
    }

    /// The report of a run that ends now.
    pub(super) fn report(&mut self, duration: Nanos, expectations: &[Expect]) -> RunReport {
        self.close_meters();
        let counters = self.counters();
        let partitions: Vec<PartitionReport> =
            self.user_partitions().into_iter().map(|ix| self.partition_report(ix)).collect();
        let skew = self.skew(&partitions);
        let mut report = RunReport {
            schema: schema(),
            scenario: self.scenario.id.clone(),
            seed: self.seed,
            kafka_version: self.profile.version,
            duration_ms: ms(duration),
            counters,
            errors: self
                .observers
                .meter()
                .errors
                .iter()
                .map(|(error, count)| (error.name(), *count))
                .collect(),
            partitions,
            skew,
            groups: self.group_reports(),
            trace_hash: format!("{:016x}", self.observers.trace().hash()),
            expectations: Vec::new(),
        };
        let covered = expectations.iter().filter(|expect| expect.covers(self.profile.version));
        report.expectations = covered.map(|expect| expect.judge(report.expected(expect))).collect();
        report
    }

    /// Writes that still wait, and leaders that are still missing, count until now.
    fn close_meters(&mut self) {
        let World { now, clients, observers, .. } = self;
        let pending = clients.producers().iter().flat_map(|client| client.producer.pending());
        observers.close(*now, pending.map(|(ix, _)| ix));
    }
}
