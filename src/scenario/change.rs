//! A knob's new value in a scenario, and which clusters act on it: elsewhere a knob is a what-if.

use crate::knobs::{Change, Knob, Place, Scope, Shape, Simulated, Value, cluster, env, load, net};
use crate::model::{Compatibility, Keys, OnPoison, rack_name};
use crate::scenario::{GroupSpec, ProducerSpec, Scenario, quotas};

/// What a knob does to a cluster that klever runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turning {
    /// The cluster takes the value, and its snapshots tell it.
    Acts,
    /// The cluster takes the value, and no snapshot can tell it: it is a what-if over them too.
    ActsUnseen,
    /// Nothing happens to the cluster, for this reason.
    WhatIf(&'static str),
}

/// What a knob does to the simulator.
pub fn on_simulator(knob: &Knob) -> Turning {
    match knob.simulated {
        Simulated::Yes => Turning::Acts,
        Simulated::No(why) => Turning::WhatIf(why),
    }
}

/// What a knob does to real local brokers, with or without clients of a scenario.
pub fn on_lab(knob: &Knob, clients: bool) -> Turning {
    match (knob.scope, knob.place) {
        (Scope::Topic, Place::Shape(Shape::ReplicationFactor)) => {
            Turning::WhatIf("the lab does not reassign replicas")
        }
        (Scope::Topic, _) => Turning::Acts,
        (Scope::Producer | Scope::Consumer, _) if clients => Turning::Acts,
        (Scope::Producer | Scope::Consumer | Scope::Load, _) => {
            Turning::WhatIf("the lab does not run clients that it could change")
        }
        (Scope::Net, _) => Turning::ActsUnseen,
        (Scope::Broker | Scope::Group | Scope::Cluster, _) => {
            Turning::WhatIf("the lab's brokers keep what they were started with")
        }
        (Scope::Env, _) => Turning::WhatIf("it is an assumption about machines and how often they fail"),
    }
}

/// Writes a change into a scenario; says whether it has a place there.
pub fn write(scenario: &mut Scenario, change: &Change) -> bool {
    match change.knob.place {
        Place::Config => write_config(scenario, change),
        Place::Shape(shape) => write_shape(scenario, shape, change),
        Place::Assumed { .. } => {
            if let Some(done) = quotas::write(scenario, change) {
                return done;
            }
            let place = ASSUMED.iter().find(|(knob, _)| *knob == change.knob);
            place.is_some_and(|(_, write)| write(scenario, &change.value).is_some())
        }
    }
}

/// Whether a change is about the topic, client or group of this name.
pub fn is_meant(change: &Change, name: &str) -> bool {
    change.subject.as_deref().is_none_or(|wanted| wanted == name)
}

fn write_config(scenario: &mut Scenario, change: &Change) -> bool {
    let (topics, producers, groups) = (&mut scenario.topics, &mut scenario.producers, &mut scenario.groups);
    let configs: Vec<_> = match change.knob.scope {
        Scope::Topic => {
            let meant = topics.iter_mut().filter(|topic| is_meant(change, &topic.name));
            meant.map(|topic| &mut topic.config).collect()
        }
        Scope::Producer => {
            let meant = producers.iter_mut().filter(|producer| is_meant(change, &producer.name));
            meant.map(|producer| &mut producer.config).collect()
        }
        Scope::Consumer => {
            let meant = groups.iter_mut().filter(|group| is_meant(change, &group.name));
            meant.map(|group| &mut group.config).collect()
        }
        Scope::Broker => vec![&mut scenario.cluster.config],
        Scope::Group | Scope::Cluster | Scope::Net | Scope::Load | Scope::Env => Vec::new(),
    };
    let found = !configs.is_empty();
    for config in configs {
        config.insert(change.knob.name.into(), toml_value(&change.value));
    }
    found
}

/// A knob's value as a scenario file has it.
fn toml_value(value: &Value) -> toml::Value {
    match value {
        Value::Bool(on) => (*on).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Word(word) => word.clone().into(),
    }
}

fn write_shape(scenario: &mut Scenario, shape: Shape, change: &Change) -> bool {
    let cluster = &mut scenario.cluster;
    let number = change.value.int();
    match (shape, number) {
        (Shape::Partitions | Shape::ReplicationFactor, Some(count)) => {
            return write_topics(scenario, shape, change, count as u32);
        }
        (Shape::Brokers, Some(count)) => {
            cluster.brokers = count as u32;
            for topic in &mut scenario.topics {
                topic.replication_factor = topic.replication_factor.min(count as u32);
                topic.placement.clear();
            }
        }
        (Shape::Racks, Some(count)) => cluster.racks = (0..count as usize).map(rack_name).collect(),
        (Shape::EligibleLeaderReplicas, Some(level)) => {
            cluster.features.insert(change.knob.name.into(), level);
        }
        (Shape::Version, _) => match change.value.word().and_then(|word| word.parse().ok()) {
            Some(version) => scenario.versions = vec![version],
            None => return false,
        },
        (_, None) => return false,
    }
    true
}

fn write_topics(scenario: &mut Scenario, shape: Shape, change: &Change, count: u32) -> bool {
    let mut found = false;
    for topic in scenario.topics.iter_mut().filter(|topic| is_meant(change, &topic.name)) {
        found = true;
        if shape == Shape::Partitions {
            topic.partitions = count;
        } else {
            topic.replication_factor = count;
            topic.placement.clear();
        }
    }
    found
}

/// Writes a value into a scenario; `None` when that has no place for it.
type Writer = fn(&mut Scenario, &Value) -> Option<()>;

/// The assumptions that a scenario makes true, and how it is written there.
static ASSUMED: [(&Knob, Writer); 16] = [
    (&load::RECORDS_PER_S, |scenario, value| {
        let producers = scenario.producers.len() as f64;
        let rate = value.float()? / producers;
        scenario.producers.iter_mut().for_each(|producer| producer.records_per_s = rate);
        (producers > 0.0).then_some(())
    }),
    (&load::RECORD_BYTES, |scenario, value| {
        let bytes = value.int()? as u32;
        each_producer(scenario, |producer| producer.record_bytes = bytes)
    }),
    (&load::KEYS, |scenario, value| {
        let keys = Keys::named(value.word()?)?;
        each_producer(scenario, |producer| producer.keys = keys)
    }),
    (&load::KEY_COUNT, |scenario, value| {
        let count = u32::try_from(value.int()?).ok()?;
        each_producer(scenario, |producer| producer.key_count = count)
    }),
    (&load::ZIPF_EXPONENT, |scenario, value| {
        let exponent = value.float()?;
        each_producer(scenario, |producer| producer.zipf_exponent = exponent)
    }),
    (&load::CELEBRITY_SHARE, |scenario, value| {
        let share = value.float()?;
        each_producer(scenario, |producer| producer.celebrity_share = share)
    }),
    (&load::TOMBSTONE_SHARE, |scenario, value| {
        let share = value.float()?;
        each_producer(scenario, |producer| producer.tombstone_share = share)
    }),
    (&load::PRODUCERS, |scenario, value| multiply_producers(scenario, value.int()?.max(1) as usize)),
    (&load::CONSUMERS, |scenario, value| {
        let members = u32::try_from(value.int()?).ok()?;
        write_groups(scenario, |group| group.members = members)
    }),
    (&load::PROCESSING_MS, |scenario, value| {
        let each_ms = value.float()?;
        write_groups(scenario, |group| group.processing_ms = each_ms)
    }),
    (&load::ON_POISON, |scenario, value| {
        let answer = OnPoison::named(value.word()?)?;
        write_groups(scenario, |group| group.on_poison = answer)
    }),
    (&cluster::COMPATIBILITY, |scenario, value| {
        scenario.compatibility = Compatibility::named(value.word()?)?;
        Some(())
    }),
    (&env::NETWORK_MB_PER_S, |scenario, value| {
        scenario.net.broker_mb_per_s = Some(value.float()?);
        Some(())
    }),
    (&net::CLIENT_RTT_MS, |scenario, value| {
        scenario.net.client_rtt_ms = value.float()?;
        Some(())
    }),
    (&net::RACK_RTT_MS, |scenario, value| {
        scenario.net.rack_rtt_ms = value.float()?;
        Some(())
    }),
    (&net::SAME_RACK_RTT_MS, |scenario, value| {
        scenario.net.same_rack_rtt_ms = value.float()?;
        Some(())
    }),
];

/// `None` when there is no producer.
fn each_producer(scenario: &mut Scenario, change: impl Fn(&mut ProducerSpec)) -> Option<()> {
    scenario.producers.iter_mut().for_each(change);
    (!scenario.producers.is_empty()).then_some(())
}

/// Changes all groups, if there are any.
fn write_groups(scenario: &mut Scenario, write: impl FnMut(&mut GroupSpec)) -> Option<()> {
    scenario.groups.iter_mut().for_each(write);
    (!scenario.groups.is_empty()).then_some(())
}

/// So many producers share the load of those that there are.
fn multiply_producers(scenario: &mut Scenario, count: usize) -> Option<()> {
    let first = scenario.producers.first().cloned()?;
    let rate: f64 = scenario.producers.iter().map(|producer| producer.records_per_s).sum();
    scenario.producers.resize_with(count, || first.clone());
    for (at, producer) in scenario.producers.iter_mut().enumerate() {
        producer.records_per_s = rate / count as f64;
        if at > 0 {
            producer.name = format!("{}-{}", first.name, at + 1);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::ALL;

    /// A declaration that says `Simulated::Yes` must be one that a scenario can hold.
    #[test]
    fn what_the_simulator_acts_on_has_a_place_in_a_scenario() {
        for knob in ALL.iter().filter(|knob| on_simulator(knob) == Turning::Acts) {
            for value in knob.rungs() {
                let mut scenario = Scenario::reference();
                let change = Change::new(knob, value);
                assert!(write(&mut scenario, &change), "{change}");
            }
        }
    }

    #[test]
    fn what_a_scenario_does_not_have_cannot_be_changed() {
        let says = |text: &str| write(&mut Scenario::reference(), &Change::parse(text).unwrap());
        assert!(says("topic/orders:min.insync.replicas=2") && says("topic/orders:partitions=24"));
        assert!(!says("topic/ordrs:min.insync.replicas=2") && !says("topic/ordrs:partitions=24"));
        assert!(!says("producer/nobody:acks=1") && !says("consumer/nobody:fetch.min.bytes=2"));
        assert!(!says("env:outages_per_year=12") && !says("load:state_gib=10"));
    }
}
