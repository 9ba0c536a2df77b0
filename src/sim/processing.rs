//! What a group did with its records: tries, effects, records that cannot be processed and what became of them.

mod poison;
mod service;
mod steps;
mod tries;

pub(super) use poison::PoisonRecords;
pub(super) use service::Service;
pub(super) use steps::MissedStep;
pub(crate) use steps::{Retried, TriedRecord, Try};

use crate::model::{OnPoison, PartitionIx, human_count};
use crate::protocol::wire::{Offset, RecordRange};
use crate::sim::intervals::Intervals;
use crate::sim::record_history::RecordKey;
use crate::sim::rng::Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What came of a group's records. A dead letter topic and retry topics are counted, and acknowledged before the
/// commit, but they are no logs of the simulated cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProcessingCounters {
    /// Effects of records on what the group writes to.
    pub effects: u64,
    /// Effects of records that had had theirs before; an idempotent sink has none.
    pub duplicate_effects: u64,
    /// Records that were polled and committed, and that nobody processed or has in hand: lost for the group.
    pub passed_over: u64,
    /// Records met that cannot be processed.
    pub poison: u64,
    /// How many of them have a schema that the group cannot read.
    #[serde(default)]
    pub unreadable: u64,
    /// Records read with a default in place of a field that their writer has left out or renamed.
    #[serde(default)]
    pub defaulted: u64,
    /// Tries of a record after its first.
    pub retries: u64,
    /// Processes that an exception ended.
    pub crashed: u64,
    /// Times that a member left because it did not poll.
    pub poll_timeouts: u64,
    pub skipped: u64,
    pub dead_lettered: u64,
    /// Records written to a retry topic.
    pub retried_later: u64,
    /// Records of a retry topic that were processed behind later ones of their partition.
    pub overtaken: u64,
    /// Records that retention deleted when the group had yet to read them: lost for the group.
    #[serde(default)]
    pub deleted_before_read: u64,
    /// Records that the cleaner of a compacted topic removed before the group read them: it sees later ones only.
    #[serde(default)]
    pub compacted_before_read: u64,
    /// Keys that were deleted, whose tombstone was removed before the group read it: it keeps their last value.
    #[serde(default)]
    pub deletes_missed: u64,
}

/// What a group did with its records beyond processing each of them once, in words; nothing where that was all.
impl fmt::Display for ProcessingCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [(u64, &str); 15] = [
            (self.duplicate_effects, "effects twice"),
            (self.passed_over, "committed but never processed"),
            (self.poison, "cannot be processed"),
            (self.unreadable, "of them for their schema (a model)"),
            (self.defaulted, "read with a default for a field (schemas are a model)"),
            (self.retries, "tried again"),
            (self.crashed, "crashed"),
            (self.poll_timeouts, "left without a poll"),
            (self.skipped, "skipped"),
            (self.dead_lettered, "to the dead letter topic"),
            (self.retried_later, "to a retry topic"),
            (self.overtaken, "overtaken"),
            (self.deleted_before_read, "deleted before they were read"),
            (self.compacted_before_read, "compacted away before they were read"),
            (self.deletes_missed, "deletes missed"),
        ];
        for (at, (number, what)) in parts.iter().filter(|(number, _)| *number > 0).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{} {what}", human_count(*number as i64))?;
        }
        Ok(())
    }
}

/// A record that cannot be processed, as a group has met it.
#[derive(Clone, Debug)]
pub(super) struct PoisonRecord {
    pub(super) offset: Offset,
    /// What the group's members did to go on behind it.
    pub(super) ends: BTreeSet<OnPoison>,
    /// It counted as processed, which must not be.
    pub(super) processed: bool,
    /// For its schema: members with another one may read it.
    of_schema: bool,
}

/// A group's processing so far.
#[derive(Clone)]
pub(super) struct Processing {
    pub(super) service: Service,
    /// Records may fail, so that members try each by itself.
    pub(super) one_by_one: bool,
    pub(super) counters: ProcessingCounters,
    /// Offsets that `poll()` returned, and those given up, of each partition.
    polled: BTreeMap<PartitionIx, Intervals>,
    given_up: BTreeMap<PartitionIx, Intervals>,
    /// Records that had their effect, by partition and process of the producer.
    effects: BTreeMap<(PartitionIx, u32), Intervals>,
    poison: BTreeMap<(PartitionIx, RecordKey), PoisonRecord>,
    /// Those that were ever met for their schema: a deployment does not make them new.
    met_unreadable: BTreeSet<(PartitionIx, RecordKey)>,
}

impl Processing {
    pub(super) fn new(rng: Rng) -> Processing {
        Processing {
            service: Service::new(rng),
            one_by_one: false,
            counters: ProcessingCounters::default(),
            polled: BTreeMap::new(),
            given_up: BTreeMap::new(),
            effects: BTreeMap::new(),
            poison: BTreeMap::new(),
            met_unreadable: BTreeSet::new(),
        }
    }

    /// `poll()` returned these offsets.
    pub(super) fn polled(&mut self, partition: PartitionIx, offset: Offset, count: u32) {
        let (from, end) = (offset as u64, offset as u64 + u64::from(count));
        self.polled.entry(partition).or_default().add(from, end);
    }

    /// Records had their effect on the group's sink.
    pub(super) fn effect(&mut self, partition: PartitionIx, records: RecordRange, idempotent_sink: bool) {
        let count = u64::from(records.count);
        let known = self.effects.entry((partition, records.producer)).or_default();
        let again = known.add(records.first, records.first + count);
        if idempotent_sink {
            self.counters.effects += count - again;
        } else {
            self.counters.effects += count;
            self.counters.duplicate_effects += again;
        }
    }

    /// A member meets a record that cannot be processed; whether it is the first time.
    pub(super) fn meets_poison(&mut self, of: TriedRecord, of_schema: bool) -> bool {
        let TriedRecord { partition, offset, record } = of;
        let fresh = PoisonRecord { offset, ends: BTreeSet::new(), processed: false, of_schema };
        let before = self.poison.len();
        let key = (partition, (record.producer, record.first));
        self.poison.entry(key).or_insert(fresh);
        let is_fresh = self.poison.len() > before && (!of_schema || self.met_unreadable.insert(key));
        self.counters.poison += u64::from(is_fresh);
        self.counters.unreadable += u64::from(is_fresh && of_schema);
        is_fresh
    }

    /// The members have another schema: what they could not read for the old one they may read now.
    pub(super) fn schema_changed(&mut self) {
        self.poison.retain(|_, poison| !poison.of_schema);
    }

    /// One record was processed.
    pub(super) fn is_processed(&mut self, partition: PartitionIx, record: RecordRange) {
        if self.poison.is_empty() || record.count != 1 {
            return;
        }
        if let Some(poison) = self.poison.get_mut(&(partition, (record.producer, record.first))) {
            poison.processed = true;
        }
    }

    /// A member gives a record up.
    pub(super) fn gives_up(
        &mut self,
        partition: PartitionIx,
        offset: Offset,
        record: RecordRange,
        answer: OnPoison,
    ) {
        match answer {
            OnPoison::Crash | OnPoison::Retry => self.counters.crashed += 1,
            OnPoison::Skip => self.counters.skipped += 1,
            OnPoison::DeadLetter => self.counters.dead_lettered += 1,
            OnPoison::RetryTopic => self.counters.retried_later += 1,
        }
        if !answer.goes_on() {
            return;
        }
        self.given_up.entry(partition).or_default().add(offset as u64, offset as u64 + 1);
        if let Some(poison) = self.poison.get_mut(&(partition, (record.producer, record.first))) {
            poison.ends.insert(answer);
        }
    }

    /// The members do something else with such records from now on.
    pub(super) fn answer_changed(&mut self) {
        for poison in self.poison.values_mut() {
            poison.ends.clear();
        }
    }

    /// Records met that cannot be processed.
    pub(super) fn poison_records(&self) -> impl Iterator<Item = (PartitionIx, &PoisonRecord)> {
        self.poison.iter().map(|((partition, _), poison)| (*partition, poison))
    }

    /// Offsets below `committed` that `poll()` returned and that are neither `done` nor given up.
    pub(super) fn passed_over(
        &self,
        partition: PartitionIx,
        committed: Offset,
        done: Option<&Intervals>,
    ) -> Intervals {
        let mut below = Intervals::default();
        let polled = self.polled.get(&partition).map_or(&[][..], |polled| polled.ranges());
        for &(first, end) in polled {
            below.add(first, end.min(committed.max(0) as u64));
        }
        self.unsettled(partition, below, done)
    }

    /// Which of these offsets `poll()` has never returned.
    pub(super) fn not_polled(&self, partition: PartitionIx, offsets: Intervals) -> Intervals {
        self.polled.get(&partition).map_or_else(|| offsets.clone(), |polled| offsets.without(polled))
    }

    /// Which of these offsets are neither `done` nor given up.
    pub(super) fn unsettled(
        &self,
        partition: PartitionIx,
        offsets: Intervals,
        done: Option<&Intervals>,
    ) -> Intervals {
        let settled = [done, self.given_up.get(&partition)];
        settled.into_iter().flatten().fold(offsets, |left, settled| left.without(settled))
    }
}
