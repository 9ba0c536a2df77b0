//! What must be true of clients: no record is forgotten, none is twice, no partition has two owners.

use super::{Assumption, Auditor, catalogue};
use crate::model::{BrokerId, PartitionIx};
use crate::protocol::log::Log;
use crate::protocol::wire::{LeaderEpoch, Offset, RecordRange};
use crate::sim::client_runtime::ClientState;
use crate::sim::observed::Observed;
use std::collections::BTreeMap;

/// A leader's log being read for the order of each identity's records.
#[derive(Clone, Default, Debug)]
struct Order {
    of: Option<(BrokerId, LeaderEpoch)>,
    upto: Offset,
    /// How far each identity has come.
    reached: BTreeMap<u32, Reached>,
}

/// The record that should come next, of the present producer epoch and of those before it.
#[derive(Clone, Copy, Debug)]
struct Reached {
    epoch: i16,
    next: u64,
    before: u64,
}

/// Records that stand behind later ones of their session.
struct Misplaced {
    offset: Offset,
    records: RecordRange,
    /// The session had begun a new epoch since it wrote the later ones.
    new_epoch: bool,
}

impl Order {
    /// Reads on; answers the first records of an idempotent identity that stand behind later ones.
    fn read_on(&mut self, log: &Log, idempotent: impl Fn(u32) -> bool) -> Option<Misplaced> {
        let mut wrong = None;
        log.for_each_batch(self.upto.max(log.start()), |batch| {
            let (records, epoch) = (batch.records, batch.producer_epoch);
            let fresh = Reached { epoch, next: 0, before: 0 };
            let reached = self.reached.entry(records.producer).or_insert(fresh);
            if reached.epoch != epoch {
                *reached = Reached { before: reached.before.max(reached.next), ..fresh };
            }
            if records.first < reached.next.max(reached.before) && idempotent(records.producer) {
                let new_epoch = records.first >= reached.next;
                wrong.get_or_insert(Misplaced { offset: batch.base_offset, records, new_epoch });
            }
            reached.next = reached.next.max(records.first + u64::from(records.count));
            true
        });
        self.upto = log.end();
        wrong
    }
}

/// What is remembered of clients.
#[derive(Clone, Default, Debug)]
pub(super) struct Accounts {
    orders: Vec<Order>,
    /// Whether each identity's process is idempotent, as it was when first seen.
    idempotent: Vec<bool>,
    resends: bool,
}

impl Auditor {
    /// Producers, the order in logs, and groups.
    pub(super) fn check_clients(&mut self, world: &Observed<'_>) {
        self.note_identities(world);
        self.records_are_accounted(world);
        for ix in (0..self.partitions.len() as u32).map(PartitionIx) {
            self.order_is_kept(world, ix);
        }
        self.owners_are_single(world);
        self.processing_is_sound(world);
        self.zombies_are_fenced(world);
    }

    fn note_identities(&mut self, world: &Observed<'_>) {
        let known = self.accounts.idempotent.len();
        for client in &world.clients.identities()[known.min(world.clients.identities().len())..] {
            let host = world.clients.producer(*client);
            self.accounts.idempotent.push(host.producer.settings().idempotent);
            self.accounts.resends |= host.workload.resend;
        }
    }

    fn records_are_accounted(&mut self, world: &Observed<'_>) {
        for (host, spec) in world.clients.producers().iter().zip(&world.scenario.producers) {
            let up = host.runtime.state != ClientState::Ended;
            let pending: u64 =
                host.producer.pending().map(|(_, records)| u64::from(records.count)).filter(|_| up).sum();
            let waiting = if up { host.producer.blocked_records() } else { 0 };
            let settled = host.acked + host.failed + pending + waiting;
            if settled != host.sent {
                let detail = format!(
                    "{}: {} handed in, {} acknowledged, {} failed, {pending} pending, {waiting} blocked",
                    spec.name, host.sent, host.acked, host.failed
                );
                self.report(world, &catalogue::ACCOUNTED, None, detail);
            }
        }
    }

    fn order_is_kept(&mut self, world: &Observed<'_>, ix: PartitionIx) {
        self.accounts.orders.resize_with(self.partitions.len(), Order::default);
        let Some((leader, epoch, log)) = world.machines.leading_log(ix) else { return };
        let order = &mut self.accounts.orders[ix.at()];
        if order.of != Some((leader, epoch)) || order.upto > log.end() {
            *order = Order { of: Some((leader, epoch)), ..Order::default() };
        }
        let idempotent = &self.accounts.idempotent;
        let known = |identity: u32| idempotent.get(identity as usize).copied().unwrap_or(false);
        if let Some(Misplaced { offset, records, new_epoch }) = order.read_on(log, known) {
            let detail = format!("offset {offset} of broker {leader}: {records:?} behind later records");
            let resent = self.accounts.resends.then_some(Assumption::NoResend);
            match resent.or(new_epoch.then_some(Assumption::OneProducerEpoch)) {
                Some(broken) => {
                    self.report_with(world, &catalogue::SESSION_ORDER, Some(ix), detail, vec![broken]);
                }
                None => self.report_ever(world, &catalogue::SESSION_ORDER, ix, detail),
            }
        }
    }

    fn owners_are_single(&mut self, world: &Observed<'_>) {
        let mut owners = BTreeMap::new();
        for member in world.clients.members() {
            let Some(generation) = member.consumer.generation() else { continue };
            if member.runtime.state == ClientState::Ended {
                continue;
            }
            for &ix in &member.owns {
                let other = owners.insert((member.group, generation, ix), member.nth);
                if let Some(other) = other.filter(|other| *other != member.nth) {
                    let group = &world.scenario.groups[member.group as usize].name;
                    let detail =
                        format!("members {other} and {} of {group} in generation {generation}", member.nth);
                    // The group's records decide, not those of the partition that it reads.
                    let lost = world.clients.group(member.group).copies.were_lost();
                    let broken = lost.then_some(Assumption::LastReplicaKeepsItsLog).into_iter().collect();
                    self.report_with(world, &catalogue::ONE_OWNER, Some(ix), detail, broken);
                }
            }
        }
    }
}
