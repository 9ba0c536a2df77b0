//! What a replica remembers of idempotent producers (`ProducerStateManager`, kafka.md#idempotence).

use crate::model::Nanos;
use crate::protocol::log::{Log, sequence_after};
use crate::protocol::transaction_index::TransactionIndex;
use crate::protocol::wire::{Batch, ErrorCode, Offset};

/// How many batches of each producer are remembered; why `max.in.flight` is at most 5.
const BATCHES_TO_RETAIN: usize = 5;
/// How many of the newest batches a rebuild looks at; Kafka has snapshots of what is older.
const REBUILD_BATCHES: usize = 10_000;

/// What is to be done with a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SequenceCheck {
    /// It is new and in order.
    Append,
    /// It is in the log since long, at this offset.
    Duplicate(Offset),
    Refuse(ErrorCode),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct BatchMetadata {
    first: i32,
    last: i32,
    base_offset: Offset,
}

impl BatchMetadata {
    fn end_offset(&self) -> Offset {
        let count = (i64::from(self.last) - i64::from(self.first)) & 0x7fff_ffff;
        self.base_offset + count + 1
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct ProducerStateEntry {
    producer_id: i64,
    epoch: i16,
    last_used: Nanos,
    seen: [BatchMetadata; BATCHES_TO_RETAIN],
    count: usize,
    /// The offset of the first batch or marker of this epoch.
    epoch_since: Offset,
    /// The epoch of the coordinator that wrote the last marker, -1 before one.
    coordinator_epoch: i32,
}

/// The producers of one partition, by id.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ProducerStates {
    entries: Vec<ProducerStateEntry>,
    transactions: TransactionIndex,
}

impl ProducerStateEntry {
    fn last(&self) -> Option<&BatchMetadata> {
        self.count.checked_sub(1).map(|at| &self.seen[at])
    }

    /// Forgets batches outside these offsets.
    fn keep(&mut self, start: Offset, end: Offset) {
        let seen = self.seen;
        let inside = |seen: &&BatchMetadata| seen.base_offset >= start && seen.end_offset() <= end;
        let all = seen[..std::mem::take(&mut self.count)].iter().filter(inside);
        all.for_each(|seen| self.remember(*seen));
    }

    fn remember(&mut self, seen: BatchMetadata) {
        if self.count == BATCHES_TO_RETAIN {
            self.seen.rotate_left(1);
            self.count -= 1;
        }
        self.seen[self.count] = seen;
        self.count += 1;
    }
}

fn last_sequence(batch: &Batch) -> i32 {
    sequence_after(batch.base_sequence, batch.records.count.saturating_sub(1))
}

impl ProducerStates {
    fn find(&self, producer_id: i64) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&producer_id, |entry| entry.producer_id)
    }

    /// Judges a batch that a client wants appended. An entry unused for `expiration` counts as forgotten
    /// (`producer.id.expiration.ms`).
    pub(crate) fn check(&self, batch: &Batch, now: Nanos, expiration: Nanos) -> SequenceCheck {
        if batch.producer_id < 0 {
            return SequenceCheck::Append;
        }
        let known = self.find(batch.producer_id).ok().map(|at| &self.entries[at]);
        let Some(entry) = known.filter(|entry| now.saturating_sub(entry.last_used) <= expiration) else {
            return SequenceCheck::Append;
        };
        // Fencing before anything else: a zombie that repeats an old batch must not hear of success.
        if batch.producer_epoch < entry.epoch {
            return SequenceCheck::Refuse(ErrorCode::InvalidProducerEpoch);
        }
        let expected = match entry.last() {
            // A new epoch starts its sequences at 0 (KIP-360).
            Some(last) if batch.producer_epoch == entry.epoch => sequence_after(last.last, 1),
            _ => 0,
        };
        match entry.duplicate_of(batch) {
            Some(base_offset) => SequenceCheck::Duplicate(base_offset),
            None if batch.base_sequence == expected => SequenceCheck::Append,
            None => SequenceCheck::Refuse(ErrorCode::OutOfOrderSequenceNumber),
        }
    }

    /// Judges a marker. One of a coordinator that was replaced may be on its way for long, and would end the next
    /// transaction (`ProducerAppendInfo.checkCoordinatorEpoch`, `checkProducerEpoch`).
    pub(crate) fn check_marker(&self, marker: &Batch) -> Result<(), ErrorCode> {
        let Ok(at) = self.find(marker.producer_id) else { return Ok(()) };
        let entry = &self.entries[at];
        if marker.base_sequence < entry.coordinator_epoch {
            return Err(ErrorCode::TransactionCoordinatorFenced);
        }
        let is_old = marker.producer_epoch < entry.epoch;
        if is_old { Err(ErrorCode::InvalidProducerEpoch) } else { Ok(()) }
    }

    /// Whether a producer's transaction of this epoch has begun here. One of an older epoch waits for its marker, and
    /// nothing may join it (`ProducerStateManager.hasOngoingTransaction`).
    pub(crate) fn has_open_transaction(&self, producer_id: i64, epoch: i16) -> bool {
        let known = self.find(producer_id).ok().map(|at| self.entries[at].epoch);
        known == Some(epoch) && self.transactions.open_since(producer_id).is_some()
    }

    pub(crate) fn transactions(&self) -> &TransactionIndex {
        &self.transactions
    }

    /// Nobody asks any more for transactions that were committed below this offset.
    pub(crate) fn forget_commits_below(&mut self, offset: Offset) {
        self.transactions.forget_commits_below(offset);
    }

    /// Notes a batch that is in the log now, as leader or follower.
    pub(crate) fn update(&mut self, batch: &Batch, now: Nanos) {
        if batch.producer_id < 0 {
            return;
        }
        self.transactions.append(batch);
        self.note_sequences(batch, now);
    }

    fn note_sequences(&mut self, batch: &Batch, now: Nanos) {
        let at = self.find(batch.producer_id).unwrap_or_else(|at| {
            let fresh = ProducerStateEntry {
                producer_id: batch.producer_id,
                epoch: batch.producer_epoch,
                last_used: now,
                seen: Default::default(),
                count: 0,
                epoch_since: batch.base_offset,
                coordinator_epoch: -1,
            };
            self.entries.insert(at, fresh);
            at
        });
        let entry = &mut self.entries[at];
        if entry.epoch != batch.producer_epoch {
            (entry.epoch, entry.count) = (batch.producer_epoch, 0);
            entry.epoch_since = batch.base_offset;
        }
        entry.last_used = now;
        // A marker has no sequence; with version 2 it carries the next epoch, so that what is late is refused.
        if batch.kind.is_control() {
            entry.coordinator_epoch = entry.coordinator_epoch.max(batch.base_sequence);
            return;
        }
        entry.remember(BatchMetadata {
            first: batch.base_sequence,
            last: last_sequence(batch),
            base_offset: batch.base_offset,
        });
    }

    /// Builds the memory anew from a log that was recovered or truncated. Of batches that the log has merged
    /// meanwhile, what was known of them before is kept: their bounds are nowhere else.
    pub(crate) fn rebuild(&mut self, log: &Log) {
        let merged = log.merged_end();
        self.rebuild_transactions(log);
        self.entries.retain_mut(|entry| {
            entry.keep(log.start(), merged.min(log.end()));
            entry.count > 0 || (log.start()..merged.min(log.end())).contains(&entry.epoch_since)
        });
        let with_batches = self.entries.iter().filter(|entry| entry.count > 0);
        let known: Vec<i64> = with_batches.map(|entry| entry.producer_id).collect();
        let from = log.nth_batch_from_end(REBUILD_BATCHES);
        log.for_each_batch(from, |batch| {
            let kept = batch.end_offset() <= merged && known.binary_search(&batch.producer_id).is_ok();
            let known_epoch = self.find(batch.producer_id).ok().map(|at| self.entries[at].epoch);
            if !kept && known_epoch.is_none_or(|epoch| epoch <= batch.producer_epoch) {
                self.note_sequences(&batch, batch.created_at);
            }
            true
        });
    }

    fn rebuild_transactions(&mut self, log: &Log) {
        if !self.transactions.has_forgotten_behind(log.end()) {
            return self.transactions.truncate(log.start(), log.end());
        }
        let mut transactions = TransactionIndex::default();
        log.for_each_batch(log.start(), |batch| {
            transactions.append(&batch);
            true
        });
        self.transactions = transactions;
    }
}

impl ProducerStateEntry {
    fn duplicate_of(&self, batch: &Batch) -> Option<Offset> {
        let last = last_sequence(batch);
        let same = |seen: &&BatchMetadata| (seen.first, seen.last) == (batch.base_sequence, last);
        let seen = self.seen[..self.count].iter().find(same)?;
        (self.epoch == batch.producer_epoch).then_some(seen.base_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::BatchKind;
    use crate::protocol::wire::RecordRange;

    const DAY: Nanos = 86_400_000_000_000;

    fn batch(epoch: i16, base_sequence: i32, count: u32) -> Batch {
        Batch {
            base_offset: 0,
            records: RecordRange { producer: 1, first: base_sequence as u64, count },
            bytes: 100,
            leader_epoch: 0,
            producer_id: 7,
            producer_epoch: epoch,
            base_sequence,
            created_at: 0,
            max_timestamp: 0,
            kind: Default::default(),
        }
    }

    /// Appends what may be appended; one word a batch.
    fn feed(batches: &[Batch]) -> Vec<String> {
        let (mut log, mut producers) = (Log::default(), ProducerStates::default());
        let mut word = |batch: &Batch| match producers.check(batch, 0, DAY) {
            SequenceCheck::Append => {
                let base_offset = log.append_as_leader(*batch, 0);
                producers.update(&Batch { base_offset, ..*batch }, 0);
                format!("at {base_offset}")
            }
            SequenceCheck::Duplicate(base_offset) => format!("was {base_offset}"),
            SequenceCheck::Refuse(error) => error.name().to_string(),
        };
        batches.iter().map(&mut word).collect()
    }

    #[test]
    fn a_retry_gets_the_first_answer_while_it_is_remembered() {
        let mut batches: Vec<_> = (0..6).map(|nth| batch(0, nth * 2, 2)).collect();
        batches.extend([batch(0, 2, 2), batch(0, 10, 2), batch(0, 0, 2), batch(0, 2, 1)]);
        let words = feed(&batches);
        assert_eq!(words[..6], ["at 0", "at 2", "at 4", "at 6", "at 8", "at 10"]);
        assert_eq!(words[6..8], ["was 2", "was 10"]);
        assert_eq!(words[8..], ["OUT_OF_ORDER_SEQUENCE_NUMBER"; 2], "forgotten, and cut differently");
    }

    #[test]
    fn a_gap_is_refused_and_a_new_epoch_starts_at_zero() {
        let words = feed(&[
            batch(0, 5, 1),
            batch(0, 7, 1),
            batch(1, 1, 1),
            batch(1, 0, 1),
            batch(0, 6, 1),
            batch(1, 1, 1),
        ]);
        let gap = "OUT_OF_ORDER_SEQUENCE_NUMBER";
        assert_eq!(words, ["at 0", gap, gap, "at 1", "INVALID_PRODUCER_EPOCH", "at 2"]);
    }

    #[test]
    fn sequences_wrap_to_zero() {
        assert_eq!(feed(&[batch(0, i32::MAX - 1, 2), batch(0, 0, 1)]), ["at 0", "at 2"]);
        assert_eq!(feed(&[batch(0, i32::MAX, 2), batch(0, 1, 1)]), ["at 0", "at 2"]);
    }

    fn marker(epoch: i16, coordinator: i32) -> Batch {
        Batch { kind: BatchKind::Commit, ..batch(epoch, coordinator, 1) }
    }

    /// With version 2 a marker carries the epoch in which the next transaction writes.
    #[test]
    fn a_late_marker_of_a_replaced_coordinator_does_not_end_the_next_transaction() {
        let mut producers = ProducerStates::default();
        let open =
            |epoch, at| Batch { kind: BatchKind::Transactional, base_offset: at, ..batch(epoch, 0, 1) };
        producers.update(&open(0, 0), 0);
        assert_eq!(producers.check_marker(&marker(1, 5)), Ok(()));
        producers.update(&Batch { base_offset: 1, ..marker(1, 5) }, 0);
        producers.update(&open(1, 2), 0);
        assert_eq!(producers.check_marker(&marker(1, 4)), Err(ErrorCode::TransactionCoordinatorFenced));
        assert_eq!(producers.check_marker(&marker(0, 5)), Err(ErrorCode::InvalidProducerEpoch));
        assert_eq!(producers.transactions().open_since(7), Some(2));
    }

    #[test]
    fn a_marker_with_the_next_epoch_refuses_what_comes_late_and_wants_sequence_0() {
        let mut producers = ProducerStates::default();
        producers.update(&batch(0, 0, 2), 0);
        producers.update(&marker(1, 5), 0);
        let late = SequenceCheck::Refuse(ErrorCode::InvalidProducerEpoch);
        assert_eq!(producers.check(&batch(0, 2, 1), 0, DAY), late);
        let gap = SequenceCheck::Refuse(ErrorCode::OutOfOrderSequenceNumber);
        assert_eq!(producers.check(&batch(1, 2, 1), 0, DAY), gap);
        assert_eq!(producers.check(&batch(1, 0, 1), 0, DAY), SequenceCheck::Append);
    }

    #[test]
    fn a_commit_that_was_forgotten_and_cut_off_leaves_its_transaction_open() {
        let (mut log, mut producers) = (Log::default(), ProducerStates::default());
        let open = Batch { kind: BatchKind::Transactional, ..batch(0, 0, 1) };
        for batch in [open, marker(0, 1)] {
            let base_offset = log.append_as_leader(batch, 0);
            producers.update(&Batch { base_offset, ..batch }, 0);
        }
        producers.forget_commits_below(2);
        assert_eq!(producers.transactions().open_since(7), None);
        log.truncate_to(1);
        producers.rebuild(&log);
        assert_eq!(producers.transactions().open_since(7), Some(0));
    }

    #[test]
    fn memory_expires_and_is_rebuilt_from_the_log() {
        let (mut log, mut producers) = (Log::default(), ProducerStates::default());
        for nth in 0..8 {
            log.append_as_leader(batch(0, nth, 1), 3);
        }
        producers.rebuild(&log);
        assert_eq!(producers.check(&batch(0, 3, 1), 0, DAY), SequenceCheck::Duplicate(3));
        assert_eq!(producers.check(&batch(0, 8, 1), 0, DAY), SequenceCheck::Append);
        let out_of_order = SequenceCheck::Refuse(ErrorCode::OutOfOrderSequenceNumber);
        assert_eq!(producers.check(&batch(0, 2, 1), 0, DAY), out_of_order);
        assert_eq!(producers.check(&batch(0, 2, 1), DAY + 1, DAY), SequenceCheck::Append);
        log.append_as_leader(batch(0, 8, 9), 3);
        producers.rebuild(&log);
        log.merge_below(17);
        let before = producers.clone();
        producers.rebuild(&log);
        assert_eq!(producers, before, "whatever the log has merged since");
        log.truncate_to(8);
        producers.rebuild(&log);
        assert_eq!(producers.check(&batch(0, 7, 1), 0, DAY), SequenceCheck::Duplicate(7));
        assert_eq!(producers.check(&batch(0, 8, 1), 0, DAY), SequenceCheck::Append);
    }
}
