//! Which brokers are registered, in which state, and since when nothing was heard of them.

use crate::model::{BrokerId, Nanos};
use crate::protocol::controller::messages::{DirectoryId, Heartbeat, Registration};
use crate::protocol::profile::SessionRule;
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
    /// The registration that it heard from.
    pub epoch: BrokerEpoch,
    /// When it was heard of last.
    pub at: Nanos,
    /// How far it had applied the metadata log.
    pub metadata_offset: Offset,
    /// Everybody must have applied this before it may stop.
    pub shutdown_offset: Option<Offset>,
}

/// The sessions of brokers: in memory of the active controller only.
#[derive(Clone, Debug)]
pub(crate) struct BrokerHeartbeatTracker {
    timeout: Nanos,
    rule: SessionRule,
    contacts: BTreeMap<BrokerId, BrokerHeartbeatState>,
    /// Brokers with a session, the one silent longest first.
    sessions: BTreeSet<(Nanos, BrokerId)>,
}

impl BrokerHeartbeatTracker {
    /// Sessions that end after `timeout` of silence.
    pub(crate) fn new(timeout: Nanos, rule: SessionRule) -> Self {
        BrokerHeartbeatTracker { timeout, rule, contacts: BTreeMap::new(), sessions: BTreeSet::new() }
    }

    /// A new active controller has heard of nobody: every unfenced broker gets a whole session from now.
    pub(crate) fn restart(&mut self, now: Nanos, brokers: &Brokers) {
        *self = BrokerHeartbeatTracker::new(self.timeout, self.rule);
        let fenced_too = self.rule == SessionRule::HeardOf { fenced_on_activation: true };
        for (id, broker) in brokers {
            self.begin(*id, broker.epoch, now, fenced_too || !broker.fenced);
        }
    }

    /// A broker's process is new: nothing is known of it but that it lives.
    pub(crate) fn begin(&mut self, broker: BrokerId, epoch: BrokerEpoch, now: Nanos, has_session: bool) {
        let contact = BrokerHeartbeatState { epoch, at: now, metadata_offset: -1, shutdown_offset: None };
        self.set(broker, contact, has_session);
    }

    /// A heartbeat came. A fenced broker is not shutting down.
    pub(crate) fn touch(&mut self, heartbeat: &Heartbeat, now: Nanos, unfenced: bool) {
        let Heartbeat { broker, epoch, metadata_offset, .. } = *heartbeat;
        let kept = self.contacts.get(&broker).and_then(|contact| contact.shutdown_offset);
        let shutdown_offset = kept.filter(|_| unfenced);
        let contact = BrokerHeartbeatState { epoch, at: now, metadata_offset, shutdown_offset };
        self.set(broker, contact, unfenced || self.rule != SessionRule::Unfenced);
    }

    fn set(&mut self, broker: BrokerId, contact: BrokerHeartbeatState, has_session: bool) {
        if let Some(before) = self.contacts.insert(broker, contact) {
            self.sessions.remove(&(before.at, broker));
        }
        if has_session {
            self.sessions.insert((contact.at, broker));
        }
    }

    /// The session is over.
    pub(crate) fn end(&mut self, broker: BrokerId) {
        if let Some(contact) = self.contacts.get_mut(&broker) {
            contact.shutdown_offset = None;
            self.sessions.remove(&(contact.at, broker));
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

    /// Whether a broker has a session that has not ended: another process of it must wait.
    pub(crate) fn is_valid(&self, broker: BrokerId, now: Nanos) -> bool {
        let contact = self.contacts.get(&broker);
        contact.is_some_and(|c| self.sessions.contains(&(c.at, broker)) && now <= c.at + self.timeout)
    }

    /// A broker that has been silent too long, and since when; the next to be looked at if there are several.
    pub(crate) fn expired(&self, now: Nanos) -> Option<(BrokerId, Nanos)> {
        let expired = self.sessions.iter().take_while(|(at, _)| now > at + self.timeout);
        let next = match self.rule {
            SessionRule::Unfenced => expired.min(),
            SessionRule::HeardOf { .. } => expired.min_by_key(|(_, broker)| self.place_in_map(*broker)),
        };
        next.map(|(at, broker)| (*broker, *at))
    }

    /// Where `BrokerHeartbeatTracker.maybeRemoveExpired` meets a broker: it walks a `ConcurrentHashMap` of id and epoch
    /// and takes the first that expired. Which of two brokers that fell silent together is fenced last decides who may
    /// lead, so the order counts.
    fn place_in_map(&self, broker: BrokerId) -> (u32, BrokerEpoch) {
        let epoch = self.contacts.get(&broker).map_or(-1, |contact| contact.epoch);
        let hash_of_epoch = (epoch ^ epoch >> 32) as u32;
        let hash = 31u32.wrapping_mul(31u32.wrapping_add(broker.0 as u32)).wrapping_add(hash_of_epoch);
        let mut bins = 16;
        while self.sessions.len() >= bins / 4 * 3 {
            bins *= 2;
        }
        ((hash ^ hash >> 16) & (bins as u32 - 1), epoch)
    }

    /// The least metadata offset that an active broker has applied; all of them have it.
    pub(crate) fn lowest_active_offset(&self, brokers: &Brokers) -> Offset {
        let active = brokers.iter().filter(|(_, broker)| broker.is_active());
        let offsets = active.filter_map(|(id, _)| self.contacts.get(id)).map(|c| c.metadata_offset);
        offsets.min().unwrap_or(Offset::MAX)
    }
}
