//! Fetching: one request at a time for each broker, up to the high watermark (`Fetcher`, `FetchCollector`).

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::consumer::positions::{BufferedRecords, FetchState, OwnedPartition};
use crate::protocol::consumer::{Consumer, ConsumerError, ConsumerFetch, ConsumerOutput};
use crate::protocol::wire::{
    Batch, BatchKind, ErrorCode, FetchPartition, FetchedPartition, LeaderEpoch, Offset, RecordRange,
};
use std::collections::BTreeSet;

/// A fetch that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct InFlightFetch {
    id: u64,
    broker: BrokerId,
    sent_at: Nanos,
    /// What was asked for.
    asked: Vec<RequestedPartition>,
}

/// A partition in a fetch.
#[derive(Clone, Copy, Debug)]
struct RequestedPartition {
    partition: PartitionIx,
    from: Offset,
    /// Its place among the owned partitions when it was asked for.
    place: usize,
}

impl Consumer {
    /// Asks every leader without a fetch in flight for the partitions that have nothing buffered.
    pub(super) fn send_fetches(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if !self.app.polls() {
            return;
        }
        self.backing_off.retain(|(_, until)| *until > now);
        if self.leading.iter().all(|broker| self.busy(*broker)) {
            return;
        }
        for place in 0..self.owned.len() {
            let Some(broker) = self.fetchable(now, &self.owned[place]) else { continue };
            if !self.busy(broker) {
                self.send_fetch(now, broker, out);
            }
        }
    }

    /// Whether a fetch is under way to a broker, or it is left alone for a while.
    fn busy(&self, broker: BrokerId) -> bool {
        self.fetches.iter().any(|fetch| fetch.broker == broker)
            || self.backing_off.iter().any(|(resting, _)| *resting == broker)
    }

    /// Whom to ask for a partition, if it can be fetched now.
    fn fetchable(&self, now: Nanos, owned: &OwnedPartition) -> Option<BrokerId> {
        let ready = owned.fetch_state == FetchState::Fetching && owned.position.is_some();
        let wanted = ready && owned.buffered.is_empty() && owned.not_before <= now;
        wanted.then(|| self.leader(owned.partition)).flatten().map(|(broker, _)| broker)
    }

    fn send_fetch(&mut self, now: Nanos, broker: BrokerId, out: &mut Vec<ConsumerOutput>) {
        let (mut partitions, mut asked) = (Vec::new(), Vec::new());
        for (place, owned) in self.owned.iter().enumerate() {
            if self.fetchable(now, owned) != Some(broker) {
                continue;
            }
            asked.push(RequestedPartition {
                partition: owned.partition,
                from: owned.position.unwrap_or(0),
                place,
            });
            partitions.push(FetchPartition {
                partition: owned.partition,
                current_leader_epoch: self.fetch_leader_epoch(owned.partition),
                fetch_offset: owned.position.unwrap_or(0),
                last_fetched_epoch: -1,
                log_start: -1,
            });
        }
        let id = self.next_fetch;
        self.next_fetch += 1;
        self.fetches.push(InFlightFetch { id, broker, sent_at: now, asked });
        out.push(ConsumerOutput::Fetch(ConsumerFetch {
            id,
            broker,
            max_wait: self.settings.fetch_max_wait,
            min_bytes: self.settings.fetch_min_bytes,
            max_bytes: self.settings.fetch_max_bytes,
            max_partition_bytes: self.settings.max_partition_fetch_bytes,
            partitions,
        }));
    }

    /// The leader epoch that a fetch names, -1 before KIP-320.
    fn fetch_leader_epoch(&self, partition: PartitionIx) -> LeaderEpoch {
        let known = self.leader(partition).filter(|_| self.settings.validates_epochs);
        known.map_or(-1, |(_, epoch)| epoch)
    }

    pub(super) fn fetched(
        &mut self,
        now: Nanos,
        request: u64,
        results: &[FetchedPartition],
        out: &mut Vec<ConsumerOutput>,
    ) {
        let Some(at) = self.fetches.iter().position(|fetch| fetch.id == request) else { return };
        let fetch = self.fetches.swap_remove(at);
        for (nth, result) in results.iter().enumerate() {
            // Answers come in the order of the questions, as a rule.
            let of_it = |asked: &&RequestedPartition| asked.partition == result.partition;
            let asked = fetch.asked.get(nth).filter(of_it).or_else(|| fetch.asked.iter().find(of_it));
            let Some((asked, at)) = asked.and_then(|asked| Some((asked, self.still_at(asked)?))) else {
                continue;
            };
            let owned = &self.owned[at];
            // The position moved, or has to be validated, while the answer was on its way.
            if owned.position == Some(asked.from) && owned.fetch_state == FetchState::Fetching {
                self.receive(now, at, asked.from, result, out);
            }
        }
    }

    /// Where an asked-for partition is among those owned now.
    fn still_at(&self, asked: &RequestedPartition) -> Option<usize> {
        let of_it = |owned: &OwnedPartition| owned.partition == asked.partition;
        match self.owned.get(asked.place) {
            Some(owned) if of_it(owned) => Some(asked.place),
            _ => self.owned.iter().position(of_it),
        }
    }

    fn receive(
        &mut self,
        now: Nanos,
        at: usize,
        from: Offset,
        result: &FetchedPartition,
        out: &mut Vec<ConsumerOutput>,
    ) {
        match result.error {
            ErrorCode::None => {
                let read_committed = self.settings.read_committed;
                let owned = &mut self.owned[at];
                owned.not_before = 0;
                buffer(owned, from, result, read_committed);
            }
            ErrorCode::OffsetOutOfRange => {
                self.positions_pending = true;
                self.reset(at, ConsumerError::OutOfRange, out);
            }
            _ => {
                self.positions_pending = true;
                self.owned[at].not_before = now.saturating_add(self.settings.retry_backoff);
                self.metadata.request();
            }
        }
    }

    /// `poll()`: up to `max.poll.records` of what is buffered. Positions advance **here**.
    pub(super) fn take_records(&mut self, out: &mut Vec<ConsumerOutput>) -> Vec<PolledRecords> {
        let mut taken = Vec::new();
        let mut left = self.settings.max_poll_records;
        let count = self.owned.len();
        for step in 0..count {
            let owned = &mut self.owned[(self.next_owned + step) % count];
            while let Some(front) = owned.buffered.front_mut().filter(|_| left > 0) {
                let records = RecordRange { count: front.records.count.min(left), ..front.records };
                let (offset, partition) = (front.offset, owned.partition);
                left -= records.count;
                owned.epoch = front.epoch;
                front.records = skip(front.records, records.count);
                front.offset += i64::from(records.count);
                if front.records.count == 0 {
                    front.offset = front.next;
                }
                // With poll() and not with the fetch: auto-commit takes what was returned, and nothing that is
                // only buffered.
                owned.position = Some(front.offset);
                if front.records.count == 0 {
                    owned.buffered.pop_front();
                }
                out.push(ConsumerOutput::Delivered { partition, offset, records });
                taken.push(PolledRecords { partition, offset, records, epoch: owned.epoch });
            }
            if left == 0 {
                self.next_owned = (self.next_owned + step) % count;
                break;
            }
        }
        taken
    }

    pub(super) fn disconnected(&mut self, now: Nanos, broker: BrokerId) {
        self.fetches.retain(|fetch| fetch.broker != broker);
        self.backing_off.retain(|(resting, _)| *resting != broker);
        self.backing_off.push((broker, now.saturating_add(self.settings.retry_backoff)));
        self.metadata.request();
    }

    /// The broker reads nothing for so long (`ClusterConnectionStates.throttle`).
    pub(super) fn throttled(&mut self, now: Nanos, broker: BrokerId, throttle: Nanos) {
        self.backing_off.push((broker, now.saturating_add(throttle)));
    }

    pub(super) fn fetches_to(&self, broker: BrokerId) -> usize {
        self.fetches.iter().filter(|fetch| fetch.broker == broker).count()
    }

    pub(super) fn time_out_fetches(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        let timeout = self.settings.request_timeout;
        let late = |fetch: &&InFlightFetch| fetch.sent_at.saturating_add(timeout) <= now;
        while let Some(broker) = self.fetches.iter().find(late).map(|fetch| fetch.broker) {
            out.push(ConsumerOutput::CloseConnection { broker });
            self.disconnected(now, broker);
        }
    }

    /// When a fetch times out, or a broker is asked again.
    pub(super) fn fetcher_due(&self) -> Nanos {
        let timeout = self.settings.request_timeout;
        let timeouts = self.fetches.iter().map(|fetch| fetch.sent_at.saturating_add(timeout));
        let rests = self.backing_off.iter().map(|(_, until)| *until);
        timeouts.chain(rests).min().unwrap_or(Nanos::MAX)
    }
}

/// Keeps what the application may be given of an answer, and steps over the rest: markers, and, for who reads committed
/// records only, what was aborted (`CompletedFetch.nextFetchedRecord`).
fn buffer(owned: &mut OwnedPartition, from: Offset, result: &FetchedPartition, read_committed: bool) {
    let mut aborted = result.aborted.clone();
    aborted.sort_unstable_by_key(|transaction| transaction.first_offset);
    let (mut next_aborted, mut aborting) = (aborted.iter().peekable(), BTreeSet::new());
    for batch in &result.batches {
        while let Some(begun) = next_aborted.next_if(|begun| begun.first_offset < batch.end_offset()) {
            aborting.insert(begun.producer_id);
        }
        let is_aborted = batch.kind == BatchKind::Transactional && aborting.contains(&batch.producer_id);
        if batch.kind == BatchKind::Abort {
            aborting.remove(&batch.producer_id);
        }
        if batch.kind.is_control() || (read_committed && is_aborted) {
            step_over(owned, batch);
            continue;
        }
        let skipped = (from - batch.base_offset).clamp(0, i64::from(batch.records.count)) as u32;
        let records = skip(batch.records, skipped);
        let offset = batch.base_offset + i64::from(skipped);
        if records.count > 0 {
            let (epoch, next) = (batch.leader_epoch, batch.end_offset());
            owned.buffered.push_back(BufferedRecords { offset, records, epoch, next });
        }
    }
}

/// The application is not given this batch; its position goes past it.
fn step_over(owned: &mut OwnedPartition, batch: &Batch) {
    match owned.buffered.back_mut() {
        Some(last) => last.next = batch.end_offset(),
        None => (owned.position, owned.epoch) = (Some(batch.end_offset()), batch.leader_epoch),
    }
}

/// Records that `poll()` returned.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolledRecords {
    pub(super) partition: PartitionIx,
    pub(super) offset: Offset,
    pub(super) records: RecordRange,
    /// The leader epoch in which they were written.
    pub(super) epoch: LeaderEpoch,
}

impl PolledRecords {
    /// The first of them alone.
    pub(super) fn first(self) -> PolledRecords {
        PolledRecords { records: RecordRange { count: 1, ..self.records }, ..self }
    }

    /// Without the first `count`.
    pub(super) fn after(self, count: u32) -> PolledRecords {
        PolledRecords { offset: self.offset + i64::from(count), records: skip(self.records, count), ..self }
    }
}

fn skip(records: RecordRange, count: u32) -> RecordRange {
    RecordRange { first: records.first + u64::from(count), count: records.count - count, ..records }
}
