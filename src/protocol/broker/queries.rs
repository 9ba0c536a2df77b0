//! Questions that change nothing: ends of epochs, ends of logs, leaders, the nearest replica.

use super::replica::Role;
use super::{Broker, Step};
use crate::model::{BrokerId, PartitionIx};
use crate::protocol::messages::{
    BrokerResponse, EpochEndOffset, ListOffsetsPartition, ListOffsetsPartitionResponse,
    OffsetForLeaderPartition, OffsetSpec, PartitionLeader, Peer,
};
use crate::protocol::wire::{EpochEnd, ErrorCode, Offset};

impl Broker {
    /// `OffsetsForLeaderEpoch` (KIP-101, KIP-279, KIP-320).
    pub(super) fn serve_epoch_ends(
        &self,
        step: &mut Step<'_>,
        from: Peer,
        correlation: u64,
        asked: &[OffsetForLeaderPartition],
    ) {
        let response = asked.iter().map(|asked| match self.epoch_end(asked) {
            Ok(end) => EpochEndOffset { partition: asked.partition, error: ErrorCode::None, end },
            Err(error) => EpochEndOffset { partition: asked.partition, error, end: None },
        });
        step.respond(from, correlation, BrokerResponse::OffsetsForLeaderEpoch(response.collect()));
    }

    fn epoch_end(&self, asked: &OffsetForLeaderPartition) -> Result<Option<EpochEnd>, ErrorCode> {
        let place = self.led(asked.partition)?;
        self.check_epoch(place, asked.current_leader_epoch)?;
        Ok(self.replicas[place as usize].log().end_offset_for(asked.epoch))
    }

    fn led(&self, partition: PartitionIx) -> Result<u32, ErrorCode> {
        let place = self.place(partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let leads = matches!(self.replicas[place as usize].role, Role::Leader(_));
        if leads { Ok(place) } else { Err(ErrorCode::NotLeaderOrFollower) }
    }

    pub(super) fn serve_offsets(
        &self,
        step: &mut Step<'_>,
        from: Peer,
        correlation: u64,
        asked: &[ListOffsetsPartition],
    ) {
        let response = asked.iter().map(|asked| {
            let partition = asked.partition;
            match self.offset_at(from, asked) {
                Ok((offset, leader_epoch)) => {
                    ListOffsetsPartitionResponse { partition, error: ErrorCode::None, offset, leader_epoch }
                }
                Err(error) => ListOffsetsPartitionResponse { partition, error, offset: -1, leader_epoch: -1 },
            }
        });
        step.respond(from, correlation, BrokerResponse::ListOffsets(response.collect()));
    }

    /// A new leader does not tell its high watermark before it has reached the start of its epoch: it
    /// could be behind what consumers have seen (KIP-207).
    fn offset_at(&self, from: Peer, asked: &ListOffsetsPartition) -> Result<(Offset, i32), ErrorCode> {
        let place = self.led(asked.partition)?;
        self.check_epoch(place, asked.current_leader_epoch)?;
        let replica = &self.replicas[place as usize];
        let start = replica.leader_state().map_or(0, |leader_state| leader_state.epoch_start);
        let offset = match (asked.position, from) {
            (OffsetSpec::Earliest, _) => replica.log().start(),
            (OffsetSpec::Latest, Peer::Broker(_)) => replica.log().end(),
            _ if replica.high_watermark < start => return Err(ErrorCode::OffsetNotAvailable),
            (OffsetSpec::Latest, Peer::Client(_)) => replica.high_watermark,
            (OffsetSpec::LatestCommitted, _) => replica.last_stable_offset(),
        };
        let epoch = replica.log().epochs().epoch_at(offset.min(replica.log().end() - 1));
        Ok((offset, epoch.unwrap_or(-1)))
    }

    pub(super) fn serve_metadata(
        &self,
        step: &mut Step<'_>,
        from: Peer,
        correlation: u64,
        asked: &[PartitionIx],
    ) {
        let known = |partition: PartitionIx| {
            let state = self.process.metadata.partition(partition)?;
            let (leader, leader_epoch) = (state.leader, state.leader_epoch);
            let leader_rack = leader.and_then(|leader| self.process.metadata.brokers.get(&leader)?.rack);
            Some(PartitionLeader { partition, leader, leader_rack, leader_epoch })
        };
        let unknown =
            |partition| PartitionLeader { partition, leader: None, leader_rack: None, leader_epoch: -1 };
        let response = if asked.is_empty() {
            (0..self.process.metadata.partitions.len())
                .filter_map(|at| known(PartitionIx(at as u32)))
                .collect()
        } else {
            asked.iter().map(|partition| known(*partition).unwrap_or_else(|| unknown(*partition))).collect()
        };
        step.respond(from, correlation, BrokerResponse::Metadata(response));
    }

    /// The follower that a consumer in `rack` should read from (`RackAwareReplicaSelector`): of the ISR in
    /// that rack that have the offset, the one with most, unless the leader is in that rack itself.
    pub(super) fn preferred_replica(&self, place: u32, rack: u32, offset: Offset) -> Option<BrokerId> {
        if !self.settings.rack_aware_reads || self.settings.rack == Some(rack) {
            return None;
        }
        let leader_state = self.replicas[place as usize].leader_state()?;
        let near = leader_state.remotes.iter().filter(|remote| {
            let broker = self.process.metadata.brokers.get(&remote.broker);
            broker.is_some_and(|broker| broker.is_active() && broker.rack == Some(rack))
                && leader_state.isr.members().contains(&remote.broker)
                && (remote.log_start..=remote.log_end).contains(&offset)
        });
        let best = near.max_by_key(|remote| (remote.log_end, remote.last_caught_up, remote.broker));
        best.map(|remote| remote.broker)
    }
}
