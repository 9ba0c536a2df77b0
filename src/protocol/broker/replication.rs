//! The follower's side of replication: which fetcher asks what, and when (`AbstractFetcherThread`).

use super::fetcher::{Asked, Fetcher, Outstanding};
use super::{Broker, BrokerOutput, OWNER_FETCHERS, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::follower::FollowState;
use crate::protocol::messages::{EpochEndsOf, FetchRequest, FollowerId, ListOffset, LogPosition, Request};
use crate::protocol::profile::Truncation;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{FetchPartition, LeaderEpoch};

impl Broker {
    /// A replica gets the fetcher of its leader and partition.
    pub(super) fn join_fetcher(&mut self, place: u32, source: BrokerId) {
        let threads = self.settings.num_replica_fetchers.max(1);
        let replica = &mut self.replicas[place as usize];
        let thread = replica.partition.0 % threads;
        let fetchers = &mut self.process.fetchers;
        let at = *self.process.fetcher_places.entry((source, thread)).or_insert_with(|| {
            fetchers.push(Fetcher::new(source, thread));
            fetchers.len() as u32 - 1
        });
        fetchers[at as usize].members.insert(place);
        if let Some(following) = replica.following_mut() {
            following.fetcher = Some(at);
            // Not counted as fetching before its state is set.
            following.state = FollowState::Failed;
            following.listed = false;
        }
    }

    pub(super) fn leave_fetcher(&mut self, place: u32) {
        let replica = &mut self.replicas[place as usize];
        let partition = replica.partition;
        let Some(following) = replica.following_mut() else { return };
        let Some(at) = following.fetcher.take() else { return };
        let fetching = following.state == FollowState::Fetching;
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.members.remove(&place);
        fetcher.fetching -= u32::from(fetching);
        // Else the source would go on counting the session's fetches for it.
        fetcher.forgotten.push(partition);
    }

    /// Changes what a follower does, and has its fetcher act on it.
    pub(super) fn set_follow_state(&mut self, place: u32, state: FollowState) {
        let Some(following) = self.replicas[place as usize].following_mut() else { return };
        let Some(at) = following.fetcher else { return };
        let before = std::mem::replace(&mut following.state, state);
        following.listed = false;
        following.truncated |= state == FollowState::Fetching;
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.fetching += u32::from(state == FollowState::Fetching);
        fetcher.fetching -= u32::from(before == FollowState::Fetching);
        match state {
            FollowState::Fetching => fetcher.to_list.push(place),
            FollowState::NeedsEpochEnd => fetcher.ask_epochs.push(place),
            FollowState::NeedsOffsets => fetcher.ask_offsets.push(place),
            FollowState::Delayed(until) => fetcher.delayed.push((until, place)),
            FollowState::Failed => {}
        }
        self.queue_fetcher(at);
    }

    /// The source must hear where the follower reads now.
    pub(super) fn list_again(&mut self, place: u32) {
        let Some(following) = self.replicas[place as usize].following_mut() else { return };
        let Some(at) = following.fetcher else { return };
        following.listed = false;
        self.process.fetchers[at as usize].to_list.push(place);
    }

    pub(super) fn queue_fetcher(&mut self, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        if !std::mem::replace(&mut fetcher.queued, true) {
            self.process.to_send.push(at);
        }
    }

    /// All fetchers may act: the broker is registered.
    pub(super) fn queue_fetchers(&mut self) {
        (0..self.process.fetchers.len() as u32).for_each(|at| self.queue_fetcher(at));
    }

    /// Sends a fetcher's next request, if nothing is outstanding and there is something to ask.
    pub(super) fn look_at_fetcher(&mut self, step: &mut Step<'_>, at: u32) {
        let registered = self.broker_epoch() >= 0;
        self.release_delayed(step, at);
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.queued = false;
        if fetcher.outstanding.is_some() || fetcher.members.is_empty() || !registered {
            return;
        }
        if fetcher.not_before > step.now {
            let until = fetcher.not_before;
            return self.set_fetcher_timer(at, until);
        }
        let (epochs, offsets) =
            (std::mem::take(&mut fetcher.ask_epochs), std::mem::take(&mut fetcher.ask_offsets));
        if let Some(request) = self.epoch_ends_request(at, &epochs) {
            self.process.fetchers[at as usize].ask_offsets = offsets;
            self.send(step, at, Asked::EpochEnds, request);
        } else if let Some(request) = self.offsets_request(at, &offsets) {
            self.send(step, at, Asked::Offsets, request);
        } else if self.process.fetchers[at as usize].fetching > 0 {
            let request = self.fetch_request(at);
            self.send(step, at, Asked::Fetch, request);
        } else if let Some(until) = self.process.fetchers[at as usize].delayed.iter().map(|each| each.0).min()
        {
            self.set_fetcher_timer(at, until);
        }
    }

    fn send(&mut self, step: &mut Step<'_>, at: u32, asked: Asked, request: Request) {
        let correlation = self.correlation(OWNER_FETCHERS + at);
        let timeout = step.now + self.settings.replica_socket_timeout_ns;
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.outstanding = Some(Outstanding { correlation, asked, sent_at: step.now });
        let to = fetcher.source;
        if fetcher.timer.is_none() {
            self.set_fetcher_timer(at, timeout);
        }
        step.out.push(BrokerOutput::Request { to, correlation, request });
    }

    fn set_fetcher_timer(&mut self, at: u32, until: Nanos) {
        let fetcher = &mut self.process.fetchers[at as usize];
        if fetcher.timer.is_none_or(|armed| until < armed) {
            fetcher.timer = Some(until);
            self.timers.set(until, Timer::Fetcher(at));
        }
    }

    /// Back-off over, or silence for too long.
    pub(super) fn fetcher_timer(&mut self, step: &mut Step<'_>, at: u32) {
        let timeout = self.settings.replica_socket_timeout_ns;
        let fetcher = &mut self.process.fetchers[at as usize];
        if fetcher.timer.is_none_or(|armed| armed > step.now) {
            return;
        }
        fetcher.timer = None;
        match fetcher.outstanding {
            Some(outstanding) if outstanding.sent_at + timeout <= step.now => self.fetcher_failed(step, at),
            Some(outstanding) => self.set_fetcher_timer(at, outstanding.sent_at + timeout),
            None => self.queue_fetcher(at),
        }
    }

    /// No answer: everything again in full after `replica.fetch.backoff.ms`.
    pub(super) fn fetcher_failed(&mut self, step: &mut Step<'_>, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        let asked = fetcher.outstanding.take().map(|outstanding| outstanding.asked);
        fetcher.session_epoch = 0;
        fetcher.not_before = step.now + self.settings.replica_fetch_backoff_ns;
        let members: Vec<u32> = fetcher.members.iter().copied().collect();
        for place in members {
            let Some(following) = self.replicas[place as usize].following_mut() else { continue };
            following.listed = false;
            let again = match following.state {
                FollowState::NeedsEpochEnd => asked == Some(Asked::EpochEnds),
                FollowState::NeedsOffsets => asked == Some(Asked::Offsets),
                _ => false,
            };
            if again {
                let state = following.state;
                self.set_follow_state(place, state);
            }
        }
        self.queue_fetcher(at);
    }

    fn release_delayed(&mut self, step: &mut Step<'_>, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        if fetcher.delayed.is_empty() {
            return;
        }
        let now = step.now;
        let due: Vec<_> = fetcher.delayed.extract_if(.., |(until, _)| *until <= now).collect();
        for (until, place) in due {
            let Some(following) = self.replicas[place as usize].following() else { continue };
            if following.fetcher == Some(at) && following.state == FollowState::Delayed(until) {
                match following.truncated {
                    true => self.set_follow_state(place, FollowState::Fetching),
                    false => self.begin_truncation(step, place),
                }
            }
        }
    }

    /// The epoch that a request names; before KIP-320 none.
    fn named_epoch(&self, epoch: LeaderEpoch) -> LeaderEpoch {
        match self.profile.truncation {
            Truncation::Kip320 | Truncation::ViaFetch if self.profile.leader_epoch_fencing => epoch,
            _ => -1,
        }
    }

    fn epoch_ends_request(&self, at: u32, places: &[u32]) -> Option<Request> {
        let asks = places.iter().filter_map(|place| {
            let replica = &self.replicas[*place as usize];
            let following = replica.following()?;
            let wanted = following.fetcher == Some(at) && following.state == FollowState::NeedsEpochEnd;
            wanted.then(|| EpochEndsOf {
                partition: replica.partition,
                current_leader_epoch: self.named_epoch(following.epoch),
                epoch: replica.log().latest_epoch(),
            })
        });
        let asks: Vec<_> = asks.collect();
        (!asks.is_empty()).then_some(Request::EpochEnds(asks))
    }

    /// Both ends of the leader's log, the start first.
    fn offsets_request(&self, at: u32, places: &[u32]) -> Option<Request> {
        let mut asks = Vec::new();
        for place in places {
            let replica = &self.replicas[*place as usize];
            let Some(following) = replica.following() else { continue };
            if following.fetcher == Some(at) && following.state == FollowState::NeedsOffsets {
                let (partition, current_leader_epoch) =
                    (replica.partition, self.named_epoch(following.epoch));
                for position in [LogPosition::Earliest, LogPosition::Latest] {
                    asks.push(ListOffset { partition, current_leader_epoch, position });
                }
            }
        }
        (!asks.is_empty()).then_some(Request::ListOffsets(asks))
    }

    fn fetch_request(&mut self, at: u32) -> Request {
        let fetcher = &mut self.process.fetchers[at as usize];
        let full = fetcher.session_epoch == 0;
        let mut to_list = std::mem::take(&mut fetcher.to_list);
        if full {
            to_list.clear();
            to_list.extend(&fetcher.members);
            fetcher.forgotten.clear();
        }
        let mut partitions = Vec::with_capacity(to_list.len());
        for place in to_list.drain(..) {
            partitions.extend(self.name_for_fetch(at, place, full));
        }
        let follower = Some(FollowerId { broker: self.id(), epoch: self.broker_epoch() });
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.to_list = to_list;
        let session_epoch = fetcher.session_epoch;
        fetcher.session_epoch = session_epoch.wrapping_add(1).max(1);
        Request::Fetch(FetchRequest {
            follower,
            session: fetcher.thread,
            session_epoch,
            max_wait_ns: self.settings.replica_fetch_wait_max_ns,
            min_bytes: self.settings.replica_fetch_min_bytes,
            max_bytes: self.settings.replica_fetch_response_max_bytes,
            partition_max_bytes: self.settings.replica_fetch_max_bytes,
            rack: None,
            partitions,
            forgotten: std::mem::take(&mut fetcher.forgotten),
        })
    }

    fn name_for_fetch(&mut self, at: u32, place: u32, full: bool) -> Option<FetchPartition> {
        let via_fetch = self.profile.truncation == Truncation::ViaFetch;
        let replica = &mut self.replicas[place as usize];
        let (partition, fetch_offset) = (replica.partition, replica.log().end());
        let (epoch, log_start) = (replica.log().latest_epoch(), replica.log().start());
        let following = replica.following_mut()?;
        let wanted = following.fetcher == Some(at) && following.state == FollowState::Fetching;
        if !wanted || (following.listed && !full) {
            return None;
        }
        following.listed = true;
        let leader_epoch = following.epoch;
        Some(FetchPartition {
            partition,
            current_leader_epoch: self.named_epoch(leader_epoch),
            fetch_offset,
            last_fetched_epoch: if via_fetch { epoch } else { -1 },
            log_start,
        })
    }
}
