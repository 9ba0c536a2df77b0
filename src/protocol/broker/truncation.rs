//! Cuts of a follower's log, and all that hangs on them.

use super::{Broker, BrokerEvent, HwCause, Step, TruncationCause};
use crate::protocol::wire::Offset;

impl Broker {
    /// Cuts the log at `to`. The high watermark and the memory of producers follow. A log that is not longer
    /// still forgets an epoch that begins at its end: this replica led and wrote nothing, and would else
    /// be found to diverge for ever.
    pub(super) fn truncate_log(
        &mut self,
        step: &mut Step<'_>,
        place: u32,
        to: Offset,
        cause: TruncationCause,
    ) {
        let replica = &mut self.replicas[place as usize];
        let (from, high_watermark) = (replica.log().end(), replica.high_watermark);
        replica.storage.truncate_to(to);
        if to >= from {
            return;
        }
        self.log_shortened(step, place, from, high_watermark, cause);
    }

    /// Drops the whole log and starts anew at `at`.
    pub(super) fn truncate_log_fully_and_start_at(&mut self, step: &mut Step<'_>, place: u32, at: Offset) {
        let replica = &mut self.replicas[place as usize];
        let (from, high_watermark) = (replica.log().end(), replica.high_watermark);
        replica.storage.truncate_fully_and_start_at(at);
        self.log_shortened(step, place, from, high_watermark, TruncationCause::LeaderStart(at));
    }

    fn log_shortened(
        &mut self,
        step: &mut Step<'_>,
        place: u32,
        from: Offset,
        high_watermark: Offset,
        cause: TruncationCause,
    ) {
        let replica = &mut self.replicas[place as usize];
        let log = replica.storage.log();
        replica.producers.rebuild(log);
        let (partition, start, to) = (replica.partition, log.start(), log.end());
        self.log_directory.clip(place, to);
        step.event(BrokerEvent::Truncated { partition, from, to, high_watermark, cause });
        self.set_high_watermark(step, place, high_watermark.clamp(start, to), HwCause::FromLeader);
    }
}
