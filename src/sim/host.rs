//! A broker's machine: the process on it, its disk, and what waits to be read.

use crate::model::Nanos;
use crate::protocol::broker::Broker;
use crate::sim::channels::Channels;
use crate::sim::event::{Message, Timer};
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::quota::ClientQuotas;
use crate::sim::transactions::HeldProduce;
use std::collections::{BTreeMap, VecDeque};

/// A disk with one queue for forced writes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Disk {
    /// A write into the page cache.
    pub append: Nanos,
    /// Each byte of it, in units of 1/1024 ns.
    pub per_byte: u64,
    pub fsync: Nanos,
    /// What a fault adds to each use.
    pub extra: Nanos,
    /// The end of the forced writes that wait.
    pub busy_until: Nanos,
}

impl Disk {
    /// When a use that begins now is over.
    pub(super) fn use_for(&mut self, now: Nanos, bytes: u64, fsyncs: u32) -> Nanos {
        let written = now + self.append + ((bytes * self.per_byte) >> 10) + self.extra;
        if fsyncs == 0 {
            return written;
        }
        self.busy_until = self.busy_until.max(written) + self.fsync * Nanos::from(fsyncs);
        self.busy_until
    }
}

#[derive(Clone)]
pub(super) struct Host {
    pub(super) broker: Broker,
    pub(super) process: ProcessState,
    pub(super) disk: Disk,
    pub(super) timer: Timer,
    /// What came while the process was paused.
    pub(super) inbox: VecDeque<(Node, Message)>,
    /// Requests of this broker that have no answer yet, and whom they went to.
    pub(super) asked: BTreeMap<u64, Node>,
    /// Writes that wait until a coordinator knows of their partitions, by the number of the request.
    pub(super) held: BTreeMap<u64, HeldProduce>,
    /// Its connections with clients.
    pub(super) channels: Channels,
    /// What it knows of its clients' quotas.
    pub(super) quotas: ClientQuotas,
    /// Counts the starts of the process.
    pub(super) start: u64,
    /// It was resumed at this instant and has not run since.
    pub(super) resumed: bool,
    /// It is started again as soon as it has stopped.
    pub(super) start_again: bool,
    /// It has yet to get the metadata from an active controller.
    pub(super) wants_metadata: bool,
    /// Since when it is in this state.
    pub(super) since: Nanos,
    /// The event that last changed its state.
    pub(super) last_event: Option<u64>,
}

impl Host {
    /// A machine that is on, without a process.
    pub(super) fn new(broker: Broker, disk: Disk) -> Self {
        Host {
            broker,
            process: ProcessState::Stopped,
            disk,
            timer: Timer::default(),
            inbox: VecDeque::new(),
            asked: BTreeMap::new(),
            held: BTreeMap::new(),
            channels: Channels::default(),
            quotas: ClientQuotas::default(),
            start: 0,
            resumed: false,
            start_again: false,
            wants_metadata: false,
            since: 0,
            last_event: None,
        }
    }

    /// Its process gets processor time.
    pub(super) fn is_running(&self) -> bool {
        self.process.is_up() && !self.resumed
    }
}
