//! The log cleaner's thread: one log after the other, the dirtiest first, then a rest (`LogCleaner.CleanerThread`).

use super::replica::Role;
use super::{Broker, BrokerEvent, BrokerOutput, Step};
use crate::model::PartitionIx;
use crate::protocol::compaction::{Cleaning, KeyedRecords};
use crate::protocol::segments::Cleanable;
use crate::protocol::timers::Timer;

impl Broker {
    /// A log that is to be compacted is here: from now on the cleaner looks for work.
    pub(super) fn arm_cleaner(&mut self, step: &mut Step<'_>, place: u32) {
        let wanted = self.replicas[place as usize].settings.compaction.is_some();
        let Some(backoff) = self.settings.log_cleaner_backoff_ns.filter(|_| wanted) else { return };
        if !std::mem::replace(&mut self.process.cleaner_runs, true) {
            self.timers.set(step.now.saturating_add(backoff), Timer::Cleaner);
        }
    }

    /// Takes the log with the largest dirty part that is due. With none left, `compact,delete` deletes old segments,
    /// and the cleaner rests.
    pub(super) fn run_cleaner(&mut self, step: &mut Step<'_>) {
        if let Some((place, cleanable)) = self.filthiest(step) {
            let (partition, below) = (self.replicas[place as usize].partition, cleanable.dirty.1);
            return step.out.push(BrokerOutput::WantKeys { partition, below });
        }
        for place in 0..self.replicas.len() as u32 {
            if self.is_compacted(place) {
                self.delete_old_segments(step, place);
            }
        }
        if let Some(backoff) = self.settings.log_cleaner_backoff_ns {
            self.timers.set(step.now.saturating_add(backoff), Timer::Cleaner);
        }
    }

    fn is_compacted(&self, place: u32) -> bool {
        let replica = &self.replicas[place as usize];
        replica.settings.compaction.is_some() && self.place(replica.partition) == Some(place)
    }

    /// `grabFilthiestCompactedLog`.
    fn filthiest(&self, step: &Step<'_>) -> Option<(u32, Cleanable)> {
        let places = (0..self.replicas.len() as u32).filter(|place| self.is_compacted(*place));
        let due = places.filter_map(|place| Some((place, self.due(step, place)?)));
        due.max_by_key(|(place, cleanable)| (cleanable.dirty_ppm(), std::cmp::Reverse(*place)))
    }

    /// What a cleaning of a log would do, if it is due.
    fn due(&self, step: &Step<'_>, place: u32) -> Option<Cleanable> {
        let replica = &self.replicas[place as usize];
        let compaction = replica.settings.compaction.as_ref()?;
        let cleanable = replica.storage.cleanable(step.now, replica.last_stable_offset(), compaction);
        cleanable.is_due(compaction).then_some(cleanable)
    }

    /// The keys of the log to be cleaned are known. A cleaning takes no time here; the next log follows at once.
    pub(super) fn clean_log(&mut self, step: &mut Step<'_>, partition: PartitionIx, keyed: &[KeyedRecords]) {
        self.timers.set(step.now, Timer::Cleaner);
        let Some(place) = self.place(partition) else { return };
        let Some(Cleanable { dirty, .. }) = self.due(step, place) else { return };
        let replica = &mut self.replicas[place as usize];
        let (Some(compaction), segment_bytes) = (replica.settings.compaction, replica.settings.roll.bytes)
        else {
            return;
        };
        let has_horizons = self.profile.delete_horizon;
        let tombstones = replica.storage.tombstone_rule(step.now, dirty.0, &compaction, has_horizons);
        let removed = replica.storage.clean(keyed, Cleaning { dirty, tombstones }, segment_bytes);
        step.event(BrokerEvent::LogCleaned {
            partition,
            from: dirty.0,
            to: dirty.1,
            removed: removed.offsets.len(),
            tombstones: removed.tombstones,
            as_leader: matches!(replica.role, Role::Leader(_)),
        });
    }
}
