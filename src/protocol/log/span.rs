//! Old batches merged into spans, so that a log's memory hardly grows while every record keeps its identity.

use crate::model::Nanos;
use crate::protocol::wire::{Batch, BatchKind, LeaderEpoch, Offset, RecordRange, Timestamp};

/// How many producers share a span.
const MAX_LANES: usize = 16;
/// How many batches a span of several producers keeps in order.
const MAX_INTERLEAVED_BATCHES: usize = 4096;
/// Bits of a record count in an entry of `order`; the lane is above them.
const COUNT_BITS: u32 = 12;
const MAX_COUNT: u32 = (1 << COUNT_BITS) - 1;
/// A span of one producer that is longer stays one when a second producer comes.
const MAX_BATCHES_TO_INTERLEAVE: u32 = 64;

/// One producer's records in a span: consecutive numbers and sequences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Lane {
    records: RecordRange,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    kind: BatchKind,
}

/// Neighbouring batches of one leader epoch.
///
/// With one lane the batches are taken to be of equal size and nothing is kept of each. With more, two
/// bytes a batch keep who wrote how many records in which order. Sizes and times are spread evenly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) base_offset: Offset,
    pub(super) end_offset: Offset,
    pub(super) leader_epoch: LeaderEpoch,
    pub(super) bytes: u64,
    batches: u32,
    created_first: Nanos,
    created_last: Nanos,
    timestamp_first: Timestamp,
    /// The largest.
    timestamp_last: Timestamp,
    lanes: Vec<Lane>,
    order: Vec<u16>,
}

/// The sequence `count` records after `sequence`, which wraps to 0 (`DefaultRecordBatch.incrementSequence`).
pub(crate) fn sequence_after(sequence: i32, count: u32) -> i32 {
    if sequence < 0 { sequence } else { ((i64::from(sequence) + i64::from(count)) & 0x7fff_ffff) as i32 }
}

impl Lane {
    fn of(batch: &Batch) -> Self {
        Lane {
            records: batch.records,
            producer_id: batch.producer_id,
            producer_epoch: batch.producer_epoch,
            base_sequence: batch.base_sequence,
            kind: batch.kind,
        }
    }

    fn continues_with(&self, batch: &Batch) -> bool {
        self.records.producer == batch.records.producer
            && self.records.first + u64::from(self.records.count) == batch.records.first
            && self.records.count.checked_add(batch.records.count).is_some()
            && (self.producer_id, self.producer_epoch) == (batch.producer_id, batch.producer_epoch)
            && sequence_after(self.base_sequence, self.records.count) == batch.base_sequence
            && self.kind == batch.kind
    }
}

impl Span {
    pub(super) fn of(batch: &Batch) -> Self {
        Span {
            base_offset: batch.base_offset,
            end_offset: batch.end_offset(),
            leader_epoch: batch.leader_epoch,
            bytes: u64::from(batch.bytes),
            batches: 1,
            created_first: batch.created_at,
            created_last: batch.created_at,
            timestamp_first: batch.max_timestamp,
            timestamp_last: batch.max_timestamp,
            lanes: vec![Lane::of(batch)],
            order: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> u64 {
        (self.end_offset - self.base_offset) as u64
    }

    /// About where its last `count` batches begin.
    pub(super) fn last_batches(&self, count: u64) -> Offset {
        let batches = u64::from(self.batches);
        let skip =
            u128::from(batches.saturating_sub(count)) * u128::from(self.len()) / u128::from(batches.max(1));
        self.base_offset + skip as Offset
    }

    /// Takes the next batch in if it fits.
    pub(super) fn absorb(&mut self, batch: &Batch) -> bool {
        if batch.leader_epoch != self.leader_epoch {
            return false;
        }
        let lane = self.lanes.iter().position(|lane| lane.continues_with(batch));
        let fits = match lane {
            Some(_) if self.lanes.len() == 1 => self.batches < u32::MAX,
            _ => (lane.is_some() || self.lanes.len() < MAX_LANES) && self.interleave(batch),
        };
        if !fits {
            return false;
        }
        let lane = lane.unwrap_or_else(|| {
            self.lanes.push(Lane { records: RecordRange { count: 0, ..batch.records }, ..Lane::of(batch) });
            self.lanes.len() - 1
        });
        if self.lanes.len() > 1 {
            push_order(&mut self.order, lane, batch.records.count);
        }
        self.lanes[lane].records.count += batch.records.count;
        self.end_offset = batch.end_offset();
        self.bytes += u64::from(batch.bytes);
        self.batches += 1;
        self.created_last = batch.created_at;
        self.timestamp_last = self.timestamp_last.max(batch.max_timestamp);
        true
    }

    /// Makes sure that the order of batches is kept from here on; false when the span is too long for it.
    fn interleave(&mut self, batch: &Batch) -> bool {
        if self.lanes.len() > 1 {
            return self.order.len() + (batch.records.count / MAX_COUNT) as usize + 1
                < MAX_INTERLEAVED_BATCHES;
        }
        if self.batches > MAX_BATCHES_TO_INTERLEAVE {
            return false;
        }
        let (len, batches) = (self.len(), u64::from(self.batches));
        for nth in 0..batches {
            let count = (nth + 1) * len / batches - nth * len / batches;
            push_order(&mut self.order, 0, count as u32);
        }
        true
    }

    /// Gives the batches from the one with `from` in it, cut to start there, until `each` returns false.
    pub(super) fn batches_from(&self, from: Offset, mut each: impl FnMut(Batch) -> bool) -> bool {
        if self.lanes.len() == 1 {
            self.even_from(from, each)
        } else {
            self.interleaved_from(from, &mut each)
        }
    }

    fn even_from(&self, from: Offset, mut each: impl FnMut(Batch) -> bool) -> bool {
        let (len, batches) = (self.len(), u64::from(self.batches));
        let mut at = (from - self.base_offset) as u64;
        while at < len {
            let nth = ((at + 1) * batches).div_ceil(len) - 1;
            let to = ((nth + 1) * len / batches).max(at + 1);
            if !each(self.piece(&self.lanes[0], at, at, (to - at) as u32)) {
                return false;
            }
            at = to;
        }
        true
    }

    fn interleaved_from(&self, from: Offset, each: &mut dyn FnMut(Batch) -> bool) -> bool {
        let skip_to = (from - self.base_offset) as u64;
        let (mut at, mut taken) = (0u64, [0u64; MAX_LANES]);
        for &entry in &self.order {
            let (lane, count) = (usize::from(entry >> COUNT_BITS), u64::from(u32::from(entry) & MAX_COUNT));
            let skip = skip_to.saturating_sub(at).min(count);
            if skip < count {
                let batch =
                    self.piece(&self.lanes[lane], at + skip, taken[lane] + skip, (count - skip) as u32);
                if !each(batch) {
                    return false;
                }
            }
            at += count;
            taken[lane] += count;
        }
        true
    }

    /// `count` records from place `at` of the span and place `nth` of the lane.
    fn piece(&self, lane: &Lane, at: u64, nth: u64, count: u32) -> Batch {
        let len = u128::from(self.len());
        let share = |total: u64, place: u64| (u128::from(total) * u128::from(place) / len) as u64;
        Batch {
            base_offset: self.base_offset + at as Offset,
            records: RecordRange { first: lane.records.first + nth, count, ..lane.records },
            bytes: (share(self.bytes, at + u64::from(count)) - share(self.bytes, at)) as u32,
            leader_epoch: self.leader_epoch,
            producer_id: lane.producer_id,
            producer_epoch: lane.producer_epoch,
            base_sequence: sequence_after(lane.base_sequence, nth as u32),
            created_at: self.created_first + share(self.created_last.saturating_sub(self.created_first), at),
            max_timestamp: self.timestamp_at(at + u64::from(count)),
            kind: lane.kind,
        }
    }

    /// The largest timestamp of the records before place `end`, as if they had come evenly.
    fn timestamp_at(&self, end: u64) -> Timestamp {
        let over = i128::from(self.timestamp_last) - i128::from(self.timestamp_first);
        let share = over * i128::from(end) / i128::from(self.len().max(1));
        (i128::from(self.timestamp_first) + share) as Timestamp
    }

    /// The records from `from` on, in as few ranges as possible, each with its first offset.
    pub(super) fn ranges_from(
        &self,
        from: Offset,
        mut each: impl FnMut(Offset, RecordRange) -> bool,
    ) -> bool {
        if self.lanes.len() > 1 {
            return self.interleaved_from(from, &mut |batch| each(batch.base_offset, batch.records));
        }
        let nth = (from - self.base_offset) as u64;
        let lane = self.lanes[0].records;
        let count = lane.count - nth as u32;
        each(from, RecordRange { first: lane.first + nth, count, ..lane })
    }

    /// Drops the records at and after `end`, which lies inside the span.
    pub(super) fn truncate(&mut self, end: Offset) {
        let keep = (end - self.base_offset) as u64;
        let share = |total: u64| (u128::from(total) * u128::from(keep) / u128::from(self.len())) as u64;
        let bytes = share(self.bytes);
        let batches = share(u64::from(self.batches)).max(1) as u32;
        let created_last = self.created_first + share(self.created_last.saturating_sub(self.created_first));
        let timestamp_last = self.timestamp_at(keep);
        if self.lanes.len() == 1 {
            self.lanes[0].records.count = keep as u32;
        } else {
            self.truncate_order(keep);
        }
        (self.bytes, self.batches, self.created_last, self.end_offset) = (bytes, batches, created_last, end);
        self.timestamp_last = timestamp_last;
    }

    fn truncate_order(&mut self, keep: u64) {
        let (mut at, mut places) = (0u64, 0);
        self.lanes.iter_mut().for_each(|lane| lane.records.count = 0);
        for entry in &mut self.order {
            if at == keep {
                break;
            }
            let count = u64::from(u32::from(*entry) & MAX_COUNT).min(keep - at);
            *entry = (*entry >> COUNT_BITS) << COUNT_BITS | count as u16;
            self.lanes[usize::from(*entry >> COUNT_BITS)].records.count += count as u32;
            at += count;
            places += 1;
        }
        self.order.truncate(places);
    }
}

fn push_order(order: &mut Vec<u16>, lane: usize, mut count: u32) {
    while count > 0 {
        let part = count.min(MAX_COUNT);
        order.push((lane as u16) << COUNT_BITS | part as u16);
        count -= part;
    }
}

/// Drops the records at and after `end`.
pub(super) fn truncate_end(batch: &mut Batch, end: Offset) {
    let count = (end - batch.base_offset).clamp(0, Offset::from(batch.records.count)) as u32;
    batch.bytes = (u64::from(batch.bytes) * u64::from(count) / u64::from(batch.records.count.max(1))) as u32;
    batch.records.count = count;
}

/// Drops the records before `from`.
pub(super) fn truncate_start(batch: &mut Batch, from: Offset) {
    let gone = (from - batch.base_offset).clamp(0, Offset::from(batch.records.count)) as u32;
    let count = batch.records.count - gone;
    batch.bytes = (u64::from(batch.bytes) * u64::from(count) / u64::from(batch.records.count.max(1))) as u32;
    batch.records.first += u64::from(gone);
    batch.records.count = count;
    batch.base_sequence = sequence_after(batch.base_sequence, gone);
    batch.base_offset = from;
}
