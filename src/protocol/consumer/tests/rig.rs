//! Consumers with a real coordinator and brokers that answer after a millisecond.

use crate::model::{BrokerId, Nanos, OnPoison, PartitionIx};
use crate::protocol::consumer::*;
use crate::protocol::group::{GroupCoordinator, GroupInput, GroupOutput, GroupResponse, GroupSettings};
use crate::protocol::messages::{OffsetSpec, PartitionLeader};
use crate::protocol::wire::{Batch, EpochEnd, ErrorCode, FetchedPartition, RecordRange};
use std::collections::BTreeMap;

pub(super) const MS: Nanos = 1_000_000;
pub(super) const S: Nanos = 1000 * MS;

/// A partition's log: batches, and where each leader epoch starts.
#[derive(Default)]
pub(super) struct Log {
    pub batches: Vec<Batch>,
    pub high_watermark: i64,
    pub start: i64,
}

impl Log {
    pub(super) fn append(&mut self, epoch: i32, first: u64, count: u32) {
        let base_offset = self.batches.last().map_or(0, Batch::end_offset);
        self.batches.push(Batch {
            base_offset,
            records: RecordRange { producer: 0, first, count },
            bytes: 100 * count,
            leader_epoch: epoch,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            created_at: 0,
            max_timestamp: 0,
            kind: Default::default(),
        });
        self.high_watermark = base_offset + i64::from(count);
    }

    fn end_of(&self, epoch: i32) -> Option<EpochEnd> {
        let last = self.batches.iter().rfind(|batch| batch.leader_epoch <= epoch)?;
        Some(EpochEnd { epoch: last.leader_epoch, end_offset: last.end_offset() })
    }
}

enum Event {
    Wake(usize),
    GroupWake,
    Fetch(usize, ConsumerFetch, Nanos),
    Reply(usize, u64, GroupResponse),
    Metadata(usize),
    Listed(usize, PartitionIx, OffsetSpec),
    End(usize, PartitionIx, i32),
    Attempted(usize, bool),
    HandedOver(usize),
}

pub(super) struct Rig {
    pub now: Nanos,
    pub consumers: Vec<Option<Consumer>>,
    pub group: GroupCoordinator,
    pub logs: Vec<Log>,
    pub leaders: Vec<PartitionLeader>,
    pub event_log: Vec<String>,
    pub processed: Vec<(usize, u64)>,
    /// Numbers of records that cannot be processed, and what one try takes.
    pub poison: Vec<u64>,
    pub try_takes: Nanos,
    /// Commits take this much longer to reach the coordinator, one each.
    pub commit_delays: std::collections::VecDeque<Nanos>,
    events: BTreeMap<(Nanos, u64), Event>,
    order: u64,
}

impl Rig {
    pub(super) fn new(partitions: u32) -> Rig {
        let settings = GroupSettings { initial_rebalance_delay: 0, ..GroupSettings::default() };
        let leader = |p| PartitionLeader {
            partition: PartitionIx(p),
            leader: Some(BrokerId(1)),
            leader_rack: None,
            leader_epoch: 0,
        };
        Rig {
            now: 0,
            consumers: Vec::new(),
            group: GroupCoordinator::new(settings),
            logs: (0..partitions).map(|_| Log::default()).collect(),
            leaders: (0..partitions).map(leader).collect(),
            event_log: Vec::new(),
            processed: Vec::new(),
            poison: Vec::new(),
            try_takes: 100 * MS,
            commit_delays: Default::default(),
            events: BTreeMap::new(),
            order: 0,
        }
    }

    pub(super) fn start(&mut self, settings: ConsumerSettings) -> usize {
        self.consumers.push(Some(Consumer::new(settings)));
        let who = self.consumers.len() - 1;
        self.step(who, ConsumerInput::Start);
        who
    }

    pub(super) fn crash(&mut self, who: usize) {
        let mut out = Vec::new();
        if let Some(mut consumer) = self.consumers[who].take() {
            consumer.crash(self.now, &mut out);
        }
        out.into_iter().for_each(|output| self.hear(who, output));
    }

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
            Event::Wake(who) => self.step(who, ConsumerInput::Wake),
            Event::GroupWake => self.tell_group(GroupInput::Wake),
            Event::Fetch(who, request, since) => self.fetch(who, request, since),
            Event::Reply(who, correlation, reply) => {
                self.step(who, ConsumerInput::Coordinator { correlation, reply: &reply });
            }
            Event::Metadata(who) => {
                let leaders = self.leaders.clone();
                self.step(who, ConsumerInput::Metadata(&leaders));
            }
            Event::Listed(who, partition, at) => {
                let log = &self.logs[partition.at()];
                let offset = if at == OffsetSpec::Latest { log.high_watermark } else { log.start };
                self.step(who, ConsumerInput::ListedOffset { partition, error: ErrorCode::None, offset });
            }
            Event::Attempted(who, done) => self.step(who, ConsumerInput::Attempted { done }),
            Event::HandedOver(who) => self.step(who, ConsumerInput::HandedOver),
            Event::End(who, partition, epoch) => {
                let end = self.logs[partition.at()].end_of(epoch);
                self.step(who, ConsumerInput::EndOfEpoch { partition, error: ErrorCode::None, end });
            }
        }
    }

    /// Long poll: looked at every 10 ms.
    fn fetch(&mut self, who: usize, request: ConsumerFetch, since: Nanos) {
        let mut results = Vec::new();
        for asked in &request.partitions {
            let log = &self.logs[asked.partition.at()];
            let leader = self.leaders[asked.partition.at()];
            let (from, hw) = (asked.fetch_offset, log.high_watermark);
            let error = if leader.leader_epoch > asked.current_leader_epoch {
                ErrorCode::FencedLeaderEpoch
            } else if from < log.start || from > hw {
                ErrorCode::OffsetOutOfRange
            } else {
                ErrorCode::None
            };
            let new = |batch: &&Batch| batch.end_offset() > from && batch.end_offset() <= hw;
            let batches: Vec<Batch> = match error {
                ErrorCode::None => log.batches.iter().filter(new).copied().collect(),
                _ => Vec::new(),
            };
            if error != ErrorCode::None || !batches.is_empty() {
                results.push(FetchedPartition {
                    partition: asked.partition,
                    error,
                    diverging: None,
                    high_watermark: hw,
                    log_start: log.start,
                    aborted: Vec::new(),
                    preferred_read_replica: None,
                    batches,
                });
            }
        }
        if results.is_empty() && self.now < since + request.max_wait {
            return self.at(self.now + 10 * MS, Event::Fetch(who, request, since));
        }
        self.step(who, ConsumerInput::Fetched { request: request.id, results: &results });
    }

    pub(super) fn step(&mut self, who: usize, input: ConsumerInput<'_>) {
        let mut out = Vec::new();
        if let Some(consumer) = &mut self.consumers[who] {
            consumer.step(self.now, input, &mut out);
        }
        out.into_iter().for_each(|output| self.hear(who, output));
    }

    pub(super) fn tell_group(&mut self, input: GroupInput) {
        let mut out = Vec::new();
        self.group.step(self.now, input, &mut out);
        for output in out {
            match output {
                GroupOutput::Reply { to, correlation, reply } => {
                    self.at(self.now + MS, Event::Reply(to as usize, correlation, reply));
                }
                GroupOutput::Wake(at) => self.at(at, Event::GroupWake),
                GroupOutput::Expired { .. } => self.tell("group", "session expired".into()),
                GroupOutput::Stable { generation, members } => {
                    self.tell("group", format!("generation {generation} of {members}"));
                }
                GroupOutput::Rebalancing => {}
            }
        }
    }

    fn at(&mut self, at: Nanos, event: Event) {
        self.order += 1;
        self.events.insert((at, self.order), event);
    }

    fn tell(&mut self, who: &str, what: String) {
        self.event_log.push(format!("{} {who} {what}", self.now / MS));
    }

    fn hear(&mut self, who: usize, output: ConsumerOutput) {
        let name = format!("c{who}");
        match output {
            ConsumerOutput::Fetch(request) => self.at(self.now + MS, Event::Fetch(who, request, self.now)),
            ConsumerOutput::ListOffset { partition, at, .. } => {
                self.at(self.now + MS, Event::Listed(who, partition, at));
            }
            ConsumerOutput::EndOfEpoch { partition, epoch, .. } => {
                self.at(self.now + MS, Event::End(who, partition, epoch));
            }
            ConsumerOutput::Coordinator { correlation, request } => {
                let commit = matches!(request, crate::protocol::group::GroupRequest::Commit { .. });
                let delay = if commit { self.commit_delays.pop_front().unwrap_or(0) } else { 0 };
                if delay == Nanos::MAX {
                    let reply = GroupResponse::Committed { error: ErrorCode::NetworkException };
                    return self.at(self.now + MS, Event::Reply(who, correlation, reply));
                }
                self.tell_group(GroupInput::Request { from: who as u32, correlation, request });
            }
            ConsumerOutput::CloseConnection { broker } => {
                self.tell(&name, format!("hung up on {}", broker.0))
            }
            ConsumerOutput::WantMetadata => self.at(self.now + MS, Event::Metadata(who)),
            ConsumerOutput::Wake(at) => self.at(at, Event::Wake(who)),
            ConsumerOutput::Delivered { records, .. } => self.tell(&name, format!("got {}", span(records))),
            ConsumerOutput::Processed { records, .. } => {
                let numbers = records.first..records.first + u64::from(records.count);
                self.processed.extend(numbers.map(|number| (who, number)));
                self.tell(&name, format!("did {}", span(records)));
            }
            ConsumerOutput::Attempt { record, .. } => {
                let done = !self.poison.contains(&record.first);
                self.at(self.now + self.try_takes, Event::Attempted(who, done));
            }
            ConsumerOutput::GaveUp { record, answer, .. } => {
                self.tell(&name, format!("gave up #{}: {}", record.first, answer.word()));
                if matches!(answer, OnPoison::DeadLetter | OnPoison::RetryTopic) {
                    self.at(self.now + 50 * MS, Event::HandedOver(who));
                }
            }
            ConsumerOutput::Committed(at) => {
                self.tell(&name, format!("committed p{} {}", at.partition.0, at.offset));
            }
            ConsumerOutput::CommitFailed(error) => {
                self.tell(&name, format!("commit failed {}", error.name()))
            }
            ConsumerOutput::Assigned(own) => {
                let own: Vec<u32> = own.iter().map(|partition| partition.0).collect();
                self.tell(&name, format!("owns {own:?}"));
            }
            ConsumerOutput::Moved { from, to, .. } => self.tell(&name, format!("moved {from:?} to {to}")),
            ConsumerOutput::PollTimedOut => self.tell(&name, "left: no poll".into()),
            ConsumerOutput::Failed { error, .. } => self.tell(&name, format!("threw {error:?}")),
            ConsumerOutput::Closed => self.tell(&name, "closed".into()),
        }
    }

    pub(super) fn event_log(&self) -> String {
        self.event_log.join("\n")
    }

    /// Who processed each record how often.
    pub(super) fn times(&self, record: u64) -> usize {
        self.processed.iter().filter(|(_, number)| *number == record).count()
    }
}

fn span(records: RecordRange) -> String {
    format!("#{}-{}", records.first, records.first + u64::from(records.count) - 1)
}
