//! A leader's request for another ISR: checked in Kafka's order, then made (KIP-497, kafka.md#isr-changes).

use crate::model::BrokerId;
use crate::protocol::controller::image::{Image, MetadataBatchBuilder};
use crate::protocol::controller::messages::Cause;
use crate::protocol::controller::partition_change::PartitionTarget;
use crate::protocol::wire::{
    AlterPartition, AlterPartitionResponse, BrokerEpoch, ErrorCode, PartitionRegistration, Recovery,
};

impl Image {
    /// Makes the change or says why not. The sender's own epoch is checked before.
    pub fn alter_partition(
        &mut self,
        from: BrokerId,
        request: &AlterPartition,
        batch: &mut MetadataBatchBuilder,
    ) -> AlterPartitionResponse {
        let partition = request.partition;
        let refuse = |error| AlterPartitionResponse { partition, error, state: None };
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
        let target = PartitionTarget {
            recovery: Some(request.recovery),
            ..PartitionTarget::isr(
                request.new_isr.iter().map(|(id, _)| *id).collect(),
                self.election(entry.topic),
            )
        };
        self.change(partition, target, None, Cause::AlterPartition { leader: from }, batch);
        match self.partitions.get(partition) {
            Some(entry) if entry.state.leader != Some(from) => refuse(ErrorCode::NewLeaderElected),
            entry => AlterPartitionResponse {
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
pub(crate) fn validate(state: &PartitionRegistration, from: BrokerId, request: &AlterPartition) -> ErrorCode {
    // An epoch from the future: this controller is behind, and the leader has to ask the active one.
    if request.leader_epoch > state.leader_epoch || request.partition_epoch > state.partition_epoch {
        return ErrorCode::NotController;
    }
    if request.leader_epoch < state.leader_epoch {
        return ErrorCode::FencedLeaderEpoch;
    }
    if state.leader != Some(from) {
        return ErrorCode::InvalidRequest;
    }
    // Only after the leader's own epochs: a stale partition epoch makes the leader wait for metadata, where
    // a stale leader epoch ends its leadership.
    if request.partition_epoch < state.partition_epoch {
        return ErrorCode::InvalidUpdateVersion;
    }
    if is_proper_isr(state, from, request) { ErrorCode::None } else { ErrorCode::InvalidRequest }
}

/// Whether the proposed ISR is made of replicas, each once, with the leader; of the leader alone while it
/// recovers from an unclean election.
fn is_proper_isr(state: &PartitionRegistration, leader: BrokerId, request: &AlterPartition) -> bool {
    let isr: Vec<BrokerId> = request.new_isr.iter().map(|(id, _)| *id).collect();
    let replicas_only = isr.iter().all(|id| state.replicas.contains(id));
    let each_once = isr.iter().enumerate().all(|(place, id)| !isr[..place].contains(id));
    let recovering = request.recovery == Recovery::Recovering;
    let may_recover = isr.len() == 1 && state.recovery == Recovery::Recovering;
    replicas_only && each_once && isr.contains(&leader) && (!recovering || may_recover)
}
