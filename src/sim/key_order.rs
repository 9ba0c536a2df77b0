//! Order per key: which keys a group processed out of the order in which they were sent, and which lie in two partitions.
//!
//! A record of a key is later than another one of it if the same process sent it after that, or anybody did once the
//! other one was acknowledged. Two producers that know nothing of each other have no order. What a group processes a
//! second time says nothing about order.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::wire::RecordRange;
use std::collections::{BTreeMap, BTreeSet};

/// Records of one key that one `send()` after the other took, in one partition.
#[derive(Clone, Copy, Debug)]
struct KeyedRun {
    key: u32,
    count: u32,
    /// Counts the sends of all producers.
    sent: u64,
    sent_at: Nanos,
    acked_at: Option<Nanos>,
    /// Groups that have not processed all of it.
    unread_by: u32,
}

/// The latest record of a key in one topic that a group has processed.
#[derive(Clone, Debug, Default)]
struct LatestRead {
    sent_at: Nanos,
    /// The same of each process of a producer.
    sent_by: Vec<(u32, u64)>,
}

/// Where records went, and who reads there.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyedPartition {
    pub(super) partition: PartitionIx,
    pub(super) topic: u32,
    /// How many groups read the topic.
    pub(super) readers: u32,
}

/// What a group's reading shows for the first time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct OrderBroken {
    /// The key that broke the order in its topic.
    pub(super) in_topic: Option<u32>,
    /// The key of which a later record of another topic had been processed.
    pub(super) across_topics: Option<u32>,
}

/// All keys that may come again.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyOrder {
    /// By partition and process of a producer; what all groups have processed is forgotten.
    runs: BTreeMap<(PartitionIx, u32), BTreeMap<u64, KeyedRun>>,
    sends: u64,
    /// The partition that each key of a topic first went to.
    first_partitions: BTreeMap<(u32, u32), PartitionIx>,
    split: BTreeSet<(u32, u32)>,
    /// By group, key and topic.
    latest: BTreeMap<(u32, u32, u32), LatestRead>,
    /// By group, topic and key.
    reordered: BTreeSet<(u32, u32, u32)>,
    /// By group and key.
    reordered_across_topics: BTreeSet<(u32, u32)>,
}

impl KeyOrder {
    /// `send()` took records of a key. Answers where they went before, if they are the topic's first that lie in two
    /// partitions.
    pub(super) fn accepted(
        &mut self,
        now: Nanos,
        to: KeyedPartition,
        records: RecordRange,
        key: u32,
    ) -> Option<PartitionIx> {
        let sent = self.sends;
        self.sends += u64::from(records.count);
        if to.readers > 0 {
            let run = KeyedRun {
                key,
                count: records.count,
                sent,
                sent_at: now,
                acked_at: None,
                unread_by: to.readers,
            };
            self.runs.entry((to.partition, records.producer)).or_default().insert(records.first, run);
        }
        let before = *self.first_partitions.entry((to.topic, key)).or_insert(to.partition);
        if before == to.partition {
            return None;
        }
        let is_first = self.split.range((to.topic, 0)..=(to.topic, u32::MAX)).next().is_none();
        self.split.insert((to.topic, key));
        is_first.then_some(before)
    }

    /// Records were acknowledged.
    pub(super) fn acked(&mut self, now: Nanos, partition: PartitionIx, records: RecordRange) {
        let Some(runs) = self.runs.get_mut(&(partition, records.producer)) else { return };
        let end = records.first + u64::from(records.count);
        runs.range_mut(records.first..end).for_each(|(_, run)| run.acked_at = run.acked_at.or(Some(now)));
    }

    /// Whether records of this process in this partition have keys that may come again.
    pub(super) fn has(&self, partition: PartitionIx, producer: u32) -> bool {
        self.runs.contains_key(&(partition, producer))
    }

    /// A group has processed records for the first time: those of these numbers.
    pub(super) fn read(
        &mut self,
        (group, topic): (u32, u32),
        (partition, producer): (PartitionIx, u32),
        numbers: &[(u64, u64)],
    ) -> OrderBroken {
        let mut broken = OrderBroken::default();
        for run in self.take_read(partition, producer, numbers) {
            if self.is_behind_in_topic(group, topic, producer, &run) {
                let known =
                    self.reordered.range((group, topic, 0)..=(group, topic, u32::MAX)).next().is_some();
                self.reordered.insert((group, topic, run.key));
                broken.in_topic = broken.in_topic.or((!known).then_some(run.key));
            }
            if self.is_behind_another_topic(group, topic, &run) {
                let known =
                    self.reordered_across_topics.range((group, 0)..=(group, u32::MAX)).next().is_some();
                self.reordered_across_topics.insert((group, run.key));
                broken.across_topics = broken.across_topics.or((!known).then_some(run.key));
            }
            self.latest.entry((group, run.key, topic)).or_default().note(producer, &run);
        }
        broken
    }

    /// The runs that records of these numbers belong to; those that no group still has to process are forgotten.
    fn take_read(&mut self, partition: PartitionIx, producer: u32, numbers: &[(u64, u64)]) -> Vec<KeyedRun> {
        let Some(runs) = self.runs.get_mut(&(partition, producer)) else { return Vec::new() };
        let mut read = Vec::new();
        for &(first, end) in numbers {
            let begun = runs.range(..first).next_back();
            let begun = begun.filter(|(at, run)| *at + u64::from(run.count) > first).map(|(at, _)| *at);
            let mut done = Vec::new();
            for (at, run) in runs.range_mut(begun.unwrap_or(first)..end) {
                read.push(*run);
                if at + u64::from(run.count) <= end {
                    run.unread_by = run.unread_by.saturating_sub(1);
                    done.extend((run.unread_by == 0).then_some(*at));
                }
            }
            for at in done {
                runs.remove(&at);
            }
        }
        read
    }

    fn is_behind_in_topic(&self, group: u32, topic: u32, producer: u32, run: &KeyedRun) -> bool {
        self.latest.get(&(group, run.key, topic)).is_some_and(|latest| {
            let later = |(process, sent): &(u32, u64)| *process == producer && *sent > run.sent;
            latest.sent_by.iter().any(later) || latest.is_after(run)
        })
    }

    fn is_behind_another_topic(&self, group: u32, topic: u32, run: &KeyedRun) -> bool {
        let topics = self.latest.range((group, run.key, 0)..=(group, run.key, u32::MAX));
        topics.into_iter().any(|((_, _, other), latest)| *other != topic && latest.is_after(run))
    }

    /// Keys whose records lie in two partitions of their topic; `None` when no key may come again.
    pub(super) fn split_keys(&self) -> Option<u64> {
        (!self.first_partitions.is_empty()).then_some(self.split.len() as u64)
    }

    /// Keys that some group, or this one, processed out of order in their topic; `None` when none was processed.
    pub(super) fn reordered_keys(&self, group: Option<u32>) -> Option<u64> {
        let mine = |of: u32| group.is_none_or(|group| group == of);
        let keys = self.reordered.iter().filter(|(of, ..)| mine(*of));
        let keys: BTreeSet<_> = keys.map(|(_, topic, key)| (topic, key)).collect();
        self.has_read(group).then_some(keys.len() as u64)
    }

    /// Keys that some group, or this one, processed out of order across topics; `None` when none was processed.
    pub(super) fn reordered_across_topics(&self, group: Option<u32>) -> Option<u64> {
        let mine = |of: u32| group.is_none_or(|group| group == of);
        let keys = self.reordered_across_topics.iter().filter(|(of, _)| mine(*of));
        let keys: BTreeSet<_> = keys.map(|(_, key)| key).collect();
        self.has_read(group).then_some(keys.len() as u64)
    }

    fn has_read(&self, group: Option<u32>) -> bool {
        let (from, to) = group.map_or((0, u32::MAX), |group| (group, group));
        self.latest.range((from, 0, 0)..=(to, u32::MAX, u32::MAX)).next().is_some()
    }
}

impl LatestRead {
    /// Whether some of what was read was sent when these records were acknowledged.
    fn is_after(&self, run: &KeyedRun) -> bool {
        run.acked_at.is_some_and(|acked_at| acked_at <= self.sent_at)
    }

    fn note(&mut self, producer: u32, run: &KeyedRun) {
        self.sent_at = self.sent_at.max(run.sent_at);
        match self.sent_by.iter_mut().find(|(process, _)| *process == producer) {
            Some((_, sent)) => *sent = run.sent.max(*sent),
            None => self.sent_by.push((producer, run.sent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: u32 = 4;

    /// One group reads topic 0, with partitions 0 and 1, and topic 1 with partition 2.
    fn send(
        order: &mut KeyOrder,
        now: Nanos,
        partition: u32,
        producer: u32,
        first: u64,
    ) -> Option<PartitionIx> {
        let to = KeyedPartition { partition: PartitionIx(partition), topic: partition / 2, readers: 1 };
        order.accepted(now, to, RecordRange { producer, first, count: 1 }, 7)
    }

    fn read(order: &mut KeyOrder, partition: u32, producer: u32, first: u64) -> OrderBroken {
        let from = (PartitionIx(partition), producer);
        order.read((GROUP, partition / 2), from, &[(first, first + 1)])
    }

    #[test]
    fn one_process_has_the_order_of_its_sends() {
        let mut order = KeyOrder::default();
        assert_eq!((order.split_keys(), order.reordered_keys(None)), (None, None), "nothing was seen");
        assert_eq!(send(&mut order, 10, 0, 1, 0), None);
        assert_eq!(send(&mut order, 10, 1, 1, 0), Some(PartitionIx(0)), "the key moved");
        assert_eq!(send(&mut order, 11, 1, 1, 1), None, "told once");
        assert_eq!(read(&mut order, 1, 1, 0), OrderBroken::default());
        assert_eq!(order.reordered_keys(Some(GROUP)), Some(0));
        assert_eq!(read(&mut order, 0, 1, 0).in_topic, Some(7), "the first record comes after the second");
        assert_eq!(read(&mut order, 1, 1, 1), OrderBroken::default());
        assert_eq!((order.split_keys(), order.reordered_keys(None)), (Some(1), Some(1)));
        assert_eq!(order.reordered_keys(Some(9)), None, "that group has read nothing");
        assert!(order.runs.values().all(BTreeMap::is_empty), "what everybody has read is forgotten");
    }

    /// Of two producers only what was sent after the other's acknowledgement is later.
    #[test]
    fn two_producers_have_an_order_once_one_hears_of_success() {
        for (acked_at, broken) in [(None, false), (Some(15), false), (Some(12), true)] {
            let mut order = KeyOrder::default();
            send(&mut order, 10, 0, 1, 0);
            if let Some(at) = acked_at {
                order.acked(at, PartitionIx(0), RecordRange { producer: 1, first: 0, count: 1 });
            }
            send(&mut order, 12, 1, 2, 0);
            read(&mut order, 1, 2, 0);
            assert_eq!(read(&mut order, 0, 1, 0).in_topic.is_some(), broken, "{acked_at:?}");
        }
    }

    #[test]
    fn topics_have_an_order_too() {
        let mut order = KeyOrder::default();
        send(&mut order, 10, 0, 1, 0);
        order.acked(11, PartitionIx(0), RecordRange { producer: 1, first: 0, count: 1 });
        send(&mut order, 12, 2, 2, 0);
        assert_eq!(read(&mut order, 2, 2, 0), OrderBroken::default());
        let broken = read(&mut order, 0, 1, 0);
        assert_eq!(broken, OrderBroken { in_topic: None, across_topics: Some(7) });
        assert_eq!((order.reordered_keys(None), order.reordered_across_topics(None)), (Some(0), Some(1)));
        assert_eq!(order.split_keys(), Some(0), "a key may be in each topic");
    }

    #[test]
    fn a_run_is_read_in_parts() {
        let mut order = KeyOrder::default();
        let to = KeyedPartition { partition: PartitionIx(0), topic: 0, readers: 1 };
        order.accepted(10, to, RecordRange { producer: 1, first: 0, count: 10 }, 7);
        let from = (PartitionIx(0), 1);
        assert_eq!(order.read((GROUP, 0), from, &[(0, 4)]), OrderBroken::default());
        assert_eq!(order.runs[&from].len(), 1);
        assert_eq!(order.read((GROUP, 0), from, &[(4, 10)]), OrderBroken::default());
        assert!(order.runs[&from].is_empty());
    }
}
