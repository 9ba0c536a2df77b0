//! What the panes show of a cluster, counted once per state instead of once per frame.

use crate::app::{Health, LagHistory};
use crate::knobs;
use crate::model::{
    BrokerId, BrokerStatus, Cluster, Datum, Group, GroupOffset, GroupState, Lag, Millis, PartitionIx, Topic,
};
use std::sync::Arc;

/// One broker with what it carries.
#[derive(Clone, PartialEq, Debug)]
pub struct BrokerRow {
    pub id: BrokerId,
    /// Its rack; `None` when that is not known, an inner `None` when it has none.
    pub rack: Option<Option<Arc<str>>>,
    /// Whether it takes part.
    pub state: BrokerStatus,
    pub since: Option<Millis>,
    /// Partitions that it leads.
    pub leaders: u32,
    /// Replicas that it follows with.
    pub followers: u32,
    /// Replicas that are not in their ISR.
    pub out_of_sync: u32,
}

/// One group with its lag.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupRow {
    /// `group.id`.
    pub id: Arc<str>,
    pub state: GroupState,
    /// `classic`, `consumer`, `share`, `streams`, `connect`...; empty when not told.
    pub protocol: Arc<str>,
    pub members: Option<u32>,
    pub lag: Lag,
    /// Records that were deleted before the group read them; they are no lag.
    pub deleted: i64,
    /// Whether a commit lies beyond the end of its log: what is left to read there is not known.
    pub is_beyond_end: bool,
    /// How fast the lag grows (or shrinks, when negative), records a second, once it was seen long enough (see
    /// [`LagHistory`]).
    pub growth_per_s: Option<f64>,
}

/// The rows of brokers and groups, and how many partitions are how well.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ClusterSummary {
    pub brokers: Vec<BrokerRow>,
    /// By id; empty when groups are not known.
    pub groups: Vec<GroupRow>,
    /// The effective minimum ISR of each topic, before it is cut to the number of replicas.
    min_isr: Vec<Option<u32>>,
    /// Brokers that the cluster calls alive and that do not answer klever.
    silent: Vec<BrokerId>,
    /// Partitions by health, in the order of [`Health::ALL`].
    pub health: [u32; Health::ALL.len()],
}

impl ClusterSummary {
    /// Counts a cluster whose groups had these lags.
    pub fn of(cluster: &Cluster, lags: &LagHistory) -> ClusterSummary {
        let min_isr = minimums(cluster);
        let brokers = brokers(cluster);
        let silent = brokers.iter().filter(|row| !row.state.answers()).map(|row| row.id).collect();
        let mut summary = ClusterSummary { brokers, min_isr, silent, ..ClusterSummary::default() };
        for partition in cluster.partitions.iter() {
            summary.health[summary.health_of(cluster, partition.ix) as usize] += 1;
        }
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        summary.groups = groups
            .iter()
            .map(|group| GroupRow {
                id: group.id.clone(),
                state: group.state,
                protocol: group.protocol.clone(),
                members: group.member_count.get().copied(),
                lag: cluster.lag_of_group(group),
                deleted: offsets_of(group).iter().filter_map(|offset| cluster.deleted_unread(offset)).sum(),
                is_beyond_end: offsets_of(group)
                    .iter()
                    .any(|offset| cluster.beyond_end(group, offset).is_some()),
                growth_per_s: lags.growth_per_s(&group.id),
            })
            .collect();
        summary
    }

    /// The minimum ISR that counts for a partition, if known.
    pub fn min_isr(&self, cluster: &Cluster, ix: PartitionIx) -> Option<u32> {
        let partition = cluster.partitions.view(ix);
        let min = (*self.min_isr.get(partition.topic().at())?)?;
        Some(min.min(partition.replicas().len() as u32))
    }

    /// How well a partition is.
    pub fn health_of(&self, cluster: &Cluster, ix: PartitionIx) -> Health {
        let partition = cluster.partitions.view(ix);
        Health::of(partition, self.min_isr(cluster, ix)).seen(partition, &self.silent)
    }

    /// Whether a broker answers klever, as far as klever has asked it.
    pub fn answers(&self, broker: BrokerId) -> bool {
        !self.silent.contains(&broker)
    }

    /// How many partitions are in this state.
    pub fn count(&self, health: Health) -> u32 {
        self.health[health as usize]
    }
}

fn offsets_of(group: &Group) -> &[GroupOffset] {
    group.offsets.get().map_or(&[], |offsets| offsets)
}

/// `min.insync.replicas` of each topic; topics that share their configuration share the answer.
fn minimums(cluster: &Cluster) -> Vec<Option<u32>> {
    let mut last: Option<(&Topic, Option<u32>)> = None;
    let mut answers = Vec::with_capacity(cluster.topics.len());
    for topic in cluster.topics.iter() {
        let answer = match last {
            Some((other, answer)) if share_config(topic, other) => answer,
            _ => knobs::topic_value(cluster, topic, &knobs::topic::MIN_INSYNC_REPLICAS)
                .get()
                .and_then(|value| value.int())
                .map(|min| min as u32),
        };
        last = Some((topic, answer));
        answers.push(answer);
    }
    answers
}

fn share_config(a: &Topic, b: &Topic) -> bool {
    match (&a.config, &b.config) {
        (Datum::Known { value: a, .. }, Datum::Known { value: b, .. }) => Arc::ptr_eq(a, b),
        (Datum::Unknown { .. }, Datum::Unknown { .. }) => true,
        _ => false,
    }
}

fn brokers(cluster: &Cluster) -> Vec<BrokerRow> {
    let mut rows: Vec<BrokerRow> = cluster
        .brokers
        .iter()
        .map(|broker| BrokerRow {
            id: broker.id,
            rack: broker.rack.get().cloned(),
            state: broker.state,
            since: broker.since,
            leaders: 0,
            followers: 0,
            out_of_sync: 0,
        })
        .collect();
    let place = |id: BrokerId| cluster.brokers.binary_search_by_key(&id, |broker| broker.id).ok();
    let places: Vec<Vec<Option<usize>>> =
        cluster.partitions.sets.iter().map(|set| set.iter().map(|id| place(*id)).collect()).collect();
    for partition in cluster.partitions.iter() {
        let set = &places[cluster.partitions.replicas[partition.ix.at()] as usize];
        let (mask, leader) = (partition.isr_mask(), partition.leader());
        for (at, row) in set.iter().enumerate() {
            let Some(row) = row.map(|row| &mut rows[row]) else { continue };
            let leads = Some(row.id) == leader;
            row.leaders += u32::from(leads);
            row.followers += u32::from(!leads);
            row.out_of_sync += u32::from(at < 32 && mask >> at & 1 == 0);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::{KafkaVersion, Partitions};

    fn cluster() -> Cluster {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        let mut rows = cluster.partitions.to_rows();
        rows[0].isr.truncate(1);
        rows[1].leader = None;
        rows[2].leader = rows[2].replicas.get(1).copied();
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        cluster
    }

    #[test]
    fn partitions_are_counted_by_health_and_broker() {
        let cluster = cluster();
        let summary = ClusterSummary::of(&cluster, &LagHistory::default());
        assert_eq!(summary.count(Health::AtMin), 1);
        assert_eq!(summary.count(Health::NoLeader), 1);
        assert_eq!(summary.count(Health::NotPreferred), 1);
        assert_eq!(summary.count(Health::Ok), 9);
        assert_eq!(summary.brokers.iter().map(|row| row.leaders).sum::<u32>(), 11);
        assert_eq!(summary.brokers.iter().map(|row| row.followers).sum::<u32>(), 25);
        assert_eq!(summary.brokers.iter().map(|row| row.out_of_sync).sum::<u32>(), 2);
    }

    #[test]
    fn partitions_of_a_broker_that_does_not_answer_are_marked_while_the_cluster_calls_it_alive() {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        for (state, marked) in
            [(BrokerStatus::Slow, 0), (BrokerStatus::Silent, 4), (BrokerStatus::Refused, 4)]
        {
            let mut brokers = cluster.brokers.to_vec();
            brokers[1].state = state;
            cluster.brokers = brokers.into();
            let summary = ClusterSummary::of(&cluster, &LagHistory::default());
            let counts =
                [Health::LeaderSilent, Health::MemberSilent, Health::Ok].map(|one| summary.count(one));
            assert_eq!(counts, [marked, 2 * marked, 12 - 3 * marked], "{state:?}");
            assert_eq!(summary.answers(BrokerId(2)), marked == 0);
        }
    }
}
