//! Knobs on a running cluster: topic settings act at once, client settings restart that client, replica
//! counts are reassigned, partitions only grow; what a running cluster cannot change needs a rebuild.

use crate::knobs::{Change, Scope, TakesEffect, producer_errors};
use crate::model::TopicIx;
use crate::protocol::broker::MetadataUpdate;
use crate::protocol::controller::ControllerInput;
use crate::scenario::{Keys, Scenario};
use crate::sim::client_runtime::ClientState;
use crate::sim::settings;
use crate::sim::trace::Refusal;
use crate::sim::world::World;
use std::sync::Arc;

type Done = Result<(), Refusal>;

/// A knob's value as a scenario file has it.
fn toml_value(change: &Change) -> toml::Value {
    use crate::knobs::Value;
    match &change.value {
        Value::Bool(on) => (*on).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Word(word) => word.clone().into(),
    }
}

/// Writes a change into a scenario; says whether it has a place there.
pub(super) fn write(scenario: &mut Scenario, change: &Change) -> bool {
    let name = change.knob.name;
    let meant = |subject: &str| change.subject.as_deref().is_none_or(|wanted| wanted == subject);
    let value = toml_value(change);
    match change.knob.scope {
        Scope::Topic => {
            for topic in scenario.topics.iter_mut().filter(|topic| meant(&topic.name)) {
                match name {
                    "partitions" => topic.partitions = change.value.int().unwrap_or(1) as u32,
                    "replication.factor" => {
                        topic.replication_factor = change.value.int().unwrap_or(1) as u32;
                        topic.placement.clear();
                    }
                    key => drop(topic.config.insert(key.into(), value.clone())),
                }
            }
        }
        Scope::Broker => drop(scenario.cluster.config.insert(name.into(), value)),
        Scope::Producer => {
            for producer in scenario.producers.iter_mut().filter(|producer| meant(&producer.name)) {
                producer.config.insert(name.into(), value.clone());
            }
        }
        Scope::Consumer => {
            for group in scenario.groups.iter_mut().filter(|group| meant(&group.name)) {
                group.config.insert(name.into(), value.clone());
            }
        }
        Scope::Cluster => return write_cluster(scenario, change),
        Scope::Net | Scope::Load => return write_surroundings(scenario, change),
        Scope::Group | Scope::Env => return false,
    }
    true
}

fn write_cluster(scenario: &mut Scenario, change: &Change) -> bool {
    let number = change.value.int();
    match (change.knob.name, number) {
        ("brokers", Some(count)) => {
            scenario.cluster.brokers = count as u32;
            for topic in &mut scenario.topics {
                topic.replication_factor = topic.replication_factor.min(count as u32);
                topic.placement.clear();
            }
        }
        ("racks", Some(count)) => scenario.cluster.racks = (0..count).map(rack_name).collect(),
        ("eligible.leader.replicas.version", Some(level)) => {
            scenario.cluster.features.insert(change.knob.name.into(), level);
        }
        ("kafka.version", _) => match change.value.word().and_then(|word| word.parse().ok()) {
            Some(version) => scenario.versions = vec![version],
            None => return false,
        },
        _ => return false,
    }
    true
}

/// `a`, `b`, ... `z`, `r26`, ...
fn rack_name(at: i64) -> String {
    match u8::try_from(at) {
        Ok(at) if at < 26 => char::from(b'a' + at).to_string(),
        _ => format!("r{at}"),
    }
}

fn write_surroundings(scenario: &mut Scenario, change: &Change) -> bool {
    let number = change.value.float();
    let producers = scenario.producers.len().max(1) as f64;
    match (change.knob.name, number) {
        ("client_rtt_ms", Some(ms)) => scenario.net.client_rtt_ms = ms,
        ("rack_rtt_ms", Some(ms)) => scenario.net.rack_rtt_ms = ms,
        ("same_rack_rtt_ms", Some(ms)) => scenario.net.same_rack_rtt_ms = ms,
        ("records_per_s", Some(rate)) => {
            scenario.producers.iter_mut().for_each(|producer| producer.records_per_s = rate / producers);
        }
        ("record_bytes", Some(bytes)) => {
            scenario.producers.iter_mut().for_each(|producer| producer.record_bytes = bytes as u32);
        }
        ("keyed", _) => {
            let keys = if change.value.bool() == Some(true) { Keys::Uniform } else { Keys::None };
            scenario.producers.iter_mut().for_each(|producer| producer.keys = keys);
        }
        ("producers", Some(count)) => return multiply_producers(scenario, count as usize),
        _ => return false,
    }
    true
}

/// So many producers share the load of those that there are.
fn multiply_producers(scenario: &mut Scenario, count: usize) -> bool {
    let Some(first) = scenario.producers.first().cloned() else { return false };
    let rate: f64 = scenario.producers.iter().map(|producer| producer.records_per_s).sum();
    scenario.producers.resize_with(count.max(1), || first.clone());
    for (at, producer) in scenario.producers.iter_mut().enumerate() {
        producer.records_per_s = rate / count.max(1) as f64;
        if at > 0 {
            producer.name = format!("{}-{}", first.name, at + 1);
        }
    }
    true
}

impl World {
    /// Puts a knob into force.
    pub(super) fn set(&mut self, change: &Change) -> Done {
        let rebuild = change.knob.takes_effect == TakesEffect::Rebuild || change.knob.name == "producers";
        let mut scenario = (*self.scenario).clone();
        if change.knob.scope == Scope::Env {
            return Ok(());
        }
        if !write(&mut scenario, change) {
            return Err(Refusal::NotSimulated);
        }
        if rebuild {
            return Err(Refusal::NeedsRebuild);
        }
        self.check_producers(&scenario)?;
        let before = std::mem::replace(&mut self.scenario, Arc::new(scenario));
        let done = self.put_into_force(change);
        if done.is_err() {
            self.scenario = before;
        }
        done
    }

    fn put_into_force(&mut self, change: &Change) -> Done {
        match change.knob.scope {
            Scope::Topic => self.set_topic(change)?,
            Scope::Broker => self.set_topics_default()?,
            Scope::Producer | Scope::Consumer => self.restart_clients(change),
            _ => self.set_surroundings(),
        }
        Ok(())
    }

    fn check_producers(&self, scenario: &Scenario) -> Done {
        let version = self.profile.version;
        let refused = scenario
            .producers
            .iter()
            .any(|spec| !producer_errors(&settings::client(&spec.name, &spec.config, version)).is_empty());
        if refused { Err(Refusal::BadSetting) } else { Ok(()) }
    }

    fn set_topic(&mut self, change: &Change) -> Done {
        let number = change.value.int().unwrap_or(1);
        let meant = |name: &str| change.subject.as_deref().is_none_or(|wanted| wanted == name);
        for at in 0..self.machines.topics.list().len() as u32 {
            let topic = &self.machines.topics.list()[at as usize];
            let name = topic.spec.name.clone();
            if topic.internal || !meant(&name) {
                continue;
            }
            match change.knob.name {
                "partitions" => self.add_partitions(&name, number as u32)?,
                "replication.factor" => {
                    let (topic, replication_factor) = (TopicIx(at), number as usize);
                    self.ask_administrator(ControllerInput::SetReplicationFactor {
                        topic,
                        replication_factor,
                    })?;
                    self.machines.topics.get_mut(at).spec.replication_factor = number as u32;
                }
                _ => self.resolve_topic(at, true)?,
            }
        }
        Ok(())
    }

    /// The brokers' default for topics changed.
    fn set_topics_default(&mut self) -> Done {
        let config = settings::cluster_config(&self.scenario, self.profile.version);
        self.ask_administrator(ControllerInput::SetConfig { topic: None, config })?;
        (0..self.machines.topics.list().len() as u32).try_for_each(|at| self.resolve_topic(at, false))
    }

    /// Works out a topic's settings again and tells the controller (if they are its own) and the brokers.
    fn resolve_topic(&mut self, at: u32, own: bool) -> Done {
        let name = self.machines.topics.list()[at as usize].spec.name.clone();
        let spec = self.scenario.topics.iter().find(|spec| spec.name == name);
        let config = spec.unwrap_or(&self.machines.topics.list()[at as usize].spec).config.clone();
        if own {
            let config = settings::topic_config(&config);
            self.ask_administrator(ControllerInput::SetConfig { topic: Some(TopicIx(at)), config })?;
        }
        let resolved = settings::topic(&self.scenario, &config, self.profile.version);
        let topic = self.machines.topics.get_mut(at);
        (topic.spec.config, topic.settings) = (config, resolved);
        let partitions = self.machines.topics.list()[at as usize].partitions.iter();
        let updates =
            partitions.map(|ix| MetadataUpdate::Topic { partition: *ix, settings: resolved }).collect();
        self.publish(self.machines.control.committed.offset, updates);
        Ok(())
    }

    fn restart_clients(&mut self, change: &Change) {
        let meant = |name: &str| change.subject.as_deref().is_none_or(|wanted| wanted == name);
        let is_producer = change.knob.scope == Scope::Producer;
        let producers = (0..self.clients.producers().len() as u32)
            .filter(|at| is_producer && meant(&self.scenario.producers[*at as usize].name));
        let first_member = self.clients.producers().len() as u32;
        let members = (first_member..).zip(self.clients.members()).filter_map(|(client, member)| {
            (!is_producer && meant(&self.scenario.groups[member.group as usize].name)).then_some(client)
        });
        let hit: Vec<u32> = producers.chain(members).collect();
        for client in hit {
            if self.clients.runtime_mut(client).state == ClientState::Up {
                self.end_client(client);
                self.start_client(client);
            }
        }
    }

    fn set_surroundings(&mut self) {
        let scenario = self.scenario.clone();
        self.machines.net.measure(&scenario.net);
        for (client, spec) in (0..).zip(&scenario.producers) {
            let workload = &mut self.clients.producer_mut(client).workload;
            workload.change(Some(spec.records_per_s), Some(spec.record_bytes));
            workload.set_keys(spec.keys);
            self.work_again(client);
        }
    }
}
