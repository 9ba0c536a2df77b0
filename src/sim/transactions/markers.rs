//! Markers on their way from a coordinator to the leaders of a transaction's partitions.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::messages::{BrokerRequest, BrokerResponse, ProduceRequest};
use crate::protocol::transaction::{ProducerIdentity, TransactionInput};
use crate::protocol::wire::{Acks, Batch, BatchKind, ErrorCode, RecordRange, Timestamp};
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::transactions::TRANSACTION_REQUEST;
use crate::sim::world::World;

/// `request.timeout.ms` of what brokers ask each other about transactions.
pub(super) const REQUEST_TIMEOUT: Nanos = 30_000_000_000;

/// A batch with one control record.
const MARKER_BYTES: u32 = 78;

impl World {
    /// `WriteTxnMarkers` for one partition, which is a write with acks=all of its leader.
    pub(super) fn write_marker(
        &mut self,
        at: u32,
        partition: PartitionIx,
        producer: ProducerIdentity,
        commit: bool,
    ) {
        let from = self.clients.transactions(at).broker;
        let (Some(from), Some(leader)) = (from, self.machines.leader(partition)) else {
            let error = ErrorCode::LeaderNotAvailable;
            return self.step_transactions(at, TransactionInput::Marked { partition, error });
        };
        let correlation = self.transaction_request(at);
        self.clients.transactions_mut(at).markers.insert(correlation, partition);
        let marker = Batch {
            base_offset: 0,
            records: RecordRange::of_marker(producer.id, producer.epoch, commit),
            bytes: MARKER_BYTES,
            leader_epoch: -1,
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            base_sequence: self.coordinator_epoch(at),
            created_at: self.now,
            max_timestamp: self.now as Timestamp,
            kind: if commit { BatchKind::Commit } else { BatchKind::Abort },
        };
        let request = BrokerRequest::Produce(ProduceRequest {
            acks: Acks::All,
            timeout_ns: REQUEST_TIMEOUT,
            batches: vec![(partition, marker)],
        });
        self.broker_asks(from, leader, correlation, Message::Request { correlation, request });
    }

    /// How often the id's partition of the state topic has changed its leader.
    fn coordinator_epoch(&self, at: u32) -> i32 {
        let home = self.clients.transactions(at).home;
        let partitions = &self.machines.control.committed.partitions;
        home.and_then(|home| partitions.get(home.at())).map_or(-1, |state| state.leader_epoch)
    }

    /// A broker asks another one about transactions.
    pub(super) fn broker_asks(&mut self, from: BrokerId, to: BrokerId, correlation: u64, message: Message) {
        let (here, there) = (self.machines.net.broker(from), self.machines.net.broker(to));
        self.machines.host_mut(from).asked.insert(correlation, there);
        self.send(here, there, message);
        let until = self.now.saturating_add(REQUEST_TIMEOUT);
        self.queue.push(until, QueuedEvent::BrokerRequestTimeout(from, correlation));
    }

    /// A broker has waited long enough for another one.
    pub(in crate::sim) fn broker_request_timed_out(&mut self, id: BrokerId, correlation: u64) {
        if self.machines.host_mut(id).asked.remove(&correlation).is_some() {
            self.transaction_request_failed(id, correlation);
        }
    }

    /// A leader has answered a coordinator.
    pub(in crate::sim) fn marker_answered(&mut self, correlation: u64, response: &BrokerResponse) {
        let error = match response {
            BrokerResponse::Produce(parts) => {
                parts.first().map_or(ErrorCode::NetworkException, |part| part.error)
            }
            _ => ErrorCode::NetworkException,
        };
        self.marker_settled(correlation, error);
    }

    fn marker_settled(&mut self, correlation: u64, error: ErrorCode) {
        let at = (correlation & !TRANSACTION_REQUEST) >> 40;
        let host = self.clients.transactions_mut(at as u32);
        if let Some(partition) = host.markers.remove(&correlation) {
            self.step_transactions(at as u32, TransactionInput::Marked { partition, error });
        }
    }

    /// A broker's request about transactions will not be answered.
    pub(in crate::sim) fn transaction_request_failed(&mut self, id: BrokerId, correlation: u64) {
        if self.machines.host_mut(id).held.contains_key(&correlation) {
            self.verified(id, correlation, ErrorCode::CoordinatorNotAvailable);
        } else {
            self.marker_settled(correlation, ErrorCode::NetworkException);
        }
    }
}
