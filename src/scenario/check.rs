//! What only the whole file shows: names that must exist, settings that must be Kafka's, sizes that must fit.

use crate::knobs::{KeyScope, Scope, default_at, find, producer_errors};
use crate::model::{BrokerId, plural};
use crate::scenario::error::Mistake;
use crate::scenario::{Act, Condition, Counter, Process, SCHEMA, Scenario, TopicSpec, setting_text};
use std::collections::BTreeMap;

type Checked = Result<(), Mistake>;

pub(super) fn check(scenario: &Scenario) -> Checked {
    head(scenario)?;
    scenario.topics.iter().enumerate().try_for_each(|(at, topic)| check_topic(scenario, at, topic))?;
    producers(scenario)?;
    groups(scenario)?;
    events(scenario)?;
    expectations(scenario)
}

fn mistake(table: &'static str, at: usize, what: impl Into<String>) -> Checked {
    Err(Mistake { table: (table, at), what: what.into() })
}

fn head(scenario: &Scenario) -> Checked {
    let cluster = &scenario.cluster;
    if scenario.schema != SCHEMA {
        return mistake("schema", 0, format!("schema is `{}`: this klever reads {SCHEMA}", scenario.schema));
    }
    if !(1..=1000).contains(&cluster.brokers) {
        return mistake("[cluster]", 0, "brokers is from 1 to 1000");
    }
    if !(1..=9).contains(&cluster.controllers) {
        return mistake("[cluster]", 0, "controllers is from 1 to 9");
    }
    settings("[cluster]", 0, Scope::Broker, &cluster.config)?;
    match cluster.features.keys().find(|name| *name != "eligible.leader.replicas.version") {
        Some(name) => {
            mistake("[cluster]", 0, format!("no feature `{name}`: use eligible.leader.replicas.version"))
        }
        None => Ok(()),
    }
}

/// Settings must be keys of Kafka in that scope, and in range where klever has a knob for them.
fn settings(table: &'static str, at: usize, scope: Scope, config: &BTreeMap<String, toml::Value>) -> Checked {
    for (key, value) in config {
        if let Ok(knob) = find(Some(scope), key) {
            let read = knob.kind.parse(&setting_text(value));
            read.map_err(|why| Mistake { table: (table, at), what: format!("{key}: {why}") })?;
        } else if default_at(KeyScope::from(scope), key).is_none() {
            return mistake(table, at, format!("`{key}` is no {scope} setting of Kafka"));
        }
    }
    Ok(())
}

fn check_topic(scenario: &Scenario, at: usize, topic: &TopicSpec) -> Checked {
    let table = "[[topic]]";
    if scenario.topics[..at].iter().any(|other| other.name == topic.name) {
        return mistake(table, at, format!("there are two topics `{}`", topic.name));
    }
    if topic.partitions == 0 || topic.partitions > 1_000_000 {
        return mistake(table, at, "partitions is from 1 to 1000000");
    }
    if topic.replication_factor == 0 || topic.replication_factor > scenario.cluster.brokers {
        let brokers = scenario.cluster.brokers;
        return mistake(
            table,
            at,
            format!("replication_factor is from 1 to the number of brokers ({brokers})"),
        );
    }
    if !topic.placement.is_empty() && topic.placement.len() != topic.partitions as usize {
        return mistake(
            table,
            at,
            format!("placement has one list for each of {}", plural(topic.partitions as usize, "partition")),
        );
    }
    for replicas in &topic.placement {
        replica_list(scenario, table, at, replicas)?;
    }
    settings(table, at, Scope::Topic, &topic.config)
}

fn replica_list(scenario: &Scenario, table: &'static str, at: usize, replicas: &[BrokerId]) -> Checked {
    let mut distinct = replicas.to_vec();
    distinct.sort();
    distinct.dedup();
    let exist = replicas.iter().all(|id| has_broker(scenario, *id));
    if !replicas.is_empty() && distinct.len() == replicas.len() && exist {
        Ok(())
    } else {
        mistake(table, at, "replicas are distinct brokers of the cluster, such as [1, 2, 3]")
    }
}

fn has_broker(scenario: &Scenario, id: BrokerId) -> bool {
    (1..=scenario.cluster.brokers as i32).contains(&id.0)
}

fn has_topic(scenario: &Scenario, name: &str) -> bool {
    scenario.topics.iter().any(|topic| topic.name == name)
}

fn has_partition(scenario: &Scenario, name: &str) -> bool {
    let Some((topic, number)) = name.rsplit_once('-') else { return false };
    let Ok(number) = number.parse::<u32>() else { return false };
    let grown = scenario.events.iter().any(
        |event| matches!(&event.act, Act::AddPartitions { topic: of, partitions } if of == topic && number < *partitions),
    );
    grown || scenario.topics.iter().any(|spec| spec.name == topic && number < spec.partitions)
}

fn producers(scenario: &Scenario) -> Checked {
    let table = "[[producer]]";
    for (at, producer) in scenario.producers.iter().enumerate() {
        if !has_topic(scenario, &producer.topic) {
            return mistake(table, at, format!("there is no topic `{}`", producer.topic));
        }
        if !(0.0..=1e9).contains(&producer.records_per_s) {
            return mistake(table, at, "records_per_s is from 0 to 1e9");
        }
        if producer
            .partition
            .is_some_and(|number| !has_partition(scenario, &format!("{}-{number}", producer.topic)))
        {
            return mistake(table, at, "partition is a partition of the topic, counted from 0");
        }
        settings(table, at, Scope::Producer, &producer.config)?;
        if let Some(error) = producer_errors(&producer.profile(scenario.version())).first() {
            return mistake(table, at, format!("Kafka's producer refuses: {error}"));
        }
    }
    Ok(())
}

fn groups(scenario: &Scenario) -> Checked {
    let table = "[[group]]";
    for (at, group) in scenario.groups.iter().enumerate() {
        if let Some(name) = group.topics.iter().find(|name| !has_topic(scenario, name)) {
            return mistake(table, at, format!("there is no topic `{name}`"));
        }
        if group.members == 0 || group.members > 10_000 {
            return mistake(table, at, "members is from 1 to 10000");
        }
        settings(table, at, Scope::Consumer, &group.config)?;
    }
    Ok(())
}

fn events(scenario: &Scenario) -> Checked {
    let table = "[[event]]";
    for (at, event) in scenario.events.iter().enumerate() {
        if let Some(name) = unknown_name(scenario, &event.act) {
            return mistake(table, at, format!("there is no {name}"));
        }
        if let Act::Reassign { replicas, .. } = &event.act {
            replica_list(scenario, table, at, replicas)?;
        }
        if let Some(name) = event.when.as_ref().and_then(|when| unknown_in(scenario, when)) {
            return mistake(table, at, format!("there is no {name}"));
        }
    }
    Ok(())
}

/// The first process or topic of an act that the scenario does not have.
fn unknown_name(scenario: &Scenario, act: &Act) -> Option<String> {
    let process = match act {
        Act::Stop(p) | Act::Kill(p) | Act::Restart(p) | Act::Pause(p) | Act::Resume(p) => p.clone(),
        Act::DiskLoss(id) | Act::SlowDisk { broker: id, .. } => Process::Broker(*id),
        Act::Send { producer, .. } => Process::Producer(producer.clone()),
        Act::Reassign { topic, .. } | Act::AddPartitions { topic, .. } => {
            return (!has_topic(scenario, topic)).then(|| format!("topic `{topic}`"));
        }
        Act::PreferredElection(Some(topic)) | Act::UncleanElection(Some(topic)) => {
            return (!has_topic(scenario, topic)).then(|| format!("topic `{topic}`"));
        }
        _ => return None,
    };
    let known = match &process {
        Process::Broker(id) => has_broker(scenario, *id),
        Process::Producer(name) => scenario.producers.iter().any(|producer| producer.name == *name),
        Process::Member(name, at) => {
            scenario.groups.iter().any(|group| group.name == *name && *at < group.members)
        }
    };
    (!known).then(|| process.to_string())
}

fn unknown_in(scenario: &Scenario, when: &Condition) -> Option<String> {
    let partition = |name: &str| (!has_partition(scenario, name)).then(|| format!("partition `{name}`"));
    let producer = |name: &str| {
        let known = scenario.producers.iter().any(|producer| producer.name == name);
        (!known).then(|| format!("producer `{name}`"))
    };
    match when {
        Condition::Leader { partition: name, .. }
        | Condition::Isr { partition: name, .. }
        | Condition::Log { partition: name, .. }
        | Condition::Visible(name, _) => partition(name),
        Condition::Acked(name, _) | Condition::Failed(name, _) | Condition::Settled(name) => producer(name),
        Condition::Read(name, _) => {
            let known = scenario.groups.iter().any(|group| group.name == *name);
            (!known).then(|| format!("group `{name}`"))
        }
        Condition::Fenced(id) | Condition::Unfenced(id) | Condition::Down(id) => {
            (!has_broker(scenario, *id)).then(|| format!("broker/{id}"))
        }
    }
}

fn expectations(scenario: &Scenario) -> Checked {
    let table = "[[expect]]";
    for (at, expect) in scenario.expectations.iter().enumerate() {
        if expect.eq.is_none() && expect.min.is_none() && expect.max.is_none() {
            return mistake(table, at, "an expectation needs eq, min or max");
        }
        let one = matches!(expect.counter, Counter::Leader | Counter::Isr);
        match &expect.partition {
            None if one => return mistake(table, at, format!("{} needs `partition`", expect.counter)),
            Some(name) if !has_partition(scenario, name) => {
                return mistake(table, at, format!("there is no partition `{name}`"));
            }
            _ => {}
        }
    }
    Ok(())
}
