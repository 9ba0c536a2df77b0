//! Brokers throttle clients that are above their quota: the answer goes out at once, the connection stays unread.

use crate::model::{BrokerId, Nanos};
use crate::protocol::consumer::ConsumerInput;
use crate::protocol::messages::{BrokerRequest, BrokerResponse, Peer};
use crate::protocol::producer::ProducerInput;
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// The bytes a second that a client may send or read at each broker; `None` is as much as it likes.
    fn quota_of(&self, client: u32) -> Option<i64> {
        let quotas = &self.scenario.quotas;
        if quotas.is_unlimited() {
            return None;
        }
        let quota = match self.scenario.producers.get(client as usize) {
            Some(producer) => quotas.of_producer(&producer.name),
            None => {
                let group = self.clients.member(client).group;
                quotas.of_group(&self.scenario.groups[group as usize].name)
            }
        };
        (quota < i64::MAX).then_some(quota)
    }

    /// A client's request as the broker takes it: a produce request is measured, a fetch asks for no more than a window
    /// may hold.
    pub(super) fn under_quota(&mut self, id: BrokerId, client: u32, mut message: Message) -> Message {
        let Some(quota) = self.quota_of(client) else { return message };
        let (bytes, window) = (message.bytes(), self.quota_window);
        match &mut message {
            Message::Request { correlation, request: BrokerRequest::Produce(_) } => {
                self.machines.host_mut(id).quotas.note_request(client, *correlation, bytes);
            }
            Message::Request { request: BrokerRequest::Fetch(fetch), .. } => {
                fetch.max_bytes = fetch.max_bytes.min(window.most_at_once(quota));
            }
            _ => {}
        }
        message
    }

    /// How long an answer throttles its client. A fetch that does comes back empty.
    pub(super) fn throttle_of(
        &mut self,
        id: BrokerId,
        to: Peer,
        request: u64,
        response: &mut BrokerResponse,
    ) -> Nanos {
        let Peer::Client(client) = to else { return 0 };
        match response {
            BrokerResponse::Produce(_) => self.throttle_produce(id, client, request),
            BrokerResponse::Fetch(fetched) => {
                let Some(quota) = self.quota_of(client) else { return 0 };
                let (now, window) = (self.now, self.quota_window);
                let bytes = fetched.bytes();
                let quotas = &mut self.machines.host_mut(id).quotas;
                let throttle = quotas.fetched(now, client, bytes, window, quota);
                if throttle > 0 {
                    fetched.partitions.clear();
                }
                throttle
            }
            _ => 0,
        }
    }

    /// How long a produce request throttles its client.
    pub(super) fn throttle_produce(&mut self, id: BrokerId, client: u32, request: u64) -> Nanos {
        let Some(quota) = self.quota_of(client) else { return 0 };
        let (now, window) = (self.now, self.quota_window);
        self.machines.host_mut(id).quotas.produced(now, (client, request), window, quota)
    }

    /// A broker leaves what a client sends unread for so long.
    pub(super) fn mute(&mut self, id: BrokerId, client: Peer, throttle: Nanos) {
        let Peer::Client(client) = client else { return };
        if throttle == 0 {
            return;
        }
        let until = self.now + throttle;
        if self.machines.host_mut(id).channels.mute(client, until) {
            self.queue.push(until, QueuedEvent::ChannelUnmuted(id, client));
        }
        if self.clients.runtime(client).throttled.answers == 0 {
            let throttle_ms = throttle / 1_000_000;
            let process = self.process_of(client);
            self.record_event(EventKind::Throttled { broker: id, process, throttle_ms }, None);
        }
        let throttled = &mut self.clients.runtime_mut(client).throttled;
        throttled.answers += 1;
        throttled.time += throttle;
    }

    /// A client reads in an answer how long it is throttled: it sends that broker nothing until then.
    pub(super) fn client_throttled(&mut self, client: u32, from: Node, throttle: Nanos) {
        let Some(broker) = self.machines.broker_of(from).filter(|_| throttle > 0) else { return };
        if self.clients.is_producer(client) {
            self.step_producer(client, ProducerInput::Throttled { broker, throttle });
        } else {
            self.step_consumer(client, ConsumerInput::Throttled { broker, throttle });
        }
    }
}
