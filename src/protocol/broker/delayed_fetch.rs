//! Answers to fetches, at once or when what they wait for has come (`DelayedFetch`).

use super::replica::{Replica, Role};
use super::{Broker, Step};
use crate::model::PartitionIx;
use crate::protocol::messages::{BrokerResponse, FetchResponse, Peer};
use crate::protocol::timers::Timer;
use crate::protocol::wire::{AbortedTransaction, Batch, ErrorCode, FetchedPartition};

/// The aborted transactions that touch what a reader of committed records is given.
fn aborted_in(replica: &Replica, batches: &[Batch]) -> Vec<AbortedTransaction> {
    let (Some(first), Some(last)) = (batches.first(), batches.last()) else { return Vec::new() };
    replica.transactions().aborted_in(first.base_offset, last.end_offset())
}

impl Broker {
    /// Whether a session has data for an answer.
    pub(super) fn has_min_bytes(&self, place: u32) -> bool {
        let session = self.process.sessions.get(place);
        let (wanted, follower) = (session.params.min_bytes, session.follower.is_some());
        let mut bytes = 0u32;
        for at in &session.changed {
            let slot = &session.slots[*at as usize];
            let replica = &self.replicas[slot.replica as usize];
            let end = replica.readable_end(follower, &session.params);
            if !slot.open || slot.fetch_offset >= end {
                continue;
            }
            if wanted <= 1 && replica.storage.removed().ranges().is_empty() {
                return true;
            }
            let enough = (wanted.max(1) - bytes).min(session.params.partition_max_bytes);
            bytes = bytes.saturating_add(replica.bytes_between(
                slot.fetch_offset,
                enough,
                (follower, &session.params),
            ));
            if bytes >= wanted.max(1) {
                return true;
            }
        }
        wanted == 0
    }

    /// Answers a session's fetch with its words and news. An answer given `at_once` tells the high
    /// watermark from before the request, which Kafka reads first.
    pub(super) fn answer_fetch(&mut self, step: &mut Step<'_>, place: u32, correlation: u64, at_once: bool) {
        let session = self.process.sessions.get_mut(place);
        let mut partitions = std::mem::take(&mut session.notices);
        let mut changed = std::mem::take(&mut session.changed);
        let mut left = session.params.max_bytes;
        for at in changed.drain(..) {
            self.answer_slot(place, at, at_once, &mut left, &mut partitions);
        }
        let session = self.process.sessions.get_mut(place);
        if session.changed.is_empty() {
            session.changed = changed;
        }
        let response = FetchResponse {
            error: ErrorCode::None,
            session: session.id,
            session_epoch: session.epoch,
            partitions,
        };
        step.respond(session.peer, correlation, BrokerResponse::Fetch(response));
    }

    fn answer_slot(
        &mut self,
        place: u32,
        at: u32,
        at_once: bool,
        left: &mut u32,
        partitions: &mut Vec<FetchedPartition>,
    ) {
        let session = self.process.sessions.get_mut(place);
        let (params, epoch, follower) = (session.params, session.epoch, session.follower.is_some());
        let slot = &mut session.slots[at as usize];
        slot.is_changed = false;
        if !slot.open {
            return;
        }
        let replica = &self.replicas[slot.replica as usize];
        let snapshot = at_once && follower && slot.requested_in_epoch == epoch;
        let high_watermark = if snapshot { slot.high_watermark_at_request } else { replica.high_watermark };
        let (end, log_start) = (replica.readable_end(follower, &params), replica.log().start());
        let has_data = slot.fetch_offset < end;
        let mut batches = Vec::new();
        if has_data && *left > 0 {
            batches = self.spare.pop().unwrap_or_default();
            let most = params.partition_max_bytes.min(*left);
            *left =
                left.saturating_sub(replica.read(slot.fetch_offset, most, (follower, &params), &mut batches));
        }
        let told = (slot.sent_high_watermark, slot.sent_log_start) == (high_watermark, log_start);
        let sent = !batches.is_empty();
        (slot.sent_high_watermark, slot.sent_log_start) = (high_watermark, log_start);
        if sent || !told {
            partitions.push(FetchedPartition {
                partition: slot.partition,
                error: ErrorCode::None,
                diverging: None,
                high_watermark,
                log_start,
                preferred_read_replica: None,
                aborted: if params.read_committed { aborted_in(replica, &batches) } else { Vec::new() },
                batches,
            });
        }
        if sent {
            session.sent.push(at);
        }
        if high_watermark != replica.high_watermark || (has_data && !sent) {
            session.mark(at);
        }
    }

    /// A parked fetch may be answered now.
    pub(super) fn try_complete_delayed_fetch(&mut self, step: &mut Step<'_>, place: u32) {
        let session = self.process.sessions.get_mut(place);
        session.woken = false;
        let Some(delayed_fetch) = session.delayed_fetch else { return };
        if !session.notices.is_empty() || self.has_min_bytes(place) {
            self.process.sessions.get_mut(place).delayed_fetch = None;
            self.answer_fetch(step, place, delayed_fetch.correlation, false);
        }
    }

    /// A parked fetch may have waited long enough.
    pub(super) fn delayed_fetch_timer(&mut self, step: &mut Step<'_>, place: u32) {
        let session = self.process.sessions.get_mut(place);
        if session.timer.is_none_or(|armed| armed > step.now) {
            return;
        }
        session.timer = None;
        let Some(delayed_fetch) = session.delayed_fetch else { return };
        if delayed_fetch.deadline > step.now {
            session.timer = Some(delayed_fetch.deadline);
            return self.timers.set(delayed_fetch.deadline, Timer::Session(place));
        }
        session.delayed_fetch = None;
        self.answer_fetch(step, place, delayed_fetch.correlation, false);
    }

    /// A partition leaves a session.
    pub(super) fn forget_partition(&mut self, session: u32, partition: PartitionIx) {
        let Some(place) = self.place(partition) else { return };
        let watchers = &mut self.replicas[place as usize].watchers;
        let Some(at) = watchers.iter().position(|watcher| watcher.session == session) else { return };
        let watcher = watchers.swap_remove(at);
        self.note_idle_follower(session, place);
        self.process.sessions.get_mut(session).close(watcher.slot);
    }

    /// All partitions leave a session.
    pub(super) fn clear_session(&mut self, session: u32) {
        let slots = std::mem::take(&mut self.process.sessions.get_mut(session).slots);
        for slot in slots.iter().filter(|slot| slot.open) {
            self.note_idle_follower(session, slot.replica);
            self.replicas[slot.replica as usize].watchers.retain(|watcher| watcher.session != session);
        }
        self.process.sessions.get_mut(session).clear();
    }

    /// Notes what the session's fetches said of an idle partition until now.
    fn note_idle_follower(&mut self, session: u32, place: u32) {
        let session = self.process.sessions.get(session);
        let replica = &mut self.replicas[place as usize];
        let end = replica.storage.log().end();
        let Role::Leader(leader_state) = &mut replica.role else { return };
        let remote = session.follower.and_then(|follower| leader_state.remote_mut(follower.broker));
        if let Some(remote) = remote {
            remote.note_idle_fetches(end, session.last_fetch);
        }
    }

    /// Whoever reads a replica must ask anew: its leadership has changed.
    pub(super) fn end_reader_sessions(&mut self, place: u32, error: ErrorCode) {
        let partition = self.replicas[place as usize].partition;
        for watcher in std::mem::take(&mut self.replicas[place as usize].watchers) {
            let notice = FetchedPartition { error, ..self.empty_response(partition) };
            let session = self.process.sessions.get_mut(watcher.session);
            session.close(watcher.slot);
            session.notices.push(notice);
            if session.delayed_fetch.is_some() && !std::mem::replace(&mut session.woken, true) {
                self.process.woken_sessions.push(watcher.session);
            }
        }
    }

    /// A peer's connection is gone.
    pub(super) fn close_peer_sessions(&mut self, peer: Peer) {
        for session in self.process.sessions.of(peer) {
            self.clear_session(session);
            self.process.sessions.get_mut(session).delayed_fetch = None;
        }
    }
}
