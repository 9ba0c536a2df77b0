//! What must come about some time after the last fault: everything is as if nothing had happened.

use super::{Assumption, Auditor, catalogue, is_registered, replica};
use crate::model::{BrokerId, PartitionIx, id_list};
use crate::protocol::controller::Image;
use crate::protocol::controller::partitions::PartitionEntry;
use crate::protocol::wire::PartitionRegistration;
use crate::sim::client_runtime::ClientState;
use crate::sim::observed::Observed;

/// Why nobody may ever lead a partition again without an unclean election. A replica whose directory was
/// reported after its broker was unfenced waits for the next election.
fn nobody_can_lead(world: &Observed<'_>, image: &Image, entry: &PartitionEntry) -> Option<Assumption> {
    let on_new_disk = |id: BrokerId| world.machines.host(id).is_some_and(|host| host.broker.is_on_new_disk());
    let state = &entry.state;
    let known: Vec<BrokerId> =
        state.isr.iter().chain(&state.elr).chain(&state.last_known_elr).copied().collect();
    match state.leader {
        Some(_) => None,
        None if known.is_empty() => Some(Assumption::EligibleAreRemembered),
        None => {
            let replaced = known.iter().all(|id| on_new_disk(*id) || !image.acceptable(entry, *id));
            replaced.then_some(Assumption::LastReplicaKeepsItsLog)
        }
    }
}

impl Auditor {
    /// Reports what is not as it was before the faults. Call it once they are long over and nobody writes.
    pub(in crate::sim) fn expect_healed(&mut self, world: &Observed<'_>) {
        for host in world.machines.hosts() {
            let id = host.broker.settings().id;
            if !host.process.is_up() || !is_registered(world, id) {
                let detail = format!("broker {id} is {:?}, {:?}", host.process, host.broker.state());
                self.report(world, &catalogue::HEALS, None, detail);
            }
        }
        for (host, spec) in world.clients.producers().iter().zip(&world.scenario.producers) {
            let pending = host.producer.pending().count();
            if pending > 0 && host.runtime.state == ClientState::Up {
                let detail = format!("{pending} batches of {} are still pending", spec.name);
                self.report(world, &catalogue::HEALS, None, detail);
            }
        }
        self.decisions_are_carried_out(world);
        let image = world.machines.control.controller.image();
        for (ix, entry) in image.partitions.iter() {
            let broken = nobody_can_lead(world, image, entry);
            self.partitions[ix.at()].ever.extend(broken);
            if let Some(detail) = self.unhealed(world, ix, &entry.state) {
                self.report_ever(world, &catalogue::HEALS, ix, detail);
            }
        }
    }

    fn unhealed(
        &self,
        world: &Observed<'_>,
        ix: PartitionIx,
        state: &PartitionRegistration,
    ) -> Option<String> {
        let Some(leader) = state.leader else { return Some("no leader".into()) };
        if state.isr.len() != state.replicas.len() {
            return Some(format!("ISR {} of {}", id_list(&state.isr), id_list(&state.replicas)));
        }
        let Some(leading) = replica(world, leader, ix) else { return Some("the leader has no log".into()) };
        if leading.leader_state().is_none_or(|leads| leads.isr.pending().is_some()) {
            return Some(format!("leader {leader} does not lead, or its ISR change is pending"));
        }
        let (mark, end) = (leading.high_watermark(), leading.log().end());
        if mark != end {
            return Some(format!("high watermark {mark}, log end {end}"));
        }
        state.replicas.iter().find_map(|id| self.differs(world, ix, *id, leader))
    }

    fn differs(
        &self,
        world: &Observed<'_>,
        ix: PartitionIx,
        id: BrokerId,
        leader: BrokerId,
    ) -> Option<String> {
        let (one, other) = (replica(world, id, ix)?.log(), replica(world, leader, ix)?.log());
        if one.end() != other.end() {
            return Some(format!("broker {id} ends at {}, leader {leader} at {}", one.end(), other.end()));
        }
        let at = one.first_difference(other, 0, one.end())?;
        Some(format!("brokers {id} and {leader} differ at {at}"))
    }
}
