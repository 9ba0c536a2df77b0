//! `Fetch` on the broker that is asked: take note of followers, give data or wait for it (kafka.md#replication-fetch).

use super::replica::{Role, Watcher};
use super::{Broker, HwCause, Step};
use crate::model::PartitionIx;
use crate::protocol::messages::{Answer, FetchAnswer, FetchRequest, FollowerId, Peer};
use crate::protocol::session::Parked;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{EpochEnd, ErrorCode, FetchPartition, FetchedPartition};

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
            let answer = FetchAnswer { error, session, session_epoch, partitions: Vec::new() };
            return step.answer(from, correlation, Answer::Fetch(answer));
        }
        for partition in &request.forgotten {
            self.drop_words(place, *partition);
            self.forget_partition(place, *partition);
        }
        for asked in &request.partitions {
            self.name_partition(step, place, asked);
        }
        self.note_unnamed(step, place);
        let session = self.process.sessions.get(place);
        let at_once = !session.words.is_empty() || request.max_wait_ns == 0 || self.has_enough(place);
        match at_once {
            true => self.answer_fetch(step, place, correlation, true),
            false => self.park(step, place, correlation, request.max_wait_ns),
        }
    }

    fn park(&mut self, step: &Step<'_>, place: u32, correlation: u64, max_wait: u64) {
        let deadline = step.now + max_wait;
        let session = self.process.sessions.get_mut(place);
        session.parked = Some(Parked { correlation, deadline });
        if session.timer.is_none_or(|armed| armed > deadline) {
            session.timer = Some(deadline);
            self.timers.set(deadline, Timer::Session(place));
        }
    }

    /// One partition of a request: refused, found to diverge, or in the session from now on.
    fn name_partition(&mut self, step: &mut Step<'_>, session: u32, asked: &FetchPartition) {
        self.drop_words(session, asked.partition);
        let follower = self.process.sessions.get(session).follower;
        let checked = self
            .place(asked.partition)
            .ok_or(ErrorCode::UnknownTopicOrPartition)
            .and_then(|place| self.check_fetch(place, asked, follower).map(|diverging| (place, diverging)));
        let (place, diverging) = match checked {
            Ok(checked) => checked,
            Err(error) => {
                self.forget_partition(session, asked.partition);
                let word = FetchedPartition { error, ..self.word(asked.partition) };
                return self.process.sessions.get_mut(session).words.push(word);
            }
        };
        self.enter_slot(session, place, asked);
        if diverging.is_some() {
            let word = FetchedPartition { diverging, ..self.word(asked.partition) };
            return self.process.sessions.get_mut(session).words.push(word);
        }
        match follower {
            Some(follower) => self.note_follower(step, session, place, follower, asked),
            None => self.prefer_follower(session, place, asked),
        }
        self.mark_if_news(session, place);
    }

    /// What was to be said before the asker named the partition anew is out of date.
    fn drop_words(&mut self, session: u32, partition: PartitionIx) {
        self.process.sessions.get_mut(session).words.retain(|word| word.partition != partition);
    }

    /// An empty entry of an answer.
    pub(super) fn word(&self, partition: PartitionIx) -> FetchedPartition {
        let replica = self.place(partition).map(|place| &self.replicas[place as usize]);
        FetchedPartition {
            partition,
            error: ErrorCode::None,
            diverging: None,
            high_watermark: replica.map_or(-1, |replica| replica.high_watermark),
            log_start: replica.map_or(-1, |replica| replica.log().start()),
            preferred_read_replica: None,
            batches: Vec::new(),
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
            (Role::Leader(leadership), Some(follower)) => {
                self.check_epoch(place, asked.current_leader_epoch)?;
                // Not (yet) assigned here: this leader's metadata may be behind.
                leadership.remote(follower.broker).ok_or(ErrorCode::UnknownLeaderEpoch)?;
                self.check_incarnation(follower)?;
            }
            (_, None) => self.check_epoch(place, asked.current_leader_epoch)?,
        }
        let log = replica.log();
        let range = log.start()..=log.end();
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
        match self.profile.leader_epoch_fencing && theirs >= 0 {
            true if theirs < mine => Err(ErrorCode::FencedLeaderEpoch),
            true if theirs > mine => Err(ErrorCode::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// KIP-903: an incarnation older than the registered one is refused.
    fn check_incarnation(&self, follower: FollowerId) -> Result<(), ErrorCode> {
        let known = self.process.view.brokers.get(&follower.broker);
        let newer = known.is_some_and(|known| known.epoch > follower.epoch);
        match self.profile.broker_epoch_check && follower.epoch >= 0 && newer {
            true => Err(ErrorCode::NotLeaderOrFollower),
            false => Ok(()),
        }
    }

    fn enter_slot(&mut self, session_place: u32, place: u32, asked: &FetchPartition) {
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
        slot.named_high_watermark = replica.high_watermark;
        slot.named_in = epoch;
    }

    /// A follower's fetch is its acknowledgement of everything before its offset.
    fn note_follower(
        &mut self,
        step: &mut Step<'_>,
        session: u32,
        place: u32,
        follower: FollowerId,
        asked: &FetchPartition,
    ) {
        let replica = &mut self.replicas[place as usize];
        let leader_end = replica.storage.log().end();
        let Role::Leader(leadership) = &mut replica.role else { return };
        let Some(remote) = leadership.remote_mut(follower.broker) else { return };
        let moved = remote.fetched(asked.fetch_offset, leader_end, step.now);
        remote.broker_epoch = follower.epoch;
        remote.log_start = asked.log_start;
        if !leadership.isr.members().contains(&follower.broker) {
            self.note_outsider(session, place);
            self.maybe_expand(step, place, follower.broker);
        }
        if moved {
            self.advance_high_watermark(step, place, HwCause::Fetch(follower.broker));
        }
    }

    /// A follower outside the ISR is looked at again with each fetch, whether it names the partition or not.
    pub(super) fn note_outsider(&mut self, session_place: u32, place: u32) {
        let watchers = &self.replicas[place as usize].watchers;
        let Some(watcher) = watchers.iter().find(|watcher| watcher.session == session_place) else { return };
        let session = self.process.sessions.get_mut(session_place);
        if !session.outsiders.contains(&watcher.slot) {
            session.outsiders.push(watcher.slot);
        }
    }

    /// KIP-392: a consumer with a follower in its rack is sent there.
    fn prefer_follower(&mut self, session: u32, place: u32, asked: &FetchPartition) {
        let Some(rack) = self.process.sessions.get(session).limits.rack else { return };
        let preferred_read_replica = self.preferred_replica(place, rack, asked.fetch_offset);
        if preferred_read_replica.is_some() {
            self.forget_partition(session, asked.partition);
            let word = FetchedPartition { preferred_read_replica, ..self.word(asked.partition) };
            self.process.sessions.get_mut(session).words.push(word);
        }
    }

    fn mark_if_news(&mut self, session_place: u32, place: u32) {
        let replica = &self.replicas[place as usize];
        let Some(watcher) = replica.watchers.iter().find(|watcher| watcher.session == session_place) else {
            return;
        };
        let session = self.process.sessions.get_mut(session_place);
        let slot = &session.slots[watcher.slot as usize];
        let has_news = slot.fetch_offset < replica.readable_end(watcher.follower.is_some())
            || slot.told_high_watermark != replica.high_watermark
            || slot.told_log_start != replica.log().start();
        if has_news {
            session.mark(watcher.slot);
        }
    }

    /// What a request says of the partitions it does not name: their offsets are as they were.
    fn note_unnamed(&mut self, step: &mut Step<'_>, place: u32) {
        let session = self.process.sessions.get_mut(place);
        let epoch = session.epoch;
        for at in std::mem::take(&mut session.sent) {
            let slot = session.slots[at as usize];
            if slot.open && slot.named_in != epoch {
                session.mark(at);
            }
        }
        let Some(follower) = session.follower else { return };
        for at in &session.news {
            let slot = session.slots[*at as usize];
            let replica = &mut self.replicas[slot.replica as usize];
            let leader_end = replica.storage.log().end();
            let Role::Leader(leadership) = &mut replica.role else { continue };
            let behind = slot.open && slot.named_in != epoch && slot.fetch_offset < leader_end;
            if let Some(remote) = leadership.remote_mut(follower.broker).filter(|_| behind) {
                remote.fetched(slot.fetch_offset, leader_end, step.now);
            }
        }
        self.look_at_outsiders(step, place, follower);
    }

    fn look_at_outsiders(&mut self, step: &mut Step<'_>, place: u32, follower: FollowerId) {
        let mut outsiders = std::mem::take(&mut self.process.sessions.get_mut(place).outsiders);
        outsiders.retain(|at| {
            let slot = self.process.sessions.get(place).slots[*at as usize];
            let replica = &self.replicas[slot.replica as usize];
            let outside = replica
                .leadership()
                .is_some_and(|leadership| !leadership.isr.members().contains(&follower.broker));
            if slot.open && outside {
                self.maybe_expand(step, slot.replica, follower.broker);
            }
            slot.open && outside
        });
        self.process.sessions.get_mut(place).outsiders = outsiders;
    }
}
