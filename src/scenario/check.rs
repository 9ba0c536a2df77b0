//! What only the whole file shows: names that must exist, settings that must be Kafka's, sizes that must fit.

use crate::knobs::{
    KeyScope, LIBRDKAFKA_PARTITIONER, LIBRDKAFKA_PARTITIONERS, Scope, default_at, find, producer_errors,
};
use crate::model::{BrokerId, KeySpread, Keys, plural};
use crate::scenario::change::write;
use crate::scenario::error::{Checked, Mistake, mistake};
use crate::scenario::names::{Names, check_id, check_name, has_broker, unknown_end, unknown_name};
use crate::scenario::{
    Act, Condition, Counter, GroupSpec, MOST_REPLICAS, PairSpec, ProducerSpec, SCHEMA, Scenario, TopicSpec,
    setting_text, too_large,
};
use crate::scenario::{challenge, hardware, quotas, scene};
use std::collections::BTreeMap;

/// Longest time that processing of a record may take.
const LONGEST_MS: f64 = 1e9;

pub(super) fn check(scenario: &Scenario) -> Checked {
    run(scenario)?;
    challenge::check(scenario)?;
    scene::check(scenario, run)
}

/// What a run needs.
fn run(scenario: &Scenario) -> Checked {
    head(scenario)?;
    hardware::check(scenario)?;
    quotas::check(scenario)?;
    let names = Names::of(scenario)?;
    if let Some(large) = too_large(scenario) {
        return mistake(large.table, 0, large.what);
    }
    scenario.topics.iter().enumerate().try_for_each(|(at, topic)| check_topic(scenario, at, topic))?;
    producers(scenario, &names)?;
    groups(scenario, &names)?;
    for (at, PairSpec { between: (one, other), .. }) in scenario.net.pairs.iter().enumerate() {
        let lacks = unknown_end(scenario, &names, one).or_else(|| unknown_end(scenario, &names, other));
        if let Some(name) = lacks {
            return mistake("[[net.pair]]", at, format!("there is no {name}"));
        }
    }
    events(scenario, &names)?;
    expectations(scenario, &names)
}

fn head(scenario: &Scenario) -> Checked {
    let cluster = &scenario.cluster;
    if scenario.schema != SCHEMA {
        return mistake("schema", 0, format!("schema is `{}`: this klever reads {SCHEMA}", scenario.schema));
    }
    check_id(&scenario.id)?;
    if !(1..=1000).contains(&cluster.brokers) {
        return mistake("[cluster]", 0, "brokers is from 1 to 1000");
    }
    if !(1..=9).contains(&cluster.controllers) {
        return mistake("[cluster]", 0, "controllers is from 1 to 9");
    }
    cluster.racks.iter().try_for_each(|rack| check_name(("[cluster]", 0), "a rack's name", rack))?;
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
        if setting_text(value).contains(char::is_control) {
            return mistake(table, at, format!("{key}: its value has a control character in it"));
        }
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
    if topic.partitions == 0 || u64::from(topic.partitions) > MOST_REPLICAS {
        return mistake(table, at, format!("partitions is from 1 to {MOST_REPLICAS}"));
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

fn producers(scenario: &Scenario, names: &Names<'_>) -> Checked {
    let table = "[[producer]]";
    for (at, producer) in scenario.producers.iter().enumerate() {
        if !names.has_topic(&producer.topic) {
            return mistake(table, at, format!("there is no topic `{}`", producer.topic));
        }
        if !(0.0..=1e9).contains(&producer.records_per_s) {
            return mistake(table, at, "records_per_s is from 0 to 1e9");
        }
        if producer.transaction_records == 0 {
            return mistake(table, at, "transaction_records is at least 1");
        }
        if producer.poison_every == Some(0) {
            return mistake(table, at, "poison_every is at least 1");
        }
        if producer
            .partition
            .is_some_and(|number| !names.has_partition(&format!("{}-{number}", producer.topic)))
        {
            return mistake(table, at, "partition is a partition of the topic, counted from 0");
        }
        key_spread(table, at, &producer.key_spread())?;
        if !(0.0..=1.0).contains(&producer.tombstone_share) {
            return mistake(table, at, "tombstone_share is from 0 to 1");
        }
        has_keys_where_needed(scenario, table, at, producer)?;
        settings(table, at, Scope::Producer, &kafkas_own(table, at, producer)?)?;
        if let Some(error) = producer_errors(&producer.profile(scenario.version())).first() {
            return mistake(table, at, format!("Kafka's producer refuses: {error}"));
        }
    }
    Ok(())
}

/// Brokers take no record without a key into a compacted topic (`LogValidator`, INVALID_RECORD). What a cleaner makes of
/// aborted records is not simulated.
fn has_keys_where_needed(
    scenario: &Scenario,
    table: &'static str,
    at: usize,
    producer: &ProducerSpec,
) -> Checked {
    if lacks_keys(scenario, producer) {
        let topic = &producer.topic;
        return mistake(
            table,
            at,
            format!(
                "`{topic}` is compacted, and brokers refuse records without a key: give it keys, such as keys = \"uniform\" and key_count = 100"
            ),
        );
    }
    if is_compacted(scenario, producer) && producer.config.contains_key("transactional.id") {
        return mistake(table, at, "transactions in a compacted topic are not simulated");
    }
    Ok(())
}

fn is_compacted(scenario: &Scenario, producer: &ProducerSpec) -> bool {
    let topic = scenario.topics.iter().find(|topic| topic.name == producer.topic);
    let own = topic.and_then(|topic| topic.config.get("cleanup.policy"));
    let policy = own.or_else(|| scenario.cluster.config.get("log.cleanup.policy")).map(setting_text);
    policy.is_some_and(|policy| policy.contains("compact"))
}

/// Whether a producer writes records without a key to a compacted topic.
pub(super) fn lacks_keys(scenario: &Scenario, producer: &ProducerSpec) -> bool {
    (producer.keys == Keys::None || producer.partition.is_some()) && is_compacted(scenario, producer)
}

fn key_spread(table: &'static str, at: usize, spread: &KeySpread) -> Checked {
    if spread.key_count > KeySpread::MOST_KEYS {
        return mistake(table, at, format!("key_count is from 0 to {}", KeySpread::MOST_KEYS));
    }
    if !(0.0..=10.0).contains(&spread.zipf_exponent) {
        return mistake(table, at, "zipf_exponent is from 0 to 10");
    }
    if !(0.0..=1.0).contains(&spread.celebrity_share) {
        return mistake(table, at, "celebrity_share is from 0 to 1");
    }
    Ok(())
}

/// Without librdkafka's `partitioner`, which Kafka's own clients do not know.
fn kafkas_own(
    table: &'static str,
    at: usize,
    producer: &ProducerSpec,
) -> Result<BTreeMap<String, toml::Value>, Mistake> {
    let mut config = producer.config.clone();
    let Some(name) = config.remove(LIBRDKAFKA_PARTITIONER).map(|value| setting_text(&value)) else {
        return Ok(config);
    };
    let what = if !LIBRDKAFKA_PARTITIONERS.contains(&name.as_str()) {
        format!("partitioner: `{name}` is not librdkafka's: use {}", LIBRDKAFKA_PARTITIONERS.join(", "))
    } else if config.contains_key("partitioner.class") {
        "a producer has partitioner.class (Kafka's own) or partitioner (librdkafka's)".into()
    } else {
        return Ok(config);
    };
    Err(Mistake { table: (table, at), what })
}

fn groups(scenario: &Scenario, names: &Names<'_>) -> Checked {
    let table = "[[group]]";
    for (at, group) in scenario.groups.iter().enumerate() {
        if let Some(name) = group.topics.iter().find(|name| !names.has_topic(name)) {
            return mistake(table, at, format!("there is no topic `{name}`"));
        }
        if group.members == 0 || group.members > 10_000 {
            return mistake(table, at, "members is from 1 to 10000");
        }
        processing(table, at, group)?;
        settings(table, at, Scope::Consumer, &group.config)?;
    }
    Ok(())
}

fn processing(table: &'static str, at: usize, group: &GroupSpec) -> Checked {
    if !(0.0..=LONGEST_MS).contains(&group.processing_ms) {
        return mistake(table, at, "processing_ms is from 0 to 1e9");
    }
    if group.attempts == 0 {
        return mistake(table, at, "attempts is at least 1");
    }
    if group.retry_topics == 0 {
        return mistake(table, at, "retry_topics is at least 1");
    }
    if group.worker_threads && group.commit.is_between_records() {
        return mistake(table, at, "worker_threads and a commit after each record exclude each other");
    }
    let Some(call) = &group.call else { return Ok(()) };
    if !(0.0..=LONGEST_MS).contains(&call.latency_ms) || !(0.0..=LONGEST_MS).contains(&call.timeout_ms) {
        return mistake(table, at, "latency_ms and timeout_ms of a call are from 0 to 1e9");
    }
    if !(0.0..=100.0).contains(&call.jitter) || call.failures_permille > 1000 {
        return mistake(table, at, "jitter of a call is from 0 to 100, failures_permille from 0 to 1000");
    }
    Ok(())
}

fn events(scenario: &Scenario, names: &Names<'_>) -> Checked {
    let table = "[[event]]";
    for (at, event) in scenario.events.iter().enumerate() {
        if let Some(name) = unknown_name(scenario, names, &event.act) {
            return mistake(table, at, format!("there is no {name}"));
        }
        if let Act::Reassign { replicas, .. } = &event.act {
            replica_list(scenario, table, at, replicas)?;
        }
        if let Act::Set(change) = &event.act {
            let mut changed = scenario.clone();
            if write(&mut changed, change) && changed.writes_without_keys() {
                return mistake(table, at, "brokers refuse records without a key in a compacted topic");
            }
        }
        if let Some(name) = event.when.as_ref().and_then(|when| unknown_in(scenario, names, when)) {
            return mistake(table, at, format!("there is no {name}"));
        }
    }
    Ok(())
}

fn unknown_in(scenario: &Scenario, names: &Names<'_>, when: &Condition) -> Option<String> {
    let unless = |known: bool, what: &str, name: &str| (!known).then(|| format!("{what} `{name}`"));
    match when {
        Condition::Leader { partition: name, .. }
        | Condition::Isr { partition: name, .. }
        | Condition::Log { partition: name, .. }
        | Condition::Visible(name, _) => unless(names.has_partition(name), "partition", name),
        Condition::Acked(name, _) | Condition::Failed(name, _) | Condition::Settled(name) => {
            unless(names.has_producer(name), "producer", name)
        }
        Condition::Read(name, _) => unless(names.members_of(name).is_some(), "group", name),
        Condition::Fenced(id) | Condition::Unfenced(id) | Condition::Down(id) => {
            (!has_broker(scenario, *id)).then(|| format!("broker/{id}"))
        }
    }
}

fn expectations(scenario: &Scenario, names: &Names<'_>) -> Checked {
    let table = "[[expect]]";
    for (at, expect) in scenario.expectations.iter().enumerate() {
        if expect.eq.is_none() && expect.min.is_none() && expect.max.is_none() {
            return mistake(table, at, "an expectation needs eq, min or max");
        }
        if let Some(name) = expect.group.as_ref().filter(|name| names.members_of(name).is_none()) {
            return mistake(table, at, format!("there is no group `{name}`"));
        }
        if let Some(name) = expect.counter.producer() {
            if !names.has_producer(name) {
                return mistake(table, at, format!("there is no producer `{name}`"));
            }
            if expect.partition.is_some() || expect.group.is_some() {
                return mistake(table, at, format!("{} is of one producer", expect.counter));
            }
        }
        if expect.counter == Counter::SchemasRefused && expect.partition.is_some() {
            return mistake(table, at, "schemas_refused is of the whole run");
        }
        let of_groups = matches!(expect.counter, Counter::OfGroups(_));
        let may_name_group = of_groups || expect.counter == Counter::Lag && expect.partition.is_none();
        if expect.group.is_some() && !may_name_group || expect.partition.is_some() && of_groups {
            let of = if of_groups { "of groups" } else { "of partitions" };
            return mistake(table, at, format!("{} is {of}", expect.counter));
        }
        let one = matches!(expect.counter, Counter::Leader | Counter::Isr);
        match &expect.partition {
            None if one => return mistake(table, at, format!("{} needs `partition`", expect.counter)),
            Some(name) if !names.has_partition(name) => {
                return mistake(table, at, format!("there is no partition `{name}`"));
            }
            _ => {}
        }
    }
    Ok(())
}
