//! Partitions that nobody leads now: they count against every stop.

use crate::consequences::restart_verdict::{RestartVerdict, StopEffect};
use crate::model::{BrokerId, Cluster, PartitionIx};

/// Partitions that nobody leads now, in order: whoever stops, they stay offline.
pub(super) struct Leaderless {
    pub partitions: Vec<PartitionIx>,
    /// Those before this one were asked for.
    asked: usize,
}

impl Leaderless {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let columns = &cluster.partitions;
        let mut last = (-1, false);
        let mut runs = |leader: i32| {
            if last.0 != leader {
                last = (leader, cluster.runs(BrokerId(leader)));
            }
            last.1
        };
        let leaders = columns.leader.iter().zip(0..);
        let partitions = leaders.filter(|(leader, _)| !runs(**leader)).map(|(_, at)| PartitionIx(at));
        Leaderless { partitions: partitions.collect(), asked: 0 }
    }

    /// Whether it is one of them; asked in ascending order.
    pub(super) fn holds(&mut self, ix: PartitionIx) -> bool {
        let rest = &self.partitions[self.asked..];
        self.asked += rest.iter().take_while(|other| **other < ix).count();
        self.partitions.get(self.asked) == Some(&ix)
    }

    /// They count against every stop.
    pub(super) fn count(&self, verdict: &mut RestartVerdict) {
        let count = self.partitions.len() as u32;
        verdict.offline += count;
        verdict.offline_already += count;
        let listed = self.partitions.iter().take(RestartVerdict::MAX_LISTED);
        verdict.partitions.extend(listed.map(|ix| (*ix, StopEffect::Offline)));
    }
}
