//! Records of a real metadata log as `DumpLogSegments --cluster-metadata-decoder` shows them, one a line.

use crate::model::{BrokerId, Millis};
use crate::protocol::wire::{BrokerEpoch, Offset, PartitionChange, PartitionRegistration, Recovery};
use serde::Deserialize;

/// One record with the batch that it was written in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct LoggedRecord {
    /// Base offset of its batch.
    pub batch: Offset,
    pub offset: Offset,
    /// When it was written.
    pub time_ms: Millis,
    #[serde(flatten)]
    pub body: LoggedBody,
}

/// The types that decide about replication; all others are [`LoggedBody::Other`].
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LoggedBody {
    FeatureLevelRecord(LoggedFeature),
    ConfigRecord(LoggedConfig),
    /// A broker's new process.
    RegisterBrokerRecord(LoggedRegistration),
    /// A broker's changed state.
    BrokerRegistrationChangeRecord(LoggedBrokerChange),
    /// Before 3.3: a broker is fenced.
    FenceBrokerRecord(LoggedFencing),
    /// Before 3.3: a broker is unfenced.
    UnfenceBrokerRecord(LoggedFencing),
    TopicRecord(LoggedTopic),
    /// A topic that is gone.
    RemoveTopicRecord(LoggedTopicId),
    /// The ELR of a topic is void; without a name, every ELR.
    ClearElrRecord(LoggedClearElr),
    PartitionRecord(LoggedPartition),
    PartitionChangeRecord(LoggedPartitionChange),
    #[serde(untagged)]
    Other(OtherRecord),
}

/// A record of a type that is not looked at.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct OtherRecord {
    /// Its type; never one of those that are looked at, so that a malformed one is an error.
    #[serde(rename = "type")]
    pub kind: OtherKind,
}

/// The name of a type that is not looked at.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct OtherKind(pub String);

impl TryFrom<String> for OtherKind {
    type Error = String;

    fn try_from(kind: String) -> Result<Self, String> {
        const KNOWN: [&str; 11] = [
            "FEATURE_LEVEL_RECORD",
            "CONFIG_RECORD",
            "REGISTER_BROKER_RECORD",
            "BROKER_REGISTRATION_CHANGE_RECORD",
            "FENCE_BROKER_RECORD",
            "UNFENCE_BROKER_RECORD",
            "TOPIC_RECORD",
            "REMOVE_TOPIC_RECORD",
            "CLEAR_ELR_RECORD",
            "PARTITION_RECORD",
            "PARTITION_CHANGE_RECORD",
        ];
        if KNOWN.contains(&kind.as_str()) { Err(format!("malformed {kind}")) } else { Ok(OtherKind(kind)) }
    }
}

/// Of a `FeatureLevelRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedFeature {
    pub name: String,
    pub feature_level: i16,
}

/// Of a `ConfigRecord`. Type 2 is a topic, 4 a broker, and a broker without name the cluster.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedConfig {
    pub resource_type: i8,
    pub resource_name: String,
    pub name: String,
    pub value: Option<String>,
}

/// Of a `RegisterBrokerRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedRegistration {
    pub broker_id: BrokerId,
    pub broker_epoch: BrokerEpoch,
    #[serde(default)]
    pub rack: Option<String>,
    #[serde(default)]
    pub log_dirs: Vec<String>,
}

/// Of a `BrokerRegistrationChangeRecord`: 1 is fenced, -1 unfenced.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedBrokerChange {
    pub broker_id: BrokerId,
    pub broker_epoch: BrokerEpoch,
    #[serde(default)]
    pub fenced: i8,
    #[serde(default)]
    pub in_controlled_shutdown: i8,
    #[serde(default)]
    pub log_dirs: Option<Vec<String>>,
    /// What the broker told of its cordoned directories (KIP-1066), since 4.3.
    #[serde(default)]
    pub cordoned_log_dirs: Option<Vec<String>>,
}

/// Of a `FenceBrokerRecord` or an `UnfenceBrokerRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct LoggedFencing {
    pub id: BrokerId,
}

/// Of a `TopicRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedTopic {
    pub name: String,
    pub topic_id: String,
}

/// Of a `RemoveTopicRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedTopicId {
    pub topic_id: String,
}

/// Of a `ClearElrRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedClearElr {
    #[serde(default)]
    pub topic_name: Option<String>,
}

/// Of a `PartitionRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedPartition {
    pub partition_id: i32,
    pub topic_id: String,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    #[serde(default)]
    pub eligible_leader_replicas: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub last_known_elr: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub removing_replicas: Vec<BrokerId>,
    #[serde(default)]
    pub adding_replicas: Vec<BrokerId>,
    pub leader: i32,
    #[serde(default)]
    pub leader_recovery_state: i8,
    pub leader_epoch: i32,
    pub partition_epoch: i32,
    #[serde(default)]
    pub directories: Vec<String>,
}

/// Of a `PartitionChangeRecord`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LoggedPartitionChange {
    pub partition_id: i32,
    pub topic_id: String,
    #[serde(default)]
    pub isr: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub eligible_leader_replicas: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub last_known_elr: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub leader: Option<i32>,
    #[serde(default)]
    pub leader_recovery_state: Option<i8>,
    #[serde(default)]
    pub replicas: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub removing_replicas: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub adding_replicas: Option<Vec<BrokerId>>,
    #[serde(default)]
    pub directories: Option<Vec<String>>,
}

fn leader(id: i32) -> Option<BrokerId> {
    (id >= 0).then_some(BrokerId(id))
}

fn recovery(state: i8) -> Option<Recovery> {
    match state {
        0 => Some(Recovery::Recovered),
        1 => Some(Recovery::Recovering),
        _ => None,
    }
}

impl LoggedPartition {
    /// The partition as it starts.
    pub fn state(&self) -> PartitionRegistration {
        PartitionRegistration {
            replicas: self.replicas.clone(),
            isr: self.isr.clone(),
            elr: self.eligible_leader_replicas.clone().unwrap_or_default(),
            last_known_elr: self.last_known_elr.clone().unwrap_or_default(),
            leader: leader(self.leader),
            leader_epoch: self.leader_epoch,
            partition_epoch: self.partition_epoch,
            recovery: recovery(self.leader_recovery_state).unwrap_or_default(),
            adding: self.adding_replicas.clone(),
            removing: self.removing_replicas.clone(),
        }
    }
}

impl LoggedPartitionChange {
    /// Whether it answers `AssignReplicasToDirs` (KIP-858) and changes nothing else.
    pub fn tells_directories_only(&self) -> bool {
        self.directories.is_some() && self.change() == PartitionChange::default()
    }

    /// What changed; Kafka writes -2 for a leader and -1 for a recovery state that did not change.
    pub fn change(&self) -> PartitionChange {
        PartitionChange {
            partition: None,
            isr: self.isr.clone(),
            elr: self.eligible_leader_replicas.clone(),
            last_known_elr: self.last_known_elr.clone(),
            leader: self.leader.filter(|id| *id != -2).map(leader),
            recovery: self.leader_recovery_state.and_then(recovery),
            replicas: self.replicas.clone(),
            adding: self.adding_replicas.clone(),
            removing: self.removing_replicas.clone(),
        }
    }
}
