//! Consumers of the scenario: their state machine, its requests, and what their application reads.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::consumer::{Consumer, ConsumerFetch, ConsumerInput, ConsumerOutput};
use crate::protocol::group::GroupRequest;
use crate::protocol::messages::{self, BrokerRequest, ListOffsetsPartition, OffsetForLeaderPartition};
use crate::protocol::wire::RecordRange;
use crate::sim::client_runtime::{ClientRequest, ClientState};
use crate::sim::event::{ConnectionKind, Message, TimerKind};
use crate::sim::processing::TriedRecord;
use crate::sim::settings;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// Steps a consumer and carries out what it wants.
    pub(super) fn step_consumer(&mut self, client: u32, input: ConsumerInput<'_>) {
        let mut out = std::mem::take(&mut self.scratch.consumer);
        self.clients.member_mut(client).consumer.step(self.now, input, &mut out);
        for output in out.drain(..) {
            self.consumer_wants(client, output);
        }
        if out.capacity() > self.scratch.consumer.capacity() {
            self.scratch.consumer = out;
        }
    }

    fn consumer_wants(&mut self, client: u32, output: ConsumerOutput) {
        match output {
            ConsumerOutput::Fetch(request) => self.send_fetch(client, request),
            ConsumerOutput::ListOffset { broker, partition, at: position } => {
                self.ask_offset(
                    client,
                    broker,
                    ListOffsetsPartition { partition, current_leader_epoch: -1, position },
                );
            }
            ConsumerOutput::EndOfEpoch { broker, partition, current_leader_epoch, epoch } => {
                let asked = vec![OffsetForLeaderPartition { partition, current_leader_epoch, epoch }];
                let to = self.machines.net.broker(broker);
                self.send_request(
                    client,
                    to,
                    ClientRequest::Epoch(partition),
                    BrokerRequest::OffsetsForLeaderEpoch(asked),
                );
            }
            ConsumerOutput::Coordinator { correlation, request } => {
                self.ask_coordinator(client, correlation, request);
            }
            ConsumerOutput::CloseConnection { broker } => {
                self.close_connection(client, self.machines.net.broker(broker), ConnectionKind::Requests)
            }
            ConsumerOutput::WantMetadata => self.request_metadata(client),
            ConsumerOutput::Wake(at) => {
                let now = self.now;
                let timer = &mut self.clients.member_mut(client).runtime.timer;
                timer.set_earlier(now, at.max(now), TimerKind::Client(client), &mut self.queue);
            }
            report => self.consumer_reports(client, report),
        }
    }

    fn consumer_reports(&mut self, client: u32, output: ConsumerOutput) {
        let group = self.clients.member(client).group;
        match output {
            ConsumerOutput::Processed { partition, offset, records } => {
                let end = offset + i64::from(records.count);
                let committed_only = self.clients.member(client).consumer.reads_committed();
                let (observers, world) = self.split();
                observers.audit_read(&world, partition, offset, records, committed_only);
                let member = self.clients.member_mut(client);
                member.done.insert(partition, end);
                member.read += u64::from(records.count);
                let known = self.records_read(partition, group, records);
                self.clients.group_mut(group).processed(partition, offset, records, known);
                self.note_keys_read(group, partition, offset, records);
                if !self.clients.member(client).had_effect {
                    self.effect(group, partition, records);
                }
            }
            ConsumerOutput::Delivered { partition, offset, records } => {
                self.clients.group_mut(group).processing.polled(partition, offset, records.count);
            }
            ConsumerOutput::Attempt { partition, offset, record, nth } => {
                self.begin_try(client, TriedRecord { partition, offset, record }, nth);
            }
            ConsumerOutput::GaveUp { partition, offset, record, answer } => {
                self.give_up(client, TriedRecord { partition, offset, record }, answer);
            }
            ConsumerOutput::Committed(done) => {
                self.clients.group_mut(group).committed.insert(done.partition, done.offset);
                self.observers.commits(group);
            }
            ConsumerOutput::Assigned(owns) => self.clients.member_mut(client).owns = owns,
            ConsumerOutput::CommitFailed(error) => {
                if self.observers.first_failed_commit(group, error) {
                    self.record_event(EventKind::CommitFailed { group, error }, None);
                }
            }
            ConsumerOutput::Moved { partition, from, to } => {
                self.clients.group_mut(group).jumps(partition, from, to);
                let cause = self.machines.control.last_change(partition);
                self.record_event(EventKind::PositionMoved { group, partition, from, to }, cause);
            }
            ConsumerOutput::PollTimedOut => {
                self.clients.group_mut(group).processing.counters.poll_timeouts += 1;
                self.record_event(EventKind::PollTimedOut(group), None);
            }
            ConsumerOutput::Failed { partition, error } => {
                self.record_event(EventKind::ConsumerFailed { group, partition, error }, None);
            }
            ConsumerOutput::Closed => self.end_client(client),
            _ => {}
        }
    }

    pub(super) fn records_read(&mut self, partition: PartitionIx, group: u32, records: RecordRange) -> u64 {
        let topic = self.machines.topics.of(partition).map_or(0, |(topic, _)| topic);
        let (known, broken) = self.observers.read(partition, (group, topic), records);
        // What is read again was counted the first time.
        let fresh = records.count.saturating_sub(known as u32);
        self.note_defaults(group, topic, RecordRange { count: fresh, ..records });
        if let Some(key) = broken.in_topic {
            self.record_event(EventKind::KeyReordered { group, partition, key }, None);
        }
        if let Some(key) = broken.across_topics {
            self.record_event(EventKind::KeyReorderedAcrossTopics { group, partition, key }, None);
        }
        known
    }

    fn send_fetch(&mut self, client: u32, request: ConsumerFetch) {
        let to = self.machines.net.broker(request.broker);
        let correlation = request.id;
        let request = BrokerRequest::Fetch(messages::FetchRequest {
            follower: None,
            session: 0,
            session_epoch: 0,
            max_wait_ns: request.max_wait,
            min_bytes: request.min_bytes,
            max_bytes: request.max_bytes,
            partition_max_bytes: request.max_partition_bytes,
            rack: None,
            read_committed: self.clients.member(client).consumer.reads_committed(),
            partitions: request.partitions,
            forgotten: Vec::new(),
        });
        self.send(self.machines.net.client(client), to, Message::Request { correlation, request });
    }

    /// Asks the group's coordinator: the leader of its partition of the offsets topic.
    fn ask_coordinator(&mut self, client: u32, correlation: u64, request: GroupRequest) {
        let group = self.clients.member(client).group;
        let to = self.clients.coordinator(group).unwrap_or(BrokerId(1));
        let to = self.machines.net.broker(to);
        let asked = self.register_request(client, to, self.now, ClientRequest::Coordinator(correlation));
        let message = Message::Group { group, correlation: asked, request };
        self.send(self.machines.net.client(client), to, message);
    }

    /// A new process of the consumer.
    pub(super) fn start_consumer(&mut self, client: u32) {
        let (group, nth) = (self.clients.member(client).group, self.clients.member(client).nth);
        let spec = &self.scenario.groups[group as usize];
        let mut settings = settings::consumer(spec, nth, self.profile.version);
        settings.work.one_by_one = self.works_one_by_one(group);
        let connections = settings::member_connections(spec, self.profile.version);
        let member = self.clients.member_mut(client);
        member.runtime.reset(ClientState::Up);
        member.runtime.connections.begin(connections);
        member.owns.clear();
        (member.missed, member.had_effect, member.calls_service) = (None, false, false);
        member.consumer = Consumer::new(settings);
        self.step_consumer(client, ConsumerInput::Start);
    }

    /// Whether single records of a group may fail, or are committed by themselves.
    fn works_one_by_one(&self, group: u32) -> bool {
        let spec = &self.scenario.groups[group as usize];
        let mut producers = self.scenario.producers.iter();
        let poison = producers.any(|one| one.poison_every.is_some() && spec.topics.contains(&one.topic));
        spec.works_one_by_one() || poison || self.clients.group(group).processing.one_by_one
    }

    /// From now on single records of a group may fail.
    pub(super) fn process_one_by_one(&mut self, group: u32) {
        self.clients.group_mut(group).processing.one_by_one = true;
        self.clients.members_mut().filter(|member| member.group == group).for_each(|member| {
            member.consumer.process_one_by_one();
        });
    }

    /// The process dies: what it had processed by now is told, the rest never was.
    pub(super) fn tell_what_was_processed(&mut self, client: u32) {
        if self.clients.runtime(client).state != ClientState::Up {
            return;
        }
        let mut out = Vec::new();
        self.clients.member_mut(client).consumer.crash(self.now, &mut out);
        for output in out {
            self.consumer_reports(client, output);
        }
    }

    /// A client's process starts, for the first time or again.
    pub(super) fn start_client(&mut self, client: u32) {
        if self.clients.is_producer(client) {
            self.start_producer(client)
        } else {
            self.start_consumer(client)
        }
    }

    /// A client's process begins to close.
    pub(super) fn close_client(&mut self, client: u32) {
        if self.clients.is_producer(client) {
            self.end_client(client)
        } else {
            self.step_consumer(client, ConsumerInput::Close)
        }
    }
}
