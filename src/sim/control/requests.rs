//! Brokers' requests as inputs of the controller's state machine, and its answers as responses.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::controller::{ControllerInput, ControllerResult, DirectoryId, Heartbeat, Registration};
use crate::protocol::messages::{ControllerRequest, ControllerResponse};
use crate::protocol::wire::{BrokerEpoch, ErrorCode};
use crate::sim::world::World;

impl World {
    /// Steps the controller with a broker's request; returns the response and when it may be sent.
    pub(in crate::sim) fn ask_controller(
        &mut self,
        request: ControllerRequest,
    ) -> (ControllerResponse, Nanos) {
        match request {
            ControllerRequest::Register(asked) => {
                let rack = asked.rack.and_then(|at| self.scenario.cluster.racks.get(at as usize));
                let input = ControllerInput::Register(Registration {
                    broker: asked.broker,
                    incarnation: asked.incarnation,
                    previous_epoch: asked.previous_broker_epoch,
                    rack: rack.map(|name| name.as_str().into()),
                    directories: vec![DirectoryId(asked.directory)],
                });
                let (answer, at) = self.step_controller(input);
                (registered(answer), at)
            }
            ControllerRequest::Heartbeat(beat) => {
                let input = ControllerInput::Heartbeat(Heartbeat {
                    broker: beat.broker,
                    epoch: beat.broker_epoch,
                    metadata_offset: beat.metadata_offset,
                    want_fence: beat.want_fence,
                    want_shutdown: beat.want_shutdown,
                    offline_directories: Vec::new(),
                    tells_cordoned: beat.tells_cordoned,
                });
                let (answer, at) = self.step_controller(input);
                (heartbeat(answer), at)
            }
            ControllerRequest::AlterPartitions { broker, broker_epoch, partitions } => {
                let mut answers = Vec::with_capacity(partitions.len());
                let mut at = self.now;
                for request in partitions {
                    let input = ControllerInput::AlterPartition { from: broker, broker_epoch, request };
                    match self.step_controller(input) {
                        (Some(ControllerResult::AlterPartition(answer)), when) => {
                            answers.push(answer);
                            at = at.max(when);
                        }
                        (other, when) => {
                            let error = error_of(other.as_ref());
                            return (
                                ControllerResponse::AlterPartitions { error, partitions: Vec::new() },
                                when,
                            );
                        }
                    }
                }
                (ControllerResponse::AlterPartitions { error: ErrorCode::None, partitions: answers }, at)
            }
            ControllerRequest::AssignDirectory { broker, broker_epoch, directory, partitions } => {
                self.assign_directories(broker, broker_epoch, DirectoryId(directory), partitions)
            }
        }
    }

    fn assign_directories(
        &mut self,
        from: BrokerId,
        broker_epoch: BrokerEpoch,
        directory: DirectoryId,
        partitions: Vec<PartitionIx>,
    ) -> (ControllerResponse, Nanos) {
        let (mut error, mut at) = (ErrorCode::None, self.now);
        for partition in partitions {
            let input = ControllerInput::AssignDirectory { from, broker_epoch, partition, directory };
            let (answer, when) = self.step_controller(input);
            at = at.max(when);
            error = refusal_of_assignment(answer.as_ref(), error);
        }
        (ControllerResponse::AssignDirectory { error }, at)
    }
}

fn error_of(answer: Option<&ControllerResult>) -> ErrorCode {
    match answer {
        Some(ControllerResult::Result(error)) => *error,
        _ => ErrorCode::NotController,
    }
}

/// A partition that is gone or is kept elsewhere by now needs no telling; all else is tried again.
fn refusal_of_assignment(answer: Option<&ControllerResult>, before: ErrorCode) -> ErrorCode {
    match error_of(answer) {
        ErrorCode::None | ErrorCode::NotLeaderOrFollower | ErrorCode::UnknownTopicOrPartition => before,
        error => error,
    }
}

fn registered(answer: Option<ControllerResult>) -> ControllerResponse {
    match answer {
        Some(ControllerResult::Registered { epoch }) => {
            ControllerResponse::Register { error: ErrorCode::None, broker_epoch: epoch }
        }
        other => ControllerResponse::Register { error: error_of(other.as_ref()), broker_epoch: -1 },
    }
}

fn heartbeat(answer: Option<ControllerResult>) -> ControllerResponse {
    match answer {
        Some(ControllerResult::Heartbeat { fenced, should_shut_down, caught_up }) => {
            ControllerResponse::Heartbeat { error: ErrorCode::None, caught_up, fenced, should_shut_down }
        }
        other => ControllerResponse::Heartbeat {
            error: error_of(other.as_ref()),
            caught_up: false,
            fenced: false,
            should_shut_down: false,
        },
    }
}
