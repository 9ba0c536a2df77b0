//! What is watched while the simulator runs: who leads and runs, and what is lost.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::log::Log;
use crate::sim::ledger::DeliveryErrors;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// A partition's leader, if its process runs and knows that it leads.
    fn serving(&self, partition: PartitionIx) -> Option<BrokerId> {
        let state = self.control.committed.partitions.get(partition.at())?;
        let host = self.host_ref(state.leader?)?;
        let leads = || host.broker.replica(partition).is_some_and(|replica| replica.leader_state().is_some());
        (host.process.is_up() && leads()).then_some(state.leader).flatten()
    }

    /// Notes whether a partition has a leader that runs.
    pub(super) fn watch_leader(&mut self, partition: PartitionIx) {
        let running = self.serving(partition);
        let was = self.leader(partition);
        self.meter.leader(partition, self.now, running, was);
    }

    /// A broker's process changed its state: so may have all that it leads.
    pub(super) fn watch_leaderships(&mut self, id: BrokerId) {
        let led = |(_, state): &(PartitionIx, _)| -> bool {
            let state: &std::sync::Arc<crate::protocol::wire::PartitionState> = state;
            state.leader == Some(id)
        };
        let partitions = (0..).map(PartitionIx).zip(self.control.committed.partitions.iter().cloned());
        let led: Vec<PartitionIx> = partitions.filter(led).map(|(ix, _)| ix).collect();
        led.into_iter().for_each(|ix| self.watch_leader(ix));
    }

    /// The log that consumers read, whose it is and in which epoch.
    pub(super) fn leading_log(&self, partition: PartitionIx) -> Option<(BrokerId, i32, &Log)> {
        let state = self.control.committed.partitions.get(partition.at())?;
        let leader = state.leader?;
        let replica = self.host_ref(leader)?.broker.replica(partition)?;
        Some((leader, state.leader_epoch, replica.log()))
    }

    /// What of a partition is lost, duplicated and out of order now.
    pub(super) fn compare(&mut self, partition: PartitionIx) -> DeliveryErrors {
        let Some(state) = self.control.committed.partitions.get(partition.at()).cloned() else {
            return DeliveryErrors::default();
        };
        let logs = |ids: &[BrokerId]| -> Vec<&Log> {
            let of =
                |id: &BrokerId| Some(self.hosts.get(id.0 as usize - 1)?.broker.replica(partition)?.log());
            ids.iter().filter_map(of).collect()
        };
        match state.leader {
            Some(leader) => {
                let Some(log) = logs(&[leader]).pop() else { return DeliveryErrors::default() };
                self.ledger.compare(partition, leader, state.leader_epoch, log)
            }
            None => {
                let mut may_lead = state.isr.clone();
                may_lead.extend(state.elr.iter().chain(&state.last_known_elr));
                let logs = logs(&may_lead);
                self.ledger.compare_offline(partition, &logs)
            }
        }
    }

    /// Tells of acknowledged records that the log which consumers read has not, once for each.
    pub(super) fn record_losses(&mut self, partition: PartitionIx, cause: u64) {
        let Some(state) = self.control.committed.partitions.get(partition.at()) else { return };
        let Some(leader) = state.leader else { return };
        let Some(replica) = self.hosts[leader.0 as usize - 1].broker.replica(partition) else { return };
        let fresh = self.ledger.newly_lost(partition, replica.log());
        let records = fresh.iter().map(|range| u64::from(range.count)).sum();
        if records > 0 {
            let seq = self.record_event(EventKind::AckedLost { partition, records }, Some(cause));
            self.ledger.note_loss(partition, fresh, seq);
        }
    }
}
