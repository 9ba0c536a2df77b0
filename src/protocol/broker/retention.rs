//! Retention: a look at all logs every few minutes, and what follows where a log's start moves (`LogManager.cleanupLogs`).

use super::replica::Role;
use super::{Broker, BrokerEvent, Step};
use crate::protocol::log::Log;
use crate::protocol::segments::SegmentDeletionReason;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{ErrorCode, FetchedPartition, Offset, RecordRange};

/// In the order in which Kafka looks.
const REASONS: [SegmentDeletionReason; 2] =
    [SegmentDeletionReason::RetentionSizeBreach, SegmentDeletionReason::RetentionMsBreach];

impl Broker {
    /// Every broker looks at all of its logs, those it follows too: each by its own segments.
    pub(super) fn clean_up_logs(&mut self, step: &mut Step<'_>) {
        for place in 0..self.replicas.len() as u32 {
            let partition = self.replicas[place as usize].partition;
            // What is compacted, too, is the cleaner's.
            let compacted = self.replicas[place as usize].settings.compaction.is_some();
            if self.place(partition) == Some(place) && !compacted {
                self.delete_old_segments(step, place);
            }
        }
        let next = step.now + self.settings.log_retention_check_interval_ns;
        self.timers.set(next, Timer::Retention);
    }

    pub(super) fn delete_old_segments(&mut self, step: &mut Step<'_>, place: u32) {
        REASONS.iter().for_each(|reason| self.delete_segments_for(step, place, *reason));
    }

    fn delete_segments_for(&mut self, step: &mut Step<'_>, place: u32, reason: SegmentDeletionReason) {
        let replica = &mut self.replicas[place as usize];
        let (from, mark, retention) =
            (replica.log().start(), replica.high_watermark, replica.settings.retention);
        let before = replica.storage.next_deletion(step.now, mark, reason, retention);
        let Some(deleted) = before else { return };
        let records = records_below(replica.log(), deleted.start);
        replica.storage.delete_segments(deleted);
        let event = BrokerEvent::SegmentsDeleted {
            partition: replica.partition,
            from,
            to: replica.log().start(),
            segments: deleted.count,
            reason,
            as_leader: matches!(replica.role, Role::Leader(_)),
            records,
        };
        step.event(event);
        self.log_start_moved(place);
    }

    /// Everybody hears of the new log start with the next answer; who reads below it is refused.
    pub(super) fn log_start_moved(&mut self, place: u32) {
        let replica = &self.replicas[place as usize];
        let (partition, start) = (replica.partition, replica.log().start());
        let mut below = Vec::new();
        for watcher in &replica.watchers {
            let session = self.process.sessions.get_mut(watcher.session);
            session.mark(watcher.slot);
            if session.slots[watcher.slot as usize].fetch_offset < start {
                below.push(watcher.session);
            }
        }
        for at in below {
            self.forget_partition(at, partition);
            let error = ErrorCode::OffsetOutOfRange;
            let notice = FetchedPartition { error, ..self.empty_response(partition) };
            let session = self.process.sessions.get_mut(at);
            session.notices.push(notice);
            if session.delayed_fetch.is_some() && !std::mem::replace(&mut session.woken, true) {
                self.process.woken_sessions.push(at);
            }
        }
    }
}

/// The records of a log below an offset, neighbours together.
fn records_below(log: &Log, end: Offset) -> Vec<RecordRange> {
    let mut found: Vec<RecordRange> = Vec::new();
    log.for_each_range(log.start(), |offset, _, range| {
        let count = (end - offset).clamp(0, Offset::from(range.count)) as u32;
        match found.last_mut() {
            Some(last) if follows(last, &range) => last.count += count,
            _ if count > 0 => found.push(RecordRange { count, ..range }),
            _ => {}
        }
        offset + Offset::from(range.count) < end
    });
    found
}

fn follows(last: &RecordRange, next: &RecordRange) -> bool {
    last.producer == next.producer && last.first + u64::from(last.count) == next.first
}
