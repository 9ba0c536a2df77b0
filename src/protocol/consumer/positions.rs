//! Positions: committed offsets, the reset policy, validation after a leader change (KIP-320, kafka.md#consumer-positions).

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::consumer::{Consumer, ConsumerError, ConsumerOutput, OffsetReset};
use crate::protocol::group::{GroupRequest, PartitionOffset};
use crate::protocol::messages::{OffsetSpec, PartitionLeader};
use crate::protocol::wire::{EpochEnd, ErrorCode, LeaderEpoch, Offset, RecordRange};
use std::collections::VecDeque;

/// What a partition waits for before it can be fetched (`SubscriptionState.FetchStates`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FetchState {
    /// Nothing: it can be fetched.
    Fetching,
    Initializing,
    /// An end of the log, by reset policy.
    AwaitReset,
    /// The leader's word that its position is still in the log.
    AwaitValidation,
}

/// Records that were fetched and not yet returned.
#[derive(Clone, Copy, Debug)]
pub(super) struct BufferedRecords {
    pub(super) offset: Offset,
    pub(super) records: RecordRange,
    pub(super) epoch: LeaderEpoch,
    /// Where the next record is that `poll()` may return: behind markers, and behind what was aborted.
    pub(super) next: Offset,
}

/// A partition that is assigned to this consumer.
#[derive(Clone, Debug)]
pub(super) struct OwnedPartition {
    pub(super) partition: PartitionIx,
    /// The next offset that `poll()` returns.
    pub(super) position: Option<Offset>,
    /// Epoch of the last record before it, -1 when not known.
    pub(super) epoch: LeaderEpoch,
    pub(super) fetch_state: FetchState,
    /// A question is under way.
    pub(super) asked: bool,
    /// The leader epoch under which it was asked.
    pub(super) asked_under: LeaderEpoch,
    /// No question and no fetch before this time.
    pub(super) not_before: Nanos,
    /// The leader epoch under which its position was last found valid.
    pub(super) valid_under: LeaderEpoch,
    pub(super) buffered: VecDeque<BufferedRecords>,
}

impl OwnedPartition {
    pub(super) fn new(partition: PartitionIx) -> Self {
        OwnedPartition {
            partition,
            position: None,
            epoch: -1,
            fetch_state: FetchState::Initializing,
            asked: false,
            asked_under: -1,
            not_before: 0,
            valid_under: -1,
            buffered: VecDeque::new(),
        }
    }

    pub(super) fn seek(&mut self, offset: Offset, epoch: LeaderEpoch) {
        (self.position, self.epoch) = (Some(offset), epoch);
        (self.fetch_state, self.asked) = (FetchState::Fetching, false);
        self.buffered.clear();
    }
}

impl Consumer {
    pub(super) fn learn_metadata(&mut self, now: Nanos, answer: Option<&[PartitionLeader]>) {
        let mut news = false;
        for told in answer.unwrap_or_default() {
            match self.place(told.partition) {
                Some(place) if told.leader_epoch >= self.leaders[place].leader_epoch => {
                    news |= self.leaders[place] != *told;
                    self.leaders[place] = *told;
                }
                Some(_) => {}
                None => {
                    news = true;
                    self.add_leader(*told);
                    self.membership.partitions_added();
                }
            }
        }
        self.metadata.consecutive_empty_responses(news);
        let expires_at = answer.map(|_| now.saturating_add(self.settings.metadata_max_age));
        let leaderless = self.owned.iter().any(|owned| self.leader(owned.partition).is_none());
        let needed = leaderless || self.leaders.is_empty();
        self.metadata.finish(now.saturating_add(self.settings.retry_backoff), expires_at, needed);
        self.mark_for_validation();
    }

    fn place(&self, partition: PartitionIx) -> Option<usize> {
        self.places
            .get(partition.at())
            .map(|place| *place as usize)
            .filter(|place| *place < self.leaders.len())
    }

    fn add_leader(&mut self, leader: PartitionLeader) {
        let at = leader.partition.at();
        if self.places.len() <= at {
            self.places.resize(at + 1, u32::MAX);
        }
        self.places[at] = self.leaders.len() as u32;
        self.leaders.push(leader);
    }

    /// Where a partition is led now, with the epoch.
    pub(super) fn leader(&self, partition: PartitionIx) -> Option<(BrokerId, LeaderEpoch)> {
        let known = &self.leaders[self.place(partition)?];
        known.leader.map(|broker| (broker, known.leader_epoch))
    }

    /// A new leader epoch: what was read may have been truncated. Fetched data of such a partition is
    /// dropped (`maybeValidatePositionForCurrentLeader`).
    fn mark_for_validation(&mut self) {
        if !self.settings.validates_epochs {
            return;
        }
        for at in 0..self.owned.len() {
            let Some((_, epoch)) = self.leader(self.owned[at].partition) else { continue };
            let owned = &mut self.owned[at];
            let ready = matches!(owned.fetch_state, FetchState::Fetching | FetchState::AwaitValidation);
            if !ready || owned.position.is_none() || owned.valid_under >= epoch {
                continue;
            }
            // A position without an epoch, such as one from before KIP-320, cannot be checked.
            if owned.epoch < 0 {
                owned.valid_under = epoch;
                continue;
            }
            if owned.fetch_state == FetchState::AwaitValidation && owned.asked && owned.asked_under >= epoch {
                continue;
            }
            (owned.fetch_state, owned.asked, owned.not_before) = (FetchState::AwaitValidation, false, 0);
            owned.buffered.clear();
        }
    }

    /// Asks what is still to be asked.
    pub(super) fn resolve_positions(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.update_leading();
        self.ask_for_committed(now, out);
        for at in 0..self.owned.len() {
            let owned = &self.owned[at];
            if !matches!(owned.fetch_state, FetchState::AwaitReset | FetchState::AwaitValidation)
                || owned.not_before > now
            {
                continue;
            }
            let Some((broker, epoch)) = self.leader(owned.partition) else {
                self.metadata.request();
                continue;
            };
            let (partition, position_epoch) = (owned.partition, owned.epoch);
            out.push(match owned.fetch_state {
                FetchState::AwaitValidation => ConsumerOutput::EndOfEpoch {
                    broker,
                    partition,
                    current_leader_epoch: epoch,
                    epoch: position_epoch,
                },
                _ => {
                    let at = match self.settings.offset_reset {
                        OffsetReset::Latest if self.settings.read_committed => OffsetSpec::LatestCommitted,
                        OffsetReset::Latest => OffsetSpec::Latest,
                        OffsetReset::Earliest | OffsetReset::None => OffsetSpec::Earliest,
                    };
                    ConsumerOutput::ListOffset { broker, partition, at }
                }
            });
            (self.owned[at].asked, self.owned[at].asked_under) = (true, epoch);
            // Nobody times these questions out but the consumer itself.
            self.owned[at].not_before = now.saturating_add(self.settings.request_timeout);
        }
    }

    fn ask_for_committed(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        let waits = |owned: &OwnedPartition| {
            owned.fetch_state == FetchState::Initializing && !owned.asked && owned.not_before <= now
        };
        if !self.owned.iter().any(waits) {
            return;
        }
        let mut partitions = Vec::new();
        for owned in self.owned.iter_mut().filter(|owned| waits(owned)) {
            owned.asked = true;
            partitions.push(owned.partition);
        }
        self.call(now, GroupRequest::FetchOffsets { partitions }, out);
    }

    /// The committed offsets have come, or could not be had.
    pub(super) fn committed_offsets(
        &mut self,
        now: Nanos,
        found: Result<&[PartitionOffset], ErrorCode>,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let retry_at = now.saturating_add(self.settings.retry_backoff);
        for at in 0..self.owned.len() {
            let owned = &mut self.owned[at];
            if owned.fetch_state != FetchState::Initializing || !owned.asked {
                continue;
            }
            owned.asked = false;
            let Ok(offsets) = found else {
                owned.not_before = retry_at;
                continue;
            };
            match offsets.iter().find(|offset| offset.partition == owned.partition) {
                Some(committed) => owned.seek(committed.offset, committed.leader_epoch),
                None => self.reset(at, ConsumerError::NoOffset, out),
            }
        }
        self.mark_for_validation();
    }

    /// `auto.offset.reset` decides, or the consumer throws.
    pub(super) fn reset(&mut self, at: usize, error: ConsumerError, out: &mut Vec<ConsumerOutput>) {
        let owned = &mut self.owned[at];
        if self.settings.offset_reset == OffsetReset::None {
            let partition = owned.partition;
            self.app.end();
            return out.push(ConsumerOutput::Failed { partition, error });
        }
        (owned.fetch_state, owned.asked, owned.not_before) = (FetchState::AwaitReset, false, 0);
        owned.buffered.clear();
    }

    pub(super) fn listed(
        &mut self,
        now: Nanos,
        partition: PartitionIx,
        error: ErrorCode,
        offset: Offset,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let Some(at) = self.awaiting(partition, FetchState::AwaitReset) else { return };
        if error != ErrorCode::None {
            return self.ask_again(now, at);
        }
        let epoch = self.leader(partition).map_or(-1, |(_, epoch)| epoch);
        self.move_to(at, offset, -1, epoch, out);
    }

    /// The leader said where the epoch of the position ends: before the position means that the log was
    /// truncated, and with a reset policy the consumer goes on **there**, not at either end.
    pub(super) fn validated(
        &mut self,
        now: Nanos,
        partition: PartitionIx,
        error: ErrorCode,
        end: Option<EpochEnd>,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let Some(at) = self.awaiting(partition, FetchState::AwaitValidation) else { return };
        if error != ErrorCode::None {
            return self.ask_again(now, at);
        }
        let owned = &mut self.owned[at];
        let under = owned.asked_under;
        let position = owned.position.unwrap_or(0);
        match end {
            Some(end) if end.end_offset >= position => {
                (owned.fetch_state, owned.asked, owned.not_before) = (FetchState::Fetching, false, 0);
                owned.valid_under = under;
            }
            Some(end) if self.settings.offset_reset != OffsetReset::None => {
                self.move_to(at, end.end_offset, end.epoch, under, out);
            }
            _ => self.reset(at, ConsumerError::LogTruncation, out),
        }
    }

    fn awaiting(&self, partition: PartitionIx, what: FetchState) -> Option<usize> {
        self.owned.iter().position(|o| o.partition == partition && o.fetch_state == what && o.asked)
    }

    fn ask_again(&mut self, now: Nanos, at: usize) {
        self.owned[at].asked = false;
        self.owned[at].not_before = now.saturating_add(self.settings.retry_backoff);
        self.metadata.request();
    }

    fn move_to(
        &mut self,
        at: usize,
        to: Offset,
        epoch: LeaderEpoch,
        valid_under: LeaderEpoch,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let owned = &mut self.owned[at];
        out.push(ConsumerOutput::Moved { partition: owned.partition, from: owned.position, to });
        owned.seek(to, epoch);
        (owned.valid_under, owned.not_before) = (valid_under, 0);
    }

    /// Notes whether anything is left to wait for.
    pub(super) fn settle(&mut self) {
        let waits =
            |owned: &OwnedPartition| owned.fetch_state != FetchState::Fetching || owned.not_before > 0;
        self.positions_pending = self.positions_pending && self.owned.iter().any(waits);
    }

    /// When a question is asked again that was refused or not answered, or a fetch after an error.
    pub(super) fn positions_due(&self, now: Nanos) -> Nanos {
        if !self.positions_pending {
            return Nanos::MAX;
        }
        self.owned.iter().map(|owned| owned.not_before).filter(|at| *at > now).min().unwrap_or(Nanos::MAX)
    }

    /// Notes who leads the owned partitions now.
    fn update_leading(&mut self) {
        self.leading.clear();
        for owned in &self.owned {
            let leader = self.leader(owned.partition).map(|(broker, _)| broker);
            if let Some(broker) = leader.filter(|broker| !self.leading.contains(broker)) {
                self.leading.push(broker);
            }
        }
    }
}
