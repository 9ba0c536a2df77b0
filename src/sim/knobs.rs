//! Knobs on a running cluster: topic settings act at once, client settings restart that client, replica
//! counts are reassigned, partitions only grow; what a running cluster cannot change needs a rebuild.

use crate::knobs::{Change, Place, Scope, Shape, TakesEffect, producer_errors};
use crate::model::TopicIx;
use crate::protocol::broker::MetadataUpdate;
use crate::protocol::controller::ControllerInput;
use crate::scenario::change::{Turning, is_meant, on_simulator, write};
use crate::scenario::{Scenario, too_large};
use crate::sim::client_runtime::ClientState;
use crate::sim::settings;
use crate::sim::trace::Refusal;
use crate::sim::world::World;
use std::sync::Arc;

type Done = Result<(), Refusal>;

impl World {
    /// Puts a knob into force.
    pub(super) fn set(&mut self, change: &Change) -> Done {
        if on_simulator(change.knob) != Turning::Acts {
            return Err(Refusal::NotSimulated);
        }
        let mut scenario = (*self.scenario).clone();
        if !write(&mut scenario, change) {
            return Err(Refusal::NotSimulated);
        }
        if too_large(&scenario).is_some() {
            return Err(Refusal::TooLarge);
        }
        if scenario.writes_without_keys() {
            return Err(Refusal::NoKeys);
        }
        if change.knob.takes_effect == TakesEffect::Rebuild {
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
            Scope::Load if change.knob.takes_effect == TakesEffect::ClientRestart => self.restart_members(),
            _ => self.set_surroundings(),
        }
        Ok(())
    }

    /// Whether producers would start with the settings of this scenario.
    pub(super) fn check_producers(&self, scenario: &Scenario) -> Done {
        let version = self.profile.version;
        let refused =
            scenario.producers.iter().any(|spec| !producer_errors(&spec.profile(version)).is_empty());
        if refused { Err(Refusal::BadSetting) } else { Ok(()) }
    }

    fn set_topic(&mut self, change: &Change) -> Done {
        let number = change.value.int().unwrap_or(1);
        for at in 0..self.machines.topics.list().len() as u32 {
            let topic = &self.machines.topics.list()[at as usize];
            let name = topic.spec.name.clone();
            if topic.internal || !is_meant(change, &name) {
                continue;
            }
            match change.knob.place {
                Place::Shape(Shape::Partitions) => self.add_partitions(&name, number as u32)?,
                Place::Shape(Shape::ReplicationFactor) => {
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

    /// The application of all groups is another one from now on.
    fn restart_members(&mut self) {
        for group in 0..self.clients.groups().len() as u32 {
            self.clients.group_mut(group).processing.answer_changed();
        }
        let members = self.clients.producers().len() as u32..self.clients.count();
        self.restart_running(members.collect());
    }

    fn restart_clients(&mut self, change: &Change) {
        let is_producer = change.knob.scope == Scope::Producer;
        let producers = (0..self.clients.producers().len() as u32)
            .filter(|at| is_producer && is_meant(change, &self.scenario.producers[*at as usize].name));
        let first_member = self.clients.producers().len() as u32;
        let members = (first_member..).zip(self.clients.members()).filter_map(|(client, member)| {
            (!is_producer && is_meant(change, &self.scenario.groups[member.group as usize].name))
                .then_some(client)
        });
        let hit: Vec<u32> = producers.chain(members).collect();
        self.restart_running(hit);
    }

    pub(super) fn restart_running(&mut self, clients: Vec<u32>) {
        for client in clients {
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
            workload.set_keys(spec.key_spread());
            workload.set_tombstone_share(spec.tombstone_share);
            self.work_again(client);
        }
    }
}
