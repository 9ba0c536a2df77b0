//! Which brokers are registered, in which state, and since when nothing was heard of them.

use crate::model::{BrokerId, Nanos};
use crate::protocol::controller::messages::{DirectoryId, Registration};
use crate::protocol::wire::{BrokerEpoch, Offset};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One registered broker (`BrokerRegistration`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisteredBroker {
    /// Which process of it.
    pub incarnation: u64,
    /// Offset of the batch that registered it.
    pub epoch: BrokerEpoch,
    /// Offset of the record that registered it: it must have read that far to be unfenced.
    pub registered_at: Offset,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Its directories that are online.
    pub directories: Vec<DirectoryId>,
    /// It may not lead and may not be in an ISR.
    pub fenced: bool,
    /// It is handing over its partitions.
    pub in_controlled_shutdown: bool,
}

impl RegisteredBroker {
    pub fn registered(of: &Registration, epoch: BrokerEpoch, registered_at: Offset, fenced: bool) -> Self {
        RegisteredBroker {
            incarnation: of.incarnation,
            epoch,
            registered_at,
            rack: of.rack.clone(),
            directories: of.directories.clone(),
            fenced,
            in_controlled_shutdown: false,
        }
    }

    /// Neither fenced nor shutting down (`ClusterControlManager.isActive`).
    pub fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }

    /// Whether a replica in this directory can be reached (`BrokerRegistration.hasOnlineDir`).
    pub fn has_online(&self, directory: DirectoryId) -> bool {
        let told_none = self.directories.is_empty();
        directory == DirectoryId::UNASSIGNED || told_none || self.directories.contains(&directory)
    }

    /// Where a new replica goes: known at once only if there is one directory.
    pub fn default_directory(&self) -> DirectoryId {
        match self.directories[..] {
            [only] => only,
            _ => DirectoryId::UNASSIGNED,
        }
    }
}

pub(crate) type Brokers = BTreeMap<BrokerId, RegisteredBroker>;

/// What the active controller remembers of a broker's heartbeats; not in the metadata log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BrokerHeartbeatState {
    /// When it was heard of last.
    pub at: Nanos,
    /// How far it had applied the metadata log.
    pub metadata_offset: Offset,
    /// Everybody must have applied this before it may stop.
    pub shutdown_offset: Option<Offset>,
}

/// The sessions of unfenced brokers (`BrokerHeartbeatManager`): in memory of the active controller only.
#[derive(Clone, Debug)]
pub(crate) struct BrokerHeartbeatTracker {
    timeout: Nanos,
    contacts: BTreeMap<BrokerId, BrokerHeartbeatState>,
    oldest: BTreeSet<(Nanos, BrokerId)>,
}

impl BrokerHeartbeatTracker {
    /// Sessions that end after `timeout` of silence.
    pub(crate) fn new(timeout: Nanos) -> Self {
        BrokerHeartbeatTracker { timeout, contacts: BTreeMap::new(), oldest: BTreeSet::new() }
    }

    /// A new active controller has heard of nobody: every unfenced broker gets a whole session from now.
    pub(crate) fn restart(&mut self, now: Nanos, brokers: &Brokers) {
        *self = BrokerHeartbeatTracker::new(self.timeout);
        for (id, broker) in brokers {
            self.begin(*id, now, !broker.fenced);
        }
    }

    /// A broker's process is new: nothing is known of it but that it lives.
    pub(crate) fn begin(&mut self, broker: BrokerId, now: Nanos, unfenced: bool) {
        let contact = BrokerHeartbeatState { at: now, metadata_offset: -1, shutdown_offset: None };
        self.set(broker, contact, unfenced);
    }

    /// A heartbeat came. A fenced broker has no session and is not shutting down.
    pub(crate) fn touch(&mut self, broker: BrokerId, now: Nanos, metadata_offset: Offset, unfenced: bool) {
        let kept = self.contacts.get(&broker).and_then(|contact| contact.shutdown_offset);
        let shutdown_offset = kept.filter(|_| unfenced);
        self.set(broker, BrokerHeartbeatState { at: now, metadata_offset, shutdown_offset }, unfenced);
    }

    fn set(&mut self, broker: BrokerId, contact: BrokerHeartbeatState, unfenced: bool) {
        if let Some(before) = self.contacts.insert(broker, contact) {
            self.oldest.remove(&(before.at, broker));
        }
        if unfenced {
            self.oldest.insert((contact.at, broker));
        }
    }

    /// The session is over.
    pub(crate) fn end(&mut self, broker: BrokerId) {
        if let Some(contact) = self.contacts.get_mut(&broker) {
            contact.shutdown_offset = None;
            self.oldest.remove(&(contact.at, broker));
        }
    }

    /// Begins a controlled shutdown that is over when everybody has applied `offset`.
    pub(crate) fn shut_down_at(&mut self, broker: BrokerId, offset: Offset) {
        if let Some(contact) = self.contacts.get_mut(&broker) {
            contact.shutdown_offset.get_or_insert(offset);
        }
    }

    /// What is known of a broker.
    pub(crate) fn contact(&self, broker: BrokerId) -> Option<BrokerHeartbeatState> {
        self.contacts.get(&broker).copied()
    }

    /// Whether an unfenced broker was heard of within the timeout.
    pub(crate) fn is_valid(&self, broker: BrokerId, now: Nanos) -> bool {
        let contact = self.contacts.get(&broker);
        contact.is_some_and(|c| self.oldest.contains(&(c.at, broker)) && now <= c.at + self.timeout)
    }

    /// The broker that has been silent longest, if that is too long, and since when.
    pub(crate) fn expired(&self, now: Nanos) -> Option<(BrokerId, Nanos)> {
        let (at, broker) = *self.oldest.first()?;
        (now > at + self.timeout).then_some((broker, at))
    }

    /// The least metadata offset that an active broker has applied; all of them have it.
    pub(crate) fn lowest_active_offset(&self, brokers: &Brokers) -> Offset {
        let active = brokers.iter().filter(|(_, broker)| broker.is_active());
        let offsets = active.filter_map(|(id, _)| self.contacts.get(id)).map(|c| c.metadata_offset);
        offsets.min().unwrap_or(Offset::MAX)
    }
}
