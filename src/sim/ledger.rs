//! Records by identity: what was acknowledged, against what the surviving logs hold and what groups read.
//!
//! Nothing here is estimated: every acknowledged record is in a set, and every log can be read record by
//! record.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::log::Log;
use crate::protocol::wire::{LeaderEpoch, Offset, RecordRange};
use crate::sim::intervals::Intervals;

/// Record numbers of each identity; there are few identities.
type ByProducer = Vec<(u32, Intervals)>;

fn of(sets: &mut ByProducer, producer: u32) -> &mut Intervals {
    let at = sets.iter().position(|(identity, _)| *identity == producer).unwrap_or_else(|| {
        sets.push((producer, Intervals::default()));
        sets.len() - 1
    });
    &mut sets[at].1
}

fn add(sets: &mut ByProducer, records: RecordRange) -> u64 {
    of(sets, records.producer).add(records.first, records.first + u64::from(records.count))
}

fn has(sets: &ByProducer, producer: u32, number: u64) -> bool {
    sets.iter().any(|(identity, set)| *identity == producer && set.contains(number))
}

/// What is known about one partition's records.
#[derive(Clone, Debug, Default)]
struct Account {
    acked: ByProducer,
    failed: ByProducer,
    lost: ByProducer,
    /// What retention has deleted from some replica: gone by rule.
    deleted: ByProducer,
    /// Lost records with the event that reports it.
    losses: Vec<(RecordRange, u64)>,
    /// What each group has processed.
    readers: Vec<(u32, ByProducer)>,
    reading: Reading,
}

/// A log being read as it grows.
#[derive(Clone, Debug, Default)]
struct Reading {
    of: Option<(BrokerId, LeaderEpoch)>,
    upto: Offset,
    seen: ByProducer,
    last: Vec<(u32, u64)>,
    duplicated: u64,
    reordered: u64,
}

/// What reading a log came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct DeliveryErrors {
    /// Acknowledged records that are not in it.
    pub lost: u64,
    /// Extra copies in it.
    pub duplicated: u64,
    /// Records that stand behind a later one of the same producer.
    pub reordered: u64,
}

/// All records of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
}

impl Ledger {
    fn account(&mut self, partition: PartitionIx) -> &mut Account {
        let at = partition.at();
        if at >= self.accounts.len() {
            self.accounts.resize_with(at + 1, Account::default);
        }
        &mut self.accounts[at]
    }

    /// These records were acknowledged. Says how many of them had been before.
    pub(crate) fn acked(&mut self, partition: PartitionIx, records: RecordRange) -> u64 {
        add(&mut self.account(partition).acked, records)
    }

    /// The producer gave up on these records.
    pub(crate) fn failed(&mut self, partition: PartitionIx, records: RecordRange) {
        add(&mut self.account(partition).failed, records);
    }

    /// Whether a record was acknowledged.
    pub(crate) fn was_acked(&self, partition: PartitionIx, producer: u32, number: u64) -> bool {
        self.accounts.get(partition.at()).is_some_and(|account| has(&account.acked, producer, number))
    }

    /// Whether its producer gave up on a record.
    pub(crate) fn was_failed(&self, partition: PartitionIx, producer: u32, number: u64) -> bool {
        self.accounts.get(partition.at()).is_some_and(|account| has(&account.failed, producer, number))
    }

    /// Retention has deleted these records: where they are missing they are not lost.
    pub(crate) fn deleted(&mut self, partition: PartitionIx, records: &[RecordRange]) {
        let deleted = &mut self.account(partition).deleted;
        records.iter().for_each(|range| _ = add(deleted, *range));
    }

    /// Whether retention has deleted a record, from some replica at least.
    pub(crate) fn was_deleted(&self, partition: PartitionIx, producer: u32, number: u64) -> bool {
        self.accounts.get(partition.at()).is_some_and(|account| has(&account.deleted, producer, number))
    }

    /// Forgets what was read of a partition's log: it was cut.
    pub(crate) fn truncated(&mut self, partition: PartitionIx) {
        self.account(partition).reading = Reading::default();
    }

    /// Reads on in the log that consumers read, and compares with what was acknowledged.
    pub(crate) fn compare(
        &mut self,
        partition: PartitionIx,
        leader: BrokerId,
        epoch: LeaderEpoch,
        log: &Log,
    ) -> DeliveryErrors {
        let account = self.account(partition);
        if account.reading.of != Some((leader, epoch)) || account.reading.upto > log.end() {
            account.reading = Reading { of: Some((leader, epoch)), ..Reading::default() };
        }
        account.reading.read_on(log);
        let lost = account.lost_but_for(|producer| set_of(&account.reading.seen, producer));
        let reading = &account.reading;
        DeliveryErrors { lost, duplicated: reading.duplicated, reordered: reading.reordered }
    }

    /// Compares with all logs that may still become the one that consumers read: none leads now. What was
    /// read of the last leader's log says nothing here: it depends on when the run was last looked at.
    pub(crate) fn compare_offline(&mut self, partition: PartitionIx, logs: &[&Log]) -> DeliveryErrors {
        let (mut all, mut errors) = (Reading::default(), DeliveryErrors::default());
        for log in logs {
            let mut one = Reading::default();
            one.read_on(log);
            errors.duplicated = errors.duplicated.max(one.duplicated);
            errors.reordered = errors.reordered.max(one.reordered);
            all.upto = 0;
            all.read_on(log);
        }
        errors.lost = self.account(partition).lost_but_for(|producer| set_of(&all.seen, producer));
        errors
    }

    /// Acknowledged records that are not in this log and were not missed before.
    pub(crate) fn newly_lost(&mut self, partition: PartitionIx, log: &Log) -> Vec<RecordRange> {
        let mut present = Reading::default();
        present.read_on(log);
        let account = self.account(partition);
        let none = Intervals::default();
        let mut fresh = Vec::new();
        for (producer, acked) in &account.acked {
            let seen = set_of(&present.seen, *producer).unwrap_or(&none);
            let known = set_of(&account.lost, *producer).unwrap_or(&none);
            let deleted = set_of(&account.deleted, *producer).unwrap_or(&none);
            for &(first, end) in acked.without(seen).without(known).without(deleted).ranges() {
                fresh.push(RecordRange { producer: *producer, first, count: (end - first) as u32 });
            }
        }
        for records in &fresh {
            add(&mut account.lost, *records);
        }
        fresh
    }

    /// These records were lost at this event.
    pub(crate) fn note_loss(&mut self, partition: PartitionIx, records: Vec<RecordRange>, seq: u64) {
        self.account(partition).losses.extend(records.into_iter().map(|range| (range, seq)));
    }

    /// Every loss of a partition's records with its event, the oldest first.
    pub(crate) fn losses(&self, partition: PartitionIx) -> &[(RecordRange, u64)] {
        self.accounts.get(partition.at()).map_or(&[], |account| &account.losses)
    }

    /// A group has processed these records. Says how many of them it had processed before.
    pub(crate) fn read(&mut self, partition: PartitionIx, group: u32, records: RecordRange) -> u64 {
        let readers = &mut self.account(partition).readers;
        let at = readers.iter().position(|(reader, _)| *reader == group).unwrap_or_else(|| {
            readers.push((group, ByProducer::new()));
            readers.len() - 1
        });
        add(&mut readers[at].1, records)
    }

    /// Which of these numbers a group has not processed yet, as ranges.
    pub(crate) fn unread(&self, partition: PartitionIx, group: u32, records: RecordRange) -> Vec<(u64, u64)> {
        let mut all = Intervals::default();
        all.add(records.first, records.first + u64::from(records.count));
        let readers = self.accounts.get(partition.at()).map_or(&[][..], |account| &account.readers);
        let mine = readers.iter().find(|(reader, _)| *reader == group);
        let known = mine.and_then(|(_, read)| set_of(read, records.producer));
        known.map_or(all.clone(), |known| all.without(known)).ranges().to_vec()
    }

    /// Groups that have processed a record.
    pub(crate) fn readers(&self, partition: PartitionIx, producer: u32, number: u64) -> Vec<u32> {
        let readers = self.accounts.get(partition.at()).map_or(&[][..], |account| &account.readers);
        readers.iter().filter(|(_, read)| has(read, producer, number)).map(|(group, _)| *group).collect()
    }
}

fn set_of(sets: &ByProducer, producer: u32) -> Option<&Intervals> {
    sets.iter().find(|(identity, _)| *identity == producer).map(|(_, set)| set)
}

impl Account {
    fn lost_but_for<'a>(&self, present: impl Fn(u32) -> Option<&'a Intervals>) -> u64 {
        let none = Intervals::default();
        let of = |(producer, acked): &(u32, Intervals)| {
            let missing = present(*producer).map(|seen| acked.without(seen));
            let missing = missing.unwrap_or_else(|| acked.clone());
            missing.without(set_of(&self.deleted, *producer).unwrap_or(&none)).len()
        };
        self.acked.iter().map(of).sum()
    }
}

impl Reading {
    fn read_on(&mut self, log: &Log) {
        let from = self.upto.max(log.start());
        log.for_each_range(from, |_, _, records| {
            self.take(records);
            true
        });
        self.upto = log.end();
    }

    fn take(&mut self, records: RecordRange) {
        // A marker is no record of an application, and those of one epoch are alike.
        if records.is_control() {
            return;
        }
        let (first, end) = (records.first, records.first + u64::from(records.count));
        let known = add(&mut self.seen, records);
        self.duplicated += known;
        match self.last.iter_mut().find(|(producer, _)| *producer == records.producer) {
            Some((_, last)) => {
                let behind = end.min(*last).saturating_sub(first);
                self.reordered += behind.saturating_sub(known);
                *last = end.max(*last);
            }
            None => self.last.push((records.producer, end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::Batch;

    const P: PartitionIx = PartitionIx(0);

    fn records(first: u64, count: u32) -> RecordRange {
        RecordRange { producer: 0, first, count }
    }

    fn log(ranges: &[(u64, u32)]) -> Log {
        let mut log = Log::default();
        for (first, count) in ranges {
            let batch = Batch {
                base_offset: 0,
                records: records(*first, *count),
                bytes: 100,
                leader_epoch: 0,
                producer_id: -1,
                producer_epoch: -1,
                base_sequence: -1,
                created_at: 0,
                max_timestamp: 0,
                kind: Default::default(),
            };
            log.append_as_leader(batch, 0);
        }
        log
    }

    #[test]
    fn lost_duplicated_and_reordered_records_are_counted_one_by_one() {
        let mut ledger = Ledger::default();
        ledger.acked(P, records(0, 10));
        let errors = ledger.compare(P, BrokerId(1), 0, &log(&[(0, 4), (6, 2), (4, 2), (6, 2)]));
        assert_eq!(errors, DeliveryErrors { lost: 2, duplicated: 2, reordered: 2 });
    }

    #[test]
    fn a_log_is_read_on_from_where_it_was_left() {
        let mut ledger = Ledger::default();
        ledger.acked(P, records(0, 6));
        assert_eq!(ledger.compare(P, BrokerId(1), 0, &log(&[(0, 4)])).lost, 2);
        assert_eq!(ledger.compare(P, BrokerId(1), 0, &log(&[(0, 4), (4, 2)])), DeliveryErrors::default());
        ledger.truncated(P);
        assert_eq!(ledger.compare(P, BrokerId(1), 0, &log(&[(0, 2)])).lost, 4);
    }

    #[test]
    fn what_any_replica_keeps_is_not_lost_while_nobody_leads() {
        let mut ledger = Ledger::default();
        ledger.acked(P, records(0, 6));
        let (short, long) = (log(&[(0, 2)]), log(&[(0, 5)]));
        assert_eq!(ledger.compare_offline(P, &[&short, &long]).lost, 1);
        let twice = log(&[(0, 2), (0, 2)]);
        let errors = ledger.compare_offline(P, &[&long, &twice]);
        assert_eq!(
            errors,
            DeliveryErrors { lost: 1, duplicated: 2, reordered: 0 },
            "whoever was asked before"
        );
        assert_eq!(ledger.newly_lost(P, &short), [records(2, 4)]);
        assert_eq!(ledger.newly_lost(P, &short), []);
    }
}
