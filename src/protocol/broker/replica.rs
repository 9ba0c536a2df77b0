//! One replica on a broker: its storage and the role it plays.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::TopicSettings;
use crate::protocol::fetch_session::FetchParams;
use crate::protocol::follower::FollowerState;
use crate::protocol::intervals::Intervals;
use crate::protocol::leader::LeaderState;
use crate::protocol::log::Log;
use crate::protocol::producer_state::ProducerStates;
use crate::protocol::purgatory::ProducePartitionStatus;
use crate::protocol::storage::Storage;
use crate::protocol::transaction_index::TransactionIndex;
use crate::protocol::wire::{Batch, LeaderEpoch, Offset};
use std::collections::VecDeque;

/// What a replica is just now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// No process, or no metadata yet.
    Offline,
    /// It believes that it leads.
    Leader(Box<LeaderState>),
    Follower(FollowerState),
}

impl Role {
    pub(super) fn leader_epoch(&self) -> Option<LeaderEpoch> {
        match self {
            Role::Offline => None,
            Role::Leader(leader_state) => Some(leader_state.epoch),
            Role::Follower(follower_state) => Some(follower_state.epoch),
        }
    }
}

/// A slot of a fetch session that reads a replica.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Watcher {
    pub(super) session: u32,
    pub(super) slot: u32,
    /// A follower, which reads to the log end; else a consumer, which reads to the high watermark.
    pub(super) follower: Option<BrokerId>,
}

/// A replica as its broker sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Replica {
    pub(super) partition: PartitionIx,
    pub(super) settings: TopicSettings,
    pub(super) storage: Storage,
    pub(super) high_watermark: Offset,
    pub(super) role: Role,
    pub(super) min_isr: usize,
    pub(super) producers: ProducerStates,
    pub(super) watchers: Vec<Watcher>,
    /// Writes that wait for the high watermark, in order of what they wait for.
    pub(super) delayed_produces: VecDeque<ProducePartitionStatus>,
    /// The high watermark is newer than its file.
    pub(super) checkpoint_due: bool,
    /// The operating system has pages to write.
    pub(super) unflushed: bool,
    /// When the flush scheduler last flushed it.
    pub(super) last_flush: Nanos,
}

impl Replica {
    pub(super) fn new(partition: PartitionIx) -> Self {
        Replica {
            partition,
            settings: TopicSettings::default(),
            storage: Storage::default(),
            high_watermark: 0,
            role: Role::Offline,
            min_isr: 1,
            producers: ProducerStates::default(),
            watchers: Vec::new(),
            delayed_produces: VecDeque::new(),
            checkpoint_due: false,
            unflushed: false,
            last_flush: 0,
        }
    }

    pub(crate) fn partition(&self) -> PartitionIx {
        self.partition
    }

    pub(crate) fn log(&self) -> &Log {
        self.storage.log()
    }

    /// Its log and the marks on disk.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// First offset not known to be committed.
    pub(crate) fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    #[cfg(test)]
    pub(crate) fn role(&self) -> &Role {
        &self.role
    }

    /// Its state as leader, if it believes that it leads.
    pub(crate) fn leader_state(&self) -> Option<&LeaderState> {
        match &self.role {
            Role::Leader(leader_state) => Some(leader_state),
            _ => None,
        }
    }

    /// Its state as follower, if it follows.
    pub(crate) fn follower_state(&self) -> Option<&FollowerState> {
        match &self.role {
            Role::Follower(follower_state) => Some(follower_state),
            _ => None,
        }
    }

    /// The topic's settings as the broker knows them.
    #[cfg(test)]
    pub(crate) fn settings(&self) -> &TopicSettings {
        &self.settings
    }

    /// The minimum ISR that counts (see [`crate::protocol::profile::Profile::effective_min_isr`]).
    pub(crate) fn min_isr(&self) -> usize {
        self.min_isr
    }

    /// The leader epoch it knows, -1 when none.
    pub(crate) fn leader_epoch(&self) -> LeaderEpoch {
        match &self.role {
            Role::Offline => -1,
            Role::Leader(leader_state) => leader_state.epoch,
            Role::Follower(follower_state) => follower_state.epoch,
        }
    }

    pub(super) fn follower_state_mut(&mut self) -> Option<&mut FollowerState> {
        match &mut self.role {
            Role::Follower(follower_state) => Some(follower_state),
            _ => None,
        }
    }

    /// Where the first transaction begins that is open, or whose marker is not committed yet; else the high watermark.
    /// Who reads committed records reads up to here (`UnifiedLog.fetchLastStableOffsetMetadata`).
    pub(crate) fn last_stable_offset(&self) -> Offset {
        let unstable = self.producers.transactions().first_unstable(self.high_watermark);
        unstable.map_or(self.high_watermark, |first| first.min(self.high_watermark))
    }

    /// Whether a producer's transaction of this epoch has begun in its log.
    pub(crate) fn has_open_transaction(&self, producer_id: i64, epoch: i16) -> bool {
        self.producers.has_open_transaction(producer_id, epoch)
    }

    /// What is known of transactions in its log.
    pub(crate) fn transactions(&self) -> &TransactionIndex {
        self.producers.transactions()
    }

    /// Up to where a reader may read.
    pub(super) fn readable_end(&self, follower: bool, params: &FetchParams) -> Offset {
        match (follower, params.read_committed) {
            (true, _) => self.log().end(),
            (false, true) => self.last_stable_offset(),
            (false, false) => self.high_watermark,
        }
    }

    /// Reads batches (see [`Log::read`]). A consumer gets what the cleaner has left; a follower copies the log that the
    /// cleaner began with, and removes the same of it with its own cleaner.
    pub(super) fn read(
        &self,
        from: Offset,
        max_bytes: u32,
        (follower, params): (bool, &FetchParams),
        out: &mut Vec<Batch>,
    ) -> u32 {
        let end = self.readable_end(follower, params);
        let whole = Intervals::default();
        let removed = if follower { &whole } else { self.storage.removed() };
        self.log().read(from, end, max_bytes, removed, out)
    }

    /// How many bytes [`Self::read`] could give, counted up to `enough`.
    pub(super) fn bytes_between(
        &self,
        from: Offset,
        enough: u32,
        (follower, params): (bool, &FetchParams),
    ) -> u32 {
        let end = self.readable_end(follower, params);
        let whole = Intervals::default();
        let removed = if follower { &whole } else { self.storage.removed() };
        self.log().bytes_between(from, end, enough, removed)
    }

    /// The process is gone: what was in memory only is forgotten. What is known of producers is in snapshots
    /// and in the log; the next process works it out again.
    pub(super) fn stop(&mut self) {
        self.role = Role::Offline;
        self.high_watermark = self.storage.checkpointed_high_watermark();
        self.watchers.clear();
        self.delayed_produces.clear();
        self.checkpoint_due = false;
    }
}
