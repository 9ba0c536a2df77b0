//! A client's process: woken, paused, resumed, ended.

use crate::protocol::consumer::ConsumerInput;
use crate::protocol::producer::ProducerInput;
use crate::sim::client_runtime::ClientState;
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::world::World;

impl World {
    pub(super) fn wake_client(&mut self, client: u32) {
        if !self.clients.runtime_mut(client).is_running() {
            return;
        }
        if self.clients.is_producer(client) {
            self.step_producer(client, ProducerInput::Wake)
        } else {
            self.step_consumer(client, ConsumerInput::Wake)
        }
    }

    pub(super) fn pause_client(&mut self, client: u32) {
        let runtime = self.clients.runtime_mut(client);
        (runtime.state, runtime.resumed) = (ClientState::Paused, false);
    }

    /// The process may run again; it does so after whatever else happens to it at this instant.
    pub(super) fn resume_client(&mut self, client: u32) {
        let runtime = self.clients.runtime_mut(client);
        (runtime.state, runtime.resumed) = (ClientState::Up, true);
        self.queue.push(self.now, QueuedEvent::ClientContinues(client));
    }

    /// What came meanwhile is read in order, then timers that ran out.
    pub(super) fn client_continues(&mut self, client: u32) {
        let runtime = self.clients.runtime_mut(client);
        if !std::mem::take(&mut runtime.resumed) || runtime.state != ClientState::Up {
            return;
        }
        while let Some((from, message)) = self.clients.runtime_mut(client).inbox.pop_front() {
            self.client_receives(from, client, message);
        }
        if !self.clients.is_producer(client) {
            self.catch_up(client);
        }
        self.wake_client(client);
        if self.clients.is_producer(client) {
            self.work_again(client);
        }
    }

    /// The process is gone: brokers see their connections break.
    pub(super) fn end_client(&mut self, client: u32) {
        if self.clients.is_producer(client) {
            let producer = self.clients.producer_mut(client);
            let pending: u64 = producer.producer.pending().map(|(_, records)| u64::from(records.count)).sum();
            producer.failed += pending + producer.producer.blocked_records();
            producer.workload.settle();
        } else {
            self.tell_what_was_processed(client);
        }
        self.clients.runtime_mut(client).reset(ClientState::Ended);
        let here = self.machines.net.client(client);
        for node in 0..self.machines.net.controllers() {
            self.send(here, node, Message::Reset);
        }
    }
}
