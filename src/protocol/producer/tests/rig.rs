//! A producer, its network and brokers that append, under virtual time.

use crate::model::{BrokerId, ClientProfile, KafkaVersion, Nanos, PartitionIx};
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::*;
use crate::protocol::wire::{Batch, ErrorCode, RecordRange};
use std::collections::{BTreeMap, VecDeque};

pub(super) const MS: Nanos = 1_000_000;

/// Settings of a 4.1 client with these changes.
pub(super) fn settings(changes: &[(&str, &str)]) -> ProducerSettings {
    settings_of("4.1", changes)
}

pub(super) fn settings_of(version: &str, changes: &[(&str, &str)]) -> ProducerSettings {
    let version: KafkaVersion = version.parse().unwrap();
    let mut client = ClientProfile::defaults(version);
    for (key, value) in changes {
        client.settings.insert((*key).into(), (*value).into());
    }
    ProducerSettings::of(&client)
}

/// What a broker does with one batch of a request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Fate {
    Ok,
    /// Do not append, answer this.
    Refuse(ErrorCode),
    AppendThen(ErrorCode),
}

/// What the network does with a whole request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Way {
    Ok,
    /// The request is lost in silence.
    LostRequest,
    /// The answer is lost in silence.
    LostAnswer,
    /// The connection breaks after the append.
    Broken,
}

enum Event {
    Wake,
    Answer { broker: BrokerId, request: u64, results: Vec<PartitionResponse> },
    Broken(BrokerId),
    Metadata,
    Id(i64),
}

const PRODUCER: u32 = 7;

pub(super) struct Rig {
    pub now: Nanos,
    pub producer: Producer,
    pub rtt: Nanos,
    pub leaders: Vec<PartitionLeader>,
    pub logs: Vec<Vec<Batch>>,
    pub accepted: Vec<(PartitionIx, RecordRange, u32)>,
    pub acked: Vec<(PartitionIx, RecordRange)>,
    pub failed: Vec<(PartitionIx, RecordRange, ErrorCode, bool)>,
    pub event_log: Vec<String>,
    pub requests: u64,
    pub sent_batches: u64,
    pub sent_bytes: u64,
    pub sent_records: u64,
    pub most_in_flight: usize,
    pub rejected: u32,
    /// One for each batch that reaches a broker; then all are fine.
    pub fates: VecDeque<Fate>,
    /// One for each request; then all are fine.
    pub ways: VecDeque<Way>,
    events: BTreeMap<(Nanos, u64), Event>,
    order: u64,
    ids: i64,
    out: Vec<ProducerOutput>,
    last_answer: BTreeMap<i32, Nanos>,
}

impl Rig {
    /// All partitions on broker 1.
    pub(super) fn new(settings: ProducerSettings, partitions: u32) -> Rig {
        let leader = |p| PartitionLeader {
            partition: PartitionIx(p),
            leader: Some(BrokerId(1)),
            leader_rack: None,
            leader_epoch: 0,
        };
        let mut rig = Rig {
            now: 0,
            producer: Producer::new(PRODUCER, settings, 42),
            rtt: MS,
            leaders: (0..partitions).map(leader).collect(),
            logs: vec![Vec::new(); partitions as usize],
            accepted: Vec::new(),
            acked: Vec::new(),
            failed: Vec::new(),
            event_log: Vec::new(),
            requests: 0,
            sent_batches: 0,
            sent_bytes: 0,
            sent_records: 0,
            most_in_flight: 0,
            rejected: 0,
            fates: VecDeque::new(),
            ways: VecDeque::new(),
            events: BTreeMap::new(),
            order: 0,
            ids: 1000,
            out: Vec::new(),
            last_answer: BTreeMap::new(),
        };
        rig.step(ProducerInput::Wake);
        rig.run_until(10 * MS);
        rig
    }

    pub(super) fn send(&mut self, partition: u32, count: u32) {
        self.send_to(RecordTarget::Partition(PartitionIx(partition)), count, 200);
    }

    pub(super) fn send_to(&mut self, target: RecordTarget, count: u32, record_bytes: u32) {
        self.step(ProducerInput::Send { target, count, record_bytes });
    }

    /// Goes on to a time, event by event.
    pub(super) fn run_until(&mut self, until: Nanos) {
        while let Some(entry) = self.events.first_entry() {
            let at = entry.key().0;
            if at > until {
                break;
            }
            let event = entry.remove();
            self.now = at;
            self.happen(event);
        }
        self.now = until;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake => self.step(ProducerInput::Wake),
            Event::Answer { broker, request, results } => {
                self.step(ProducerInput::Response { broker, request, results: &results });
            }
            Event::Broken(broker) => {
                self.events
                    .retain(|_, event| !matches!(event, Event::Answer { broker: b, .. } if *b == broker));
                self.step(ProducerInput::Disconnected { broker });
            }
            Event::Metadata => {
                let leaders = self.leaders.clone();
                self.step(ProducerInput::Metadata(&leaders));
            }
            Event::Id(id) => self.step(ProducerInput::ProducerId { id, epoch: 0 }),
        }
    }

    pub(super) fn step(&mut self, input: ProducerInput<'_>) {
        let mut out = std::mem::take(&mut self.out);
        self.producer.step(self.now, input, &mut out);
        self.most_in_flight = self.most_in_flight.max(self.producer.in_flight());
        for output in out.drain(..) {
            self.hear(output);
        }
        self.out = out;
    }

    fn at(&mut self, at: Nanos, event: Event) {
        self.order += 1;
        self.events.insert((at, self.order), event);
    }

    /// The number of the producer's first request.
    pub(super) fn first_request(&self) -> u64 {
        u64::from(PRODUCER) << 32
    }

    fn hear(&mut self, output: ProducerOutput) {
        let ms = self.now / MS;
        match output {
            ProducerOutput::Request(request) => self.carry(request),
            ProducerOutput::Connect { broker } => self.step(ProducerInput::Connected { broker }),
            ProducerOutput::CloseConnection { broker } => {
                self.event_log.push(format!("{ms} hung up on {}", broker.0))
            }
            ProducerOutput::Accepted { partition, records, key } => {
                self.accepted.push((partition, records, key));
            }
            ProducerOutput::Acked { partition, records, base_offset, .. } => {
                self.acked.push((partition, records));
                let offset = base_offset.map_or("-".into(), |offset| offset.to_string());
                self.event_log.push(format!("{ms} acked {} at {offset}", span(records)));
            }
            ProducerOutput::Failed { partition, records, error, indefinite, .. } => {
                self.failed.push((partition, records, error, indefinite));
                let sure = if indefinite { " indefinite" } else { "" };
                self.event_log.push(format!("{ms} failed {} {}{sure}", span(records), error.name()));
            }
            ProducerOutput::Wake(at) => self.at(at, Event::Wake),
            ProducerOutput::WantMetadata => self.at(self.now + MS, Event::Metadata),
            ProducerOutput::WantProducerId => {
                self.ids += 1;
                self.at(self.now + MS, Event::Id(self.ids));
            }
            ProducerOutput::EpochBumped { epoch } => self.event_log.push(format!("{ms} epoch {epoch}")),
            ProducerOutput::Rejected { count, error } => {
                self.rejected += count;
                self.event_log.push(format!("{ms} rejected {count} {error:?}"));
            }
            ProducerOutput::Blocked => self.event_log.push(format!("{ms} blocked")),
            ProducerOutput::Unblocked => self.event_log.push(format!("{ms} unblocked")),
            transactional => unreachable!("this producer has no transactions: {transactional:?}"),
        }
    }

    fn carry(&mut self, request: ProducerRequest) {
        self.requests += 1;
        for (partition, batch) in &request.batches {
            self.sent_batches += 1;
            self.sent_bytes += u64::from(batch.bytes);
            self.sent_records += u64::from(batch.records.count);
            let sequence = match batch.base_sequence {
                -1 => String::new(),
                sequence => format!(" e{} s{sequence}", batch.producer_epoch),
            };
            let ms = self.now / MS;
            self.event_log.push(format!("{ms} sent p{} {}{sequence}", partition.0, span(batch.records)));
        }
        let way = self.ways.pop_front().unwrap_or(Way::Ok);
        if way == Way::LostRequest {
            return;
        }
        let mut results = Vec::new();
        for (partition, batch) in &request.batches {
            let (error, base_offset) = self.append(*partition, *batch);
            results.push(PartitionResponse {
                partition: *partition,
                error,
                base_offset,
                current_leader: None,
            });
        }
        // Answers of one connection come in order.
        let last = self.last_answer.entry(request.broker.0).or_default();
        *last = (self.now + self.rtt).max(*last);
        let at = *last;
        match way {
            Way::Ok if request.acks != crate::protocol::wire::Acks::Zero => {
                self.at(at, Event::Answer { broker: request.broker, request: request.id, results });
            }
            Way::Broken => self.at(at, Event::Broken(request.broker)),
            _ => {}
        }
        self.producer.recycle(request.batches);
    }

    fn append(&mut self, partition: PartitionIx, batch: Batch) -> (ErrorCode, i64) {
        let fate = self.fates.pop_front().unwrap_or(Fate::Ok);
        if let Fate::Refuse(error) = fate {
            return (error, -1);
        }
        let log = &mut self.logs[partition.at()];
        if let Err(answer) = check_sequence(log, &batch) {
            return answer;
        }
        let base_offset = log.last().map_or(0, Batch::end_offset);
        log.push(Batch { base_offset, ..batch });
        match fate {
            Fate::AppendThen(error) => (error, -1),
            _ => (ErrorCode::None, base_offset),
        }
    }

    /// The records of a partition in the order of its log.
    pub(super) fn log(&self, partition: usize) -> Vec<u64> {
        let batches = self.logs[partition].iter().map(|batch| batch.records);
        batches.flat_map(|records| records.first..records.first + u64::from(records.count)).collect()
    }

    pub(super) fn event_log(&self) -> String {
        self.event_log.join("\n")
    }
}

/// `ProducerAppendInfo`, as kafka.md#idempotence tells it.
fn check_sequence(log: &[Batch], batch: &Batch) -> Result<(), (ErrorCode, i64)> {
    if batch.producer_id < 0 {
        return Ok(());
    }
    let latest = log.iter().rev().filter(|old| old.producer_id == batch.producer_id);
    let mine: Vec<&Batch> = latest.take(5).collect();
    let Some(last) = mine.first() else { return Ok(()) };
    let same = |old: &&&Batch| {
        (old.producer_epoch, old.base_sequence, old.records.count)
            == (batch.producer_epoch, batch.base_sequence, batch.records.count)
    };
    if batch.producer_epoch < last.producer_epoch {
        return Err((ErrorCode::InvalidProducerEpoch, -1));
    }
    if let Some(old) = mine.iter().find(same) {
        return Err((ErrorCode::None, old.base_offset));
    }
    let new_epoch = batch.producer_epoch > last.producer_epoch;
    let expected = if new_epoch { 0 } else { sequence_after(last.base_sequence, last.records.count) };
    if batch.base_sequence == expected { Ok(()) } else { Err((ErrorCode::OutOfOrderSequenceNumber, -1)) }
}

fn span(records: RecordRange) -> String {
    match records.count {
        1 => format!("#{}", records.first),
        count => format!("#{}-{}", records.first, records.first + u64::from(count) - 1),
    }
}
