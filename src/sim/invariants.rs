//! Kafka's promises as properties of the simulated world, checked while it runs.
//!
//! [`Auditor`] looks at the world after every event. What it finds is a [`Violation`] of one of
//! [`INVARIANTS`]. A violation whose assumptions did not hold (an unclean election, a lost disk without ELR)
//! is not a fault of the protocol but what the configuration allows: it says which assumption was broken.

mod accounts;
mod answers;
mod catalogue;
mod committed;
mod controller;
mod ghost;
mod healed;
mod leaders;
mod processing;
mod replicas;
mod transactions;

pub use catalogue::{Assumption, INVARIANTS, Invariant};

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::Replica;
use crate::protocol::controller::Image;
use crate::protocol::wire::{LeaderEpoch, Offset};
use crate::sim::clock::elapsed;
use crate::sim::observed::Observed;
use accounts::Accounts;
use ghost::Ghost;
use std::collections::{BTreeMap, BTreeSet};

/// Producers and groups are looked at after so many events, not after each.
const ACCOUNTS_EVERY: u64 = 32;

/// A promise that does not hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Violation {
    pub invariant: &'static Invariant,
    /// When it was seen, since the run began.
    pub at: Nanos,
    /// Where, if it is about one partition: `orders-3`.
    pub partition: Option<String>,
    pub detail: String,
    /// The assumptions of the promise that were broken before. Empty: the protocol itself is at fault.
    pub broken: Vec<Assumption>,
}

impl Violation {
    /// Whether all that the promise assumes held, so that the protocol or the simulator is wrong.
    pub fn is_fault(&self) -> bool {
        self.broken.is_empty()
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.partition.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        write!(f, "{:.6} s {}{place}: {}", self.at as f64 / 1e9, self.invariant.name, self.detail)?;
        match self.broken.first() {
            Some(assumption) => write!(f, " (allowed: {})", assumption.broken_words()),
            None => Ok(()),
        }
    }
}

/// A replica as it was last looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ReplicaState {
    start: Offset,
    end: Offset,
    high_watermark: Offset,
    flushed: Offset,
    leader_epoch: LeaderEpoch,
    leads: bool,
    isr_epoch: i32,
    pending: bool,
    registered: bool,
}

impl ReplicaState {
    fn of(replica: &Replica, registered: bool) -> ReplicaState {
        let leadership = replica.leader_state();
        ReplicaState {
            start: replica.log().start(),
            end: replica.log().end(),
            high_watermark: replica.high_watermark(),
            flushed: replica.storage().flushed(),
            leader_epoch: replica.leader_epoch(),
            leads: leadership.is_some(),
            isr_epoch: leadership.map_or(-1, |leadership| leadership.isr.partition_epoch()),
            pending: leadership.is_some_and(|leadership| leadership.isr.pending().is_some()),
            registered,
        }
    }
}

/// What is remembered of one replica.
#[derive(Clone, Copy, Default, Debug)]
struct ReplicaMemory {
    seen: Option<ReplicaState>,
    /// Its log is known to be the committed one below this.
    checked: Offset,
    /// A fault took records from it, or it was deleted, and it has not got back all that is committed: some
    /// leader may have counted on what is gone, and commit it later.
    shortfall: Option<Shortfall>,
}

/// Why a copy need not have what is committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shortfall {
    /// A fault took it.
    Lost,
    /// The replica was moved away, and its log deleted.
    Deleted,
}

/// What is remembered of one partition.
#[derive(Clone, Default, Debug)]
struct PartitionMemory {
    epochs: Option<(LeaderEpoch, i32)>,
    copies: BTreeMap<BrokerId, ReplicaMemory>,
    /// Who accepts appends in each leader epoch.
    acceptors: BTreeMap<LeaderEpoch, BrokerId>,
    ghost: Ghost,
    /// On how many replicas everything committed is at least, unless faults took it.
    copies_promised: usize,
    /// Why what was committed may be gone.
    broken: BTreeSet<Assumption>,
    /// The same, never forgotten.
    ever: BTreeSet<Assumption>,
    /// How far consumers have read.
    read_upto: Offset,
}

/// Looks at a world after each of its events and remembers what it needs to compare.
#[derive(Clone, Default, Debug)]
pub(crate) struct Auditor {
    now: Nanos,
    checks: u64,
    partitions: Vec<PartitionMemory>,
    accounts: Accounts,
    found: Vec<Violation>,
    /// What was reported already.
    reported: BTreeSet<(&'static str, Option<PartitionIx>, bool)>,
}

impl Auditor {
    /// All that was found so far, each kind once for a partition.
    pub(crate) fn found(&self) -> &[Violation] {
        &self.found
    }

    /// Looks at everything that may have changed.
    pub(super) fn check(&mut self, world: &Observed<'_>) {
        if world.now < self.now {
            self.report(world, &catalogue::TIME, None, format!("{} after {}", world.now, self.now));
        }
        self.now = world.now;
        let image = world.machines.control.controller.image();
        self.partitions.resize_with(image.partitions.len(), PartitionMemory::default);
        for (ix, entry) in image.partitions.iter() {
            if self.changed(world, ix, entry.state.partition_epoch) {
                self.check_partition(world, image, ix);
            }
        }
        if self.checks.is_multiple_of(ACCOUNTS_EVERY) {
            self.check_clients(world);
        }
        self.checks += 1;
    }

    /// Whether a partition or one of its replicas is not as it was.
    fn changed(&mut self, world: &Observed<'_>, ix: PartitionIx, partition_epoch: i32) -> bool {
        let memory = &mut self.partitions[ix.at()];
        let mut changed = memory.epochs.is_none_or(|(_, epoch)| epoch != partition_epoch);
        for host in world.machines.hosts() {
            let id = host.broker.settings().id;
            let Some(replica) = host.broker.replica(ix) else { continue };
            let now = ReplicaState::of(replica, is_registered(world, id));
            changed |= memory.copies.get(&id).is_none_or(|copy| copy.seen != Some(now));
        }
        changed
    }

    fn check_partition(&mut self, world: &Observed<'_>, image: &Image, ix: PartitionIx) {
        self.controller_state(world, image, ix);
        self.replica_offsets(world, ix);
        self.leadership(world, image, ix);
        self.committed(world, image, ix);
        self.remember(world, ix);
    }

    fn remember(&mut self, world: &Observed<'_>, ix: PartitionIx) {
        let memory = &mut self.partitions[ix.at()];
        for host in world.machines.hosts() {
            let id = host.broker.settings().id;
            if let Some(replica) = host.broker.replica(ix) {
                let seen = ReplicaState::of(replica, is_registered(world, id));
                memory.copies.entry(id).or_default().seen = Some(seen);
            }
        }
    }

    fn report(
        &mut self,
        world: &Observed<'_>,
        invariant: &'static Invariant,
        ix: Option<PartitionIx>,
        detail: String,
    ) {
        let broken = ix.map(|ix| &self.partitions[ix.at()].broken);
        let broken: Vec<Assumption> = match broken {
            Some(broken) => invariant.assumes.iter().copied().filter(|one| broken.contains(one)).collect(),
            None => Vec::new(),
        };
        self.report_with(world, invariant, ix, detail, broken);
    }

    /// Like [`Auditor::report`], but an assumption that was ever broken counts.
    fn report_ever(
        &mut self,
        world: &Observed<'_>,
        invariant: &'static Invariant,
        ix: PartitionIx,
        detail: String,
    ) {
        let ever = &self.partitions[ix.at()].ever;
        let broken = invariant.assumes.iter().copied().filter(|one| ever.contains(one)).collect();
        self.report_with(world, invariant, Some(ix), detail, broken);
    }

    fn report_with(
        &mut self,
        world: &Observed<'_>,
        invariant: &'static Invariant,
        ix: Option<PartitionIx>,
        detail: String,
        broken: Vec<Assumption>,
    ) {
        if self.reported.insert((invariant.name, ix, broken.is_empty())) {
            let partition = ix.map(|ix| world.machines.topics.partition_name(ix));
            let at = elapsed(world.now);
            self.found.push(Violation { invariant, at, partition, detail, broken });
        }
    }
}

/// Whether a broker's process runs and is the one that the controller knows.
fn is_registered(world: &Observed<'_>, id: BrokerId) -> bool {
    let Some(host) = world.machines.host(id) else { return false };
    let known = world.machines.control.controller.image().brokers.get(&id);
    let epoch = host.broker.broker_epoch();
    host.process.is_alive() && known.is_some_and(|known| known.epoch == epoch && !known.fenced)
}

fn replica<'a>(world: &Observed<'a>, id: BrokerId, ix: PartitionIx) -> Option<&'a Replica> {
    world.machines.host(id)?.broker.replica(ix)
}
