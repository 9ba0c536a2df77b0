//! What was committed must stay: on every leader, on every replica that may lead, and somewhere at all.

use super::{Assumption, Auditor, Invariant, Shortfall, catalogue, is_registered, replica};
use crate::model::{BrokerId, PartitionIx, id_list};
use crate::protocol::broker::Replica;
use crate::protocol::controller::Image;
use crate::protocol::wire::{Offset, PartitionRegistration};
use crate::sim::host::Host;
use crate::sim::observed::Observed;

fn runs(host: &Host) -> bool {
    host.process.is_alive()
}

/// A broker's copy; a log that was moved away and is not deleted yet is none.
fn replica_of<'a>(host: &'a Host, ix: PartitionIx, state: &PartitionRegistration) -> Option<&'a Replica> {
    let kept = state.replicas.contains(&host.broker.settings().id);
    host.broker.replica(ix).filter(|_| kept)
}

impl Auditor {
    /// Compares a partition's replicas with what was ever committed.
    pub(super) fn committed(&mut self, world: &Observed<'_>, image: &Image, ix: PartitionIx) {
        let Some(entry) = image.partitions.get(ix) else { return };
        let state = &entry.state;
        let min_isr = image.profile.effective_min_isr(image.min_isr(entry.topic), state.replicas.len());
        let shorter = self.note_losses(world, ix);
        self.note_promise(min_isr, ix, state);
        self.note_last_replica(world, image.profile.elr, ix, state);
        self.leaders_commit(world, ix, state);
        for host in world.machines.hosts() {
            if let Some(replica) = replica_of(host, ix, state) {
                self.replica_agrees(world, host, replica, state);
            }
        }
        self.members_agree(world, ix, state);
        if shorter {
            self.somebody_has_all(world, ix);
        }
        self.forget_what_is_gone(world, ix, state);
    }

    /// Notes what faults took from logs that nobody runs on. Says whether any log is shorter than before.
    fn note_losses(&mut self, world: &Observed<'_>, ix: PartitionIx) -> bool {
        let memory = &mut self.partitions[ix.at()];
        let committed = memory.ghost.end();
        let mut shorter = false;
        for host in world.machines.hosts() {
            let id = host.broker.settings().id;
            let copy = memory.copies.entry(id).or_default();
            let was = copy.seen.map_or(0, |seen| seen.end);
            let Some(replica) = host.broker.replica(ix) else {
                if copy.seen.take().is_some() {
                    (copy.shortfall, copy.checked) = (Some(Shortfall::Deleted), 0);
                }
                continue;
            };
            let end = replica.log().end();
            shorter |= end < was;
            if !runs(host) && end < was {
                copy.shortfall = Some(Shortfall::Lost);
            }
            copy.shortfall = copy.shortfall.filter(|_| end < committed || !is_registered(world, id));
            copy.checked = copy.checked.min(end);
        }
        shorter
    }

    /// With a large enough ISR everything committed is on so many replicas; with a smaller one it stays on as
    /// many as before, or fewer if the minimum is lowered.
    fn note_promise(&mut self, min_isr: usize, ix: PartitionIx, state: &PartitionRegistration) {
        let memory = &mut self.partitions[ix.at()];
        let before = memory.copies_promised;
        let kept = before > 0 && state.isr.len() < min_isr;
        memory.copies_promised = if kept { before.min(min_isr) } else { min_isr };
    }

    /// Not a promise: notes that the last replicas which had everything have lost some of it.
    fn note_last_replica(
        &mut self,
        world: &Observed<'_>,
        elr: bool,
        ix: PartitionIx,
        state: &PartitionRegistration,
    ) {
        let memory = &mut self.partitions[ix.at()];
        let committed = memory.ghost.end();
        let lost = |id: &BrokerId| {
            let copy = memory.copies.get(id).filter(|copy| copy.shortfall == Some(Shortfall::Lost));
            copy.is_some() && replica(world, *id, ix).is_none_or(|one| one.log().end() < committed)
        };
        let broken = if elr {
            state.replicas.iter().filter(|id| lost(id)).count() >= memory.copies_promised
        } else {
            state.isr.iter().all(|id| lost(id) || replica(world, *id, ix).is_none())
        };
        if broken && state.replicas.iter().any(lost) {
            memory.broken.insert(Assumption::LastReplicaKeepsItsLog);
        }
        let now: Vec<Assumption> = memory.broken.iter().copied().collect();
        memory.ever.extend(now);
    }

    /// The copy of a broker that may believe that it leads. One that was moved away and has not heard of it goes
    /// on committing, and rightly so unless records were lost: then it stands for what is gone.
    fn led_by<'a>(
        &self,
        host: &'a Host,
        ix: PartitionIx,
        state: &PartitionRegistration,
    ) -> Option<&'a Replica> {
        let nothing_lost = self.partitions[ix.at()].ever.is_empty();
        if nothing_lost { host.broker.replica(ix) } else { replica_of(host, ix, state) }
    }

    /// Each leader has what was committed; what it commits itself is added.
    fn leaders_commit(&mut self, world: &Observed<'_>, ix: PartitionIx, state: &PartitionRegistration) {
        for host in world.machines.hosts().iter().filter(|host| runs(host)) {
            let id = host.broker.settings().id;
            let Some(replica) = self.led_by(host, ix, state) else { continue };
            let Some(leadership) = replica.leader_state() else { continue };
            let (end, committed) = (replica.log().end(), self.partitions[ix.at()].ghost.end());
            let current = state.leader == Some(id) && state.leader_epoch == leadership.epoch;
            if current && end < committed {
                let detail = format!("leader {id} ends at {end}, committed up to {committed}");
                self.report(world, &catalogue::LEADER_COMPLETENESS, Some(ix), detail);
                continue;
            }
            let upto = if current { committed } else { replica.high_watermark() };
            if self.agrees(world, id, replica, upto, &catalogue::LEADER_COMPLETENESS) {
                self.partitions[ix.at()].ghost.commit(replica.log(), replica.high_watermark());
            }
        }
    }

    /// Compares a replica with what is committed, from where that was last done. Reports a difference.
    fn agrees(
        &mut self,
        world: &Observed<'_>,
        id: BrokerId,
        replica: &Replica,
        upto: Offset,
        invariant: &'static Invariant,
    ) -> bool {
        let ix = replica.partition();
        let upto = upto.min(replica.log().end());
        let memory = &mut self.partitions[ix.at()];
        let copy = memory.copies.entry(id).or_default();
        let found = memory.ghost.difference(replica.log(), copy.checked, upto);
        match found {
            Some(offset) => {
                copy.checked = copy.checked.max(offset);
                let detail = format!("broker {id} differs at offset {offset} from what was committed");
                self.report(world, invariant, Some(ix), detail);
                false
            }
            None => {
                copy.checked = copy.checked.max(upto.min(memory.ghost.end()));
                true
            }
        }
    }

    /// A replica has the committed records as far as it must.
    fn replica_agrees(
        &mut self,
        world: &Observed<'_>,
        host: &Host,
        replica: &Replica,
        state: &PartitionRegistration,
    ) {
        let (ix, id) = (replica.partition(), host.broker.settings().id);
        let (end, committed) = (replica.log().end(), self.partitions[ix.at()].ghost.end());
        let in_isr = state.isr.contains(&id);
        let candidate = in_isr || state.elr.contains(&id);
        let lost = self.has_shortfall(ix, id);
        if candidate && end < committed && is_registered(world, id) {
            let detail = format!(
                "broker {id} ends at {end}, committed up to {committed}; ISR {}, ELR {}",
                id_list(&state.isr),
                id_list(&state.elr)
            );
            self.report(world, &catalogue::CANDIDATES, Some(ix), detail);
        }
        if in_isr && !lost && end < committed {
            let detail = format!(
                "broker {id} of the ISR {} ends at {end}, committed up to {committed}",
                id_list(&state.isr)
            );
            self.report(world, &catalogue::STRONG_ISR, Some(ix), detail);
        }
        let (upto, invariant) = if candidate && !lost {
            (committed, &catalogue::STRONG_ISR)
        } else {
            (replica.high_watermark(), &catalogue::LOG_MATCHING)
        };
        self.agrees(world, id, replica, upto, invariant);
    }

    /// Whether a copy need not have what is committed, for the time being.
    pub(super) fn has_shortfall(&self, ix: PartitionIx, id: BrokerId) -> bool {
        let copy = self.partitions.get(ix.at()).and_then(|memory| memory.copies.get(&id));
        copy.is_some_and(|copy| copy.shortfall.is_some())
    }

    /// Members of the ISR that a leader knows have what it holds for committed.
    fn members_agree(&mut self, world: &Observed<'_>, ix: PartitionIx, state: &PartitionRegistration) {
        for host in world.machines.hosts() {
            let Some(leader) = self.led_by(host, ix, state) else { continue };
            let Some(leadership) = leader.leader_state() else { continue };
            let mark = leader.high_watermark();
            for &member in leadership.isr.members() {
                let Some(replica) = replica(world, member, ix) else { continue };
                if self.has_shortfall(ix, member) {
                    continue;
                }
                if replica.log().end() < mark {
                    let detail = format!(
                        "leader {} has high watermark {mark}, broker {member} ends at {}",
                        host.broker.settings().id,
                        replica.log().end()
                    );
                    self.report(world, &catalogue::WEAK_ISR, Some(ix), detail);
                } else {
                    self.agrees(world, member, replica, mark, &catalogue::WEAK_ISR);
                }
            }
        }
    }

    /// A log became shorter: is there still one with everything?
    fn somebody_has_all(&mut self, world: &Observed<'_>, ix: PartitionIx) {
        let memory = &self.partitions[ix.at()];
        let committed = memory.ghost.end();
        let has_all = |host: &Host| {
            let id = host.broker.settings().id;
            let from = memory.copies.get(&id).map_or(0, |copy| copy.checked);
            host.broker.replica(ix).is_some_and(|replica| {
                let log = replica.log();
                log.end() >= committed && memory.ghost.difference(log, from, committed).is_none()
            })
        };
        if !world.machines.hosts().iter().any(has_all) {
            let detail = format!("no replica has all of the {committed} committed records");
            self.report(world, &catalogue::COMMITTED_SURVIVES, Some(ix), detail);
        }
    }

    /// After a loss that the configuration allows, what the leader has is what counts from then on; once all
    /// replicas are equal again, the assumptions hold anew.
    fn forget_what_is_gone(&mut self, world: &Observed<'_>, ix: PartitionIx, state: &PartitionRegistration) {
        if self.partitions[ix.at()].broken.is_empty() {
            return;
        }
        let Some(id) = state.leader else { return };
        let Some(leader) = replica(world, id, ix) else { return };
        let current = leader.leader_state().is_some_and(|leads| leads.epoch == state.leader_epoch);
        if !current {
            return;
        }
        let memory = &mut self.partitions[ix.at()];
        let committed = memory.ghost.end();
        let kept = memory.ghost.difference(leader.log(), 0, committed).unwrap_or(leader.log().end());
        if kept < committed {
            memory.ghost.forget(leader.log(), leader.high_watermark());
            memory.copies.values_mut().for_each(|copy| (copy.checked, copy.shortfall) = (0, None));
            let read = std::mem::replace(&mut memory.read_upto, 0);
            if read > kept {
                let detail = format!("offsets {kept}..{read} were read and are gone");
                self.report(world, &catalogue::CONSISTENT_READ, Some(ix), detail);
            }
            return;
        }
        let full = state.replicas.iter().all(|id| {
            let copy = memory.copies.get(id);
            state.isr.contains(id)
                && copy.is_some_and(|copy| copy.checked >= committed && copy.shortfall.is_none())
        });
        if full && state.recovery == crate::protocol::wire::Recovery::Recovered {
            memory.broken.clear();
        }
    }
}
