//! Which partition a record without one goes to: by its key's hash, or as the client spreads records without keys.

use crate::model::Nanos;
use crate::protocol::producer::append::RecordAppendResult;
use crate::protocol::producer::queue::PartitionQueue;
use crate::protocol::producer::size::record_size;
use crate::protocol::producer::{Partitioner, Producer, RecordKey, RecordRun, RecordTarget};
use rand_core::Rng;

/// `sticky.partitioning.linger.ms` of librdkafka: twice its `linger.ms` of 5 ms.
const STICKY_LINGER: Nanos = 10_000_000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sticky {
    queue: Option<u32>,
    /// Bytes appended to that partition since it was chosen.
    bytes: u32,
    /// Whose turn it is.
    turn: u32,
    /// librdkafka keeps to the partition until then.
    until: Nanos,
}

/// Which partitions a record without a key may go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    /// Led in the producer's rack.
    InRack,
    /// Led at all.
    Led,
    All,
}

impl Producer {
    /// Appends a run where it belongs; less than all of it when memory or metadata is missing.
    pub(super) fn place(&mut self, now: Nanos, target: RecordTarget, run: RecordRun) -> RecordAppendResult {
        let partitions = self.queues.len() as u32;
        if partitions == 0 {
            self.metadata.request();
            return RecordAppendResult::default();
        }
        match target {
            RecordTarget::Partition(partition) => match self.queue_of(partition) {
                Some(queue) => self.append(now, queue, run),
                None => {
                    self.metadata.request();
                    RecordAppendResult::default()
                }
            },
            RecordTarget::Key(key) => self.append_keyed(now, key, run),
            RecordTarget::NoKey => self.append_keyless(now, run),
        }
    }

    fn append_keyed(&mut self, now: Nanos, key: RecordKey, run: RecordRun) -> RecordAppendResult {
        match self.settings.key_hash {
            Some(by) => self.append(now, key.hash(by) % self.queues.len() as u32, run),
            None => self.append_keyless(now, run),
        }
    }

    /// Without a key, or with one that the partitioner does not look at.
    fn append_keyless(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        match self.settings.partitioner {
            Partitioner::RoundRobin => self.append_in_turn(now, run),
            Partitioner::StickyBatch => self.append_by_batch(now, run),
            Partitioner::UniformSticky => self.append_uniformly(now, run),
            Partitioner::StickyTime => self.append_for_a_while(now, run),
            Partitioner::Random => self.append_anywhere(now, run),
            Partitioner::EmptyKey(by) => self.append(now, by.of(&[]) % self.queues.len() as u32, run),
        }
    }

    /// One partition for [`STICKY_LINGER`] (`rd_kafka_msg_sticky_partition`).
    fn append_for_a_while(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        if now >= self.sticky.until {
            let until = now.saturating_add(STICKY_LINGER);
            self.sticky = Sticky { queue: Some(self.draw(None)), until, ..self.sticky };
        }
        self.append(now, self.sticky.queue.unwrap_or(0), run)
    }

    /// Each record to any partition (`rd_kafka_msg_partitioner_random`).
    fn append_anywhere(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        let mut done = RecordAppendResult::default();
        while done.count < run.count {
            let queue = self.draw(None);
            let one = self.append(now, queue, RecordRun { count: 1, ..run.after(done.count) });
            if one.count == 0 {
                break;
            }
            done.count += one.count;
            done.bytes += one.bytes;
        }
        done
    }

    /// One record to each partition in turn (`DefaultPartitioner` up to 2.3, `RoundRobinPartitioner`).
    fn append_in_turn(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        let partitions = self.queues.len() as u32;
        let mut done = RecordAppendResult::default();
        for place in 0..run.count.min(partitions) {
            let share = run.count / partitions + u32::from(place < run.count % partitions);
            let queue = (self.sticky.turn + place) % partitions;
            let part = self.append(now, queue, RecordRun { count: share, ..run });
            done.count += part.count;
            done.bytes += part.bytes;
            if part.count < share {
                break;
            }
        }
        self.sticky.turn = (self.sticky.turn + done.count) % partitions;
        done
    }

    /// One partition until its batch takes no more (`StickyPartitionCache`, KIP-480).
    fn append_by_batch(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        let mut done = RecordAppendResult::default();
        while done.count < run.count {
            let queue = self.sticky.queue.unwrap_or_else(|| self.draw(None));
            let mut part = self.append_to_tail(now, queue, run.after(done.count));
            if part.count == 0 {
                let next = self.draw(Some(queue));
                self.sticky.queue = Some(next);
                let one = RecordRun { count: 1, ..run.after(done.count) };
                part = self.append(now, next, one);
                if part.count == 0 {
                    break;
                }
            }
            done.count += part.count;
            done.bytes += part.bytes;
        }
        done
    }

    /// One partition until `batch.size` bytes went to it and its batches are full or gone, at most twice
    /// that (`BuiltInPartitioner`, KIP-794).
    fn append_uniformly(&mut self, now: Nanos, run: RecordRun) -> RecordAppendResult {
        let mut done = RecordAppendResult::default();
        while done.count < run.count {
            self.switch_when_due();
            let queue = self.sticky.queue.unwrap_or_else(|| self.draw(None));
            self.sticky.queue = Some(queue);
            let rest = run.after(done.count);
            let part = self.append(now, queue, RecordRun { count: self.until_switch(rest), ..rest });
            done.count += part.count;
            done.bytes += part.bytes;
            self.sticky.bytes = self.sticky.bytes.saturating_add(part.bytes);
            self.switch_when_due();
            if part.count == 0 {
                break;
            }
        }
        done
    }

    /// How many records go to the partition before the next look at whether to switch; at least one.
    fn until_switch(&self, run: RecordRun) -> u32 {
        let limit = self.settings.batch_size.max(1);
        let due = if self.sticky.bytes < limit { limit } else { limit.saturating_mul(2) };
        let size = record_size(run.record_bytes, 0, 0);
        due.saturating_sub(self.sticky.bytes).div_ceil(size).clamp(1, run.count)
    }

    fn switch_when_due(&mut self) {
        let Some(queue) = self.sticky.queue else { return };
        let limit = self.settings.batch_size;
        let due = self.sticky.bytes >= limit && self.open_tail(queue).is_none();
        if due || self.sticky.bytes >= limit.saturating_mul(2) {
            self.sticky = Sticky { queue: Some(self.draw(None)), bytes: 0, ..self.sticky };
        }
    }

    /// A random partition among those that may be drawn, not `except` if there is a choice; with adaptive
    /// partitioning the likelier, the shorter its queue.
    fn draw(&mut self, except: Option<u32>) -> u32 {
        let choice = self.choice();
        let queues = self.queues.iter().filter(|queue| self.is_in(queue, choice));
        let longest = queues.map(|queue| queue.batches.len() as u64).max().unwrap_or(0);
        let adaptive = self.settings.adaptive_partitioning && except.is_none();
        let weight = |place: usize, queue: &PartitionQueue| {
            if !self.is_in(queue, choice) || except == Some(place as u32) {
                0
            } else if adaptive {
                longest + 1 - queue.batches.len() as u64
            } else {
                1
            }
        };
        let weights: Vec<u64> =
            self.queues.iter().enumerate().map(|(place, queue)| weight(place, queue)).collect();
        let total: u64 = weights.iter().sum();
        if total == 0 {
            return except.unwrap_or(0);
        }
        let mut left = u64::from(self.rng.next_u32()) % total;
        for (place, weight) in (0..).zip(weights) {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// Partitions that are led in the producer's rack, if it keeps to that; else those with a leader; else all.
    fn choice(&self) -> Choice {
        let any = |choice| self.queues.iter().any(|queue| self.is_in(queue, choice));
        [Choice::InRack, Choice::Led].into_iter().find(|choice| any(*choice)).unwrap_or(Choice::All)
    }

    fn is_in(&self, queue: &PartitionQueue, choice: Choice) -> bool {
        let leader = queue.node.map(|node| &self.nodes[node as usize]);
        match choice {
            Choice::InRack => {
                let rack = self.settings.rack;
                rack.is_some() && leader.is_some_and(|leader| leader.rack == rack)
            }
            Choice::Led => leader.is_some(),
            Choice::All => true,
        }
    }
}
