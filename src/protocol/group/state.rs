//! What a coordinator knows of its group.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::group::{MemberId, PartitionOffset};
use std::collections::BTreeMap;

/// The group's state (`ClassicGroupState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum GroupState {
    #[default]
    Empty,
    /// Waits for members to join again; `PreparingRebalance`.
    PreparingRebalance,
    /// Waits for the leader's assignment; `CompletingRebalance`.
    CompletingRebalance,
    Stable,
}

/// Who asked and with which correlation: where an answer goes that has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Requester {
    pub(super) from: u32,
    pub(super) correlation: u64,
}

/// A member of the group.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: MemberId,
    pub(super) instance: Option<u32>,
    pub(super) session_timeout: Nanos,
    pub(super) rebalance_timeout: Nanos,
    /// Its session ends then, unless it is heard of.
    pub(super) expires_at: Nanos,
    pub(super) joining: Option<Requester>,
    pub(super) syncing: Option<Requester>,
    pub(super) assignment: Vec<PartitionIx>,
}

/// A commit on its way into the offsets partition.
#[derive(Clone, Debug)]
pub(super) struct PendingCommit {
    pub(super) requester: Requester,
    /// Done then, if the partition can be written; given up at `gives_up_at`.
    pub(super) done_at: Nanos,
    pub(super) gives_up_at: Nanos,
    pub(super) offsets: Vec<PartitionOffset>,
    /// It timed out, but is in the log and is committed once the log is replicated again.
    pub(super) answered: bool,
}

pub(super) type Offsets = BTreeMap<PartitionIx, PartitionOffset>;
