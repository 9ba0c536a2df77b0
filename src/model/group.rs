//! Consumer groups and their lag, where "no commit" and "not known" are never a zero.

use crate::model::{BrokerId, Datum, PartitionIx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A group's state, in Kafka's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Every member has its partitions.
    Stable,
    /// Waiting for members to join.
    PreparingRebalance,
    /// Waiting for the assignment.
    CompletingRebalance,
    /// KIP-848: a new assignment is being computed.
    Assigning,
    /// KIP-848: members are moving to the new assignment.
    Reconciling,
    /// KIP-1071: topics that a Streams application needs are missing.
    NotReady,
    Empty,
    Dead,
    /// Kafka did not say, or says something newer.
    Unknown,
}

impl GroupState {
    /// As the screen shows it.
    pub fn word(self) -> &'static str {
        match self {
            GroupState::Stable => "stable",
            GroupState::PreparingRebalance => "rebalancing",
            GroupState::CompletingRebalance => "completing",
            GroupState::Assigning => "assigning",
            GroupState::Reconciling => "reconciling",
            GroupState::NotReady => "not ready",
            GroupState::Empty => "empty",
            GroupState::Dead => "dead",
            GroupState::Unknown => "?",
        }
    }
}

/// One member of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// The client's `client.id`.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// `group.instance.id`, if it is a static member.
    pub instance_id: Option<String>,
    pub assigned: Vec<PartitionIx>,
}

/// A group's committed offset of one partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupOffset {
    pub partition: PartitionIx,
    /// The committed offset; `None` when the group has none for it. Of a share group its start offset, before which
    /// every record is done with; `None` when none is stored yet: then `share.auto.offset.reset` decides where it
    /// begins.
    pub committed: Option<i64>,
    /// Of a share group, the records that are not done with, as its coordinator counts them (since 4.2, KIP-1226):
    /// those that were acknowledged out of order are not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_lag: Option<i64>,
    /// Its coordinator did not tell of this partition: nothing is known of a commit, which is not the same as none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_refused: bool,
}

impl GroupOffset {
    /// A commit, where there is one, whose lag follows from the log.
    pub fn new(partition: PartitionIx, committed: Option<i64>) -> Self {
        GroupOffset { partition, committed, told_lag: None, is_refused: false }
    }
}

/// How far a group is behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    Records(i64),
    /// So many in what could be read of a whole; the rest is not known.
    AtLeast(i64),
    /// The group has not committed here.
    NoCommit,
    /// One of the two offsets is not known.
    Unknown,
}

/// A consumer group with its members and committed offsets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// `group.id`.
    pub id: Arc<str>,
    pub state: GroupState,
    /// `classic`, `consumer`, `share`, `streams`, `connect`...; empty when not told.
    pub protocol: Arc<str>,
    /// The broker that coordinates it.
    pub coordinator: Option<BrokerId>,
    /// How many members it has.
    pub member_count: Datum<u32>,
    pub members: Datum<Arc<[Member]>>,
    pub offsets: Datum<Arc<[GroupOffset]>>,
}

impl Group {
    /// Whether its members share partitions (KIP-932): records are acknowledged one by one, and no offset is committed.
    pub fn is_share(&self) -> bool {
        &*self.protocol == "share"
    }

    /// Whether it is a share group without a start offset in a partition. Kafka answers -1 then, for a partition that
    /// no record was acknowledged in and for one whose state it could not read.
    pub fn has_not_begun(&self, offset: &GroupOffset) -> bool {
        self.is_share() && offset.committed.is_none() && !offset.is_refused
    }
}
