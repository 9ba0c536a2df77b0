//! A leader's request for another ISR: checked in Kafka's order, then made (KIP-497, kafka.md#isr-changes).

use crate::model::BrokerId;
use crate::protocol::controller::image::{Batch, Image};
use crate::protocol::controller::messages::Cause;
use crate::protocol::controller::partition_change::Target;
use crate::protocol::wire::{
    AlterPartition, AlterPartitionAnswer, BrokerEpoch, ErrorCode, PartitionState, Recovery,
};

impl Image {
    /// Makes the change or says why not. The sender's own epoch is checked before.
    pub fn alter_partition(
        &mut self,
        from: BrokerId,
        request: &AlterPartition,
        batch: &mut Batch,
    ) -> AlterPartitionAnswer {
        let partition = request.partition;
        let refuse = |error| AlterPartitionAnswer { partition, error, state: None };
        let Some(entry) = self.partitions.get(partition) else {
            return refuse(ErrorCode::UnknownTopicOrPartition);
        };
        let error = validate(&entry.state, from, request);
        if error != ErrorCode::None {
            return refuse(error);
        }
        if request.new_isr.iter().any(|(id, epoch)| !self.eligible(*id, *epoch)) {
            return refuse(ErrorCode::IneligibleReplica);
        }
        let target = Target {
            recovery: Some(request.recovery),
            ..Target::isr(request.new_isr.iter().map(|(id, _)| *id).collect(), self.election(entry.topic))
        };
        self.change(partition, target, None, Cause::AlterPartition { leader: from }, batch);
        match self.partitions.get(partition) {
            Some(entry) if entry.state.leader != Some(from) => refuse(ErrorCode::NewLeaderElected),
            entry => AlterPartitionAnswer {
                partition,
                error: ErrorCode::None,
                state: entry.map(|entry| entry.state.clone()),
            },
        }
    }

    /// Whether a broker may be in an ISR: active, and of the epoch that the leader saw (-1 skips that).
    fn eligible(&self, broker: BrokerId, seen: BrokerEpoch) -> bool {
        self.brokers.get(&broker).is_some_and(|registered| {
            let skip = seen == -1 || !self.profile.broker_epoch_check;
            registered.is_active() && (skip || seen == registered.epoch)
        })
    }
}

/// All refusals but those that concern other brokers, in the order in which Kafka looks.
pub(crate) fn validate(state: &PartitionState, from: BrokerId, request: &AlterPartition) -> ErrorCode {
    let isr = || request.new_isr.iter().map(|(id, _)| *id);
    let recovering = request.recovery == Recovery::Recovering;
    let twice = || isr().enumerate().any(|(place, id)| isr().take(place).any(|other| other == id));
    let foreign = || isr().any(|id| !state.replicas.contains(&id));
    match () {
        () if request.leader_epoch > state.leader_epoch => ErrorCode::NotController,
        () if request.partition_epoch > state.partition_epoch => ErrorCode::NotController,
        () if request.leader_epoch < state.leader_epoch => ErrorCode::FencedLeaderEpoch,
        () if state.leader != Some(from) => ErrorCode::InvalidRequest,
        () if request.partition_epoch < state.partition_epoch => ErrorCode::InvalidUpdateVersion,
        () if foreign() || twice() => ErrorCode::InvalidRequest,
        () if !isr().any(|id| id == from) => ErrorCode::InvalidRequest,
        () if recovering && request.new_isr.len() > 1 => ErrorCode::InvalidRequest,
        () if recovering && state.recovery == Recovery::Recovered => ErrorCode::InvalidRequest,
        () => ErrorCode::None,
    }
}
