//! What a heartbeat changes about a broker (`calculateNextBrokerState`, kafka.md#broker-life-cycle).

use crate::protocol::controller::brokers::{BrokerHeartbeatState, RegisteredBroker};
use crate::protocol::controller::messages::Heartbeat;
use crate::protocol::wire::Offset;

/// A broker's state in the eyes of the controller (`BrokerControlState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BrokerControlState {
    Fenced,
    Unfenced,
    /// It is handing over.
    ControlledShutdown,
    ShutdownNow,
}

/// As the controller sees the broker before the heartbeat.
///
/// After a change of the active controller a shutdown in progress is not remembered: it is asked for again.
pub(crate) fn current_state(
    broker: &RegisteredBroker,
    contact: Option<BrokerHeartbeatState>,
) -> BrokerControlState {
    match contact.and_then(|contact| contact.shutdown_offset) {
        Some(_) if !broker.fenced => BrokerControlState::ControlledShutdown,
        _ if broker.fenced => BrokerControlState::Fenced,
        _ => BrokerControlState::Unfenced,
    }
}

/// What the broker becomes. `leads` says whether it leads a partition; `lowest_active_offset` is how far
/// every active broker has applied the metadata log.
pub(crate) fn next_state(
    broker: &RegisteredBroker,
    contact: Option<BrokerHeartbeatState>,
    heartbeat: &Heartbeat,
    leads: bool,
    lowest_active_offset: impl FnOnce() -> Offset,
) -> BrokerControlState {
    let shutdown_offset = contact.and_then(|contact| contact.shutdown_offset).unwrap_or(Offset::MIN);
    let Heartbeat { want_fence, want_shutdown, metadata_offset, .. } = *heartbeat;
    match current_state(broker, contact) {
        BrokerControlState::Fenced if want_shutdown => BrokerControlState::ShutdownNow,
        BrokerControlState::Fenced if !want_fence && metadata_offset >= broker.registered_at => {
            BrokerControlState::Unfenced
        }
        BrokerControlState::Fenced => BrokerControlState::Fenced,
        BrokerControlState::Unfenced if want_shutdown && (want_fence || !leads) => {
            BrokerControlState::ShutdownNow
        }
        BrokerControlState::Unfenced if want_shutdown => BrokerControlState::ControlledShutdown,
        BrokerControlState::Unfenced if want_fence => BrokerControlState::Fenced,
        BrokerControlState::Unfenced => BrokerControlState::Unfenced,
        BrokerControlState::ControlledShutdown if leads => BrokerControlState::ControlledShutdown,
        _ if shutdown_offset <= lowest_active_offset() => BrokerControlState::ShutdownNow,
        _ => BrokerControlState::ControlledShutdown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BrokerId;

    fn next(fenced: bool, shutting_at: Option<Offset>, wants: &str, leads: bool) -> BrokerControlState {
        let broker = RegisteredBroker {
            incarnation: 1,
            epoch: 10,
            registered_at: 12,
            rack: None,
            directories: vec![],
            fenced,
            in_controlled_shutdown: shutting_at.is_some(),
        };
        let heartbeat = Heartbeat {
            broker: BrokerId(1),
            epoch: 10,
            metadata_offset: if wants.contains("behind") { 11 } else { 12 },
            want_fence: wants.contains("fence"),
            want_shutdown: wants.contains("stop"),
            offline_directories: vec![],
            tells_cordoned: false,
        };
        let contact =
            BrokerHeartbeatState { epoch: 10, at: 0, metadata_offset: 0, shutdown_offset: shutting_at };
        next_state(&broker, Some(contact), &heartbeat, leads, || 20)
    }

    #[test]
    fn a_broker_is_unfenced_once_it_has_read_its_registration() {
        assert_eq!(next(true, None, "behind", false), BrokerControlState::Fenced);
        assert_eq!(next(true, None, "", false), BrokerControlState::Unfenced);
        assert_eq!(next(true, None, "fence", false), BrokerControlState::Fenced);
    }

    #[test]
    fn a_broker_without_leaderships_may_stop_at_once() {
        assert_eq!(next(false, None, "stop", false), BrokerControlState::ShutdownNow);
        assert_eq!(next(false, None, "stop", true), BrokerControlState::ControlledShutdown);
        assert_eq!(next(true, None, "stop", false), BrokerControlState::ShutdownNow);
    }

    #[test]
    fn a_shutdown_waits_until_all_have_read_it() {
        assert_eq!(next(false, Some(21), "stop", false), BrokerControlState::ControlledShutdown);
        assert_eq!(next(false, Some(20), "stop", false), BrokerControlState::ShutdownNow);
        assert_eq!(next(false, Some(20), "stop", true), BrokerControlState::ControlledShutdown);
    }
}
