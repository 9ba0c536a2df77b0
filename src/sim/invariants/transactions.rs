//! What must be true of transactions: no zombie goes on, nobody reads what was aborted, every decision is carried out.

use super::{Assumption, Auditor, catalogue};
use crate::model::PartitionIx;
use crate::protocol::broker::Replica;
use crate::protocol::wire::{BatchKind, RecordRange};
use crate::sim::observed::Observed;
use crate::sim::transactions::HostedTransactions;

/// Which assumption a broken promise about an id's records may rest on.
fn broken_by(world: &Observed<'_>, host: &HostedTransactions) -> Option<Assumption> {
    let verified = world.profile.transaction_verification || world.profile.transactions_v2;
    let lost = host.copies.were_lost().then_some(Assumption::LastReplicaKeepsItsLog);
    lost.or((!verified).then_some(Assumption::LateWritesAreRefused))
}

impl Auditor {
    /// Zombies, looked at with the other clients.
    pub(super) fn zombies_are_fenced(&mut self, world: &Observed<'_>) {
        for host in world.clients.all_transactions() {
            let Some(did) = host.unfenced else { continue };
            let broken = host.copies.were_lost().then_some(Assumption::LastReplicaKeepsItsLog);
            let detail = format!("a process that was replaced was allowed to {did}");
            self.report_with(world, &catalogue::FENCED, None, detail, broken.into_iter().collect());
        }
    }

    /// A group that reads committed records only has processed these.
    pub(in crate::sim) fn read_committed(
        &mut self,
        world: &Observed<'_>,
        ix: PartitionIx,
        records: RecordRange,
    ) {
        for host in world.clients.all_transactions() {
            let what = if host.fates.are_aborted(ix, records) {
                "aborted"
            } else if host.fates.are_open(ix, records) {
                "undecided"
            } else {
                continue;
            };
            let detail = format!("{records:?} of an {what} transaction were read");
            self.report_of_transaction(world, host, &catalogue::READ_COMMITTED, ix, detail);
        }
    }

    fn report_of_transaction(
        &mut self,
        world: &Observed<'_>,
        host: &HostedTransactions,
        invariant: &'static super::Invariant,
        ix: PartitionIx,
        detail: String,
    ) {
        match broken_by(world, host) {
            Some(broken) => self.report_with(world, invariant, Some(ix), detail, vec![broken]),
            None => self.report_ever(world, invariant, ix, detail),
        }
    }

    /// Long after the last fault no decision waits for its markers, and no log says otherwise than was decided.
    pub(super) fn decisions_are_carried_out(&mut self, world: &Observed<'_>) {
        for host in world.clients.all_transactions() {
            if host.coordinator.state().decided().is_some() && host.home.is_some() {
                let detail = format!("a transaction is still {:?}", host.coordinator.state());
                let broken = host.copies.were_lost().then_some(Assumption::LastReplicaKeepsItsLog);
                self.report_with(world, &catalogue::CARRIED_OUT, None, detail, broken.into_iter().collect());
            }
        }
        let partitions = world.machines.control.committed.partitions.len() as u32;
        for ix in (0..partitions).map(PartitionIx) {
            let leader = world.machines.leader(ix).and_then(|id| super::replica(world, id, ix));
            if let Some(leader) = leader {
                self.log_says_as_decided(world, ix, leader);
            }
        }
    }

    fn log_says_as_decided(&mut self, world: &Observed<'_>, ix: PartitionIx, leader: &Replica) {
        let index = leader.transactions();
        for producer in index.open_producers() {
            let knows = |host: &&HostedTransactions| {
                host.coordinator.producer().is_some_and(|known| known.id == producer)
            };
            let Some(host) = world.clients.all_transactions().iter().find(knows) else { continue };
            if !host.coordinator.includes(ix) {
                let detail =
                    format!("producer id {producer} has a transaction open that no coordinator knows");
                self.report_of_transaction(world, host, &catalogue::CARRIED_OUT, ix, detail);
            }
        }
        let stable = leader.last_stable_offset();
        for host in world.clients.all_transactions() {
            let mut wrong = None;
            leader.log().for_each_batch(leader.log().start(), |batch| {
                if batch.kind == BatchKind::Transactional && batch.end_offset() <= stable {
                    let aborted = index.is_aborted(batch.producer_id, batch.base_offset);
                    let decided = if aborted {
                        host.fates.are_committed(ix, batch.records)
                    } else {
                        host.fates.are_aborted(ix, batch.records)
                    };
                    wrong = decided.then_some((batch.base_offset, aborted));
                }
                wrong.is_none()
            });
            if let Some((offset, aborted)) = wrong {
                let says = if aborted { "aborted" } else { "committed" };
                let detail = format!("the log says that {offset} is {says}; it was decided otherwise");
                self.report_of_transaction(world, host, &catalogue::CARRIED_OUT, ix, detail);
            }
        }
    }
}
