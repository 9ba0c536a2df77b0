//! What follows from an append: flush, high watermark, answers to those who wait.

use super::replica::Role;
use super::{Broker, BrokerEvent, BrokerOutput, FlushCause, HwCause, Step};
use crate::protocol::leader::IsrContext;
use crate::protocol::messages::BrokerResponse;
use crate::protocol::purgatory::CompletedProduce;
use crate::protocol::storage::AppendPolicy;
use crate::protocol::wire::{ErrorCode, Offset};

impl Broker {
    pub(super) fn append_policy(&self, place: u32) -> AppendPolicy {
        let settings = &self.replicas[place as usize].settings;
        AppendPolicy { flush_messages: settings.flush_messages, roll: settings.roll }
    }

    /// Books an append: its bytes, its flush if it had one, and the pages left to the system.
    pub(super) fn written(&mut self, step: &mut Step<'_>, place: u32, bytes: u64, flush: Option<FlushCause>) {
        step.bytes += bytes;
        // Rolling a segment flushes the closed one in the background; only flush.messages makes the append wait, and
        // leaves nothing to the system.
        match flush {
            Some(FlushCause::FlushMessages) => step.fsyncs += 1,
            _ => self.mark_dirty(step.now, place),
        }
        if let Some(cause) = flush.filter(|_| self.detail) {
            let replica = &self.replicas[place as usize];
            let (partition, to) = (replica.partition, replica.storage.flushed());
            step.event(BrokerEvent::Flushed { partition, to, cause });
        }
    }

    /// The leader appended from `old_end` on: followers that wait for data get it. What their fetches of
    /// an idle partition said until now is noted first.
    pub(super) fn wake_followers(&mut self, place: u32, old_end: Offset) {
        let replica = &mut self.replicas[place as usize];
        let Role::Leader(leader_state) = &mut replica.role else { return };
        for watcher in &replica.watchers {
            let Some(follower) = watcher.follower else { continue };
            let session = self.process.sessions.get_mut(watcher.session);
            if let Some(remote) = leader_state.remote_mut(follower) {
                remote.note_idle_fetches(old_end, session.last_fetch);
            }
            session.mark(watcher.slot);
            if session.delayed_fetch.is_some() && !std::mem::replace(&mut session.woken, true) {
                self.process.woken_sessions.push(watcher.session);
            }
        }
    }

    fn wake_consumers(&mut self, place: u32) {
        for watcher in &self.replicas[place as usize].watchers {
            let session = self.process.sessions.get_mut(watcher.session);
            session.mark(watcher.slot);
            let wakes = watcher.follower.is_none() && session.delayed_fetch.is_some();
            if wakes && !std::mem::replace(&mut session.woken, true) {
                self.process.woken_sessions.push(watcher.session);
            }
        }
    }

    /// Moves the leader's high watermark if it may move (kafka.md#high-watermark).
    pub(super) fn advance_high_watermark(&mut self, step: &mut Step<'_>, place: u32, cause: HwCause) {
        let replica = &mut self.replicas[place as usize];
        let log_end = replica.storage.log().end();
        let Role::Leader(leader_state) = &mut replica.role else { return };
        // Everything is committed already: there is nothing to work out.
        if replica.high_watermark >= log_end {
            return;
        }
        let of = IsrContext {
            profile: &self.profile,
            now: step.now,
            lag: self.settings.replica_lag_time_max_ns,
            log_end,
            min_isr: replica.min_isr,
        };
        let metadata = &self.process.metadata;
        match leader_state.high_watermark(of, |remote| metadata.is_isr_eligible(remote, &self.profile)) {
            Some((to, _)) => {
                leader_state.high_watermark_frozen = false;
                if to > replica.high_watermark {
                    self.set_high_watermark(step, place, to, cause);
                }
            }
            None => self.report_frozen_high_watermark(step, place),
        }
    }

    fn report_frozen_high_watermark(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &mut self.replicas[place as usize];
        let (partition, min_isr) = (replica.partition, replica.min_isr as u32);
        let Role::Leader(leader_state) = &mut replica.role else { return };
        if leader_state.is_under_min_isr(replica.min_isr)
            && !std::mem::replace(&mut leader_state.high_watermark_frozen, true)
        {
            let isr = leader_state.isr.members().to_vec();
            step.event(BrokerEvent::HighWatermarkFrozen { partition, isr, min_isr });
        }
    }

    /// Sets a high watermark, up or down, and tells whoever waits for it.
    pub(super) fn set_high_watermark(&mut self, step: &mut Step<'_>, place: u32, to: Offset, cause: HwCause) {
        let replica = &mut self.replicas[place as usize];
        debug_assert!(
            replica.log().start() <= to && to <= replica.log().end(),
            "a high watermark lies within the log"
        );
        let from = std::mem::replace(&mut replica.high_watermark, to);
        if from == to {
            return;
        }
        if !std::mem::replace(&mut replica.checkpoint_due, true) {
            self.process.checkpoints.push(place);
        }
        if self.detail {
            let partition = replica.partition;
            step.event(BrokerEvent::HighWatermark { partition, from, to, cause });
        }
        self.complete_delayed_produces(step, place);
        self.wake_consumers(place);
    }

    /// Answers the writes that the high watermark has passed.
    pub(super) fn complete_delayed_produces(&mut self, step: &mut Step<'_>, place: u32) {
        loop {
            let replica = &mut self.replicas[place as usize];
            let high_watermark = replica.high_watermark;
            let Some(waiting) =
                replica.delayed_produces.pop_front_if(|waiting| waiting.required <= high_watermark)
            else {
                return;
            };
            let error = self.committed_write_error(step, place);
            if let Some(done) = self.process.purgatory.resolve(waiting, error) {
                respond_to_produce(step, done);
            }
        }
    }

    /// The result of a write that is below the high watermark: the ISR may have shrunk under its minimum
    /// on the way (`checkEnoughReplicasReachOffset`).
    pub(super) fn committed_write_error(&self, step: &mut Step<'_>, place: u32) -> ErrorCode {
        let replica = &self.replicas[place as usize];
        let Role::Leader(leader_state) = &replica.role else { return ErrorCode::NotLeaderOrFollower };
        // Since 3.7 the high watermark does not pass below the minimum, so this fails only when the minimum was
        // raised meanwhile; before, it is what a write gets whose ISR shrank while it waited.
        let isr = leader_state.isr.maximal_isr_len(&self.profile);
        if replica.min_isr <= isr {
            return ErrorCode::None;
        }
        let error = ErrorCode::NotEnoughReplicasAfterAppend;
        let (partition, min_isr) = (replica.partition, replica.min_isr as u32);
        step.event(BrokerEvent::WriteFailed { partition, error, isr: isr as u32, min_isr });
        error
    }

    /// The leadership is over: nobody will commit what waits.
    pub(super) fn fail_delayed_produces(&mut self, step: &mut Step<'_>, place: u32, error: ErrorCode) {
        while let Some(waiting) = self.replicas[place as usize].delayed_produces.pop_front() {
            if let Some(done) = self.process.purgatory.resolve(waiting, error) {
                respond_to_produce(step, done);
            }
        }
    }
}

pub(super) fn respond_to_produce(step: &mut Step<'_>, done: CompletedProduce) {
    let response = BrokerResponse::Produce(done.parts);
    step.out.push(BrokerOutput::Response { to: done.peer, correlation: done.correlation, response });
}
