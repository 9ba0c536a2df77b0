//! The sender: which batches are ready, and what goes into a request (`Sender`, `RecordAccumulator.drain`).

use crate::model::{Nanos, PartitionIx};
use crate::protocol::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::producer::queue::{ConnectionState, InFlightRequest};
use crate::protocol::producer::size::BATCH_HEADER_BYTES;
use crate::protocol::producer::{Producer, ProducerOutput, ProducerRequest};
use crate::protocol::wire::{Acks, Batch, BatchKind, Timestamp};

impl Producer {
    /// Sends whatever can be sent; `true` when a request went out.
    pub(super) fn send_ready(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) -> bool {
        let mut sent = false;
        for node in 0..self.nodes.len() {
            if self.nodes[node].stale {
                self.refresh_node(now, node);
            }
            self.connect(now, node, out);
            while self.next_send(node) <= now && self.can_send(node) {
                if !self.drain(now, node, out) {
                    break;
                }
                sent = true;
            }
        }
        sent
    }

    /// Asks for a connection to a node that has something ready. Until it stands nothing is drained: batches
    /// stay open, and nobody can say that they may be in the log (`NetworkClient.ready`).
    fn connect(&mut self, now: Nanos, node: usize, out: &mut Vec<ProducerOutput>) {
        let node = &mut self.nodes[node];
        if node.connection == ConnectionState::Disconnected
            && node.ready_at <= now
            && node.blocked_until <= now
        {
            node.connection = ConnectionState::Connecting;
            out.push(ProducerOutput::Connect { broker: node.broker });
        }
    }

    /// Whether a node takes another request: connected, and fewer than `max.in.flight` unanswered.
    pub(super) fn can_send(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        node.connection == ConnectionState::Ready && node.in_flight.len() < self.settings.max_in_flight
    }

    /// When a node has something ready and may send it.
    fn next_send(&self, node: usize) -> Nanos {
        self.nodes[node].ready_at.max(self.nodes[node].throttled_until)
    }

    /// When a node has something to do by itself.
    pub(super) fn node_due(&self, node: usize) -> Nanos {
        let (can_send, next_send, node) = (self.can_send(node), self.next_send(node), &self.nodes[node]);
        match node.connection {
            ConnectionState::Ready if can_send => next_send,
            ConnectionState::Disconnected => node.ready_at.max(node.blocked_until),
            ConnectionState::Ready | ConnectionState::Connecting => Nanos::MAX,
        }
    }

    /// One request: the head batch of every partition that the node leads, **ready or not**, up to
    /// `max.request.size` (`drainBatchesForOneNode`).
    fn drain(&mut self, now: Nanos, node: usize, out: &mut Vec<ProducerOutput>) -> bool {
        let mut batches = self.spare_requests.pop().unwrap_or_default();
        let mut ids = self.spare_ids.pop().unwrap_or_default();
        let (start, count) = (self.nodes[node].drain_from, self.nodes[node].queues.len());
        let mut bytes = 0;
        let mut next_ready = Nanos::MAX;
        for step in 0..count {
            let at = (start + step) % count;
            let queue = self.nodes[node].queues[at];
            if let Some((id, size)) = self.drainable_head(now, queue) {
                // The next request starts here, so that the partitions behind are not starved by those before.
                if bytes + size > self.settings.max_request_size && !ids.is_empty() {
                    self.nodes[node].drain_from = at;
                    next_ready = now;
                    break;
                }
                bytes += size;
                self.take_head(queue, id);
                batches.push((self.queues[queue as usize].partition, self.on_the_wire(id)));
                ids.push((queue, id));
            }
            next_ready = next_ready.min(self.ready_time(now, queue));
        }
        self.nodes[node].ready_at = next_ready;
        if ids.is_empty() {
            self.spare_requests.push(batches);
            self.spare_ids.push(ids);
            return false;
        }
        self.hand_over(now, node, batches, ids, out);
        true
    }

    /// The head of a partition's queue, if it may go out in a request of its node.
    fn drainable_head(&self, now: Nanos, queue: u32) -> Option<(BatchId, u32)> {
        let line = &self.queues[queue as usize];
        let id = *line.batches.front().filter(|_| !line.muted)?;
        let head = self.batches.get(id)?;
        let backing_off = self.backs_off(head) && head.retry_at > now;
        let allowed = !backing_off && self.sequence_allows(queue, head);
        allowed.then(|| (id, self.wire_size(head)))
    }

    /// A retry waits, unless the leader has changed since it was sent (KIP-951).
    fn backs_off(&self, head: &ProducerBatch) -> bool {
        let moved = self.queues[head.queue as usize].epoch > head.sent_epoch;
        head.attempts > 0 && !(self.settings.leader_in_answer && moved)
    }

    fn wire_size(&self, batch: &ProducerBatch) -> u32 {
        if batch.wire_bytes > 0 {
            return batch.wire_bytes;
        }
        let ratio = self.settings.codec.ratio_permille(batch.records.count);
        let body = u64::from(batch.bytes - BATCH_HEADER_BYTES) * u64::from(ratio) / 1000;
        BATCH_HEADER_BYTES + body as u32
    }

    fn take_head(&mut self, queue: u32, id: BatchId) {
        let line = &mut self.queues[queue as usize];
        line.batches.pop_front();
        // Strict order without idempotence: a batch that fails cannot be overtaken by the next.
        line.muted = self.settings.max_in_flight == 1;
        let epoch = line.epoch;
        let Some(batch) = self.batches.get(id) else { return };
        let (wire_bytes, first_time) = (self.wire_size(batch), batch.wire_bytes == 0);
        if first_time {
            self.ratio.learn(self.settings.codec.ratio_permille(batch.records.count));
        }
        if self.settings.idempotent && batch.base_sequence < 0 {
            self.assign_sequence(queue, id);
        }
        if let Some(batch) = self.batches.get_mut(id) {
            (batch.wire_bytes, batch.sent_epoch) = (wire_bytes, epoch);
            (batch.closed, batch.in_flight) = (true, true);
        }
    }

    fn on_the_wire(&self, id: BatchId) -> Batch {
        let batch = self.batches.get(id);
        debug_assert!(batch.is_some(), "a drained batch is batch");
        let batch = batch.cloned().unwrap_or_else(|| ProducerBatch::new(0, NOTHING, 0, 0));
        Batch {
            base_offset: 0,
            records: batch.records,
            bytes: batch.wire_bytes,
            leader_epoch: -1,
            producer_id: batch.producer_id,
            producer_epoch: batch.producer_epoch,
            base_sequence: batch.base_sequence,
            created_at: batch.created_at,
            max_timestamp: batch.last_append_at as Timestamp - self.settings.record_age as Timestamp,
            kind: self.settings.transactional.as_ref().map_or(BatchKind::Plain, |_| BatchKind::Transactional),
        }
    }

    fn hand_over(
        &mut self,
        now: Nanos,
        node: usize,
        batches: Vec<(PartitionIx, Batch)>,
        ids: Vec<(u32, BatchId)>,
        out: &mut Vec<ProducerOutput>,
    ) {
        let request = self.next_request;
        self.next_request += 1;
        let (broker, acks) = (self.nodes[node].broker, self.settings.acks);
        let timeout = self.settings.request_timeout;
        out.push(ProducerOutput::Request(ProducerRequest { id: request, broker, acks, timeout, batches }));
        if acks == Acks::Zero {
            // Written to the socket is success: nobody hears of what the broker does with it.
            for (_, id) in &ids {
                self.complete(now, *id, None, out);
            }
            return self.keep_ids(ids);
        }
        self.transaction_sends();
        self.nodes[node].in_flight.push_back(InFlightRequest { request, sent_at: now, batches: ids });
    }

    /// When the head batch of a partition is ready by itself (`RecordAccumulator.batchReady`).
    pub(super) fn ready_time(&self, now: Nanos, queue: u32) -> Nanos {
        let line = &self.queues[queue as usize];
        let head = line.batches.front().filter(|_| !line.muted).and_then(|id| self.batches.get(*id));
        let Some(head) = head.filter(|head| self.sequence_allows(queue, head)) else { return Nanos::MAX };
        let settings = &self.settings;
        if self.backs_off(head) {
            return head.retry_at;
        }
        let full = head.closed || line.batches.len() > 1;
        let flushed = self.flushed_at.is_some_and(|at| head.created_at <= at);
        if full || flushed || self.exhausted() {
            return now;
        }
        head.created_at.saturating_add(settings.linger).saturating_add(settings.sender_slack)
    }

    /// Looks again at when a node has something ready.
    pub(super) fn refresh_node(&mut self, now: Nanos, node: usize) {
        let queues = &self.nodes[node].queues;
        let ready_at = queues.iter().map(|queue| self.ready_time(now, *queue)).min().unwrap_or(Nanos::MAX);
        (self.nodes[node].ready_at, self.nodes[node].stale) = (ready_at, false);
    }

    pub(super) fn refresh_all_nodes(&mut self, now: Nanos) {
        for node in 0..self.nodes.len() {
            self.refresh_node(now, node);
        }
    }

    /// Something about a partition changed: its node is looked at again by the next drain.
    pub(super) fn refresh_node_of(&mut self, queue: u32) {
        if let Some(node) = self.queues[queue as usize].node {
            self.nodes[node as usize].stale = true;
        }
    }

    pub(super) fn keep_ids(&mut self, mut ids: Vec<(u32, BatchId)>) {
        ids.clear();
        self.spare_ids.push(ids);
    }
}

const NOTHING: crate::protocol::wire::RecordRange =
    crate::protocol::wire::RecordRange { producer: 0, first: 0, count: 0 };
