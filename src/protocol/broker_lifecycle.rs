//! A broker's lifecycle with the controller: register, heartbeat, stop in good order
//! (`BrokerLifecycleManager`, kafka.md#broker-life-cycle).

use crate::model::{BrokerId, Nanos};
use crate::protocol::messages::{
    BrokerHeartbeatRequest, BrokerRegistrationRequest, ControllerRequest, ControllerResponse,
};
use crate::protocol::wire::{BrokerEpoch, ErrorCode};

const MS: Nanos = 1_000_000;
/// How long a controlled shutdown may wait for the controller.
pub(crate) const SHUTDOWN_TIMEOUT_NS: Nanos = 300_000 * MS;

/// Where a broker is between start and stop (`org.apache.kafka.metadata.BrokerState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub enum BrokerState {
    NotRunning,
    /// Registering, or catching up with its own registration.
    Starting,
    /// Registered and caught up, still fenced.
    Recovery,
    Running,
    /// Waits for the controller to move its leaderships.
    PendingControlledShutdown,
}

/// What a broker is to the controller, and what it tells the controller next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BrokerLifecycle {
    state: BrokerState,
    incarnation: u64,
    broker_epoch: BrokerEpoch,
    previous_broker_epoch: BrokerEpoch,
    failures: u32,
    shutdown_answered: bool,
    /// It has yet to tell which log directories are cordoned (KIP-1066).
    cordons_to_tell: bool,
}

/// What follows from a controller's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LifecycleStep {
    /// Speak to the controller again after this time.
    After(Nanos),
    /// The process may end.
    Stop,
}

/// How long the lifecycle waits for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LifecycleTimeouts {
    /// `broker.heartbeat.interval.ms`.
    pub heartbeat_interval: Nanos,
    /// `broker.session.timeout.ms`: the longest back-off.
    pub session_timeout: Nanos,
}

impl Default for BrokerLifecycle {
    fn default() -> Self {
        BrokerLifecycle {
            state: BrokerState::NotRunning,
            incarnation: 0,
            broker_epoch: -1,
            previous_broker_epoch: -1,
            failures: 0,
            shutdown_answered: false,
            cordons_to_tell: false,
        }
    }
}

impl BrokerLifecycle {
    /// A process starts; `previous_broker_epoch` comes from the clean-shutdown marker, -1 without one. Since 4.3 it
    /// `tells_cordons`.
    pub(crate) fn start(incarnation: u64, previous_broker_epoch: BrokerEpoch, tells_cordons: bool) -> Self {
        BrokerLifecycle {
            state: BrokerState::Starting,
            incarnation,
            previous_broker_epoch,
            cordons_to_tell: tells_cordons,
            ..BrokerLifecycle::default()
        }
    }

    pub(crate) fn state(&self) -> BrokerState {
        self.state
    }

    /// The epoch of its registration, -1 before.
    pub(crate) fn broker_epoch(&self) -> BrokerEpoch {
        self.broker_epoch
    }

    /// What it says to the controller now.
    pub(crate) fn request(
        &self,
        broker: BrokerId,
        rack: Option<u32>,
        directory: u64,
        metadata_offset: i64,
    ) -> ControllerRequest {
        if self.broker_epoch < 0 {
            return ControllerRequest::Register(BrokerRegistrationRequest {
                broker,
                incarnation: self.incarnation,
                previous_broker_epoch: self.previous_broker_epoch,
                directory,
                rack,
            });
        }
        let tells_cordoned = self.state == BrokerState::Recovery && self.cordons_to_tell;
        ControllerRequest::Heartbeat(BrokerHeartbeatRequest {
            broker,
            broker_epoch: self.broker_epoch,
            metadata_offset,
            want_fence: self.state == BrokerState::Starting || tells_cordoned,
            want_shutdown: self.state == BrokerState::PendingControlledShutdown,
            tells_cordoned,
        })
    }

    /// Takes the controller's answer.
    pub(crate) fn answered(
        &mut self,
        response: &ControllerResponse,
        timeouts: LifecycleTimeouts,
    ) -> LifecycleStep {
        match *response {
            ControllerResponse::Register { error: ErrorCode::None, broker_epoch } => {
                self.broker_epoch = broker_epoch;
                self.failures = 0;
                LifecycleStep::After(0)
            }
            ControllerResponse::Heartbeat { error: ErrorCode::None, caught_up, fenced, should_shut_down } => {
                self.failures = 0;
                self.heartbeat_answered(caught_up, fenced, should_shut_down, timeouts)
            }
            _ => self.failed(timeouts),
        }
    }

    fn heartbeat_answered(
        &mut self,
        caught_up: bool,
        fenced: bool,
        may_stop: bool,
        timeouts: LifecycleTimeouts,
    ) -> LifecycleStep {
        let soon = |ms: Nanos| LifecycleStep::After(ms * MS);
        match self.state {
            // Unfencing before it has read its own registration would let it act on what was decided for its
            // former process.
            BrokerState::Starting if caught_up => {
                self.state = BrokerState::Recovery;
                soon(0)
            }
            BrokerState::Starting => soon(10),
            BrokerState::Recovery if self.cordons_to_tell => {
                self.cordons_to_tell = false;
                soon(0)
            }
            BrokerState::Recovery if !fenced => {
                self.state = BrokerState::Running;
                LifecycleStep::After(timeouts.heartbeat_interval)
            }
            BrokerState::PendingControlledShutdown if may_stop => LifecycleStep::Stop,
            BrokerState::PendingControlledShutdown if !self.shutdown_answered => {
                self.shutdown_answered = true;
                soon(50)
            }
            _ => LifecycleStep::After(timeouts.heartbeat_interval),
        }
    }

    /// No answer, or a refusal: again after 100 ms, doubled each time up to the session timeout.
    pub(crate) fn failed(&mut self, timeouts: LifecycleTimeouts) -> LifecycleStep {
        // A quick restart is refused until the former session ends (DUPLICATE_BROKER_REGISTRATION), so waiting longer
        // than a session never helps.
        let backoff = (100 * MS) << self.failures.min(20);
        self.failures += 1;
        LifecycleStep::After(backoff.min(timeouts.session_timeout))
    }

    /// SIGTERM. False when there is nobody to ask: the broker is not registered.
    pub(crate) fn want_shutdown(&mut self) -> bool {
        let registered = self.broker_epoch >= 0 && self.state != BrokerState::NotRunning;
        if registered {
            self.state = BrokerState::PendingControlledShutdown;
            self.shutdown_answered = false;
        }
        registered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: LifecycleTimeouts =
        LifecycleTimeouts { heartbeat_interval: 2_000 * MS, session_timeout: 9_000 * MS };

    fn heartbeat(caught_up: bool, fenced: bool, should_shut_down: bool) -> ControllerResponse {
        ControllerResponse::Heartbeat { error: ErrorCode::None, caught_up, fenced, should_shut_down }
    }

    fn asks(lifecycle: &BrokerLifecycle) -> String {
        match lifecycle.request(BrokerId(1), None, 1, 0) {
            ControllerRequest::Heartbeat(beat) => {
                let cordons = if beat.tells_cordoned { " cordons" } else { "" };
                format!("heartbeat fence={} shutdown={}{cordons}", beat.want_fence, beat.want_shutdown)
            }
            ControllerRequest::Register(one) => format!("register after {}", one.previous_broker_epoch),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn from_registration_to_service_to_a_stop_in_good_order() {
        let mut lifecycle = BrokerLifecycle::start(1, 42, false);
        assert_eq!(asks(&lifecycle), "register after 42");
        let registered = ControllerResponse::Register { error: ErrorCode::None, broker_epoch: 50 };
        assert_eq!(lifecycle.answered(&registered, TIMEOUTS), LifecycleStep::After(0));
        assert_eq!(asks(&lifecycle), "heartbeat fence=true shutdown=false");
        assert_eq!(
            lifecycle.answered(&heartbeat(false, true, false), TIMEOUTS),
            LifecycleStep::After(10 * MS)
        );
        assert_eq!(lifecycle.answered(&heartbeat(true, true, false), TIMEOUTS), LifecycleStep::After(0));
        assert_eq!(
            (asks(&lifecycle).as_str(), lifecycle.state()),
            ("heartbeat fence=false shutdown=false", BrokerState::Recovery)
        );
        assert_eq!(
            lifecycle.answered(&heartbeat(true, false, false), TIMEOUTS),
            LifecycleStep::After(2_000 * MS)
        );
        assert!(lifecycle.want_shutdown());
        assert_eq!(asks(&lifecycle), "heartbeat fence=false shutdown=true");
        assert_eq!(
            lifecycle.answered(&heartbeat(true, false, false), TIMEOUTS),
            LifecycleStep::After(50 * MS)
        );
        assert_eq!(
            lifecycle.answered(&heartbeat(true, false, false), TIMEOUTS),
            LifecycleStep::After(2_000 * MS)
        );
        assert_eq!(lifecycle.answered(&heartbeat(true, false, true), TIMEOUTS), LifecycleStep::Stop);
    }

    /// What real 4.3 and 4.4 controllers write: the cordoned directories, and in a batch of its own who is unfenced.
    #[test]
    fn since_4_3_cordoned_directories_are_told_before_a_broker_is_unfenced() {
        let mut lifecycle = BrokerLifecycle::start(1, 42, true);
        let registered = ControllerResponse::Register { error: ErrorCode::None, broker_epoch: 50 };
        lifecycle.answered(&registered, TIMEOUTS);
        let mut said = Vec::new();
        for _ in 0..2 {
            said.push(asks(&lifecycle));
            assert_eq!(lifecycle.answered(&heartbeat(true, true, false), TIMEOUTS), LifecycleStep::After(0));
        }
        said.push(asks(&lifecycle));
        let expected = [
            "heartbeat fence=true shutdown=false",
            "heartbeat fence=true shutdown=false cordons",
            "heartbeat fence=false shutdown=false",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_refused_registration_is_tried_again_ever_later() {
        let mut lifecycle = BrokerLifecycle::start(1, -1, false);
        let refused =
            ControllerResponse::Register { error: ErrorCode::DuplicateBrokerRegistration, broker_epoch: -1 };
        let waits: Vec<_> = (0..9).map(|_| lifecycle.answered(&refused, TIMEOUTS)).collect();
        let expected =
            [100, 200, 400, 800, 1600, 3200, 6400, 9000, 9000].map(|ms| LifecycleStep::After(ms * MS));
        assert_eq!(waits, expected);
        assert!(!lifecycle.want_shutdown(), "there is nobody to ask");
    }
}
