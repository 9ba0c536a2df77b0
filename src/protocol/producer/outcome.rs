//! What becomes of a batch: done, sent again, split or failed (`Sender.completeBatch`).

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::client::backoff;
use crate::protocol::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::producer::queue::{ConnectionState, Node};
use crate::protocol::producer::{PartitionResponse, Producer, ProducerOutput};
use crate::protocol::wire::{ErrorCode, Offset};

/// Whether the producer tries again after this error (`RetriableException`).
pub(crate) fn is_retriable(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotEnoughReplicas
            | ErrorCode::NotEnoughReplicasAfterAppend
            | ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::RequestTimedOut
            | ErrorCode::NetworkException
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::KafkaStorageError
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownLeaderEpoch
            | ErrorCode::OffsetNotAvailable
            | ErrorCode::CoordinatorNotAvailable
            | ErrorCode::NotCoordinator
            | ErrorCode::ConcurrentTransactions
    )
}

/// Whether it shows that the leader is another one (`InvalidMetadataException`).
fn is_stale_metadata(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::NetworkException
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::KafkaStorageError
            | ErrorCode::FencedLeaderEpoch
    )
}

/// Whether the batch may have been appended all the same (kafka.md#produce): NOT_LEADER_OR_FOLLOWER also answers a
/// batch whose leader was deposed while it waited for copies.
fn is_indefinite(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::RequestTimedOut
            | ErrorCode::NetworkException
            | ErrorCode::NotEnoughReplicasAfterAppend
            | ErrorCode::NotLeaderOrFollower
            | ErrorCode::KafkaStorageError
    )
}

impl Producer {
    pub(super) fn answered(
        &mut self,
        now: Nanos,
        broker: BrokerId,
        request: u64,
        results: &[PartitionResponse],
        out: &mut Vec<ProducerOutput>,
    ) {
        let Some(node) = self.nodes.iter_mut().find(|node| node.broker == broker) else { return };
        let Some(at) = node.in_flight.iter().position(|waiting| waiting.request == request) else { return };
        let Some(waiting) = node.in_flight.remove(at) else { return };
        for (place, (queue, id)) in waiting.batches.iter().enumerate() {
            let partition = self.queues[*queue as usize].partition;
            let same = results.get(place).filter(|result| result.partition == partition);
            let found = same.or_else(|| results.iter().find(|result| result.partition == partition));
            let unanswered = unanswered(partition, ErrorCode::NetworkException);
            self.settle_batch(now, *queue, *id, found.unwrap_or(&unanswered), out);
        }
        self.keep_ids(waiting.batches);
    }

    /// The broker reads nothing for so long: nothing is sent until then, and what is in flight has so much more time
    /// (`NetworkClient.maybeThrottle`).
    pub(super) fn throttled(&mut self, now: Nanos, broker: BrokerId, throttle: Nanos) {
        let Some(node) = self.nodes.iter_mut().find(|node| node.broker == broker) else { return };
        node.throttled_until = node.throttled_until.max(now.saturating_add(throttle));
        for waiting in &mut node.in_flight {
            waiting.sent_at = waiting.sent_at.saturating_add(throttle);
        }
    }

    /// A connection stands; the next one that breaks is made again without delay.
    pub(super) fn connected(&mut self, broker: BrokerId) {
        let opening =
            |node: &&mut Node| node.broker == broker && node.connection == ConnectionState::Connecting;
        if let Some(node) = self.nodes.iter_mut().find(opening) {
            (node.connection, node.failures) = (ConnectionState::Ready, 0);
        }
    }

    /// The connection is gone: nothing in flight to this broker will be answered.
    ///
    /// The oldest request is dealt with first, as `InFlightRequests.clearAll` does; without idempotence
    /// every one goes to the front of its queue, so that several come out in reverse order.
    pub(super) fn disconnected(
        &mut self,
        now: Nanos,
        broker: BrokerId,
        error: ErrorCode,
        out: &mut Vec<ProducerOutput>,
    ) {
        let linked = |node: &Node| node.broker == broker && node.connection != ConnectionState::Disconnected;
        let Some(place) = self.nodes.iter().position(linked) else { return };
        let (first, max) = (self.settings.reconnect_backoff, self.settings.reconnect_backoff_max);
        let wait = backoff(first, max, self.nodes[place].failures, &mut self.rng);
        let node = &mut self.nodes[place];
        node.failures += 1;
        node.connection = ConnectionState::Disconnected;
        node.blocked_until = now.saturating_add(wait);
        node.throttled_until = 0;
        let in_flight = std::mem::take(&mut node.in_flight);
        self.metadata.request();
        for waiting in in_flight {
            for (queue, id) in &waiting.batches {
                let lost = unanswered(self.queues[*queue as usize].partition, error);
                self.settle_batch(now, *queue, *id, &lost, out);
            }
            self.keep_ids(waiting.batches);
        }
    }

    fn settle_batch(
        &mut self,
        now: Nanos,
        queue: u32,
        id: BatchId,
        result: &PartitionResponse,
        out: &mut Vec<ProducerOutput>,
    ) {
        let line = &mut self.queues[queue as usize];
        // Whatever became of the batch, max.in.flight=1 waits for nothing more.
        if std::mem::take(&mut line.muted) {
            self.refresh_node_of(queue);
        }
        // Expired while it was in flight.
        let Some(batch) = self.batches.get_mut(id) else { return };
        batch.in_flight = false;
        batch.indefinite |= is_indefinite(result.error);
        match result.error {
            ErrorCode::None => self.complete(now, id, Some(result.base_offset), out),
            // The first attempt was appended and its answer lost: a success whose offset is no longer known.
            ErrorCode::DuplicateSequenceNumber => self.complete(now, id, Some(-1), out),
            ErrorCode::MessageTooLarge if batch.records.count > 1 => self.split(id),
            error => {
                let batch = batch.clone();
                self.failed_attempt(now, id, &batch, error, result, out);
            }
        }
        if result.error != ErrorCode::None || self.waits_for_sequences(queue) {
            self.refresh_node_of(queue);
        }
    }

    fn failed_attempt(
        &mut self,
        now: Nanos,
        id: BatchId,
        batch: &ProducerBatch,
        error: ErrorCode,
        result: &PartitionResponse,
        out: &mut Vec<ProducerOutput>,
    ) {
        if is_stale_metadata(error) && !self.learn_named_leader(batch.queue, result.current_leader) {
            self.metadata.request();
        }
        let out_of_order = self.settings.idempotent && error == ErrorCode::OutOfOrderSequenceNumber;
        let in_time = now < batch.created_at.saturating_add(self.settings.delivery_timeout);
        let transactional = self.settings.transactional.is_some();
        let goes_on = out_of_order && (!transactional || self.is_echo(batch));
        let again = in_time
            && batch.attempts < self.settings.retries
            && (is_retriable(error) || goes_on)
            && !self.lost_its_identity(batch);
        if !again {
            return self.fail(now, id, error, batch.attempts < self.settings.retries, out);
        }
        if out_of_order && !transactional {
            self.handle_out_of_order(batch);
        }
        self.enqueue_again(now, id);
    }

    /// Clients before 2.5 cannot send a batch again under a new producer id.
    fn lost_its_identity(&self, batch: &ProducerBatch) -> bool {
        self.settings.idempotent
            && !self.settings.bumps_epoch
            && (batch.producer_id, batch.producer_epoch) != (self.identity.id, self.identity.epoch)
    }

    /// Back into the queue: in the order of sequences, or without idempotence **at the front**.
    fn enqueue_again(&mut self, now: Nanos, id: BatchId) {
        let Some(batch) = self.batches.get_mut(id) else { return };
        let (first, max) = (self.settings.retry_backoff, self.settings.retry_backoff_max);
        batch.retry_at = now.saturating_add(backoff(first, max, batch.attempts, &mut self.rng));
        batch.attempts += 1;
        let (queue, sequence) = (batch.queue as usize, batch.base_sequence);
        self.insert_by_sequence(queue, id, sequence);
    }

    fn insert_by_sequence(&mut self, queue: usize, id: BatchId, sequence: i32) {
        let batches = &self.batches;
        let earlier = |other: &BatchId| {
            let other = batches.get(*other).map_or(-1, |batch| batch.base_sequence);
            sequence >= 0 && (0..sequence).contains(&other)
        };
        let queued = &mut self.queues[queue].batches;
        let at = queued.iter().take_while(|other| earlier(other)).count();
        queued.insert(at, id);
    }

    /// Success. `Some(-1)` is a success whose offset is not known, `None` one that nobody confirmed.
    pub(super) fn complete(
        &mut self,
        now: Nanos,
        id: BatchId,
        base_offset: Option<Offset>,
        out: &mut Vec<ProducerOutput>,
    ) {
        let Some(batch) = self.batches.remove(id) else { return };
        self.sequence_done(id, &batch);
        self.memory.give_back(batch.pooled);
        self.counts.acked += u64::from(batch.records.count);
        out.push(ProducerOutput::Acked {
            partition: self.queues[batch.queue as usize].partition,
            records: batch.records,
            base_offset: base_offset.filter(|offset| *offset >= 0),
            first_latency: now - batch.created_at,
            last_latency: now - batch.last_append_at,
        });
    }

    /// Failure for good. `refused`: a broker said so, and not for the last possible time.
    pub(super) fn fail(
        &mut self,
        now: Nanos,
        id: BatchId,
        error: ErrorCode,
        refused: bool,
        out: &mut Vec<ProducerOutput>,
    ) {
        let Some(batch) = self.batches.remove(id) else { return };
        self.sequence_failed(id, &batch, error, refused);
        if self.settings.transactional.is_some() {
            self.transaction_lost_batch(&batch, error, out);
        }
        self.memory.give_back(batch.pooled);
        self.counts.failed += u64::from(batch.records.count);
        out.push(ProducerOutput::Failed {
            partition: self.queues[batch.queue as usize].partition,
            records: batch.records,
            error,
            indefinite: batch.indefinite || batch.in_flight,
            first_latency: now - batch.created_at,
        });
    }

    /// `delivery.timeout.ms` has passed, queued or in flight.
    pub(super) fn expire(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        while let Some((created_at, id)) = self.expiry.front().copied() {
            let Some(batch) = self.batches.get(id) else {
                self.expiry.pop_front();
                continue;
            };
            if now < created_at.saturating_add(self.settings.delivery_timeout) {
                break;
            }
            self.expiry.pop_front();
            let (queue, retried) = (batch.queue, batch.attempts > 0);
            self.queues[queue as usize].batches.retain(|queued| *queued != id);
            self.fail(now, id, ErrorCode::RequestTimedOut, false, out);
            // Whether the broker has its sequence is not known: a later batch could be refused for ever, or
            // close a gap that is none. So nothing new goes out until the rest has settled.
            if self.settings.idempotent && retried {
                self.mark_unresolved(queue);
            }
            self.refresh_node_of(queue);
        }
    }

    /// A request that is not answered in time costs the whole connection (`handleTimedOutRequests`).
    pub(super) fn time_out_requests(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        for node in 0..self.nodes.len() {
            let timeout = self.settings.request_timeout;
            let oldest = self.nodes[node].in_flight.front();
            if oldest.is_some_and(|waiting| waiting.sent_at.saturating_add(timeout) <= now) {
                let broker = self.nodes[node].broker;
                out.push(ProducerOutput::CloseConnection { broker });
                self.disconnected(now, broker, ErrorCode::RequestTimedOut, out);
            }
        }
    }

    /// Too large for the topic: cut at `batch.size` and sent again. A batch that is not larger than that
    /// comes out whole, and goes round until it expires (KAFKA-8350).
    fn split(&mut self, id: BatchId) {
        let Some(whole) = self.batches.remove(id) else { return };
        self.memory.give_back(whole.pooled);
        self.queues[whole.queue as usize].sequences.open.retain(|open| *open != id);
        let header = super::size::BATCH_HEADER_BYTES;
        let body = u64::from(whole.bytes - header);
        let room = u64::from(self.settings.batch_size.saturating_sub(header).max(1));
        let pieces = body.div_ceil(room).clamp(1, u64::from(whole.records.count)) as u32;
        self.ratio = super::compression::RatioEstimate::new();
        for piece in (0..pieces).rev() {
            let part = piece_of(&whole, piece, pieces);
            let sequence = part.base_sequence;
            let id = self.batches.add(part);
            self.insert_by_sequence(whole.queue as usize, id, sequence);
            self.open_by_sequence(whole.queue as usize, id, sequence);
            let at = self.expiry.partition_point(|(created_at, _)| *created_at <= whole.created_at);
            self.expiry.insert(at, (whole.created_at, id));
        }
        self.refresh_node_of(whole.queue);
    }

    fn open_by_sequence(&mut self, queue: usize, id: BatchId, sequence: i32) {
        if sequence < 0 {
            return;
        }
        let batches = &self.batches;
        let open = &mut self.queues[queue].sequences.open;
        let earlier = |other: &BatchId| batches.get(*other).is_some_and(|b| b.base_sequence < sequence);
        let at = open.partition_point(earlier);
        open.insert(at, id);
    }
}

fn unanswered(partition: PartitionIx, error: ErrorCode) -> PartitionResponse {
    PartitionResponse { partition, error, base_offset: -1, current_leader: None }
}

/// The `piece`-th of equal parts of a batch; parts take no memory from the pool.
fn piece_of(whole: &ProducerBatch, piece: u32, pieces: u32) -> ProducerBatch {
    let share = |upto: u32| (u64::from(whole.records.count) * u64::from(upto) / u64::from(pieces)) as u32;
    let (from, to) = (share(piece), share(piece + 1));
    let body = whole.bytes - super::size::BATCH_HEADER_BYTES;
    let bytes = (u64::from(body) * u64::from(to - from) / u64::from(whole.records.count)) as u32;
    let mut part = whole.clone();
    part.records.first += u64::from(from);
    part.records.count = to - from;
    part.bytes = super::size::BATCH_HEADER_BYTES + bytes;
    (part.wire_bytes, part.pooled) = (0, 0);
    (part.attempts, part.retry_at) = (0, 0);
    if whole.base_sequence >= 0 {
        part.base_sequence = super::sequence::sequence_after(whole.base_sequence, from);
    }
    part
}
