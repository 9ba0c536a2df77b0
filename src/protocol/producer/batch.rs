//! Batches that a producer holds: open, queued for a retry or in flight.

use crate::model::Nanos;
use crate::protocol::wire::{LeaderEpoch, RecordRange};

/// Where a batch is kept; a place is used again, its generation tells the batches apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BatchId {
    at: u32,
    generation: u32,
}

/// One batch (`ProducerBatch`).
#[derive(Clone, Debug)]
pub(super) struct ProducerBatch {
    /// Place of its partition.
    pub(super) queue: u32,
    pub(super) records: RecordRange,
    pub(super) bytes: u32,
    /// As it is sent; set when it is first drained.
    pub(super) wire_bytes: u32,
    /// Memory that it took from the pool.
    pub(super) pooled: u64,
    pub(super) created_at: Nanos,
    pub(super) last_append_at: Nanos,
    /// Nothing more is appended: full, sent or split.
    pub(super) closed: bool,
    /// Now on its way to a broker.
    pub(super) in_flight: bool,
    /// How often it came back.
    pub(super) attempts: u32,
    /// Not before this time again.
    pub(super) retry_at: Nanos,
    /// The leader epoch that the producer knew when it was last sent.
    pub(super) sent_epoch: LeaderEpoch,
    pub(super) producer_id: i64,
    pub(super) producer_epoch: i16,
    /// -1 until it is drained by an idempotent producer.
    pub(super) base_sequence: i32,
    /// It got a new sequence after an epoch bump (`sequenceHasBeenReset`).
    pub(super) sequence_reset: bool,
    /// Some attempt may have been appended.
    pub(super) indefinite: bool,
}

impl ProducerBatch {
    pub(super) fn new(queue: u32, records: RecordRange, pooled: u64, now: Nanos) -> Self {
        ProducerBatch {
            queue,
            records,
            bytes: super::size::BATCH_HEADER_BYTES,
            wire_bytes: 0,
            pooled,
            created_at: now,
            last_append_at: now,
            closed: false,
            in_flight: false,
            attempts: 0,
            retry_at: 0,
            sent_epoch: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            sequence_reset: false,
            indefinite: false,
        }
    }
}

/// All batches of a producer.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    places: Vec<(u32, Option<ProducerBatch>)>,
    free: Vec<u32>,
}

impl Batches {
    pub(super) fn add(&mut self, batch: ProducerBatch) -> BatchId {
        match self.free.pop() {
            Some(at) => {
                let place = &mut self.places[at as usize];
                place.1 = Some(batch);
                BatchId { at, generation: place.0 }
            }
            None => {
                self.places.push((0, Some(batch)));
                BatchId { at: self.places.len() as u32 - 1, generation: 0 }
            }
        }
    }

    pub(super) fn get(&self, id: BatchId) -> Option<&ProducerBatch> {
        let (generation, batch) = &self.places[id.at as usize];
        batch.as_ref().filter(|_| *generation == id.generation)
    }

    pub(super) fn get_mut(&mut self, id: BatchId) -> Option<&mut ProducerBatch> {
        let (generation, batch) = &mut self.places[id.at as usize];
        batch.as_mut().filter(|_| *generation == id.generation)
    }

    pub(super) fn remove(&mut self, id: BatchId) -> Option<ProducerBatch> {
        self.get(id)?;
        let place = &mut self.places[id.at as usize];
        place.0 = place.0.wrapping_add(1);
        self.free.push(id.at);
        place.1.take()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ProducerBatch> {
        self.places.iter().filter_map(|(_, batch)| batch.as_ref())
    }
}
