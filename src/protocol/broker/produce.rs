//! `Produce`: refuse, append, answer now or when the ISR has it (`ReplicaManager.appendRecords`, kafka.md#produce).

use super::append::respond_to_produce;
use super::replica::Role;
use super::{Broker, BrokerEvent, HwCause, Step};
use crate::model::PartitionIx;
use crate::protocol::messages::{BrokerResponse, Peer, ProducePartitionResponse, ProduceRequest};
use crate::protocol::producer_state::SequenceCheck;
use crate::protocol::purgatory::{CompletedProduce, ProducePartitionStatus};
use crate::protocol::timers::Timer;
use crate::protocol::wire::{Acks, Batch, ErrorCode, Offset, Timestamp};
use std::collections::BTreeSet;

/// A batch in the log.
struct LogAppendResult {
    place: u32,
    base_offset: Offset,
    /// The high watermark that commits it.
    required: Offset,
    duplicate: bool,
}

impl Broker {
    pub(super) fn produce(
        &mut self,
        step: &mut Step<'_>,
        from: Peer,
        correlation: u64,
        request: ProduceRequest,
    ) {
        let mut parts = Vec::with_capacity(request.batches.len());
        let mut appended = std::mem::take(&mut self.appended);
        for (partition, batch) in &request.batches {
            let result = self.append_batch(step, *partition, batch, request.acks);
            let (error, base_offset, duplicate) = match &result {
                Ok(done) => (ErrorCode::None, done.base_offset, done.duplicate),
                Err(error) => (*error, -1, false),
            };
            if let Ok(LogAppendResult { place, required, .. }) = result {
                appended.push((place, parts.len() as u32, required));
            }
            parts.push(ProducePartitionResponse { partition: *partition, error, base_offset, duplicate });
        }
        match request.acks {
            Acks::Zero if parts.iter().any(|part| part.error != ErrorCode::None) => {
                step.respond(from, correlation, BrokerResponse::Disconnect);
            }
            Acks::Zero => {}
            Acks::One => step.respond(from, correlation, BrokerResponse::Produce(parts)),
            Acks::All => {
                let response = CompletedProduce { peer: from, correlation, parts };
                self.respond_or_delay(step, response, &appended, request.timeout_ns);
            }
        }
        appended.clear();
        self.appended = appended;
    }

    fn append_batch(
        &mut self,
        step: &mut Step<'_>,
        partition: PartitionIx,
        batch: &Batch,
        acks: Acks,
    ) -> Result<LogAppendResult, ErrorCode> {
        let place = self.place(partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let replica = &self.replicas[place as usize];
        let Role::Leader(leader_state) = &replica.role else { return Err(ErrorCode::NotLeaderOrFollower) };
        // Before the append, so that a refused write leaves nothing behind. acks=1 and acks=0 never ask.
        if acks == Acks::All && leader_state.is_under_min_isr(replica.min_isr) {
            return Err(self.refuse_write(step, place, ErrorCode::NotEnoughReplicas));
        }
        if batch.bytes > replica.settings.max_message_bytes || batch.records.count == 0 {
            let empty = batch.records.count == 0;
            return Err(if empty { ErrorCode::InvalidRequest } else { ErrorCode::MessageTooLarge });
        }
        if batch.kind.is_control() {
            return match replica.producers.check_marker(batch) {
                Ok(()) => Ok(self.append_new(step, place, batch)),
                Err(error) => Err(error),
            };
        }
        match replica.producers.check(batch, step.now, self.settings.producer_id_expiration_ns) {
            SequenceCheck::Append => Ok(self.append_new(step, place, batch)),
            SequenceCheck::Duplicate(base_offset) => {
                step.event(BrokerEvent::Duplicate { partition, base_offset });
                // A repeated batch is acknowledged like the first: acks=all still waits until it is committed.
                let required = base_offset + Offset::from(batch.records.count);
                Ok(LogAppendResult { place, base_offset, required, duplicate: true })
            }
            SequenceCheck::Refuse(error) => Err(self.refuse_write(step, place, error)),
        }
    }

    fn append_new(&mut self, step: &mut Step<'_>, place: u32, batch: &Batch) -> LogAppendResult {
        let policy = self.append_policy(place);
        let replica = &mut self.replicas[place as usize];
        let epoch = replica.leader_epoch();
        let mut batch = *batch;
        if replica.settings.log_append_time {
            batch.max_timestamp = step.now as Timestamp;
        }
        let (base_offset, flush) = replica.storage.append_as_leader(batch, epoch, policy);
        replica.producers.update(&Batch { base_offset, ..batch }, step.now);
        let end_offset = base_offset + Offset::from(batch.records.count);
        if self.detail {
            let partition = replica.partition;
            step.event(BrokerEvent::Appended { partition, base_offset, end_offset, as_leader: true });
        }
        self.written(step, place, u64::from(batch.bytes), flush);
        // Followers learn of data only through their waiting fetches; the high watermark moves with the fetch after.
        self.wake_followers(place, base_offset);
        // With the leader alone in the ISR nobody else will ever move it.
        self.advance_high_watermark(step, place, HwCause::Append);
        LogAppendResult { place, base_offset, required: end_offset, duplicate: false }
    }

    fn refuse_write(&self, step: &mut Step<'_>, place: u32, error: ErrorCode) -> ErrorCode {
        let replica = &self.replicas[place as usize];
        let isr = replica.leader_state().map_or(0, |leader_state| leader_state.isr.members().len()) as u32;
        let (partition, min_isr) = (replica.partition, replica.min_isr as u32);
        step.event(BrokerEvent::WriteFailed { partition, error, isr, min_isr });
        error
    }

    /// Answers an `acks=all` write, or parks it until the high watermark has passed all its batches.
    fn respond_or_delay(
        &mut self,
        step: &mut Step<'_>,
        mut response: CompletedProduce,
        appended: &[(u32, u32, Offset)],
        timeout: u64,
    ) {
        let mut open = false;
        for &(place, part, required) in appended {
            let committed = required <= self.replicas[place as usize].high_watermark;
            open |= !committed;
            response.parts[part as usize].error =
                if committed { self.committed_write_error(step, place) } else { ErrorCode::RequestTimedOut };
        }
        if !open {
            return respond_to_produce(step, response);
        }
        let ticket = self.process.purgatory.park(response, step.now, timeout);
        for &(place, part, required) in appended {
            let replica = &mut self.replicas[place as usize];
            if required > replica.high_watermark {
                let after = replica.delayed_produces.iter().rposition(|waiting| waiting.required <= required);
                replica
                    .delayed_produces
                    .insert(after.map_or(0, |at| at + 1), ProducePartitionStatus { required, ticket, part });
            }
        }
        self.arm_purgatory(step.now + timeout);
    }

    fn arm_purgatory(&mut self, at: u64) {
        if self.process.purgatory_timer.is_none_or(|armed| at < armed) {
            self.process.purgatory_timer = Some(at);
            self.timers.set(at, Timer::Purgatory);
        }
    }

    /// Answers writes whose time is over. What they wait for stays in the log and may be committed yet.
    pub(super) fn expire_delayed_produces(&mut self, step: &mut Step<'_>) {
        self.process.purgatory_timer = None;
        let mut places = BTreeSet::new();
        while let Some((response, late)) = self.process.purgatory.expire(step.now) {
            for place in late.into_iter().filter_map(|partition| self.place(partition)) {
                self.refuse_write(step, place, ErrorCode::RequestTimedOut);
                places.insert(place);
            }
            respond_to_produce(step, response);
        }
        let purgatory = &self.process.purgatory;
        for place in places {
            self.replicas[place as usize]
                .delayed_produces
                .retain(|waiting| purgatory.is_waiting(waiting.ticket));
        }
        if let Some(next) = self.process.purgatory.next_deadline() {
            self.arm_purgatory(next);
        }
    }
}
