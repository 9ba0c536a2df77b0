//! Changes of a cluster's shape: partitions, replicas, brokers and racks.

use crate::model::{
    Broker, BrokerId, BrokerStatus, Candidate, Cluster, Datum, Origin, PartitionRow, Partitions, Start,
    Topic, TopicIx, next_replica, place, plural, rack_name,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many replicas each broker has.
type ReplicaLoad = BTreeMap<BrokerId, usize>;

/// Brokers that can take replicas, with their racks.
fn candidates(cluster: &Cluster) -> Vec<Candidate> {
    let up = cluster.brokers.iter().filter(|broker| broker.state != BrokerStatus::Down);
    up.map(|broker| Candidate { id: broker.id, rack: broker.rack.get().cloned().flatten(), fenced: false })
        .collect()
}

fn load_of(rows: &[PartitionRow]) -> ReplicaLoad {
    let mut load = ReplicaLoad::new();
    rows.iter().flat_map(|row| &row.replicas).for_each(|id| *load.entry(*id).or_default() += 1);
    load
}

/// Grows topics to `count` partitions; new ones are empty and led by their preferred leader. Those of a cluster
/// that klever assumes were never created, so they may have fewer, too.
pub(super) fn set_partitions(cluster: &mut Cluster, names: &[Arc<str>], count: i64) -> Result<(), String> {
    let candidates = candidates(cluster);
    let fewer = |topic: &&Topic| names.contains(&topic.name) && i64::from(topic.count) > count;
    if let Some(topic) = cluster.topics.iter().find(fewer).filter(|_| !cluster.is_assumed()) {
        return Err(format!("partitions only grow: {} has {}", topic.name, topic.count));
    }
    rebuild(cluster, |ix, topic, rows| {
        if names.contains(&topic.name) {
            let width = rows.first().map_or(1, |row| row.replicas.len());
            rows.truncate(count as usize);
            let existing: Vec<&[BrokerId]> = rows.iter().map(|row| &row.replicas[..]).collect();
            let more = place(&candidates, &existing, count as usize - rows.len(), width, Start::First);
            let numbers = rows.len() as i32..;
            rows.extend(
                numbers.zip(more.into_iter().flatten()).map(|(number, replicas)| fresh(ix, number, replicas)),
            );
        }
    });
    Ok(())
}

/// Gives every partition of the topics `count` replicas: added ones where striping puts them, already
/// caught up; removed ones from the end, the leader last.
pub(super) fn set_replication_factor(
    cluster: &mut Cluster,
    names: &[Arc<str>],
    count: i64,
) -> Result<(), String> {
    let candidates = candidates(cluster);
    if count as usize > candidates.len() {
        return Err(format!(
            "replication.factor {count} needs {count} brokers, and the cluster has {}",
            candidates.len()
        ));
    }
    rebuild(cluster, |_, topic, rows| {
        if names.contains(&topic.name) {
            let mut load = load_of(rows);
            rows.iter_mut().for_each(|row| resize(row, count as usize, &candidates, &mut load));
        }
    });
    Ok(())
}

fn resize(row: &mut PartitionRow, width: usize, candidates: &[Candidate], load: &mut ReplicaLoad) {
    while row.replicas.len() > width {
        let spare = row.replicas.iter().rposition(|id| Some(*id) != row.leader).unwrap_or(0);
        let gone = row.replicas.remove(spare);
        row.isr.retain(|id| *id != gone);
        if let Some(elr) = &mut row.elr {
            elr.retain(|id| *id != gone);
        }
    }
    while row.replicas.len() < width {
        let Some(next) = next_replica(candidates, &row.replicas, load) else { return };
        *load.entry(next).or_default() += 1;
        row.replicas.push(next);
        row.isr.push(next);
    }
}

/// Adds brokers with the next ids, spread over the racks, or takes the highest ids away. Replicas that
/// lose their broker move; replicas that stay do not.
pub(super) fn set_brokers(cluster: &mut Cluster, count: i64) -> Result<(), String> {
    let count = count as usize;
    let widest = cluster.partitions.sets.iter().map(|set| set.len()).max().unwrap_or(0);
    if count < widest {
        return Err(format!("{} cannot hold {widest} replicas of a partition", plural(count, "broker")));
    }
    let mut brokers = cluster.brokers.to_vec();
    brokers.truncate(count);
    let racks: BTreeSet<Arc<str>> =
        cluster.brokers.iter().filter_map(|broker| broker.rack.get()?.clone()).collect();
    let racks: Vec<Arc<str>> = racks.into_iter().collect();
    while brokers.len() < count {
        let template = brokers.first().ok_or("a cluster without brokers cannot grow")?;
        let id = brokers.last().map_or(1, |broker| broker.id.0 + 1);
        let rack = (!racks.is_empty()).then(|| racks[brokers.len() % racks.len()].clone());
        let rack = Datum::known(rack, cluster.taken_at, Origin::WhatIf);
        let config = template.config.clone();
        let (host, state) = (String::new(), BrokerStatus::Up);
        brokers.push(Broker { id: BrokerId(id), host, port: 0, rack, state, since: None, config });
    }
    cluster.brokers = brokers.into();
    move_orphans(cluster);
    Ok(())
}

/// Replicas on brokers that are gone go elsewhere.
fn move_orphans(cluster: &mut Cluster) {
    let candidates = candidates(cluster);
    let known: BTreeSet<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
    rebuild(cluster, |_, _, rows| {
        let mut load = load_of(rows);
        for row in rows.iter_mut().filter(|row| row.replicas.iter().any(|id| !known.contains(id))) {
            let width = row.replicas.len();
            row.replicas.retain(|id| known.contains(id));
            row.isr.retain(|id| known.contains(id));
            if let Some(elr) = &mut row.elr {
                elr.retain(|id| known.contains(id));
            }
            resize(row, width, &candidates, &mut load);
            if row.leader.is_some_and(|id| !known.contains(&id)) {
                row.leader = row.isr.first().copied();
            }
        }
    });
}

/// Spreads the brokers over `count` racks by turns and places all replicas anew; 0 takes the racks away.
pub(super) fn set_racks(cluster: &mut Cluster, count: i64) -> Result<(), String> {
    let there = cluster.brokers.len();
    if count as usize > there {
        return Err(format!("{count} racks need as many brokers, and the cluster has {there}"));
    }
    let as_of = cluster.taken_at;
    let mut brokers = cluster.brokers.to_vec();
    for (at, broker) in brokers.iter_mut().enumerate() {
        let rack = (count > 0).then(|| Arc::from(rack_name(at % count as usize)));
        broker.rack = Datum::known(rack, as_of, Origin::WhatIf);
    }
    cluster.brokers = brokers.into();
    let candidates = candidates(cluster);
    rebuild(cluster, |ix, _, rows| {
        let width = rows.first().map_or(0, |row| row.replicas.len());
        let placed = place(&candidates, &[], rows.len(), width, Start::First);
        for (row, replicas) in rows.iter_mut().zip(placed.into_iter().flatten()) {
            let old = std::mem::replace(row, fresh(ix, row.number, replicas));
            (row.log_start, row.high_watermark) = (old.log_start, old.high_watermark);
            row.log_end = old.log_end;
        }
    });
    Ok(())
}

/// An empty partition, led by its preferred leader with all replicas in sync.
pub(super) fn fresh(topic: TopicIx, number: i32, replicas: Vec<BrokerId>) -> PartitionRow {
    PartitionRow {
        topic,
        number,
        leader: replicas.first().copied(),
        isr: replicas.clone(),
        replicas,
        elr: Some(Vec::new()),
        leader_epoch: Some(0),
        log_start: Some(0),
        high_watermark: Some(0),
        log_end: None,
    }
}

/// Rewrites the rows of each topic and builds the columns anew.
fn rebuild(cluster: &mut Cluster, mut edit: impl FnMut(TopicIx, &Topic, &mut Vec<PartitionRow>)) {
    let old = cluster.partitions.to_rows();
    let mut rows = Vec::with_capacity(old.len());
    let mut topics = cluster.topics.to_vec();
    for (at, topic) in topics.iter_mut().enumerate() {
        let span = topic.first as usize..(topic.first + topic.count) as usize;
        let mut own = old[span].to_vec();
        edit(TopicIx(at as u32), topic, &mut own);
        (topic.first, topic.count) = (rows.len() as u32, own.len() as u32);
        rows.append(&mut own);
    }
    let moved = rows.len() != old.len();
    let elr = cluster.partitions.elr.map(|_| ());
    let complete = cluster.partitions.complete.clone();
    cluster.partitions = Partitions::from_rows(&rows, elr).with_completeness(complete);
    if moved {
        renumber(cluster, &topics);
    }
    cluster.topics = topics.into();
}

/// Group offsets and open transactions name partitions by their place in the columns, which has shifted.
fn renumber(cluster: &mut Cluster, topics: &[Topic]) {
    let old = cluster.topics.clone();
    let place = |ix: u32| {
        let at = old.partition_point(|topic| topic.first + topic.count <= ix);
        topics[at].first + (ix - old[at].first)
    };
    let mut open = cluster.open_transactions.to_vec();
    open.iter_mut().for_each(|open| open.partition.0 = place(open.partition.0));
    cluster.open_transactions = open.into();
    let Datum::Known { value: groups, .. } = &mut cluster.groups else { return };
    let mut moved = groups.to_vec();
    for group in &mut moved {
        group.offsets = group.offsets.map(|offsets| {
            let mut offsets = offsets.to_vec();
            offsets.iter_mut().for_each(|offset| offset.partition.0 = place(offset.partition.0));
            offsets.into()
        });
        group.members = group.members.map(|members| {
            let mut members = members.to_vec();
            let owned = members.iter_mut().flat_map(|member| &mut member.assigned);
            owned.for_each(|partition| partition.0 = place(partition.0));
            members.into()
        });
    }
    *groups = moved.into();
}
