//! What both snapshots saw, part by part: controllers, brokers, topics, configurations, ISRs, groups.

use super::{Direction, SnapshotDifference, between, unseen};
use crate::model::{Broker, Cluster, ConfigMap, Datum, Group, PartitionView, Quorum, Topic, id_list, plural};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn differences(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let mut found = cluster(was, now);
    found.extend(brokers(was, now));
    found.extend(topics(was, now));
    found.extend(groups(was, now));
    found
}

/// A plain value that only changes, or that one does not know.
fn plain<T: ToString>(
    kind: &'static str,
    subject: &str,
    was: &Datum<T>,
    now: &Datum<T>,
) -> Option<SnapshotDifference> {
    let text = |datum: &Datum<T>| datum.get().map(ToString::to_string);
    unseen(kind, subject, was, now)
        .or_else(|| between(Direction::Changed, kind, subject, text(was), text(now)))
}

fn cluster(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let (before, after) = (was.completeness(), now.completeness());
    let parts = [
        unseen("cluster", "cluster id", &was.id, &now.id),
        unseen("topics", "whether all topics were seen", &before.topics, &after.topics),
        plain("cluster", "Kafka version", &was.version, &now.version),
        plain("cluster", "eligible leader replicas", &was.features.elr, &now.features.elr),
    ];
    let mut found: Vec<SnapshotDifference> = parts.into_iter().flatten().collect();
    match (was.quorum.get(), now.quorum.get()) {
        (Some(was), Some(now)) => found.extend(quorum(was, now)),
        // Without controllers of its own a cluster has nothing to see here.
        _ => found.extend(unseen("quorum", "controllers", &before.quorum, &after.quorum)),
    }
    found
}

fn quorum(was: &Quorum, now: &Quorum) -> Vec<SnapshotDifference> {
    let spare = |quorum: &Quorum| quorum.online.len() as i64 - quorum.majority() as i64;
    let online =
        |quorum: &Quorum| Some(format!("{} of {} voters answer", quorum.online.len(), quorum.voters.len()));
    let leader = |quorum: &Quorum| quorum.leader.map(|id| id.to_string());
    let leads = |quorum: &Quorum| quorum.leader.is_some();
    let of_voters = Direction::of(Some(spare(now).cmp(&spare(was))));
    let of_leader = Direction::of(Some(leads(now).cmp(&leads(was))));
    let parts = [
        between(of_voters, "quorum", "controllers", online(was), online(now)),
        between(of_leader, "quorum", "active controller", leader(was), leader(now)),
    ];
    parts.into_iter().flatten().collect()
}

fn brokers(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let ids: BTreeSet<_> = was.brokers.iter().chain(now.brokers.iter()).map(|broker| broker.id).collect();
    let of_id = |id| match (was.broker(id), now.broker(id)) {
        (Some(was), Some(now)) => broker(was, now),
        (before, after) => {
            let there = |broker: Option<&Broker>| broker.map(|broker| broker.state.word().to_string());
            let subject = format!("broker {id}");
            between(Direction::Changed, "broker", subject, there(before), there(after)).into_iter().collect()
        }
    };
    ids.into_iter().flat_map(of_id).collect()
}

fn broker(was: &Broker, now: &Broker) -> Vec<SnapshotDifference> {
    let subject = format!("broker {}", was.id);
    let is_up = |broker: &Broker| broker.state.is_up();
    let state = |broker: &Broker| Some(broker.state.word().to_string());
    let address = |broker: &Broker| Some(format!("{}:{}", broker.host, broker.port));
    let rack = |broker: &Broker| broker.rack.map(|rack| rack.as_deref().unwrap_or("none").to_string());
    let direction = Direction::of(Some(is_up(now).cmp(&is_up(was))));
    let parts = [
        between(direction, "broker", &subject, state(was), state(now)),
        between(Direction::Changed, "broker", format!("{subject} address"), address(was), address(now)),
        plain("broker", &format!("{subject} rack"), &rack(was), &rack(now)),
    ];
    parts.into_iter().flatten().chain(config(&subject, &was.config, &now.config)).collect()
}

/// Configured values; topics often share a whole configuration.
fn config(
    subject: &str,
    was: &Datum<Arc<ConfigMap>>,
    now: &Datum<Arc<ConfigMap>>,
) -> Vec<SnapshotDifference> {
    let (Some(before), Some(after)) = (was.get(), now.get()) else {
        return unseen("config", format!("{subject} configuration"), was, now).into_iter().collect();
    };
    if before == after {
        return Vec::new();
    }
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |map: &ConfigMap, key: &str| map.get(key).and_then(|entry| entry.value.clone());
    let of_key = |key: &String| {
        let (was, now) = (value(before, key), value(after, key));
        between(Direction::Changed, "config", format!("{subject} {key}"), was, now)
    };
    keys.into_iter().filter_map(of_key).collect()
}

/// Something that one has and the other does not: gone or new only where the other saw all.
fn one_sided(
    kind: &'static str,
    subject: String,
    is_in_was: bool,
    text: String,
    others_complete: &Datum<()>,
) -> SnapshotDifference {
    let reason = others_complete.reason().map(ToString::to_string);
    let direction = if reason.is_some() { Direction::Unseen } else { Direction::Changed };
    let (was, now) = if is_in_was { (Some(text), None) } else { (None, Some(text)) };
    let unknown = if is_in_was { [None, reason] } else { [reason, None] };
    SnapshotDifference { direction, kind, subject, was, now, unknown }
}

fn topics(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let names: BTreeSet<&str> =
        was.topics.iter().chain(now.topics.iter()).map(|topic| &*topic.name).collect();
    let mut found = Vec::new();
    for name in names {
        match (was.topic_named(name), now.topic_named(name)) {
            (Some((_, before)), Some((_, after))) => found.extend(topic(was, before, now, after)),
            (Some((_, gone)), None) => {
                let complete = now.topics_complete();
                found.push(one_sided("topic", format!("topic {name}"), true, size(gone), &complete));
            }
            (None, Some((_, new))) => {
                let complete = was.topics_complete();
                found.push(one_sided("topic", format!("topic {name}"), false, size(new), &complete));
            }
            (None, None) => {}
        }
    }
    found
}

fn size(topic: &Topic) -> String {
    plural(topic.count as usize, "partition")
}

fn topic(was: &Cluster, before: &Topic, now: &Cluster, after: &Topic) -> Vec<SnapshotDifference> {
    let name = &before.name;
    let subject = format!("topic {name}");
    let mut found: Vec<SnapshotDifference> =
        between(Direction::Changed, "topic", &subject, Some(size(before)), Some(size(after)))
            .into_iter()
            .collect();
    found.extend(config(&subject, &before.config, &after.config));
    let by_number: BTreeMap<i32, PartitionView<'_>> =
        now.partitions_of(after).map(|partition| (partition.number(), partition)).collect();
    for partition in was.partitions_of(before) {
        if let Some(other) = by_number.get(&partition.number()) {
            found.extend(self::partition(&format!("{name}-{}", partition.number()), partition, *other));
        }
    }
    found
}

fn partition(name: &str, was: PartitionView<'_>, now: PartitionView<'_>) -> Vec<SnapshotDifference> {
    let isr = |one: PartitionView<'_>| Some(id_list(&one.isr().collect::<Vec<_>>()));
    let leader = |one: PartitionView<'_>| one.leader().map(|id| id.to_string());
    let replicas = |one: PartitionView<'_>| Some(id_list(one.replicas()));
    let of_isr = Direction::of(Some(now.isr_len().cmp(&was.isr_len())));
    let of_leader = Direction::of(Some(now.leader().is_some().cmp(&was.leader().is_some())));
    let parts = [
        between(of_leader, "leader", name, leader(was), leader(now)),
        between(of_isr, "isr", name, isr(was), isr(now)),
        between(Direction::Changed, "replicas", name, replicas(was), replicas(now)),
    ];
    parts.into_iter().flatten().collect()
}

fn groups(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let (Some(before), Some(after)) = (was.groups.get(), now.groups.get()) else {
        return unseen("groups", "consumer groups", &was.groups, &now.groups).into_iter().collect();
    };
    let by_id = |groups: &Arc<[Group]>| -> BTreeMap<Arc<str>, String> {
        groups.iter().map(|group| (group.id.clone(), group.state.word().to_string())).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let ids: BTreeSet<&Arc<str>> = before.keys().chain(after.keys()).collect();
    let of_id = |id: &Arc<str>| {
        let subject = format!("group {id}");
        match (before.get(id), after.get(id)) {
            (Some(gone), None) => {
                let complete = now.completeness().groups;
                Some(one_sided("group", subject, true, gone.clone(), &complete))
            }
            (None, Some(new)) => {
                let complete = was.completeness().groups;
                Some(one_sided("group", subject, false, new.clone(), &complete))
            }
            (was, now) => between(Direction::Changed, "group", subject, was.cloned(), now.cloned()),
        }
    };
    ids.into_iter().filter_map(of_id).collect()
}
