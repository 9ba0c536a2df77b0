//! What differs between Kafka versions, as data: a machine asks the profile, never the version.

use crate::knobs::elr_of_new_cluster;
use crate::model::KafkaVersion;
use serde::{Deserialize, Serialize};

/// How a returning follower finds out where its log leaves the leader's (kafka.md#truncation).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truncation {
    /// Up to 0.10: cut to the own high watermark. Loses committed data.
    ToHighWatermark,
    /// 0.11 to 1.1 (KIP-101): ask for the end of the own last epoch, once.
    Kip101,
    /// 2.0 (KIP-279): by epoch in rounds, but the leader's epoch is not checked.
    Kip279,
    /// 2.1 to 2.6 (KIP-320): by epoch in rounds, with fencing.
    Kip320,
    /// Since 2.7: the fetch itself carries the epoch.
    ViaFetch,
}

/// When a partition's last known leader is recorded (KIP-966).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastKnownLeader {
    Off,
    /// 4.0 and 4.1: when the ISR becomes empty.
    WhenIsrEmpty,
    /// Since 4.2: when the partition becomes leaderless.
    WhenLeaderless,
}

/// The switches of one version. Tests also switch single rules off to see the invariants break.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// The version it stands for.
    pub version: KafkaVersion,
    /// ZooKeeper decides instead of a KRaft quorum.
    pub zookeeper: bool,
    /// The high watermark stands still while the ISR is below its minimum (KAFKA-15583, 3.7).
    pub hw_frozen_below_min_isr: bool,
    /// The effective minimum ISR is at most the replica count (3.7).
    pub min_isr_clamped: bool,
    /// Eligible leader replicas (KIP-966): on in clusters created with 4.1 or later.
    pub elr: bool,
    /// When the last known leader is recorded; only with `elr`.
    pub last_known_leader: LastKnownLeader,
    /// The last known leader may be elected although it is fenced (KAFKA-19522, 4.0.0 only).
    pub last_known_leader_unchecked: bool,
    /// Leaderless partitions are looked at for unclean election every `unclean.leader.election.interval.ms` (3.9).
    pub periodic_unclean_election: bool,
    /// How logs are made equal again.
    pub truncation: Truncation,
    /// Fetches with an old leader epoch are refused (KIP-320).
    pub leader_epoch_fencing: bool,
    /// A follower appends nothing newer than the leader epoch it knows (KAFKA-18723, 3.9.1).
    pub append_epoch_check: bool,
    /// A follower about to join already counts for the high watermark (KIP-497).
    pub maximal_isr: bool,
    /// Joining the ISR checks the broker's incarnation (KIP-903).
    pub broker_epoch_check: bool,
    /// A follower must have reached the start of the leader's epoch to join the ISR.
    pub epoch_start_check: bool,
    /// An ISR shrink bumps the leader epoch (until metadata.version 3.6).
    pub epoch_bump_on_shrink: bool,
    /// A replica on a new, empty disk is not taken for the old one (directory ids, 3.7).
    pub directory_ids: bool,
    pub sessions: SessionRule,
    /// Tombstones are kept from the cleaning that first met them on (KAFKA-8522, 3.1).
    pub delete_horizon: bool,
    /// A broker that has caught up tells the controller which of its log directories are cordoned before it asks to be
    /// unfenced, and the controller writes that down: one change more of every registration (KIP-1066, 4.3).
    pub cordoned_directories: bool,
    /// `transaction.version` 2 (KIP-890): on in clusters created with 4.0 or later.
    pub transactions_v2: bool,
    /// A leader asks the coordinator whether its partition is in a transaction before the first write (KIP-890, 3.6).
    pub transaction_verification: bool,
    /// A new process of a transactional id fences the older ones (KIP-98).
    pub producer_fencing: bool,
    /// A new coordinator completes what the one before had decided (KIP-98).
    pub decisions_survive: bool,
}

/// Which brokers have a session, that is: whose next process is refused until it has ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum SessionRule {
    /// Up to 3.9 the unfenced ones (`BrokerHeartbeatManager.hasValidSession`): after an orderly stop a broker is fenced
    /// and comes back at once.
    Unfenced,
    /// Since 4.0 everyone that sent a heartbeat (`BrokerHeartbeatTracker`, KAFKA-18062), fenced or not: after an
    /// orderly stop, too, a new process waits for the end of the old one's session (KAFKA-19047).
    HeardOf {
        /// In 4.0 a new active controller gives fenced brokers a session as well (KAFKA-19130 ended that).
        fenced_on_activation: bool,
    },
}

impl Profile {
    /// The newest release whose notes were read for the decisions below. A column more in the defaults table asks for
    /// the same reading here.
    pub const NEWEST: KafkaVersion = KafkaVersion::new(4, 4, 0);

    /// The profile of a version; `elr` says whether the feature is on, `None` what a new cluster has.
    pub fn of(version: KafkaVersion, elr: Option<bool>) -> Self {
        let since = |major, minor| version.is_at_least(major, minor);
        let elr = elr_of_new_cluster(version).is_some_and(|new| elr.unwrap_or(new));
        Profile {
            version,
            zookeeper: !since(3, 3),
            hw_frozen_below_min_isr: since(3, 7),
            min_isr_clamped: since(3, 7),
            elr,
            last_known_leader: last_known_leader(version, elr),
            last_known_leader_unchecked: version == KafkaVersion::new(4, 0, 0),
            periodic_unclean_election: since(3, 9),
            truncation: truncation(version),
            leader_epoch_fencing: since(2, 1),
            append_epoch_check: version >= KafkaVersion::new(3, 9, 1),
            maximal_isr: since(2, 7),
            broker_epoch_check: since(3, 7),
            epoch_start_check: since(2, 0),
            epoch_bump_on_shrink: !since(3, 6),
            directory_ids: since(3, 7),
            sessions: session_rule(version),
            delete_horizon: since(3, 1),
            cordoned_directories: since(4, 3),
            transactions_v2: since(4, 0),
            transaction_verification: since(3, 6),
            producer_fencing: true,
            decisions_survive: true,
        }
    }

    /// The minimum ISR that counts: configured, but since 3.7 at most the number of replicas.
    pub fn effective_min_isr(&self, configured: usize, replicas: usize) -> usize {
        if self.min_isr_clamped { configured.min(replicas) } else { configured }
    }
}

fn last_known_leader(version: KafkaVersion, elr: bool) -> LastKnownLeader {
    if !elr {
        LastKnownLeader::Off
    } else if version.is_at_least(4, 2) {
        LastKnownLeader::WhenLeaderless
    } else {
        LastKnownLeader::WhenIsrEmpty
    }
}

fn truncation(version: KafkaVersion) -> Truncation {
    match (version.major, version.minor) {
        (0, ..11) => Truncation::ToHighWatermark,
        (0 | 1, _) => Truncation::Kip101,
        (2, 0) => Truncation::Kip279,
        (2, 1..7) => Truncation::Kip320,
        _ => Truncation::ViaFetch,
    }
}

fn session_rule(version: KafkaVersion) -> SessionRule {
    if version.is_at_least(4, 0) {
        SessionRule::HeardOf { fenced_on_activation: !version.is_at_least(4, 1) }
    } else {
        SessionRule::Unfenced
    }
}

impl Default for Profile {
    fn default() -> Self {
        Profile::of(KafkaVersion::REFERENCE, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elr_is_on_for_new_clusters_since_4_1() {
        let elr = |text: &str| Profile::of(text.parse().unwrap(), None).elr;
        assert!(!elr("3.9") && !elr("4.0") && elr("4.1") && elr("4.2"));
        assert!(Profile::of(KafkaVersion::new(4, 0, 0), Some(true)).elr);
        assert!(!Profile::of(KafkaVersion::new(3, 9, 0), Some(true)).elr);
    }

    #[test]
    fn the_newest_release_of_the_defaults_table_is_decided_here_too() {
        assert_eq!(crate::knobs::RELEASES.last(), Some(&Profile::NEWEST));
    }

    #[test]
    fn min_isr_above_rf_is_clamped_since_3_7() {
        let of = |text: &str| Profile::of(text.parse().unwrap(), None).effective_min_isr(2, 1);
        assert_eq!((of("3.6"), of("3.7")), (2, 1));
    }
}
