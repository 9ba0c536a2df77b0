//! What lives only as long as a broker's process.

use super::fetcher::Fetcher;
use super::io::BrokerRegistration;
use super::settings::TopicSettings;
use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker_lifecycle::BrokerLifecycle;
use crate::protocol::fetch_session::FetchSessionCache;
use crate::protocol::leader::RemoteReplica;
use crate::protocol::profile::Profile;
use crate::protocol::purgatory::Purgatory;
use crate::protocol::wire::{BrokerEpoch, PartitionRegistration};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A request to the controller that has no answer yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct InFlight {
    pub(super) correlation: u64,
    /// When it is given up.
    pub(super) until: Nanos,
}

/// ISR changes on their way to the controller (`AlterPartitionManager`): one request at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct AlterPartitionQueue {
    /// Replicas with a change to send.
    pub(super) waiting: Vec<u32>,
    /// Replicas whose change is in flight.
    pub(super) sent: Vec<u32>,
    pub(super) in_flight: Option<InFlight>,
    pub(super) not_before: Nanos,
}

/// Replicas whose new directory the controller is to be told (`AssignmentsManager`).
#[derive(Clone, Debug, Default)]
pub(super) struct Assignments {
    pub(super) waiting: BTreeSet<PartitionIx>,
    /// Asked for in the request that is in flight.
    pub(super) sent: Vec<PartitionIx>,
    /// Told: this process need not tell again.
    pub(super) told: BTreeSet<PartitionIx>,
    pub(super) in_flight: Option<InFlight>,
    pub(super) at: Option<Nanos>,
    pub(super) failures: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    pub(super) lifecycle: BrokerLifecycle,
    /// Nanoseconds from the first look at the metadata to the request to be unfenced.
    pub(super) ready_after: Nanos,
    pub(super) next_controller_contact: Option<Nanos>,
    pub(super) controller_in_flight: Option<InFlight>,
    pub(super) shutdown_deadline: Option<Nanos>,
    pub(super) metadata_offset: i64,
    pub(super) metadata: MetadataCache,
    pub(super) sessions: FetchSessionCache,
    pub(super) fetchers: Vec<Fetcher>,
    pub(super) fetcher_places: BTreeMap<(BrokerId, u32), u32>,
    pub(super) purgatory: Purgatory,
    pub(super) purgatory_timer: Option<Nanos>,
    pub(super) alter: AlterPartitionQueue,
    pub(super) assignments: Assignments,
    /// Sessions and fetchers to look at before the step ends.
    pub(super) woken_sessions: Vec<u32>,
    pub(super) fetchers_to_run: Vec<u32>,
    /// Replicas whose high watermark is newer than its file.
    pub(super) checkpoints: Vec<u32>,
    /// The cleaner's timer is set.
    pub(super) cleaner_runs: bool,
}

/// The metadata as this broker has applied it.
#[derive(Clone, Debug, Default)]
pub(super) struct MetadataCache {
    pub(super) partitions: Vec<Option<Arc<PartitionRegistration>>>,
    pub(super) brokers: BTreeMap<BrokerId, BrokerRegistration>,
    /// Distinct topic settings, and which of them each partition has; few differ.
    settings: Vec<TopicSettings>,
    settings_of: Vec<u16>,
}

impl MetadataCache {
    pub(super) fn partition(&self, partition: PartitionIx) -> Option<&Arc<PartitionRegistration>> {
        self.partitions.get(partition.at()).and_then(Option::as_ref)
    }

    pub(super) fn set(&mut self, partition: PartitionIx, state: Option<Arc<PartitionRegistration>>) {
        if self.partitions.len() <= partition.at() {
            self.partitions.resize(partition.at() + 1, None);
        }
        self.partitions[partition.at()] = state;
    }

    /// A partition's topic settings, Kafka's defaults if nothing was told.
    pub(super) fn settings(&self, partition: PartitionIx) -> TopicSettings {
        let known = self.settings_of.get(partition.at()).copied().unwrap_or(u16::MAX);
        self.settings.get(usize::from(known)).copied().unwrap_or_default()
    }

    pub(super) fn set_settings(&mut self, partition: PartitionIx, settings: TopicSettings) {
        if self.settings_of.len() <= partition.at() {
            self.settings_of.resize(partition.at() + 1, u16::MAX);
        }
        let at = self.settings.iter().position(|known| *known == settings).unwrap_or_else(|| {
            self.settings.push(settings);
            self.settings.len() - 1
        });
        self.settings_of[partition.at()] = u16::try_from(at).unwrap_or(u16::MAX);
    }

    /// Whether a follower may be in an ISR: in service, and the incarnation that fetched is the one
    /// registered (KIP-903). An unknown incarnation passes.
    pub(super) fn is_isr_eligible(&self, remote: &RemoteReplica, profile: &Profile) -> bool {
        let same = |epoch: BrokerEpoch| {
            !profile.broker_epoch_check || remote.broker_epoch == -1 || remote.broker_epoch == epoch
        };
        self.brokers.get(&remote.broker).is_some_and(|known| known.is_active() && same(known.epoch))
    }
}
