//! The follower's side of replication: which fetcher asks what, and when (`AbstractFetcherThread`).

use super::fetcher::{Fetcher, FetcherRequest, Outstanding};
use super::{Broker, BrokerOutput, OWNER_FETCHERS, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::follower::PartitionFetchState;
use crate::protocol::messages::{
    BrokerRequest, FetchRequest, FollowerId, ListOffsetsPartition, OffsetForLeaderPartition, OffsetSpec,
};
use crate::protocol::profile::Truncation;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{FetchPartition, LeaderEpoch};

impl Broker {
    /// A replica gets the fetcher of its leader and partition.
    pub(super) fn join_fetcher(&mut self, place: u32, source: BrokerId) {
        let threads = self.settings.num_replica_fetchers.max(1);
        let replica = &mut self.replicas[place as usize];
        // The same partition always meets the same thread, so that it is fetched by one at a time.
        let thread = replica.partition.0 % threads;
        let fetchers = &mut self.process.fetchers;
        let at = *self.process.fetcher_places.entry((source, thread)).or_insert_with(|| {
            fetchers.push(Fetcher::new(source, thread));
            fetchers.len() as u32 - 1
        });
        fetchers[at as usize].members.insert(place);
        if let Some(follower_state) = replica.follower_state_mut() {
            follower_state.fetcher = Some(at);
            // Not counted as fetching before its state is set.
            follower_state.state = PartitionFetchState::Failed;
            follower_state.offset_sent = false;
        }
    }

    pub(super) fn leave_fetcher(&mut self, place: u32) {
        let replica = &mut self.replicas[place as usize];
        let partition = replica.partition;
        let Some(follower_state) = replica.follower_state_mut() else { return };
        let Some(at) = follower_state.fetcher.take() else { return };
        let fetching = follower_state.state == PartitionFetchState::Fetching;
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.members.remove(&place);
        fetcher.fetching -= u32::from(fetching);
        // Else the source would go on counting the session's fetches for it.
        fetcher.to_forget.push(partition);
    }

    /// Changes what a follower does, and has its fetcher act on it.
    pub(super) fn set_fetch_state(&mut self, place: u32, state: PartitionFetchState) {
        let Some(follower_state) = self.replicas[place as usize].follower_state_mut() else { return };
        let Some(at) = follower_state.fetcher else { return };
        let before = std::mem::replace(&mut follower_state.state, state);
        follower_state.offset_sent = false;
        follower_state.truncation_completed |= state == PartitionFetchState::Fetching;
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.fetching += u32::from(state == PartitionFetchState::Fetching);
        fetcher.fetching -= u32::from(before == PartitionFetchState::Fetching);
        match state {
            PartitionFetchState::Fetching => fetcher.to_send.push(place),
            PartitionFetchState::NeedsEpochEnd => fetcher.ask_epochs.push(place),
            PartitionFetchState::NeedsOffsets => fetcher.ask_offsets.push(place),
            PartitionFetchState::Delayed(until) => fetcher.delayed.push((until, place)),
            PartitionFetchState::Failed => {}
        }
        self.schedule_fetcher(at);
    }

    /// The source must hear where the follower reads now.
    pub(super) fn send_offset_again(&mut self, place: u32) {
        let Some(follower_state) = self.replicas[place as usize].follower_state_mut() else { return };
        let Some(at) = follower_state.fetcher else { return };
        follower_state.offset_sent = false;
        self.process.fetchers[at as usize].to_send.push(place);
    }

    pub(super) fn schedule_fetcher(&mut self, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        if !std::mem::replace(&mut fetcher.queued, true) {
            self.process.fetchers_to_run.push(at);
        }
    }

    /// All fetchers may act: the broker is registered.
    pub(super) fn schedule_fetchers(&mut self) {
        (0..self.process.fetchers.len() as u32).for_each(|at| self.schedule_fetcher(at));
    }

    /// Sends a fetcher's next request, if nothing is outstanding and there is something to ask.
    pub(super) fn run_fetcher(&mut self, step: &mut Step<'_>, at: u32) {
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
            self.send(step, at, FetcherRequest::OffsetsForLeaderEpoch, request);
        } else if let Some(request) = self.offsets_request(at, &offsets) {
            self.send(step, at, FetcherRequest::ListOffsets, request);
        } else if self.process.fetchers[at as usize].fetching > 0 {
            let request = self.fetch_request(at);
            self.send(step, at, FetcherRequest::Fetch, request);
        } else if let Some(until) = self.process.fetchers[at as usize].delayed.iter().map(|each| each.0).min()
        {
            self.set_fetcher_timer(at, until);
        }
    }

    fn send(&mut self, step: &mut Step<'_>, at: u32, asked: FetcherRequest, request: BrokerRequest) {
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
            None => self.schedule_fetcher(at),
        }
    }

    /// No answer: everything again in full after `replica.fetch.backoff.ms`.
    pub(super) fn fetcher_failed(&mut self, step: &mut Step<'_>, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        let asked = fetcher.outstanding.take().map(|outstanding| outstanding.asked);
        // A lost request may have reached the source: only a full fetch makes both sides agree on the session again.
        fetcher.session_epoch = 0;
        fetcher.not_before = step.now + self.settings.replica_fetch_backoff_ns;
        let members: Vec<u32> = fetcher.members.iter().copied().collect();
        for place in members {
            let Some(follower_state) = self.replicas[place as usize].follower_state_mut() else { continue };
            follower_state.offset_sent = false;
            let again = match follower_state.state {
                PartitionFetchState::NeedsEpochEnd => asked == Some(FetcherRequest::OffsetsForLeaderEpoch),
                PartitionFetchState::NeedsOffsets => asked == Some(FetcherRequest::ListOffsets),
                _ => false,
            };
            if again {
                let state = follower_state.state;
                self.set_fetch_state(place, state);
            }
        }
        self.schedule_fetcher(at);
    }

    fn release_delayed(&mut self, step: &mut Step<'_>, at: u32) {
        let fetcher = &mut self.process.fetchers[at as usize];
        if fetcher.delayed.is_empty() {
            return;
        }
        let now = step.now;
        let due: Vec<_> = fetcher.delayed.extract_if(.., |(until, _)| *until <= now).collect();
        for (until, place) in due {
            let Some(follower_state) = self.replicas[place as usize].follower_state() else { continue };
            let delayed = PartitionFetchState::Delayed(until);
            if follower_state.fetcher != Some(at) || follower_state.state != delayed {
                continue;
            }
            if follower_state.truncation_completed {
                self.set_fetch_state(place, PartitionFetchState::Fetching);
            } else {
                self.begin_truncation(step, place);
            }
        }
    }

    /// The epoch that a request names; before KIP-320 none.
    fn request_leader_epoch(&self, epoch: LeaderEpoch) -> LeaderEpoch {
        match self.profile.truncation {
            Truncation::Kip320 | Truncation::ViaFetch if self.profile.leader_epoch_fencing => epoch,
            _ => -1,
        }
    }

    fn epoch_ends_request(&self, at: u32, places: &[u32]) -> Option<BrokerRequest> {
        let asks = places.iter().filter_map(|place| {
            let replica = &self.replicas[*place as usize];
            let follower_state = replica.follower_state()?;
            let wanted = follower_state.fetcher == Some(at)
                && follower_state.state == PartitionFetchState::NeedsEpochEnd;
            wanted.then(|| OffsetForLeaderPartition {
                partition: replica.partition,
                current_leader_epoch: self.request_leader_epoch(follower_state.epoch),
                epoch: replica.log().latest_epoch(),
            })
        });
        let asks: Vec<_> = asks.collect();
        (!asks.is_empty()).then_some(BrokerRequest::OffsetsForLeaderEpoch(asks))
    }

    /// Both ends of the leader's log, the start first.
    fn offsets_request(&self, at: u32, places: &[u32]) -> Option<BrokerRequest> {
        let mut asks = Vec::new();
        for place in places {
            let replica = &self.replicas[*place as usize];
            let Some(follower_state) = replica.follower_state() else { continue };
            if follower_state.fetcher == Some(at) && follower_state.state == PartitionFetchState::NeedsOffsets
            {
                let (partition, current_leader_epoch) =
                    (replica.partition, self.request_leader_epoch(follower_state.epoch));
                for position in [OffsetSpec::Earliest, OffsetSpec::Latest] {
                    asks.push(ListOffsetsPartition { partition, current_leader_epoch, position });
                }
            }
        }
        (!asks.is_empty()).then_some(BrokerRequest::ListOffsets(asks))
    }

    fn fetch_request(&mut self, at: u32) -> BrokerRequest {
        let fetcher = &mut self.process.fetchers[at as usize];
        let full = fetcher.session_epoch == 0;
        let mut to_send = std::mem::take(&mut fetcher.to_send);
        if full {
            to_send.clear();
            to_send.extend(&fetcher.members);
            fetcher.to_forget.clear();
        }
        let mut partitions = Vec::with_capacity(to_send.len());
        for place in to_send.drain(..) {
            partitions.extend(self.partition_to_fetch(at, place, full));
        }
        let follower = Some(FollowerId { broker: self.id(), epoch: self.broker_epoch() });
        let fetcher = &mut self.process.fetchers[at as usize];
        fetcher.to_send = to_send;
        let session_epoch = fetcher.session_epoch;
        fetcher.session_epoch = session_epoch.wrapping_add(1).max(1);
        BrokerRequest::Fetch(FetchRequest {
            follower,
            session: fetcher.thread,
            session_epoch,
            max_wait_ns: self.settings.replica_fetch_wait_max_ns,
            min_bytes: self.settings.replica_fetch_min_bytes,
            max_bytes: self.settings.replica_fetch_response_max_bytes,
            partition_max_bytes: self.settings.replica_fetch_max_bytes,
            rack: None,
            read_committed: false,
            partitions,
            forgotten: std::mem::take(&mut fetcher.to_forget),
        })
    }

    fn partition_to_fetch(&mut self, at: u32, place: u32, full: bool) -> Option<FetchPartition> {
        let via_fetch = self.profile.truncation == Truncation::ViaFetch;
        let replica = &mut self.replicas[place as usize];
        let (partition, fetch_offset) = (replica.partition, replica.log().end());
        let (epoch, log_start) = (replica.log().latest_epoch(), replica.log().start());
        let follower_state = replica.follower_state_mut()?;
        let wanted =
            follower_state.fetcher == Some(at) && follower_state.state == PartitionFetchState::Fetching;
        if !wanted || (follower_state.offset_sent && !full) {
            return None;
        }
        follower_state.offset_sent = true;
        let leader_epoch = follower_state.epoch;
        Some(FetchPartition {
            partition,
            current_leader_epoch: self.request_leader_epoch(leader_epoch),
            fetch_offset,
            last_fetched_epoch: if via_fetch { epoch } else { -1 },
            log_start,
        })
    }
}
