//! What clients of the scenario do just now, as far as a scene has their loops as pseudocode.

use crate::model::ClientStep;
use crate::scenario::{Endpoint, Process};
use crate::sim::client_runtime::ClientState;
use crate::sim::world::World;
use std::sync::Arc;

/// A client and where its loop stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientDoing {
    pub client: Process,
    pub state: ClientState,
    /// Where its loop stands: at several places where it has several threads, at none while it does not run.
    pub steps: Vec<ClientStep>,
}

impl World {
    /// What the clients do whose loops the scene shows; nothing where there is no scene.
    pub(super) fn doing(&self) -> Arc<[ClientDoing]> {
        let code = self.scenario.scene.iter().flat_map(|scene| &scene.code);
        let shown: Vec<&Endpoint> = code.map(|code| &code.of).collect();
        if shown.is_empty() {
            return Arc::default();
        }
        let of = |process: &Process| match process {
            Process::Producer(name) => Endpoint::Producer(name.clone()),
            Process::Member(group, _) => Endpoint::Group(group.clone()),
            Process::Broker(id) => Endpoint::Broker(*id),
        };
        let named = (0..self.clients.count()).map(|client| (client, self.process_of(client)));
        let meant = named.filter(|(_, process)| shown.contains(&&of(process)));
        meant.map(|(client, process)| self.doing_of(client, process)).collect()
    }

    fn doing_of(&self, client: u32, process: Process) -> ClientDoing {
        let state = self.clients.runtime(client).state;
        let steps = match state {
            ClientState::Up if self.clients.is_producer(client) => self.producer_steps(client),
            ClientState::Up => self.consumer_steps(client),
            ClientState::Ended | ClientState::Paused => Vec::new(),
        };
        ClientDoing { client: process, state, steps }
    }

    fn producer_steps(&self, client: u32) -> Vec<ClientStep> {
        let host = self.clients.producer(client);
        let sends = host.workload.hands_in(self.now).then_some(ClientStep::Send);
        sends.into_iter().chain(host.producer.steps()).collect()
    }

    fn consumer_steps(&self, client: u32) -> Vec<ClientStep> {
        let member = self.clients.member(client);
        let mut steps = member.consumer.steps();
        for step in &mut steps {
            if *step == ClientStep::Process && member.calls_service {
                *step = ClientStep::CallService;
            }
        }
        steps
    }
}
