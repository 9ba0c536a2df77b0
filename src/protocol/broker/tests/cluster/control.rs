//! A controller just good enough to change one partition.

use super::{Cluster, Message, P0};
use crate::model::BrokerId;
use crate::protocol::broker::*;
use crate::protocol::messages::*;
use crate::protocol::wire::*;
use std::sync::Arc;

impl Cluster {
    pub(super) fn partition_update(&self) -> MetadataUpdate {
        MetadataUpdate::Partition { partition: P0, state: Arc::new(self.state.clone()) }
    }

    fn broadcast(&mut self, update: MetadataUpdate) {
        self.metadata_offset += 1;
        let offset = self.metadata_offset;
        for broker in self.state.replicas.clone() {
            if self.broker(broker).state() != BrokerState::NotRunning {
                let input = BrokerInput::Metadata { offset, updates: vec![update.clone()] };
                self.wire.push_back(Message::FromController { to: broker, input });
            }
        }
    }

    /// The controller's decision: a new leader (or none) and ISR.
    pub(crate) fn elect(&mut self, leader: Option<BrokerId>, isr: Vec<BrokerId>) {
        self.state.leader = leader;
        self.state.isr = isr;
        self.state.leader_epoch += 1;
        self.state.partition_epoch += 1;
        let update = self.partition_update();
        self.broadcast(update);
    }

    pub(crate) fn register(&mut self, broker: BrokerId, change: impl FnOnce(&mut BrokerRegistration)) {
        let fresh = BrokerRegistration { epoch: 0, fenced: true, in_controlled_shutdown: false, rack: None };
        let registration = self.registrations.entry(broker).or_insert(fresh);
        change(registration);
        let registration = *registration;
        self.broadcast(MetadataUpdate::Broker { broker, registration });
    }

    /// Takes a broker out of the ISR, and its leadership from it.
    pub(crate) fn fence(&mut self, broker: BrokerId) {
        self.register(broker, |registration| registration.fenced = true);
        if !self.state.isr.contains(&broker) || self.state.isr.len() == 1 {
            return;
        }
        let isr: Vec<_> = self.state.isr.iter().copied().filter(|member| *member != broker).collect();
        if self.state.leader == Some(broker) {
            self.elect(Some(isr[0]), isr);
        } else {
            self.set_isr(isr);
        }
    }

    fn set_isr(&mut self, isr: Vec<BrokerId>) {
        self.state.isr = isr;
        self.state.partition_epoch += 1;
        let update = self.partition_update();
        self.broadcast(update);
    }

    pub(super) fn controller(&mut self, from: BrokerId, correlation: u64, request: ControllerRequest) {
        let response = match request {
            ControllerRequest::Register(registration) => {
                let epoch = self.metadata_offset + 1;
                self.register(registration.broker, |known| {
                    let rack = registration.rack;
                    *known = BrokerRegistration { epoch, fenced: true, in_controlled_shutdown: false, rack };
                });
                ControllerResponse::Register { error: ErrorCode::None, broker_epoch: epoch }
            }
            ControllerRequest::Heartbeat(heartbeat) => self.heartbeat(heartbeat),
            ControllerRequest::AlterPartitions { partitions, .. } => {
                let answers = partitions.iter().map(|proposal| self.alter(from, proposal)).collect();
                ControllerResponse::AlterPartitions { error: ErrorCode::None, partitions: answers }
            }
            ControllerRequest::AssignDirectory { .. } => {
                ControllerResponse::AssignDirectory { error: ErrorCode::None }
            }
        };
        let input = BrokerInput::ControllerResponse { correlation, response };
        self.wire.push_back(Message::FromController { to: from, input });
    }

    fn heartbeat(&mut self, heartbeat: BrokerHeartbeatRequest) -> ControllerResponse {
        let broker = heartbeat.broker;
        let known = self.registrations[&broker];
        if known.fenced && !heartbeat.want_fence {
            self.register(broker, |known| known.fenced = false);
        }
        if heartbeat.want_shutdown && !known.in_controlled_shutdown {
            self.register(broker, |known| known.in_controlled_shutdown = true);
            let isr: Vec<_> = self.state.isr.iter().copied().filter(|member| *member != broker).collect();
            let leads = self.state.leader == Some(broker);
            match isr.first() {
                Some(first) if leads => self.elect(Some(*first), isr),
                None if leads => self.elect(None, vec![broker]),
                _ => self.set_isr(isr),
            }
        }
        ControllerResponse::Heartbeat {
            error: ErrorCode::None,
            caught_up: heartbeat.metadata_offset >= known.epoch,
            fenced: self.registrations[&broker].fenced,
            should_shut_down: heartbeat.want_shutdown && self.state.leader != Some(broker),
        }
    }

    fn alter(&mut self, from: BrokerId, proposal: &AlterPartition) -> AlterPartitionResponse {
        let eligible = |(broker, epoch): &(BrokerId, BrokerEpoch)| {
            let known = &self.registrations[broker];
            *broker == from || (known.is_active() && (*epoch == -1 || *epoch == known.epoch))
        };
        let error = if let Some(refusal) = self.refuse_isr {
            refusal
        } else if proposal.leader_epoch < self.state.leader_epoch {
            ErrorCode::FencedLeaderEpoch
        } else if proposal.partition_epoch < self.state.partition_epoch {
            ErrorCode::InvalidUpdateVersion
        } else if !proposal.new_isr.iter().all(eligible) {
            ErrorCode::IneligibleReplica
        } else {
            ErrorCode::None
        };
        if error == ErrorCode::None {
            self.set_isr(proposal.new_isr.iter().map(|(broker, _)| *broker).collect());
        }
        let state = (error == ErrorCode::None).then(|| self.state.clone());
        AlterPartitionResponse { partition: proposal.partition, error, state }
    }
}
