//! A client's process: woken, paused, resumed, ended.

use crate::protocol::consumer::ConsumerInput;
use crate::protocol::producer::ProducerInput;
use crate::sim::clients::ClientState;
use crate::sim::event::Message;
use crate::sim::world::World;

impl World {
    pub(super) fn wake_client(&mut self, client: u32) {
        if self.runtime(client).state != ClientState::Up {
            return;
        }
        match self.is_producer(client) {
            true => self.step_producer(client, ProducerInput::Wake),
            false => self.step_consumer(client, ConsumerInput::Wake),
        }
    }

    pub(super) fn pause_client(&mut self, client: u32) {
        self.runtime(client).state = ClientState::Paused;
    }

    /// The process goes on: what came meanwhile is read in order, then timers that ran out.
    pub(super) fn resume_client(&mut self, client: u32) {
        self.runtime(client).state = ClientState::Up;
        while let Some((from, message)) = self.runtime(client).inbox.pop_front() {
            self.client_receives(from, client, message);
        }
        self.wake_client(client);
        if self.is_producer(client) {
            self.work_again(client);
        }
    }

    /// The process is gone: brokers see their connections break.
    pub(super) fn end_client(&mut self, client: u32) {
        if let Some(producer) = self.producers.get_mut(client as usize) {
            let pending: u64 = producer.producer.pending().map(|(_, records)| u64::from(records.count)).sum();
            producer.failed += pending + producer.producer.blocked_records();
            producer.workload.settle();
        }
        self.runtime(client).reset(ClientState::Ended);
        let here = self.net.client(client);
        for node in 0..self.net.controllers() {
            self.send(here, node, Message::Reset);
        }
    }
}
