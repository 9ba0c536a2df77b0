//! A cluster without the names that people gave: numbers, times, versions and Kafka's own words stay.
//!
//! Each name becomes a number in the ascending order of the names, so that lists keep their order and whatever is judged
//! stays as it was; nothing can be turned back by hashing guesses. Structures are taken apart field by field: a new field
//! does not compile until somebody decided whether it carries a name.

mod pseudonyms;
mod values;

use crate::model::{
    Assumptions, Broker, ClientProfile, Cluster, ConfigEntry, ConfigMap, Datum, Environment, Features, Group,
    Load, Member, NamedTransaction, OpenProducer, OpenTransaction, Origin, Partitions, Topic, Unknown,
};
use pseudonyms::Pseudonyms;
use std::sync::Arc;

/// The cluster with every name replaced. The key makes its id one that no other file has: two anonymised files must not
/// pass for states of one cluster, because their numbers mean different things.
pub fn anonymised(cluster: &Cluster, key: u64) -> Cluster {
    let names = Pseudonyms::of(cluster);
    let Cluster {
        taken_at,
        id,
        version,
        features,
        quorum,
        brokers,
        topics,
        partitions,
        groups,
        groups_complete,
        open_transactions,
        assumed,
    } = cluster;
    let Features { elr, metadata_level } = features;
    Cluster {
        taken_at: *taken_at,
        id: datum(id, |_| format!("anonymised-{key:016x}")),
        version: datum(version, Clone::clone),
        features: Features {
            elr: datum(elr, Clone::clone),
            metadata_level: datum(metadata_level, Clone::clone),
        },
        quorum: datum(quorum, Clone::clone),
        brokers: brokers.iter().map(|one| broker(&names, one)).collect(),
        topics: topics.iter().map(|one| topic(&names, one)).collect(),
        partitions: partitions_of(partitions),
        groups: datum(groups, |all| all.iter().map(|one| group(&names, one)).collect()),
        groups_complete: datum(groups_complete, |_| ()),
        open_transactions: open_transactions.iter().map(|one| open_transaction(&names, one)).collect(),
        assumed: Arc::new(assumptions(&names, assumed)),
    }
}

/// The same knowledge with its value, its origin or its reason without names.
fn datum<T, U>(datum: &Datum<T>, value: impl FnOnce(&T) -> U) -> Datum<U> {
    match datum {
        Datum::Known { value: known, as_of, from } => Datum::known(value(known), *as_of, origin(from)),
        Datum::Unknown { reason } => Datum::unknown(reason_without_names(reason)),
    }
}

fn origin(origin: &Origin) -> Origin {
    match origin {
        Origin::File(_) => Origin::File("file".into()),
        Origin::Derived(_) => Origin::Derived(LEFT_OUT.into()),
        Origin::Broker | Origin::Default | Origin::Assumed | Origin::Simulated | Origin::WhatIf => {
            origin.clone()
        }
    }
}

/// What stands for a text that may carry names.
const LEFT_OUT: &str = "the reason was left out when names were";

fn reason_without_names(reason: &Unknown) -> Unknown {
    match reason {
        Unknown::NotAsked => Unknown::NotAsked,
        Unknown::Denied(acl) => Unknown::Denied(values::acl_without_names(acl)),
        Unknown::Unreachable(_) => Unknown::Unreachable(LEFT_OUT.into()),
        Unknown::NotExposed(_) => Unknown::NotExposed(LEFT_OUT.into()),
        Unknown::Unsupported(_) => Unknown::Unsupported("this Kafka".into()),
    }
}

fn broker(names: &Pseudonyms, broker: &Broker) -> Broker {
    let Broker { id, host, port, rack, state, since, config } = broker;
    Broker {
        id: *id,
        host: names.host(host),
        port: *port,
        rack: datum(rack, |rack| rack.as_ref().map(|name| names.rack(name).into())),
        state: *state,
        since: *since,
        config: datum(config, |map| Arc::new(config_map(names, map))),
    }
}

fn topic(names: &Pseudonyms, topic: &Topic) -> Topic {
    let Topic { name, internal, config, first, count } = topic;
    Topic {
        name: names.topic(name).into(),
        internal: *internal,
        config: datum(config, |map| Arc::new(config_map(names, map))),
        first: *first,
        count: *count,
    }
}

fn config_map(names: &Pseudonyms, map: &ConfigMap) -> ConfigMap {
    let entry = |(key, entry): (&String, &ConfigEntry)| {
        let ConfigEntry { value, source } = entry;
        let value = value.as_deref().map(|value| values::without_names(names, key, value));
        (names.key(key), ConfigEntry { value, source: *source })
    };
    map.iter().map(entry).collect()
}

fn partitions_of(partitions: &Partitions) -> Partitions {
    // Whoever adds a field decides here whether it carries a name.
    let Partitions {
        topic: _,
        number: _,
        sets: _,
        replicas: _,
        isr: _,
        elr,
        leader: _,
        leader_epoch: _,
        log_start: _,
        high_watermark: _,
        log_end: _,
        last_stable: _,
        complete,
        reassignments,
    } = partitions;
    Partitions {
        elr: datum(elr, Clone::clone),
        complete: datum(complete, Clone::clone),
        reassignments: datum(reassignments, Clone::clone),
        ..partitions.clone()
    }
}

fn group(names: &Pseudonyms, group: &Group) -> Group {
    let Group { id, state, protocol, coordinator, member_count, members, offsets } = group;
    let member = |member: &Member| {
        let Member { client_id, host, instance_id, assigned } = member;
        Member {
            client_id: names.client(client_id),
            host: names.host(host),
            instance_id: instance_id.as_deref().map(|id| names.client(id)),
            assigned: assigned.clone(),
        }
    };
    Group {
        id: names.group(id).into(),
        state: *state,
        protocol: values::group_protocol(protocol).into(),
        coordinator: *coordinator,
        member_count: datum(member_count, Clone::clone),
        members: datum(members, |all| all.iter().map(member).collect()),
        offsets: datum(offsets, Clone::clone),
    }
}

fn open_transaction(names: &Pseudonyms, open: &OpenTransaction) -> OpenTransaction {
    let OpenTransaction { partition, producer } = open;
    let named = |transaction: &NamedTransaction| {
        let NamedTransaction { transactional_id, started_at, timeout_ms } = transaction;
        NamedTransaction {
            transactional_id: names.transactional_id(transactional_id).into(),
            started_at: *started_at,
            timeout_ms: *timeout_ms,
        }
    };
    let producer = datum(producer, |producer| {
        let OpenProducer { producer_id, epoch, start_offset, last_written_at, transaction } = producer;
        OpenProducer {
            producer_id: *producer_id,
            epoch: *epoch,
            start_offset: *start_offset,
            last_written_at: *last_written_at,
            transaction: datum(transaction, named),
        }
    });
    OpenTransaction { partition: *partition, producer }
}

fn assumptions(names: &Pseudonyms, assumed: &Assumptions) -> Assumptions {
    let Assumptions { producers, consumers, load, net, env } = assumed;
    let named = |kind: &'static str| {
        move |(at, client): (usize, &ClientProfile)| {
            let ClientProfile { name, version, origin: from, settings, library_defaults } = client;
            let name = if name == "defaults" { name.clone() } else { format!("{kind}-{}", at + 1) };
            let entry =
                |(key, value): (&String, &String)| (names.key(key), values::without_names(names, key, value));
            let settings = settings.iter().map(entry).collect();
            let library_defaults = library_defaults.clone();
            ClientProfile { name, version: *version, origin: origin(from), settings, library_defaults }
        }
    };
    let known = Environment::preset(&env.name).is_some();
    let env_name = if known { env.name.clone() } else { "environment".into() };
    let on_poison = values::on_poison(&load.on_poison);
    Assumptions {
        producers: producers.iter().enumerate().map(named("producer")).collect(),
        consumers: consumers.iter().enumerate().map(named("consumer")).collect(),
        load: Load { on_poison, ..load.clone() },
        net: net.clone(),
        env: Environment { name: env_name, ..env.clone() },
    }
}

#[cfg(test)]
mod tests;
