//! What must be true of each broker that believes it leads: its epoch, its ISR and its high watermark.

use super::{Auditor, catalogue};
use crate::model::{BrokerId, PartitionIx, id_list};
use crate::protocol::broker::Replica;
use crate::protocol::controller::Image;
use crate::protocol::leader::Leadership;
use crate::sim::observed::Observed;

/// A broker that believes that it leads a partition.
struct Claim<'a> {
    id: BrokerId,
    replica: &'a Replica,
    leadership: &'a Leadership,
}

impl Auditor {
    /// All who believe that they lead a partition.
    pub(super) fn leadership(&mut self, world: &Observed<'_>, image: &Image, ix: PartitionIx) {
        for host in world.machines.hosts() {
            let id = host.broker.settings().id;
            let Some(replica) = host.broker.replica(ix) else { continue };
            let Some(leadership) = replica.leadership() else { continue };
            let claim = Claim { id, replica, leadership };
            self.accepts_alone(world, image, &claim);
            self.waits_for_all(world, image, &claim);
            self.knows_nobody_behind(world, &claim);
        }
    }

    fn accepts_alone(&mut self, world: &Observed<'_>, image: &Image, claim: &Claim<'_>) {
        let Claim { id, replica, leadership } = *claim;
        let ix = replica.partition();
        let first = *self.partitions[ix.at()].acceptors.entry(leadership.epoch).or_insert(id);
        let state = image.partitions.get(ix).map(|entry| &entry.state);
        let elected = state.is_none_or(|state| {
            if state.leader_epoch == leadership.epoch {
                state.leader == Some(id)
            } else {
                state.leader_epoch > leadership.epoch
            }
        });
        if first != id || !elected {
            let detail = format!("epoch {}: brokers {first} and {id}, elected: {elected}", leadership.epoch);
            self.report(world, &catalogue::ONE_ACCEPTOR, Some(ix), detail);
        }
    }

    fn waits_for_all(&mut self, world: &Observed<'_>, image: &Image, claim: &Claim<'_>) {
        let Claim { id, replica, leadership } = *claim;
        let ix = replica.partition();
        let Some(entry) = image.partitions.get(ix) else { return };
        let state = &entry.state;
        let current = state.leader_epoch == leadership.epoch && state.leader == Some(id);
        if !current || leadership.is_under_min_isr(replica.min_isr()) {
            return;
        }
        let counts = |other: &BrokerId| *other == id || leadership.isr.counts(*other, world.profile);
        if let Some(missed) = state.isr.iter().chain(&state.elr).find(|other| !counts(other)) {
            let known = id_list(leadership.isr.members());
            let detail = format!(
                "leader {id} with ISR {known} does not wait for {missed}; the controller has ISR {} and ELR {}",
                id_list(&state.isr),
                id_list(&state.elr)
            );
            self.report(world, &catalogue::QUORUM_SUPERSET, Some(ix), detail);
        }
    }

    fn knows_nobody_behind(&mut self, world: &Observed<'_>, claim: &Claim<'_>) {
        let Claim { id, replica, leadership } = *claim;
        let mark = replica.high_watermark();
        let behind = leadership.remotes.iter().find(|remote| {
            let counts = leadership.isr.counts(remote.broker, world.profile);
            counts
                && remote.log_end >= 0
                && remote.log_end < mark
                && !self.has_shortfall(replica.partition(), remote.broker)
        });
        if let Some(remote) = behind {
            let detail = format!(
                "leader {id} has high watermark {mark}, broker {} is at {}",
                remote.broker, remote.log_end
            );
            self.report(world, &catalogue::VALID_HIGH_WATERMARK, Some(replica.partition()), detail);
        }
    }
}
