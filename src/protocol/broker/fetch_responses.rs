//! What a follower does with its leader's answers.

use super::fetcher::FetcherRequest;
use super::{Broker, BrokerEvent, HwCause, OWNER_BITS, OWNER_FETCHERS, Step, TruncationCause};
use crate::protocol::follower::{self, OutOfRange, PartitionFetchState};
use crate::protocol::messages::{
    BrokerResponse, EpochEndOffset, FetchResponse, ListOffsetsPartitionResponse,
};
use crate::protocol::wire::{Batch, ErrorCode, FetchedPartition};

/// So many emptied lists are kept for the next answers.
const SPARE_LISTS: usize = 64;

impl Broker {
    pub(super) fn handle_response(
        &mut self,
        step: &mut Step<'_>,
        correlation: u64,
        response: BrokerResponse,
    ) {
        let Some(at) = self.fetcher_of(correlation) else { return };
        let Some(outstanding) = self.process.fetchers[at as usize].outstanding.take() else { return };
        match (outstanding.asked, response) {
            (FetcherRequest::Fetch, BrokerResponse::Fetch(response)) => {
                self.handle_fetch_response(step, at, response)
            }
            (FetcherRequest::OffsetsForLeaderEpoch, BrokerResponse::OffsetsForLeaderEpoch(ends)) => {
                ends.iter().for_each(|end| self.handle_epoch_end(step, at, end));
            }
            (FetcherRequest::ListOffsets, BrokerResponse::ListOffsets(offsets)) => {
                for both in offsets.chunks_exact(2) {
                    self.handle_list_offsets(step, at, &both[0], &both[1]);
                }
            }
            _ => {
                self.process.fetchers[at as usize].outstanding = Some(outstanding);
                return self.fetcher_failed(step, at);
            }
        }
        self.schedule_fetcher(at);
    }

    /// The fetcher that waits for this answer.
    pub(super) fn fetcher_of(&self, correlation: u64) -> Option<u32> {
        let owner = (correlation & ((1 << OWNER_BITS) - 1)) as u32;
        let at = owner.checked_sub(OWNER_FETCHERS)?;
        let outstanding = self.process.fetchers.get(at as usize)?.outstanding?;
        (outstanding.correlation == correlation).then_some(at)
    }

    fn handle_fetch_response(&mut self, step: &mut Step<'_>, at: u32, response: FetchResponse) {
        if response.error != ErrorCode::None {
            self.process.fetchers[at as usize].session_epoch = 0;
            return;
        }
        for mut fetched in response.partitions {
            self.process_partition_data(step, at, &fetched);
            if self.spare.len() < SPARE_LISTS && fetched.batches.capacity() > 0 {
                fetched.batches.clear();
                self.spare.push(fetched.batches);
            }
        }
    }

    /// One partition of an answer; it counts only if the follower still asks for the same.
    fn process_partition_data(&mut self, step: &mut Step<'_>, at: u32, fetched: &FetchedPartition) {
        let Some(place) = self.place(fetched.partition) else { return };
        let Some(follower_state) = self.replicas[place as usize].follower_state() else { return };
        let current =
            follower_state.fetcher == Some(at) && follower_state.state == PartitionFetchState::Fetching;
        // The follower may have been truncated, moved or given another leader since it asked.
        if !current || !follower_state.offset_sent {
            return;
        }
        if fetched.error != ErrorCode::None {
            return self.handle_fetch_error(step, place, fetched.error);
        }
        if fetched.diverging.is_some() {
            let replica = &self.replicas[place as usize];
            let kind = self.profile.truncation;
            let cut = follower::offset_truncation_state(
                kind,
                replica.log(),
                replica.high_watermark,
                fetched.diverging,
            );
            self.truncate_log(step, place, cut.to, cut.cause);
            return self.send_offset_again(place);
        }
        if !fetched.batches.is_empty() {
            self.append_fetched(step, place, &fetched.batches);
            self.send_offset_again(place);
        }
        let replica = &mut self.replicas[place as usize];
        if fetched.log_start > replica.log().start() {
            replica.storage.advance_start(fetched.log_start);
        }
        // A follower can be told of more than it has: its high watermark never passes its own end.
        let to = fetched.high_watermark.clamp(replica.log().start(), replica.log().end());
        self.set_high_watermark(step, place, to, HwCause::FromLeader);
    }

    fn append_fetched(&mut self, step: &mut Step<'_>, place: u32, batches: &[Batch]) {
        let policy = self.append_policy(place);
        let replica = &mut self.replicas[place as usize];
        let base_offset = replica.log().end();
        // Records of an epoch that it has not heard of would outlive a truncation by the epoch it knows
        // (KAFKA-18723).
        let max_epoch = if self.profile.append_epoch_check { replica.leader_epoch() } else { i32::MAX };
        let (taken, flush) = replica.storage.append_as_follower(batches, max_epoch, policy);
        if taken == 0 {
            return;
        }
        for batch in &batches[..taken] {
            replica.producers.update(batch, step.now);
        }
        if self.detail {
            let (partition, end_offset) = (replica.partition, replica.log().end());
            step.event(BrokerEvent::Appended { partition, base_offset, end_offset, as_leader: false });
        }
        let bytes = batches[..taken].iter().map(|batch| u64::from(batch.bytes)).sum();
        self.written(step, place, bytes, flush);
    }

    fn handle_fetch_error(&mut self, step: &mut Step<'_>, place: u32, error: ErrorCode) {
        self.report_fetch_error(step, place, error);
        self.set_fetch_state(place, self.state_after_error(step, error));
    }

    fn report_fetch_error(&self, step: &mut Step<'_>, place: u32, error: ErrorCode) {
        let replica = &self.replicas[place as usize];
        if let Some(leader) = replica.follower_state().and_then(|follower_state| follower_state.leader) {
            step.event(BrokerEvent::FetchRefused { partition: replica.partition, leader, error });
        }
    }

    /// A fenced follower waits for newer metadata, the rest tries again after a while.
    fn state_after_error(&self, step: &Step<'_>, error: ErrorCode) -> PartitionFetchState {
        match error {
            ErrorCode::OffsetOutOfRange => PartitionFetchState::NeedsOffsets,
            ErrorCode::FencedLeaderEpoch => PartitionFetchState::Failed,
            _ => PartitionFetchState::Delayed(step.now + self.settings.replica_fetch_backoff_ns),
        }
    }

    fn handle_epoch_end(&mut self, step: &mut Step<'_>, at: u32, response: &EpochEndOffset) {
        let Some(place) = self.place(response.partition) else { return };
        let replica = &self.replicas[place as usize];
        let waits = replica.follower_state().is_some_and(|follower_state| {
            follower_state.fetcher == Some(at) && follower_state.state == PartitionFetchState::NeedsEpochEnd
        });
        if !waits {
            return;
        }
        if response.error != ErrorCode::None {
            return self.handle_fetch_error(step, place, response.error);
        }
        let cut = follower::offset_truncation_state(
            self.profile.truncation,
            replica.log(),
            replica.high_watermark,
            response.end,
        );
        self.truncate_log(step, place, cut.to, cut.cause);
        let known = self.replicas[place as usize].log().epochs().latest().is_some();
        let ask_again = !cut.completed && known;
        let next = if ask_again { PartitionFetchState::NeedsEpochEnd } else { PartitionFetchState::Fetching };
        self.set_fetch_state(place, next);
    }

    fn handle_list_offsets(
        &mut self,
        step: &mut Step<'_>,
        at: u32,
        first: &ListOffsetsPartitionResponse,
        last: &ListOffsetsPartitionResponse,
    ) {
        let Some(place) = self.place(first.partition) else { return };
        let replica = &self.replicas[place as usize];
        let waits = replica.follower_state().is_some_and(|follower_state| {
            follower_state.fetcher == Some(at) && follower_state.state == PartitionFetchState::NeedsOffsets
        });
        if !waits {
            return;
        }
        let error = if first.error == ErrorCode::None { last.error } else { first.error };
        if error != ErrorCode::None {
            return self.handle_fetch_error(step, place, error);
        }
        match follower::out_of_range(replica.log().end(), first.offset, last.offset) {
            OutOfRange::TruncateTo(to) => self.truncate_log(step, place, to, TruncationCause::LeaderEnd(to)),
            OutOfRange::TruncateFullyAndStartAt(at) => self.truncate_log_fully_and_start_at(step, place, at),
            OutOfRange::Resume => {}
        }
        self.set_fetch_state(place, PartitionFetchState::Fetching);
    }
}
