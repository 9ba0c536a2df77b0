//! Which brokers have the records that a coordinator goes on from.

use crate::model::BrokerId;
use crate::protocol::wire::PartitionRegistration;
use std::collections::BTreeSet;

/// The copies of a coordinator's records, by the brokers that have one.
#[derive(Clone, Default)]
pub(super) struct RecordCopies {
    /// `None` before there is a coordinator.
    brokers: Option<BTreeSet<BrokerId>>,
    were_lost: bool,
}

impl RecordCopies {
    /// The partition that holds the records is like this now. Says whether its leader has none of them: a single copy
    /// was on a disk that was lost.
    pub(super) fn follow(&mut self, state: &PartitionRegistration) -> bool {
        let Some(leader) = state.leader else { return false };
        let is_lost = self.brokers.as_ref().is_some_and(|brokers| !brokers.contains(&leader));
        let brokers = self.brokers.get_or_insert_default();
        if is_lost {
            brokers.clear();
        }
        brokers.retain(|id| state.replicas.contains(id));
        brokers.extend(&state.isr);
        self.were_lost |= is_lost;
        is_lost
    }

    /// A disk is gone, and what it held of the records.
    pub(super) fn lose(&mut self, id: BrokerId) {
        if let Some(brokers) = &mut self.brokers {
            brokers.remove(&id);
        }
    }

    /// Whether the last copy was ever lost: what the coordinator knew began anew.
    pub(super) fn were_lost(&self) -> bool {
        self.were_lost
    }
}
