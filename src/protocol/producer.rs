//! The Java producer: accumulator, batches, requests in flight, retries, idempotence (§2.12).
//!
//! A producer writes to one topic. It numbers the records it accepts per partition from 0; that number is
//! a record's identity ([`RecordRange`]).
//!
//! `Producer::new(producer: u32, ProducerSettings, seed: u64)`, then
//! `step(now, ProducerInput, &mut Vec<ProducerOutput>)`; the first input may be a `Wake` at time 0. The
//! partitions of its topic are those of the first metadata.

mod io;
mod settings;

pub use io::{
    PartitionLeader, ProduceRequest, ProducedPartition, ProducerInput, ProducerOutput, SendError, Target,
};
pub use settings::{Partitioner, ProducerSettings};
