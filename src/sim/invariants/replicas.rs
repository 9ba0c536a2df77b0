//! What must be true of each replica by itself: its marks, its epochs, whom it fetches from.

use super::{Auditor, ReplicaState, catalogue};
use crate::model::{BrokerId, PartitionIx, id_list};
use crate::protocol::broker::Replica;
use crate::sim::host::Host;
use crate::sim::observed::Observed;

impl Auditor {
    /// The marks of a partition's replicas.
    pub(super) fn replica_offsets(&mut self, world: &Observed<'_>, ix: PartitionIx) {
        for host in world.machines.hosts() {
            if let Some(replica) = host.broker.replica(ix) {
                self.offsets_are_in_log(world, host, replica);
                self.high_watermark_stays(world, host.broker.settings().id, replica);
                self.log_start_stays(world, host, replica);
                self.epoch_cache_increases(world, host, replica);
                self.fetches_from_one(world, host, replica);
            }
        }
    }

    fn offsets_are_in_log(&mut self, world: &Observed<'_>, host: &Host, replica: &Replica) {
        let (ix, id) = (Some(replica.partition()), host.broker.settings().id);
        let (start, end) = (replica.log().start(), replica.log().end());
        let (mark, flushed) = (replica.high_watermark(), replica.storage().flushed());
        if !(start..=end).contains(&mark) {
            let detail = format!("broker {id}: high watermark {mark}, log {start}..{end}");
            self.report(world, &catalogue::HW_IN_LOG, ix, detail);
        }
        if flushed > end {
            let detail = format!("broker {id}: flushed {flushed}, log end {end}");
            self.report(world, &catalogue::FLUSHED_IN_LOG, ix, detail);
        }
    }

    fn high_watermark_stays(&mut self, world: &Observed<'_>, id: BrokerId, replica: &Replica) {
        let ix = replica.partition();
        let was = self.partitions[ix.at()].copies.get(&id).and_then(|copy| copy.seen);
        let Some(was) = was else { return };
        let now = ReplicaState::of(replica, was.registered);
        let same_epoch = was.leads && now.leads && was.leader_epoch == now.leader_epoch;
        if same_epoch && now.high_watermark < was.high_watermark {
            let detail = format!(
                "broker {id}, epoch {}: from {} to {}",
                now.leader_epoch, was.high_watermark, now.high_watermark
            );
            self.report(world, &catalogue::HW_MONOTONIC, Some(ix), detail);
        }
    }

    /// What lies below a log start is gone by rule. Only a lost disk or a cut below it brings it down again.
    fn log_start_stays(&mut self, world: &Observed<'_>, host: &Host, replica: &Replica) {
        let (ix, id) = (replica.partition(), host.broker.settings().id);
        let was = self.partitions[ix.at()].copies.get(&id).and_then(|copy| copy.seen);
        let Some(was) = was.filter(|_| host.process.is_alive()) else { return };
        let start = replica.log().start();
        if start < was.start {
            let detail = format!("broker {id}: from {} to {start}", was.start);
            self.report_ever(world, &catalogue::LOG_START, ix, detail);
        }
    }

    fn epoch_cache_increases(&mut self, world: &Observed<'_>, host: &Host, replica: &Replica) {
        let log = replica.log();
        let entries = log.epochs().entries();
        let rising = entries.windows(2).all(|two| two[0].epoch < two[1].epoch && two[0].start < two[1].start);
        let inside = entries.last().is_none_or(|last| last.start <= log.end());
        if !(rising && inside) {
            let detail = format!("broker {}: {entries:?}, log end {}", host.broker.settings().id, log.end());
            self.report(world, &catalogue::EPOCH_CACHE, Some(replica.partition()), detail);
        }
    }

    fn fetches_from_one(&mut self, world: &Observed<'_>, host: &Host, replica: &Replica) {
        let ix = replica.partition();
        let sources: Vec<BrokerId> = host.broker.fetch_sources(ix).collect();
        let leader = replica.follower_state().and_then(|following| following.leader);
        let allowed = match replica.leader_state() {
            Some(_) => sources.is_empty(),
            None => sources.len() <= 1 && sources.iter().all(|source| Some(*source) == leader),
        };
        if !allowed {
            let detail = format!(
                "broker {} fetches from {}, its leader is {leader:?}",
                host.broker.settings().id,
                id_list(&sources)
            );
            self.report(world, &catalogue::FETCHERS, Some(ix), detail);
        }
    }
}
