//! How much a topic holds, who reads it, and how many replicas each broker has.

use crate::model::{BrokerId, TopicIx};
use crate::rules::facts::{TopicFacts, refused_commit};
use crate::rules::{ClusterFacts, FindingSubject, Verdicts};
use std::collections::{BTreeMap, BTreeSet};

/// How many offsets a topic's logs span; `None` where an end of one was not answered.
pub(in crate::rules) fn retained_records<'a>(
    facts: &ClusterFacts<'a>,
    topic: &TopicFacts<'a>,
) -> Option<i64> {
    facts.partitions(topic).map(|partition| Some(partition.high_watermark()? - partition.log_start()?)).sum()
}

/// The topics that any group which can be seen has committed offsets of, or shares, or `None` after saying that it is
/// unknown.
pub(in crate::rules) fn read_by_groups(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
) -> Option<BTreeSet<TopicIx>> {
    let mut read = BTreeSet::new();
    for group in facts.cluster.groups.get()?.iter() {
        let offsets = verdicts.known(&group.offsets, FindingSubject::cluster)?;
        if let Some(refused) = offsets.iter().find(|offset| offset.is_refused && !group.is_share()) {
            verdicts.unknown(FindingSubject::cluster(), &refused_commit(facts.cluster, refused.partition));
            return None;
        }
        // The offsets of a share group are those of what it subscribes to, before it has acknowledged anything, too.
        let reads = offsets.iter().filter(|offset| offset.committed.is_some() || group.is_share());
        read.extend(reads.map(|offset| facts.cluster.partitions.view(offset.partition).topic()));
    }
    Some(read)
}

/// How many replicas each broker that is up has.
pub(in crate::rules) fn replicas_by_broker(facts: &ClusterFacts<'_>) -> BTreeMap<BrokerId, usize> {
    let up = facts.cluster.brokers.iter().filter(|broker| facts.cluster.is_up(broker.id));
    let mut replicas: BTreeMap<BrokerId, usize> = up.map(|broker| (broker.id, 0)).collect();
    for partition in facts.cluster.partitions.iter() {
        for id in partition.replicas() {
            replicas.entry(*id).and_modify(|count| *count += 1);
        }
    }
    replicas
}
