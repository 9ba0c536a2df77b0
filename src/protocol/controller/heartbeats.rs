//! What a heartbeat changes about a broker (`calculateNextBrokerState`, kafka.md#broker-life-cycle).

use crate::protocol::controller::brokers::{Broker, Contact};
use crate::protocol::controller::messages::Heartbeat;
use crate::protocol::wire::Offset;

/// A broker's state in the eyes of the controller (`BrokerControlState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BrokerState {
    Fenced,
    Unfenced,
    /// It is handing over.
    ControlledShutdown,
    ShutdownNow,
}

/// As the controller sees the broker before the heartbeat.
///
/// After a change of the active controller a shutdown in progress is not remembered: it is asked for again.
pub(crate) fn current_state(broker: &Broker, contact: Option<Contact>) -> BrokerState {
    match contact.and_then(|contact| contact.shutdown_offset) {
        Some(_) if !broker.fenced => BrokerState::ControlledShutdown,
        _ if broker.fenced => BrokerState::Fenced,
        _ => BrokerState::Unfenced,
    }
}

/// What the broker becomes. `leads` says whether it leads a partition; `lowest_active_offset` is how far
/// every active broker has applied the metadata log.
pub(crate) fn next_state(
    broker: &Broker,
    contact: Option<Contact>,
    heartbeat: &Heartbeat,
    leads: bool,
    lowest_active_offset: impl FnOnce() -> Offset,
) -> BrokerState {
    let shutdown_offset = contact.and_then(|contact| contact.shutdown_offset).unwrap_or(Offset::MIN);
    let Heartbeat { want_fence, want_shutdown, metadata_offset, .. } = *heartbeat;
    match current_state(broker, contact) {
        BrokerState::Fenced if want_shutdown => BrokerState::ShutdownNow,
        BrokerState::Fenced if !want_fence && metadata_offset >= broker.registered_at => {
            BrokerState::Unfenced
        }
        BrokerState::Fenced => BrokerState::Fenced,
        BrokerState::Unfenced if want_shutdown && (want_fence || !leads) => BrokerState::ShutdownNow,
        BrokerState::Unfenced if want_shutdown => BrokerState::ControlledShutdown,
        BrokerState::Unfenced if want_fence => BrokerState::Fenced,
        BrokerState::Unfenced => BrokerState::Unfenced,
        BrokerState::ControlledShutdown if leads => BrokerState::ControlledShutdown,
        _ if shutdown_offset <= lowest_active_offset() => BrokerState::ShutdownNow,
        _ => BrokerState::ControlledShutdown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BrokerId;

    fn next(fenced: bool, shutting_at: Option<Offset>, wants: &str, leads: bool) -> BrokerState {
        let broker = Broker {
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
        };
        let contact = Contact { at: 0, metadata_offset: 0, shutdown_offset: shutting_at };
        next_state(&broker, Some(contact), &heartbeat, leads, || 20)
    }

    #[test]
    fn a_broker_is_unfenced_once_it_has_read_its_registration() {
        assert_eq!(next(true, None, "behind", false), BrokerState::Fenced);
        assert_eq!(next(true, None, "", false), BrokerState::Unfenced);
        assert_eq!(next(true, None, "fence", false), BrokerState::Fenced);
    }

    #[test]
    fn a_broker_without_leaderships_may_stop_at_once() {
        assert_eq!(next(false, None, "stop", false), BrokerState::ShutdownNow);
        assert_eq!(next(false, None, "stop", true), BrokerState::ControlledShutdown);
        assert_eq!(next(true, None, "stop", false), BrokerState::ShutdownNow);
    }

    #[test]
    fn a_shutdown_waits_until_all_have_read_it() {
        assert_eq!(next(false, Some(21), "stop", false), BrokerState::ControlledShutdown);
        assert_eq!(next(false, Some(20), "stop", false), BrokerState::ShutdownNow);
        assert_eq!(next(false, Some(20), "stop", true), BrokerState::ControlledShutdown);
    }
}
