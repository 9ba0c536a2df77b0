//! What brokers answer, looked at when they do: acknowledgements and what consumers are given to read.

use super::{Auditor, catalogue, replica};
use crate::model::{BrokerId, PartitionIx};
use crate::protocol::broker::Replica;
use crate::protocol::leader::LeaderState;
use crate::protocol::messages::{BrokerResponse, ProducePartitionResponse};
use crate::protocol::wire::{Acks, ErrorCode, FetchedPartition, Offset, RecordRange};
use crate::sim::observed::Observed;

impl Auditor {
    /// A broker answers a client.
    pub(in crate::sim) fn answered(
        &mut self,
        world: &Observed<'_>,
        id: BrokerId,
        client: u32,
        answer: &BrokerResponse,
    ) {
        match answer {
            BrokerResponse::Produce(results) => {
                let producer = world.clients.producers().get(client as usize);
                if producer.is_some_and(|host| host.producer.settings().acks == Acks::All) {
                    // With others in the request, a part may have been settled earlier, in another ISR.
                    let alone = results.len() == 1;
                    results.iter().for_each(|result| self.acknowledged(world, id, result, alone));
                }
            }
            BrokerResponse::Fetch(fetched) => {
                fetched.partitions.iter().for_each(|part| self.given_to_read(world, id, part));
            }
            _ => {}
        }
    }

    fn acknowledged(
        &mut self,
        world: &Observed<'_>,
        id: BrokerId,
        result: &ProducePartitionResponse,
        alone: bool,
    ) {
        let Some(leader) = replica(world, id, result.partition) else { return };
        let Some(leadership) = leader.leader_state() else { return };
        if result.error != ErrorCode::None || result.base_offset < 0 {
            return;
        }
        let mut end = result.base_offset;
        leader.log().for_each_batch(result.base_offset, |batch| {
            end = batch.end_offset();
            false
        });
        if let Some(detail) = self.not_safe(world, id, leader, leadership, end).or_else(|| {
            let counted = leadership.isr.maximal_isr_len(world.profile);
            let few = alone && counted < leader.min_isr();
            few.then(|| format!("leader {id}: {counted} in sync, minimum {}", leader.min_isr()))
        }) {
            self.report(world, &catalogue::ACKS_ALL, Some(result.partition), detail);
        }
    }

    fn not_safe(
        &self,
        world: &Observed<'_>,
        id: BrokerId,
        leader: &Replica,
        leadership: &LeaderState,
        end: Offset,
    ) -> Option<String> {
        let ix = leader.partition();
        if leader.high_watermark() < end {
            return Some(format!(
                "leader {id}: {end} answered at high watermark {}",
                leader.high_watermark()
            ));
        }
        let without = leadership.remotes.iter().find(|remote| {
            let lost = self.has_shortfall(ix, remote.broker);
            let behind = replica(world, remote.broker, ix).is_some_and(|one| one.log().end() < end);
            leadership.isr.in_maximal_isr(remote.broker, world.profile) && !lost && behind
        });
        without.map(|remote| format!("leader {id}: {end} answered, broker {} has it not", remote.broker))
    }

    fn given_to_read(&mut self, world: &Observed<'_>, id: BrokerId, given: &FetchedPartition) {
        let Some(replica) = replica(world, id, given.partition) else { return };
        let mark = replica.high_watermark();
        if let Some(batch) = given.batches.iter().find(|batch| batch.end_offset() > mark) {
            let detail = format!("broker {id} gives {} at high watermark {mark}", batch.end_offset());
            self.report(world, &catalogue::READS, Some(given.partition), detail);
        }
    }

    /// A consumer has processed records: they are those that were committed at these offsets.
    pub(in crate::sim) fn read(
        &mut self,
        world: &Observed<'_>,
        ix: PartitionIx,
        offset: Offset,
        records: RecordRange,
    ) {
        let Some(memory) = self.partitions.get_mut(ix.at()) else { return };
        let end = offset + Offset::from(records.count);
        memory.read_upto = memory.read_upto.max(end);
        let mut same = 0;
        memory.ghost.log().for_each_range(offset, |at, _, range| {
            let number = records.first + (at - offset) as u64;
            let agrees = range.producer == records.producer && range.first == number;
            same += if agrees { u64::from(range.count) } else { 0 };
            agrees && at + Offset::from(range.count) < end
        });
        if same < u64::from(records.count) {
            let detail = format!("read {}..{end}, of which {same} are as committed", offset);
            self.report_ever(world, &catalogue::CONSISTENT_READ, ix, detail);
        }
    }
}
