//! Producers of the scenario: their state machine, its requests, and what their application is told.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::messages::{self, BrokerRequest};
use crate::protocol::producer::{
    PartitionResponse, Producer, ProducerInput, ProducerOutput, ProducerRequest, RecordTarget,
};
use crate::protocol::wire::{ErrorCode, Offset, RecordRange};
use crate::sim::ack_history::AckedBatch;
use crate::sim::client_runtime::{ClientRequest, ClientState};
use crate::sim::event::{ConnectionKind, Message, TimerKind};
use crate::sim::key_order::KeyedPartition;
use crate::sim::settings;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// Steps a producer and carries out what it wants.
    pub(super) fn step_producer(&mut self, client: u32, input: ProducerInput<'_>) {
        let mut out = std::mem::take(&mut self.scratch.producer);
        self.clients.producer_mut(client).producer.step(self.now, input, &mut out);
        for output in out.drain(..) {
            self.producer_wants(client, output);
        }
        if out.capacity() > self.scratch.producer.capacity() {
            self.scratch.producer = out;
        }
    }

    fn producer_wants(&mut self, client: u32, output: ProducerOutput) {
        match output {
            ProducerOutput::Request(request) => self.send_produce(client, request),
            ProducerOutput::Connect { broker } => self.connect(client, broker),
            ProducerOutput::CloseConnection { broker } => {
                self.close_connection(client, self.machines.net.broker(broker), ConnectionKind::Requests)
            }
            ProducerOutput::Accepted { partition, records, key } => {
                self.keyed_records_accepted(client, partition, records, key);
            }
            ProducerOutput::Acked { partition, records, base_offset, first_latency, last_latency } => {
                self.records_acked(client, partition, records, base_offset, (first_latency, last_latency));
            }
            ProducerOutput::Failed { partition, records, error, indefinite, first_latency } => {
                let created = self.now.saturating_sub(first_latency);
                self.records_failed(client, partition, records, created, (error, indefinite));
            }
            ProducerOutput::Rejected { count, error } => {
                self.clients.producer_mut(client).failed += u64::from(count);
                self.record_event(EventKind::SendRejected { producer: client, records: count, error }, None);
                self.next_in_turn(client, count);
            }
            ProducerOutput::Blocked => self.clients.producer_mut(client).workload.blocked = true,
            ProducerOutput::Unblocked if self.waits_for_transaction(client) => {}
            ProducerOutput::Unblocked => {
                self.clients.producer_mut(client).workload.blocked = false;
                self.work_again(client);
            }
            ProducerOutput::WantMetadata => self.request_metadata(client),
            ProducerOutput::WantProducerId => self.request_producer_id(client),
            ProducerOutput::EpochBumped { .. } => {}
            ProducerOutput::Coordinator { .. }
            | ProducerOutput::TransactionsReady
            | ProducerOutput::TransactionEnded { .. }
            | ProducerOutput::AbortNeeded { .. }
            | ProducerOutput::Fenced { .. } => self.transactional_producer_wants(client, output),
            ProducerOutput::Wake(at) => {
                let (now, queue) = (self.now, &mut self.queue);
                let timer = &mut self.clients.producer_mut(client).runtime.timer;
                timer.set_earlier(now, at.max(now), TimerKind::Client(client), queue);
            }
        }
    }

    /// A connection is ready once the broker has answered something (`ApiVersions`).
    fn connect(&mut self, client: u32, broker: BrokerId) {
        let to = self.machines.net.broker(broker);
        self.send_request(client, to, ClientRequest::Connect(broker), BrokerRequest::Metadata(Vec::new()));
    }

    fn send_produce(&mut self, client: u32, request: ProducerRequest) {
        let to = self.machines.net.broker(request.broker);
        let correlation = request.id;
        let request = BrokerRequest::Produce(messages::ProduceRequest {
            acks: request.acks,
            timeout_ns: request.timeout,
            batches: request.batches,
        });
        self.send(self.machines.net.client(client), to, Message::Request { correlation, request });
    }

    /// A broker answered a produce request. Since 3.7 it also says who leads where it does not (KIP-951).
    pub(super) fn produce_answered(
        &mut self,
        client: u32,
        broker: BrokerId,
        request: u64,
        answers: &[messages::ProducePartitionResponse],
    ) {
        let results: Vec<PartitionResponse> = answers
            .iter()
            .map(|answer| PartitionResponse {
                partition: answer.partition,
                error: answer.error,
                base_offset: answer.base_offset,
                current_leader: self.leader_in_answer(broker, answer),
            })
            .collect();
        self.clients.producer_mut(client).answered_by = Some(broker);
        self.step_producer(client, ProducerInput::Response { broker, request, results: &results });
        self.clients.producer_mut(client).answered_by = None;
    }

    fn leader_in_answer(
        &self,
        broker: BrokerId,
        answer: &messages::ProducePartitionResponse,
    ) -> Option<(BrokerId, crate::protocol::wire::LeaderEpoch)> {
        if answer.error != ErrorCode::NotLeaderOrFollower {
            return None;
        }
        let known = self.machines.host(broker)?.broker.known_partition(answer.partition)?;
        known.leader.map(|leader| (leader, known.leader_epoch))
    }

    fn keyed_records_accepted(
        &mut self,
        client: u32,
        partition: PartitionIx,
        records: RecordRange,
        key: u32,
    ) {
        let topic = self.clients.producer(client).topic;
        let tombstone = self.clients.producer_mut(client).workload.is_tombstone();
        // Only cleaners ask for keys, and a topic's cleanup.policy stays what it is during a run.
        let settings = self.machines.topics.list().get(topic as usize).map(|topic| topic.settings);
        if settings.is_some_and(|settings| settings.compaction.is_some()) {
            self.clients.compaction.accepted(partition, records, key, tombstone);
        }
        let members = self.clients.members().iter().filter(|member| member.nth == 0);
        let readers = members.filter(|member| member.topics.contains(&topic)).count() as u32;
        let to = KeyedPartition { partition, topic, readers };
        if let Some(before) = self.observers.accepted(self.now, to, records, key) {
            let cause = self.machines.control.last_change(partition);
            let split = EventKind::KeySplit { producer: client, key, before, partition };
            self.record_event(split, cause);
        }
    }

    fn records_acked(
        &mut self,
        client: u32,
        partition: PartitionIx,
        records: RecordRange,
        base_offset: Option<Offset>,
        (first, last): (Nanos, Nanos),
    ) {
        let is_one_of_several = self.clients.producers().len() > 1;
        let host = self.clients.producer_mut(client);
        host.acked += u64::from(records.count);
        if is_one_of_several {
            host.latency.add_evenly(last, first, u64::from(records.count));
        }
        let batch = AckedBatch {
            records,
            base_offset,
            by: host.answered_by,
            acks: host.producer.settings().acks,
            produced: self.now.saturating_sub(first),
            acked: self.now,
        };
        self.observers.acked(partition, batch, (first, last));
        self.next_in_turn(client, records.count);
    }

    fn records_failed(
        &mut self,
        client: u32,
        partition: PartitionIx,
        records: RecordRange,
        created: Nanos,
        (error, indefinite): (ErrorCode, bool),
    ) {
        let host = self.clients.producer_mut(client);
        host.failed += u64::from(records.count);
        let record_bytes = host.workload.record_bytes;
        self.observers.failed(partition, records, created);
        let cause = self.machines.control.last_change(partition);
        self.record_event(
            EventKind::ProduceFailed { producer: client, partition, records, error, indefinite },
            cause,
        );
        let is_again = self.clients.producer(client).transactional.is_none();
        if is_again && self.clients.producer_mut(client).workload.resend {
            self.clients.producer_mut(client).sent += u64::from(records.count);
            let again = ProducerInput::Resend { partition, records, record_bytes };
            self.step_producer(client, again);
        } else {
            self.next_in_turn(client, records.count);
        }
    }

    /// Records that the application sends one after the other: the next one, once one is settled.
    fn next_in_turn(&mut self, client: u32, settled: u32) {
        let waits = self.waits_for_transaction(client);
        let workload = &mut self.clients.producer_mut(client).workload;
        workload.waiting_for = workload.waiting_for.saturating_sub(settled);
        if workload.waiting_for == 0 && workload.in_turn > 0 && !waits {
            workload.in_turn -= 1;
            workload.waiting_for = 1;
            let target = workload.target();
            self.hand_in(client, target, 1);
            self.commit_if_due(client, false);
        }
    }

    /// The application sends records one after the other, each when the one before is settled.
    pub(super) fn send_in_turn(&mut self, client: u32, records: u32) {
        self.clients.producer_mut(client).workload.in_turn += records;
        self.next_in_turn(client, 0);
    }

    /// The application calls `send()`.
    pub(super) fn hand_in(&mut self, client: u32, target: RecordTarget, count: u32) {
        let host = self.clients.producer_mut(client);
        host.sent += u64::from(count);
        let record_bytes = host.workload.record_bytes;
        self.note_in_transaction(client, count);
        self.step_producer(client, ProducerInput::Send { target, count, record_bytes });
    }

    /// A new process of the producer, with an identity of its own.
    pub(super) fn start_producer(&mut self, client: u32) {
        let identity = self.clients.new_identity(client);
        self.clients.schemas.process_begins(client, identity);
        let spec = &self.scenario.producers[client as usize];
        let settings = settings::producer_of(&self.scenario, spec, &self.profile);
        let connections = settings::producer_connections(spec, self.profile.version);
        let host = self.clients.producer_mut(client);
        host.runtime.reset(ClientState::Up);
        host.runtime.connections.begin(connections);
        let seed = host.runtime.rng.next_u64();
        host.producer = Producer::new(identity, settings, seed);
        self.begin_transactions(client);
        self.step_producer(client, ProducerInput::Wake);
        self.work_again(client);
    }
}
