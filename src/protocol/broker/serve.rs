//! `Fetch` on the broker that is asked: take note of followers, give data or wait for it (kafka.md#replication-fetch).

use super::replica::{Role, Watcher};
use super::{Broker, HwCause, Step};
use crate::model::PartitionIx;
use crate::protocol::fetch_session::DelayedFetch;
use crate::protocol::messages::{BrokerResponse, FetchRequest, FetchResponse, FollowerId, Peer};
use crate::protocol::timers::Timer;
use crate::protocol::wire::{EpochEnd, ErrorCode, FetchPartition, FetchedPartition};
use std::cmp::Ordering;

impl Broker {
    pub(super) fn serve_fetch(
        &mut self,
        step: &mut Step<'_>,
        from: Peer,
        correlation: u64,
        request: FetchRequest,
    ) {
        let place = self.process.sessions.place(from, request.session);
        if request.session_epoch == 0 {
            self.clear_session(place);
        }
        if let Err(error) = self.process.sessions.get_mut(place).begin(&request, step.now) {
            let (session, session_epoch) = (request.session, request.session_epoch);
            let response = FetchResponse { error, session, session_epoch, partitions: Vec::new() };
            return step.respond(from, correlation, BrokerResponse::Fetch(response));
        }
        for partition in &request.forgotten {
            self.drop_notices(place, *partition);
            self.forget_partition(place, *partition);
        }
        for asked in &request.partitions {
            self.fetch_partition(step, place, asked);
        }
        // After the listed ones, whose new offsets must not be taken for those of the request before.
        self.note_unlisted_partitions(step, place);
        let session = self.process.sessions.get(place);
        let at_once = !session.notices.is_empty() || request.max_wait_ns == 0 || self.has_min_bytes(place);
        if at_once {
            self.answer_fetch(step, place, correlation, true);
        } else {
            self.delay_fetch(step, place, correlation, request.max_wait_ns);
        }
    }

    fn delay_fetch(&mut self, step: &Step<'_>, place: u32, correlation: u64, max_wait: u64) {
        let deadline = step.now + max_wait;
        let session = self.process.sessions.get_mut(place);
        session.delayed_fetch = Some(DelayedFetch { correlation, deadline });
        if session.timer.is_none_or(|armed| armed > deadline) {
            session.timer = Some(deadline);
            self.timers.set(deadline, Timer::Session(place));
        }
    }

    /// One partition of a request: refused, found to diverge, or in the session from now on.
    fn fetch_partition(&mut self, step: &mut Step<'_>, session: u32, asked: &FetchPartition) {
        self.drop_notices(session, asked.partition);
        let follower = self.process.sessions.get(session).follower;
        let checked = self
            .place(asked.partition)
            .ok_or(ErrorCode::UnknownTopicOrPartition)
            .and_then(|place| self.check_fetch(place, asked, follower).map(|diverging| (place, diverging)));
        let (place, diverging) = match checked {
            Ok(checked) => checked,
            Err(error) => {
                self.forget_partition(session, asked.partition);
                let notice = FetchedPartition { error, ..self.empty_response(asked.partition) };
                return self.process.sessions.get_mut(session).notices.push(notice);
            }
        };
        self.update_slot(session, place, asked);
        if diverging.is_some() {
            let notice = FetchedPartition { diverging, ..self.empty_response(asked.partition) };
            return self.process.sessions.get_mut(session).notices.push(notice);
        }
        match follower {
            Some(follower) => self.update_follower_fetch_state(step, session, place, follower, asked),
            None => self.redirect_to_preferred_replica(session, place, asked),
        }
        self.mark_if_changed(session, place);
    }

    /// What was to be said before the asker named the partition anew is out of date.
    fn drop_notices(&mut self, session: u32, partition: PartitionIx) {
        self.process.sessions.get_mut(session).notices.retain(|notice| notice.partition != partition);
    }

    /// An empty entry of an answer.
    pub(super) fn empty_response(&self, partition: PartitionIx) -> FetchedPartition {
        let replica = self.place(partition).map(|place| &self.replicas[place as usize]);
        FetchedPartition {
            partition,
            error: ErrorCode::None,
            diverging: None,
            high_watermark: replica.map_or(-1, |replica| replica.high_watermark),
            log_start: replica.map_or(-1, |replica| replica.log().start()),
            preferred_read_replica: None,
            batches: Vec::new(),
            aborted: Vec::new(),
        }
    }

    fn check_fetch(
        &self,
        place: u32,
        asked: &FetchPartition,
        follower: Option<FollowerId>,
    ) -> Result<Option<EpochEnd>, ErrorCode> {
        let replica = &self.replicas[place as usize];
        match (&replica.role, follower) {
            (Role::Offline, _) | (Role::Follower(_), Some(_)) => return Err(ErrorCode::NotLeaderOrFollower),
            (Role::Leader(leader_state), Some(follower)) => {
                self.check_epoch(place, asked.current_leader_epoch)?;
                // Not (yet) assigned here: this leader's metadata may be behind.
                leader_state.remote(follower.broker).ok_or(ErrorCode::UnknownLeaderEpoch)?;
                self.check_incarnation(follower)?;
            }
            (_, None) => self.check_epoch(place, asked.current_leader_epoch)?,
        }
        let log = replica.log();
        let range = log.start()..=log.end();
        // Divergence first: an offset can lie inside the range and still be of a history that this log does
        // not share.
        if asked.last_fetched_epoch >= 0 {
            let end = log.end_offset_for(asked.last_fetched_epoch).ok_or(ErrorCode::OffsetOutOfRange)?;
            if asked.fetch_offset >= log.start()
                && (end.epoch < asked.last_fetched_epoch || end.end_offset < asked.fetch_offset)
            {
                return Ok(Some(end));
            }
        }
        if range.contains(&asked.fetch_offset) { Ok(None) } else { Err(ErrorCode::OffsetOutOfRange) }
    }

    /// KIP-320: who knows another leader epoch is told so.
    pub(super) fn check_epoch(&self, place: u32, theirs: i32) -> Result<(), ErrorCode> {
        let mine = self.replicas[place as usize].leader_epoch();
        if !self.profile.leader_epoch_fencing || theirs < 0 {
            return Ok(());
        }
        match theirs.cmp(&mine) {
            Ordering::Less => Err(ErrorCode::FencedLeaderEpoch),
            Ordering::Equal => Ok(()),
            Ordering::Greater => Err(ErrorCode::UnknownLeaderEpoch),
        }
    }

    /// KIP-903: an incarnation older than the registered one is refused.
    fn check_incarnation(&self, follower: FollowerId) -> Result<(), ErrorCode> {
        let known = self.process.metadata.brokers.get(&follower.broker);
        let newer = known.is_some_and(|known| known.epoch > follower.epoch);
        let stale = self.profile.broker_epoch_check && follower.epoch >= 0 && newer;
        if stale { Err(ErrorCode::NotLeaderOrFollower) } else { Ok(()) }
    }

    fn update_slot(&mut self, session_place: u32, place: u32, asked: &FetchPartition) {
        let replica = &mut self.replicas[place as usize];
        let session = self.process.sessions.get_mut(session_place);
        let watcher = replica.watchers.iter().find(|watcher| watcher.session == session_place);
        let at = watcher.map(|watcher| watcher.slot).unwrap_or_else(|| {
            let slot = session.open(asked, place);
            let follower = session.follower.map(|follower| follower.broker);
            replica.watchers.push(Watcher { session: session_place, slot, follower });
            slot
        });
        let epoch = session.epoch;
        let slot = &mut session.slots[at as usize];
        slot.fetch_offset = asked.fetch_offset;
        slot.leader_epoch = asked.current_leader_epoch;
        // Kafka takes its snapshot of the high watermark before it reads, and the follower is noted after.
        slot.high_watermark_at_request = replica.high_watermark;
        slot.requested_in_epoch = epoch;
    }

    /// A follower's fetch is its acknowledgement of everything before its offset.
    fn update_follower_fetch_state(
        &mut self,
        step: &mut Step<'_>,
        session: u32,
        place: u32,
        follower: FollowerId,
        asked: &FetchPartition,
    ) {
        let replica = &mut self.replicas[place as usize];
        let leader_end = replica.storage.log().end();
        let Role::Leader(leader_state) = &mut replica.role else { return };
        let Some(remote) = leader_state.remote_mut(follower.broker) else { return };
        let moved = remote.update_fetch_state(asked.fetch_offset, leader_end, step.now);
        // Kept for the proposal: the controller refuses an ISR with another incarnation than the one that
        // fetched (KIP-903).
        remote.broker_epoch = follower.epoch;
        remote.log_start = asked.log_start;
        if !leader_state.isr.members().contains(&follower.broker) {
            self.watch_for_expansion(session, place);
            self.maybe_expand_isr(step, place, follower.broker);
        }
        // A fetch from n is the acknowledgement of all before n, and the only one: the leader learns of a copy one
        // fetch late.
        if moved {
            self.advance_high_watermark(step, place, HwCause::Fetch(follower.broker));
        }
    }

    /// A follower outside the ISR is looked at again with each fetch, whether it names the partition or not.
    pub(super) fn watch_for_expansion(&mut self, session_place: u32, place: u32) {
        let watchers = &self.replicas[place as usize].watchers;
        let Some(watcher) = watchers.iter().find(|watcher| watcher.session == session_place) else { return };
        let session = self.process.sessions.get_mut(session_place);
        if !session.outside_isr.contains(&watcher.slot) {
            session.outside_isr.push(watcher.slot);
        }
    }

    /// KIP-392: a consumer with a follower in its rack is sent there.
    fn redirect_to_preferred_replica(&mut self, session: u32, place: u32, asked: &FetchPartition) {
        let Some(rack) = self.process.sessions.get(session).params.rack else { return };
        let preferred_read_replica = self.preferred_replica(place, rack, asked.fetch_offset);
        if preferred_read_replica.is_some() {
            self.forget_partition(session, asked.partition);
            let notice = FetchedPartition { preferred_read_replica, ..self.empty_response(asked.partition) };
            self.process.sessions.get_mut(session).notices.push(notice);
        }
    }

    fn mark_if_changed(&mut self, session_place: u32, place: u32) {
        let replica = &self.replicas[place as usize];
        let Some(watcher) = replica.watchers.iter().find(|watcher| watcher.session == session_place) else {
            return;
        };
        let session = self.process.sessions.get_mut(session_place);
        let slot = &session.slots[watcher.slot as usize];
        let is_changed = slot.fetch_offset
            < replica.readable_end(watcher.follower.is_some(), &session.params)
            || slot.sent_high_watermark != replica.high_watermark
            || slot.sent_log_start != replica.log().start();
        if is_changed {
            session.mark(watcher.slot);
        }
    }

    /// What a request says of the partitions it does not name: their offsets are as they were.
    fn note_unlisted_partitions(&mut self, step: &mut Step<'_>, place: u32) {
        let session = self.process.sessions.get_mut(place);
        let epoch = session.epoch;
        for at in std::mem::take(&mut session.sent) {
            let slot = session.slots[at as usize];
            if slot.open && slot.requested_in_epoch != epoch {
                session.mark(at);
            }
        }
        let Some(follower) = session.follower else { return };
        for at in &session.changed {
            let slot = session.slots[*at as usize];
            let replica = &mut self.replicas[slot.replica as usize];
            let leader_end = replica.storage.log().end();
            let Role::Leader(leader_state) = &mut replica.role else { continue };
            let behind = slot.open && slot.requested_in_epoch != epoch && slot.fetch_offset < leader_end;
            if let Some(remote) = leader_state.remote_mut(follower.broker).filter(|_| behind) {
                remote.update_fetch_state(slot.fetch_offset, leader_end, step.now);
            }
        }
        self.try_expansions(step, place, follower);
    }

    fn try_expansions(&mut self, step: &mut Step<'_>, place: u32, follower: FollowerId) {
        let mut outside_isr = std::mem::take(&mut self.process.sessions.get_mut(place).outside_isr);
        outside_isr.retain(|at| {
            let slot = self.process.sessions.get(place).slots[*at as usize];
            let replica = &self.replicas[slot.replica as usize];
            let outside = replica
                .leader_state()
                .is_some_and(|leader_state| !leader_state.isr.members().contains(&follower.broker));
            if slot.open && outside {
                self.maybe_expand_isr(step, slot.replica, follower.broker);
            }
            slot.open && outside
        });
        self.process.sessions.get_mut(place).outside_isr = outside_isr;
    }
}
