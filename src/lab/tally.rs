//! What the lab's clients said, counted as the simulator counts.

use super::segment::StoredBatch;
use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::log::Log;
use crate::protocol::wire::{Batch, RecordRange};
use crate::sim::ledger::Ledger;
use crate::sim::meter::Meter;
use std::collections::{BTreeMap, VecDeque};

pub(super) type Micros = u64;

/// One record that had an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Done {
    /// Which producer, by its place in the scenario.
    pub producer: u32,
    pub number: u64,
    /// Where it was to go; `None` if it never had a partition.
    pub partition: Option<i32>,
    /// When it was handed in.
    pub created: Micros,
    /// When the answer came.
    pub done: Micros,
    /// Kafka's exception if it failed.
    pub error: Option<String>,
}

/// All records of a lab run.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub sent: Vec<(u32, Micros)>,
    /// Those that had an answer.
    pub done: Vec<Done>,
    /// Records that members processed: group, member, topic, partition, offset, when.
    pub read: Vec<(String, u32, String, i32, i64, Micros)>,
    open: BTreeMap<(u32, u64), VecDeque<Micros>>,
    awaited: BTreeMap<u32, u64>,
}

impl Tally {
    /// Takes a line of a producer. Says whether it understood it.
    pub(super) fn producer_said(&mut self, producer: u32, line: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
        match (words[0], number(1)) {
            ("S", Some(record)) => {
                let at = number(2).unwrap_or(0);
                self.sent.push((producer, at));
                self.open.entry((producer, record)).or_default().push_back(at);
                true
            }
            ("A", Some(record)) => self.answered(producer, record, &words, number(4), None),
            ("F", Some(record)) => {
                let error = words.get(4).map(|word| word.to_string());
                self.answered(producer, record, &words, number(3), error)
            }
            _ => false,
        }
    }

    fn answered(
        &mut self,
        producer: u32,
        number: u64,
        words: &[&str],
        at: Option<Micros>,
        error: Option<String>,
    ) -> bool {
        let Some(done) = at else { return false };
        let partition = words.get(2).and_then(|word| word.parse().ok()).filter(|number| *number >= 0);
        let created = match self.open.get_mut(&(producer, number)) {
            Some(sends) => sends.pop_front().unwrap_or(done),
            None => done,
        };
        self.open.retain(|_, sends| !sends.is_empty());
        self.done.push(Done { producer, number, partition, created, done, error });
        true
    }

    /// Takes a line of a group's member. Says whether it understood it.
    pub(super) fn member_said(&mut self, group: &str, member: u32, line: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        let ["R", topic, partition, offset, at] = words[..] else { return false };
        let (Ok(partition), Ok(offset), Ok(at)) = (partition.parse(), offset.parse(), at.parse()) else {
            return false;
        };
        self.read.push((group.into(), member, topic.into(), partition, offset, at));
        true
    }

    /// Records acknowledged to a producer so far.
    pub(super) fn acked(&self, producer: u32) -> u64 {
        self.done.iter().filter(|done| done.producer == producer && done.error.is_none()).count() as u64
    }

    /// Records that failed so far.
    pub(super) fn failed(&self, producer: u32) -> u64 {
        self.done.iter().filter(|done| done.producer == producer && done.error.is_some()).count() as u64
    }

    /// So many more records will be handed in.
    pub(super) fn await_records(&mut self, producer: u32, records: u32) {
        *self.awaited.entry(producer).or_default() += u64::from(records);
    }

    /// Whether nothing of a producer waits for an answer and something had one.
    pub(super) fn settled(&self, producer: u32) -> bool {
        let sent = self.sent.iter().filter(|(other, _)| *other == producer).count() as u64;
        sent >= self.awaited.get(&producer).copied().unwrap_or(0)
            && !self.open.keys().any(|(other, _)| *other == producer)
            && self.done.iter().any(|done| done.producer == producer)
    }

    /// Feeds all answers up to `end` to the simulator's own meter and ledger.
    ///
    /// `index` says which partition a producer's record belongs to; time 0 is `zero`.
    pub(super) fn measure(
        &self,
        zero: Micros,
        end: Micros,
        index: &dyn Fn(u32, Option<i32>) -> Option<PartitionIx>,
        meter: &mut Meter,
        ledger: &mut Ledger,
    ) {
        let since = |at: Micros| at.saturating_sub(zero) * 1000;
        let open = self.open.iter().flat_map(|((who, _), at)| at.iter().map(|at| (*who, None, *at)));
        let mut waiting: Vec<(u32, Option<i32>, Micros)> = open.collect();
        let mut done: Vec<&Done> = self.done.iter().collect();
        done.sort_by_key(|done| done.done);
        for each in done {
            let Some(ix) = index(each.producer, each.partition) else { continue };
            if each.done > end {
                waiting.push((each.producer, each.partition, each.created));
                continue;
            }
            let records = RecordRange { producer: each.producer, first: each.number, count: 1 };
            let latency: Nanos = each.done.saturating_sub(each.created) * 1000;
            if each.error.is_none() {
                ledger.acked(ix, records);
                meter.acked(ix, since(each.done), 1, latency, latency);
            } else {
                ledger.failed(ix, records);
                meter.failed(ix, 1, since(each.created));
            }
        }
        for (producer, partition, created) in waiting {
            if let Some(ix) = index(producer, partition).filter(|_| created <= end) {
                meter.waiting(ix, since(end));
            }
        }
    }
}

/// A replica's log on the disk as the simulator's ledger reads logs: who wrote which record.
///
/// `identity` turns the head of a value into a producer's number. Records without one are left out.
pub(super) fn identities(batches: &[StoredBatch], identity: &dyn Fn(&str) -> Option<u32>) -> Log {
    let mut log = Log::default();
    for stored in batches.iter().filter(|batch| !batch.control) {
        for record in stored.records.iter().flatten() {
            let Some(records) = read_identity(&record.value, identity) else { continue };
            let batch = Batch {
                base_offset: 0,
                records,
                bytes: record.value.len() as u32,
                leader_epoch: stored.leader_epoch,
                producer_id: -1,
                producer_epoch: -1,
                base_sequence: -1,
                created_at: 0,
                max_timestamp: 0,
                kind: Default::default(),
            };
            log.append_as_leader(batch, stored.leader_epoch);
        }
    }
    log
}

/// `app:17:....` is record 17 of producer `app`.
fn read_identity(value: &[u8], identity: &dyn Fn(&str) -> Option<u32>) -> Option<RecordRange> {
    let mut parts = std::str::from_utf8(value).ok()?.splitn(3, ':');
    let producer = identity(parts.next()?)?;
    Some(RecordRange { producer, first: parts.next()?.parse().ok()?, count: 1 })
}

/// What one partition's logs come to: acknowledged and gone, extra copies, out of order.
pub(super) fn delivery_errors(
    ledger: &mut Ledger,
    ix: PartitionIx,
    leader: Option<(i32, Log)>,
    replicas: &[Log],
) -> crate::sim::ledger::DeliveryErrors {
    match leader {
        Some((id, log)) => ledger.compare(ix, BrokerId(id), log.latest_epoch(), &log),
        None => ledger.compare_offline(ix, &replicas.iter().collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::segment::StoredRecord;

    fn batch(base: i64, values: &[&str]) -> StoredBatch {
        let record = |(at, value): (usize, &&str)| StoredRecord {
            offset: base + at as i64,
            time_ms: 0,
            value: value.as_bytes().to_vec(),
        };
        StoredBatch {
            base_offset: base,
            last_offset: base + values.len() as i64 - 1,
            leader_epoch: 0,
            base_time_ms: 0,
            at: 0,
            bytes: 0,
            control: false,
            records: Some(values.iter().enumerate().map(record).collect()),
        }
    }

    #[test]
    fn lost_doubled_and_swapped_records_are_told_apart() {
        let mut tally = Tally::default();
        for line in ["S 0 1000", "S 1 1001", "S 2 1002", "S 3 1003"] {
            assert!(tally.producer_said(0, line));
        }
        for line in ["A 0 0 0 2000", "A 2 0 1 2001", "A 1 0 2 2002"] {
            assert!(tally.producer_said(0, line));
        }
        assert!(!tally.settled(0));
        assert!(tally.producer_said(0, "F 3 0 2500000 TimeoutException") && tally.settled(0));
        let (mut meter, mut ledger) = (Meter::default(), Ledger::default());
        tally.measure(1000, 3_000_000, &|_, _| Some(PartitionIx(0)), &mut meter, &mut ledger);
        let of = |name: &str| (name == "app").then_some(0);
        let log = identities(&[batch(0, &["app:0:..", "app:2:.."]), batch(2, &["app:0:", "other:5:"])], &of);
        let errors = delivery_errors(&mut ledger, PartitionIx(0), Some((1, log)), &[]);
        assert_eq!((errors.lost, errors.duplicated), (1, 1));
        let partition = meter.partition(PartitionIx(0)).unwrap();
        assert_eq!((partition.acked, partition.failed), (3, 1));
    }
}
