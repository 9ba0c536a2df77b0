//! A leader asks the coordinator before the first write of a transaction to a partition (KIP-890): it holds the write
//! until it knows that the partition is in the transaction (version 1), or puts it there (version 2).

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::broker::{BrokerInput, Replica};
use crate::protocol::messages::{
    BrokerRequest, BrokerResponse, Peer, ProducePartitionResponse, ProduceRequest,
};
use crate::protocol::transaction::{ProducerIdentity, TransactionRequest};
use crate::protocol::wire::{BatchKind, ErrorCode};
use crate::sim::event::Message;
use crate::sim::transactions::HeldProduce;
use crate::sim::world::World;

impl World {
    /// A write came to a broker: at once to the log, or first to the coordinator.
    pub(in crate::sim) fn take_produce(
        &mut self,
        id: BrokerId,
        from: Peer,
        correlation: u64,
        request: ProduceRequest,
    ) {
        let is_transactional =
            request.batches.first().is_some_and(|(_, batch)| batch.kind == BatchKind::Transactional);
        let transactions = match from {
            Peer::Client(client) if is_transactional => self.clients.transactions_of(client),
            _ => None,
        };
        let Some(at) = transactions else {
            let request = BrokerRequest::Produce(request);
            return self.step_broker(id, BrokerInput::Request { from, correlation, request });
        };
        let host = self.clients.transactions_mut(at);
        for (partition, batch) in &request.batches {
            let is_newest = host
                .coordinator
                .producer()
                .is_some_and(|known| known.id == batch.producer_id && known.epoch <= batch.producer_epoch);
            let is_late = !is_newest || host.coordinator.state().decided().is_some();
            host.fates.written(*partition, batch, is_late);
        }
        let partitions = self.unknown_to(id, &request);
        if partitions.is_empty() {
            let request = BrokerRequest::Produce(request);
            return self.step_broker(id, BrokerInput::Request { from, correlation, request });
        }
        self.hold(id, at, partitions, HeldProduce { from, correlation, request });
    }

    /// Partitions of a write that a broker leads and in which the transaction has not begun, as its log says.
    fn unknown_to(&self, id: BrokerId, request: &ProduceRequest) -> Vec<PartitionIx> {
        if !self.profile.transactions_v2 && !self.profile.transaction_verification {
            return Vec::new();
        }
        let Some(host) = self.machines.host(id) else { return Vec::new() };
        let begins = request.batches.iter().filter(|(partition, batch)| {
            let replica = host.broker.replica(*partition).filter(|replica| replica.leader_state().is_some());
            let begun =
                |replica: &Replica| replica.has_open_transaction(batch.producer_id, batch.producer_epoch);
            replica.is_some_and(|replica| !begun(replica))
        });
        begins.map(|(partition, _)| *partition).collect()
    }

    fn hold(&mut self, id: BrokerId, at: u32, partitions: Vec<PartitionIx>, held: HeldProduce) {
        let Some(coordinator) = self.clients.transactions(at).broker else {
            return self.refuse_produce(id, &held, ErrorCode::CoordinatorNotAvailable);
        };
        let Some((_, batch)) = held.request.batches.first() else { return };
        let producer = ProducerIdentity { id: batch.producer_id, epoch: batch.producer_epoch };
        let verify_only = !self.profile.transactions_v2;
        let request = TransactionRequest::AddPartitions { producer, partitions, verify_only };
        let correlation = self.transaction_request(at);
        self.machines.host_mut(id).held.insert(correlation, held);
        let message = Message::Transactions { transactions: at, correlation, request };
        self.broker_asks(id, coordinator, correlation, message);
    }

    /// The coordinator has answered a leader.
    pub(in crate::sim) fn verified(&mut self, id: BrokerId, correlation: u64, error: ErrorCode) {
        let Some(held) = self.machines.host_mut(id).held.remove(&correlation) else { return };
        match error {
            ErrorCode::None => {
                let HeldProduce { from, correlation, request } = held;
                let request = BrokerRequest::Produce(request);
                self.step_broker(id, BrokerInput::Request { from, correlation, request });
            }
            // What a producer hears of being fenced when it writes.
            ErrorCode::ProducerFenced => self.refuse_produce(id, &held, ErrorCode::InvalidProducerEpoch),
            error => self.refuse_produce(id, &held, error),
        }
    }

    fn refuse_produce(&mut self, id: BrokerId, held: &HeldProduce, error: ErrorCode) {
        let parts = held.request.batches.iter().map(|(partition, _)| ProducePartitionResponse {
            partition: *partition,
            error,
            base_offset: -1,
            duplicate: false,
        });
        let response = BrokerResponse::Produce(parts.collect());
        let message = Message::Response { correlation: held.correlation, response, throttle: 0 };
        self.observers.refused(error);
        self.answer(id, held.from, held.correlation, self.now, message);
    }
}
