//! The controllers' side: the active one's state machine and the metadata, decided and committed.

mod metadata_log;
mod requests;

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerRegistration, MetadataUpdate};
use crate::protocol::controller::Controller;
use crate::protocol::wire::{ErrorCode, PartitionRegistration};
use crate::sim::event::Timer;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The metadata as brokers may know it: committed.
#[derive(Clone, Default)]
pub(super) struct Committed {
    pub partitions: Vec<Arc<PartitionRegistration>>,
    pub brokers: BTreeMap<BrokerId, BrokerRegistration>,
    /// Offset of the last record.
    pub offset: i64,
}

/// Records that are written and not yet committed.
#[derive(Clone)]
struct Pending {
    last_offset: i64,
    updates: Arc<[MetadataUpdate]>,
}

#[derive(Clone)]
pub(super) struct ControlPlane {
    pub(super) controller: Controller,
    pub(super) timer: Timer,
    pub(super) committed: Committed,
    /// As the controller has decided, committed or not.
    decided: Vec<Arc<PartitionRegistration>>,
    registered: BTreeMap<BrokerId, BrokerRegistration>,
    pending: VecDeque<Pending>,
    batches: u64,
    commits_at: Nanos,
    pub(super) nodes_up: Vec<bool>,
    /// The whole site lost its power, controllers and all.
    pub(super) without_power: bool,
    /// The events of the last change of each partition and of the last ISR request of its leader.
    changes: BTreeMap<PartitionIx, u64>,
    isr_requests: BTreeMap<PartitionIx, u64>,
    refusals: BTreeMap<PartitionIx, ErrorCode>,
    /// The events that last reported the active controller and each broker.
    active_event: Option<u64>,
    broker_events: BTreeMap<BrokerId, u64>,
}

impl ControlPlane {
    pub(super) fn new(controller: Controller, nodes: u32) -> Self {
        ControlPlane {
            controller,
            timer: Timer::default(),
            committed: Committed { offset: -1, ..Committed::default() },
            decided: Vec::new(),
            registered: BTreeMap::new(),
            pending: VecDeque::new(),
            batches: 0,
            commits_at: 0,
            nodes_up: vec![true; nodes as usize],
            without_power: false,
            changes: BTreeMap::new(),
            isr_requests: BTreeMap::new(),
            refusals: BTreeMap::new(),
            active_event: None,
            broker_events: BTreeMap::new(),
        }
    }

    /// Remembers that a leader asked for another ISR.
    pub(super) fn note_isr_request(&mut self, partition: PartitionIx, seq: u64) {
        self.isr_requests.insert(partition, seq);
    }

    /// The event of a partition's last change.
    pub(super) fn last_change(&self, partition: PartitionIx) -> Option<u64> {
        self.changes.get(&partition).copied()
    }

    /// Whether this refusal is news: the first of its kind since the partition last changed.
    pub(super) fn first_refusal(&mut self, partition: PartitionIx, error: ErrorCode) -> bool {
        self.refusals.insert(partition, error) != Some(error)
    }
}
