//! Those who watch a run and change nothing in it: records by identity, times, the event log, Kafka's promises.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::log::Log;
use crate::protocol::messages::{BrokerResponse, Peer};
use crate::protocol::wire::{ErrorCode, Offset, PartitionRegistration, RecordRange};
use crate::sim::ack_history::AckedBatch;
use crate::sim::clock::elapsed;
use crate::sim::invariants::{Auditor, Violation};
use crate::sim::key_order::{KeyOrder, KeyedPartition, OrderBroken};
use crate::sim::ledger::{DeliveryErrors, Ledger};
use crate::sim::loss::Cut;
use crate::sim::machines::Machines;
use crate::sim::meter::Meter;
use crate::sim::observed::Observed;
use crate::sim::record_history::{LossMoment, RecordHistory};
use crate::sim::sampler::{Gauges, Sampler};
use crate::sim::trace::{EventKind, Trace};

#[derive(Clone, Default)]
pub(super) struct Observers {
    ledger: Ledger,
    meter: Meter,
    trace: Trace,
    history: RecordHistory,
    keys: KeyOrder,
    sampler: Sampler,
    /// Checks Kafka's promises after every event, if somebody wants that.
    auditor: Option<Box<Auditor>>,
}

impl Observers {
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(super) fn keys(&self) -> &KeyOrder {
        &self.keys
    }

    pub(super) fn record_history(&self) -> &RecordHistory {
        &self.history
    }

    pub(super) fn sampler(&self) -> &Sampler {
        &self.sampler
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(super) fn trace_mut(&mut self) -> &mut Trace {
        &mut self.trace
    }

    /// Forgets what happened while the cluster booted.
    pub(super) fn begin_run(&mut self) {
        self.trace.forget();
        self.meter = Meter::default();
        self.sampler = Sampler::default();
    }

    /// Takes the sample of the second that is over.
    pub(super) fn sample(&mut self, now: Nanos, gauges: Gauges) {
        self.sampler.take(now, gauges);
    }

    /// Adds an event to the trace; answers its number.
    pub(super) fn record(&mut self, now: Nanos, kind: EventKind, cause: Option<u64>) -> u64 {
        self.sampler.note(&kind);
        self.trace.add(elapsed(now), kind, cause)
    }

    /// `send()` took records of a key that may come again. Answers where they went before, if that is news of the topic.
    pub(super) fn accepted(
        &mut self,
        now: Nanos,
        to: KeyedPartition,
        records: RecordRange,
        key: u32,
    ) -> Option<PartitionIx> {
        self.keys.accepted(now, to, records, key)
    }

    /// Records were acknowledged, the first and the last of them so long after they were sent.
    pub(super) fn acked(&mut self, partition: PartitionIx, batch: AckedBatch, (first, last): (Nanos, Nanos)) {
        let (now, records) = (batch.acked, batch.records);
        self.ledger.acked(partition, records);
        self.keys.acked(now, partition, records);
        self.meter.acked(partition, now, records.count, first, last);
        self.sampler.acked(records.count, first, last);
        self.trace.acked(now, partition, records, batch.base_offset.unwrap_or(-1));
        self.history.acked(partition, batch);
    }

    /// A producer gave up on records that it got at `created`.
    pub(super) fn failed(&mut self, partition: PartitionIx, records: RecordRange, created: Nanos) {
        self.ledger.failed(partition, records);
        self.meter.failed(partition, records.count, created);
    }

    /// A broker refused a batch.
    pub(super) fn refused(&mut self, error: ErrorCode) {
        self.meter.refused(error);
    }

    /// A group has processed these records of a topic. Answers how many of them it had processed before, and what is
    /// news about the order of their keys.
    pub(super) fn read(
        &mut self,
        partition: PartitionIx,
        (group, topic): (u32, u32),
        records: RecordRange,
    ) -> (u64, OrderBroken) {
        let mut broken = OrderBroken::default();
        if self.keys.has(partition, records.producer) {
            let fresh = self.ledger.unread(partition, group, records);
            broken = self.keys.read((group, topic), (partition, records.producer), &fresh);
        }
        (self.ledger.read(partition, group, records), broken)
    }

    /// A group's commit succeeded.
    pub(super) fn commits(&mut self, group: u32) {
        self.meter.commits(group);
    }

    /// A group's commit failed. Whether that is news: the first one, or another error.
    pub(super) fn first_failed_commit(&mut self, group: u32, error: ErrorCode) -> bool {
        self.meter.first_failed_commit(group, error)
    }

    /// Notes whether a partition has a leader that runs.
    pub(super) fn watch_leader(&mut self, now: Nanos, machines: &Machines, partition: PartitionIx) {
        self.meter.leader(partition, now, machines.serving_leader(partition));
    }

    /// A broker's process changed its state: so may have all that it leads.
    pub(super) fn watch_leaderships(&mut self, now: Nanos, machines: &Machines, id: BrokerId) {
        for (ix, state) in (0..).map(PartitionIx).zip(&machines.control.committed.partitions) {
            if state.leader == Some(id) {
                self.watch_leader(now, machines, ix);
            }
        }
    }

    /// Retention has deleted records from a replica.
    pub(super) fn deleted(&mut self, partition: PartitionIx, records: &[RecordRange]) {
        self.ledger.deleted(partition, records);
    }

    /// A log was cut: what was read of it says nothing any more.
    pub(super) fn log_cut(&mut self, partition: PartitionIx, cut: Cut) {
        self.ledger.truncated(partition);
        self.history.cut(partition, cut);
    }

    /// What of a partition is lost, duplicated and out of order now.
    pub(super) fn delivery_errors(&mut self, machines: &Machines, partition: PartitionIx) -> DeliveryErrors {
        let Some(state) = machines.control.committed.partitions.get(partition.at()) else {
            return DeliveryErrors::default();
        };
        match (state.leader, machines.leading_log(partition)) {
            (Some(_), Some((leader, epoch, log))) => self.ledger.compare(partition, leader, epoch, log),
            (Some(_), None) => DeliveryErrors::default(),
            (None, _) => self.ledger.compare_offline(partition, &eligible_logs(machines, partition, state)),
        }
    }

    /// Records acknowledged records that the log which consumers read has not, once for each.
    pub(super) fn record_losses(
        &mut self,
        now: Nanos,
        machines: &Machines,
        partition: PartitionIx,
        cause: u64,
    ) {
        let Some((leader, epoch, log)) = machines.leading_log(partition) else { return };
        let lost = self.ledger.newly_lost(partition, log);
        let records = lost.iter().map(|range| u64::from(range.count)).sum();
        let Some(first) = lost.first().filter(|_| records > 0) else { return };
        let seq = self.record(now, EventKind::AckedLost { partition, records }, Some(cause));
        let moment = LossMoment {
            seq,
            at: now,
            held_by: machines.holders(partition, first.producer, first.first),
            leader: (leader, epoch),
            isr: machines.control.committed.partitions[partition.at()].isr.clone(),
            replicas: machines.replica_offsets(partition),
            why: self.trace.chain(seq),
            lost: lost.clone(),
        };
        self.history.lost(partition, moment);
        self.ledger.note_loss(partition, lost, seq);
    }

    /// Writes that still wait, and leaders that are still missing, count until now.
    pub(super) fn close(&mut self, now: Nanos, waiting: impl Iterator<Item = PartitionIx>) {
        waiting.for_each(|ix| self.meter.waiting(ix, now));
        self.meter.close(now);
    }

    /// From now on Kafka's promises are checked.
    pub(super) fn begin_audit(&mut self) {
        self.auditor.get_or_insert_default();
    }

    pub(super) fn is_auditing(&self) -> bool {
        self.auditor.is_some()
    }

    pub(super) fn violations(&self) -> &[Violation] {
        self.auditor.as_ref().map_or(&[], |auditor| auditor.found())
    }

    /// Checks the promises, if somebody wants that.
    pub(super) fn audit(&mut self, world: &Observed<'_>) {
        if let Some(auditor) = &mut self.auditor {
            auditor.check(world);
        }
    }

    /// The same for an answer as it is sent.
    pub(super) fn audit_answer(
        &mut self,
        world: &Observed<'_>,
        id: BrokerId,
        to: Peer,
        answer: &BrokerResponse,
    ) {
        if let (Some(auditor), Peer::Client(client)) = (&mut self.auditor, to) {
            auditor.answered(world, id, client, answer);
        }
    }

    /// The same for what a consumer read.
    pub(super) fn audit_read(
        &mut self,
        world: &Observed<'_>,
        partition: PartitionIx,
        offset: Offset,
        records: RecordRange,
        committed_only: bool,
    ) {
        if let Some(auditor) = &mut self.auditor {
            auditor.read(world, partition, offset, records);
            if committed_only {
                auditor.read_committed(world, partition, records);
            }
        }
    }

    /// Adds to the checks that everything is as before the faults.
    pub(super) fn expect_healed(&mut self, world: &Observed<'_>) {
        let auditor = self.auditor.get_or_insert_default();
        auditor.check(world);
        auditor.expect_healed(world);
    }
}

/// Logs of all replicas that may lead again.
fn eligible_logs<'a>(
    machines: &'a Machines,
    partition: PartitionIx,
    state: &PartitionRegistration,
) -> Vec<&'a Log> {
    let eligible = state.isr.iter().chain(&state.elr).chain(&state.last_known_elr);
    eligible.filter_map(|id| machines.log(*id, partition)).collect()
}
