//! Deployments with a new version of a schema, and what groups make of records with another one.

use crate::model::{Nanos, Schema, SchemaChange};
use crate::protocol::wire::RecordRange;
use crate::scenario::Endpoint;
use crate::sim::client_runtime::ClientState;
use crate::sim::event::QueuedEvent;
use crate::sim::trace::{EventKind, Refusal};
use crate::sim::world::World;

/// From the order to stop to the start of the next process, if the first one has ended by then.
pub(in crate::sim) const DEPLOYED_AFTER: Nanos = 1_000_000_000;

impl World {
    /// A producer, or a group's members, are deployed with a new version of their topics' schemas, or with the newest.
    pub(in crate::sim) fn deploy_schema(
        &mut self,
        client: &Endpoint,
        change: Option<SchemaChange>,
    ) -> Result<(), Refusal> {
        match client {
            Endpoint::Producer(name) => {
                let producer = self.producer_named(name).ok_or(Refusal::Unknown)?;
                let topic = self.clients.producer(producer).topic;
                if let Some(version) = self.register_schema(client, topic, change)? {
                    self.clients.schemas.producers.insert(producer, version);
                    self.readers_meet_it(topic);
                    self.restart_running(vec![producer]);
                }
                Ok(())
            }
            Endpoint::Group(name) => {
                let at = self.scenario.groups.iter().position(|spec| spec.name == *name);
                let group = at.ok_or(Refusal::Unknown)? as u32;
                self.deploy_group(client, group, change)
            }
            _ => Err(Refusal::Unknown),
        }
    }

    fn deploy_group(
        &mut self,
        client: &Endpoint,
        group: u32,
        change: Option<SchemaChange>,
    ) -> Result<(), Refusal> {
        let topics = self.scenario.groups[group as usize].topics.clone();
        let known = topics.iter().filter_map(|name| Some(self.machines.topics.named(name)?.0));
        let mut planned = Vec::new();
        for topic in known.collect::<Vec<_>>() {
            // All of it or nothing.
            let Some(versions) = self.permitted(client, topic, change)? else { return Ok(()) };
            planned.push((topic, versions));
        }
        let is_deployed = !planned.is_empty();
        for (topic, versions) in planned {
            let version = self.deployed_version(client, topic, versions);
            self.clients.schemas.readers.insert((group, topic), version);
            self.readers_meet_it(topic);
        }
        if is_deployed {
            self.clients.group_mut(group).processing.schema_changed();
            self.restart_in_order(group);
        }
        Ok(())
    }

    /// Members leave the group and come again.
    fn restart_in_order(&mut self, group: u32) {
        let first = self.clients.producers().len() as u32;
        let members = (first..)
            .zip(self.clients.members())
            .filter(|(_, member)| member.group == group && member.runtime.state == ClientState::Up);
        for client in members.map(|(client, _)| client).collect::<Vec<u32>>() {
            self.close_client(client);
            let start = self.clients.runtime(client).start;
            self.queue.push(self.now + DEPLOYED_AFTER, QueuedEvent::MemberRestart(client, start));
        }
    }

    /// The version that a deployment has; `None` when the registry refuses it.
    fn register_schema(
        &mut self,
        client: &Endpoint,
        topic: u32,
        change: Option<SchemaChange>,
    ) -> Result<Option<u32>, Refusal> {
        let versions = self.permitted(client, topic, change)?;
        Ok(versions.map(|versions| self.deployed_version(client, topic, versions)))
    }

    /// The versions that there are with a deployment; `None` when the registry refuses it.
    fn permitted(
        &mut self,
        client: &Endpoint,
        topic: u32,
        change: Option<SchemaChange>,
    ) -> Result<Option<Vec<Schema>>, Refusal> {
        let mut versions = self.clients.schemas.versions(topic);
        let Some(change) = change else { return Ok(Some(versions)) };
        let new = versions.last().and_then(|last| last.changed(change)).ok_or(Refusal::NoSuchField)?;
        let (level, version) = (self.scenario.compatibility, versions.len() as u32 + 1);
        if let Some(against) = level.refuses(&versions, &new) {
            self.clients.schemas.refused += 1;
            let name = self.machines.topics.list()[topic as usize].spec.name.clone();
            let (client, against) = (client.clone(), against as u32);
            let refused = EventKind::SchemaRefused { client, topic: name, version, level, against };
            self.record_event(refused, None);
            return Ok(None);
        }
        versions.push(new);
        Ok(Some(versions))
    }

    /// Registers what is new of these versions, and says which is deployed: the newest.
    fn deployed_version(&mut self, client: &Endpoint, topic: u32, versions: Vec<Schema>) -> u32 {
        let version = versions.len() as u32;
        if version > self.clients.schemas.versions(topic).len() as u32 {
            self.clients.schemas.topics.insert(topic, versions);
            let name = self.machines.topics.list()[topic as usize].spec.name.clone();
            let client = client.clone();
            self.record_event(EventKind::SchemaRegistered { client, topic: name, version }, None);
        }
        version
    }

    /// Groups that read the topic try each record by itself: some may not be readable.
    fn readers_meet_it(&mut self, topic: u32) {
        let name = self.machines.topics.list()[topic as usize].spec.name.clone();
        for group in 0..self.clients.groups().len() as u32 {
            if self.scenario.groups[group as usize].topics.contains(&name) {
                self.process_one_by_one(group);
            }
        }
    }

    /// Whether a group cannot read a record for its schema. The first time of each version is told.
    pub(in crate::sim) fn is_of_unreadable_schema(
        &mut self,
        group: u32,
        topic: u32,
        record: RecordRange,
    ) -> bool {
        let schemas = &mut self.clients.schemas;
        if schemas.are_all_first() {
            return false;
        }
        let Some(why) = schemas.unreadable(group, topic, record) else { return false };
        let (writer, reader) = (schemas.writer(record), schemas.reader(group, topic));
        if schemas.told.insert((group, topic, writer, reader)) {
            let (topic, why) =
                (self.machines.topics.list()[topic as usize].spec.name.clone(), why.to_string());
            let met = EventKind::SchemaUnreadable { group, topic, writer, reader, why };
            self.record_event(met, None);
        }
        true
    }

    /// Records were processed: those with a default in place of a field are counted.
    pub(in crate::sim) fn note_defaults(&mut self, group: u32, topic: u32, records: RecordRange) {
        let schemas = &self.clients.schemas;
        if !schemas.are_all_first() && schemas.reads_defaults(group, topic, records) {
            let counters = &mut self.clients.group_mut(group).processing.counters;
            counters.defaulted += u64::from(records.count);
        }
    }
}
