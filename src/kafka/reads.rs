//! What is read from a cluster: the kinds of reads, what each is about, and its answer.

use crate::kafka::CallError;
use crate::model::{BrokerId, Datum, Features, Quorum, Unknown};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

mod acls;
mod configs;
mod groups;
mod metadata;
mod moves;
mod offsets;
mod transactions;

pub(super) use acls::{Acl, AclPattern, AclPermission, Acls, AclsRead};
pub(super) use configs::{ResourceConfig, ResourceKind, config_source};
pub(super) use groups::{GroupDescription, GroupListing, GroupsRead, MemberDescription};
pub use metadata::{Metadata, Node};
pub(super) use metadata::{PartitionMetadata, Racks, TopicMetadata};
pub(super) use moves::PartitionMove;
pub(super) use offsets::{GroupOffsets, OffsetSpec, PartitionOffset};
pub(super) use transactions::{
    OpenTransactionsRead, ProducerDescription, ProducersRead, TransactionDescription,
};

/// The partitions of which a broker holds a replica, by topic and number.
pub(super) type HeldPartitions = Vec<(Arc<str>, i32)>;

/// The topic whose absence means that no group ever committed, and that a look-up would create it.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// What can be read on its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum ReadKind {
    /// Brokers, topics, leaders, ISR.
    Metadata,
    /// Cluster id and racks.
    Description,
    TopicConfigs,
    BrokerConfigs,
    /// Groups, their states and members.
    Groups,
    /// Committed offsets of groups.
    GroupOffsets,
    /// High watermarks (isolation level read_uncommitted).
    LatestOffsets,
    /// First offsets still in the log.
    EarliestOffsets,
    /// Features, quorum, ELR and reassignments, over klever's own connection.
    Raw,
    /// Last stable offsets (isolation level read_committed); not for a screen.
    LastStableOffsets,
    /// Ends of the leaders' own logs; not for a screen.
    LogEnds,
    /// What ACLs say of topics and of the cluster: until each broker has told, where they may show whether topics are
    /// hidden.
    Acls,
    /// Who has a transaction open in the partitions that are held back; not for a screen.
    OpenTransactions,
    /// What every broker has in its log directories: once a session, where only that shows whether topics are hidden.
    LogDirs,
}

impl ReadKind {
    /// What a screen reads, in the order in which it wants it.
    pub const OF_SCREEN: [ReadKind; 11] = [
        ReadKind::Metadata,
        ReadKind::Groups,
        ReadKind::LatestOffsets,
        ReadKind::Description,
        ReadKind::TopicConfigs,
        ReadKind::BrokerConfigs,
        ReadKind::Raw,
        ReadKind::EarliestOffsets,
        ReadKind::GroupOffsets,
        ReadKind::Acls,
        ReadKind::LogDirs,
    ];
}

/// What a read is about: the cluster as last seen.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ReadTargets {
    pub metadata: Arc<Metadata>,
    /// Groups known so far.
    pub groups: Arc<[Arc<str>]>,
    /// Partitions whose last stable offset lies before their high watermark, by topic and number.
    pub held_back: Arc<[(Arc<str>, i32)]>,
}

impl ReadTargets {
    /// Whether a look-up of a group finds its topic, and creates none.
    pub fn has_offsets_topic(&self) -> bool {
        self.metadata.topics.iter().any(|topic| &*topic.name == OFFSETS_TOPIC)
    }

    /// The live brokers, by ascending id.
    pub fn brokers(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.metadata.nodes.iter().map(|node| node.id)
    }
}

/// What a call answered, or why it did not.
pub(super) type CallResult<T> = Result<T, CallError>;

/// The answer to one read.
#[derive(Serialize, Deserialize)]
pub enum ReadAnswer {
    Metadata(CallResult<Metadata>),
    /// The cluster's id, the racks unless there is no id to ask by, and the brokers that are fenced.
    Description(Option<String>, Option<CallResult<Racks>>, Vec<Node>),
    TopicConfigs(Vec<ResourceConfig>),
    BrokerConfigs(Vec<(BrokerId, ResourceConfig)>),
    Groups(GroupsRead),
    GroupOffsets(GroupOffsets),
    /// Both ends of logs are read alike.
    Offsets(OffsetSpec, Vec<PartitionOffset>),
    /// Of klever's own connection, which no other process holds.
    #[serde(skip)]
    Raw(Box<RawReads>),
    /// Not over librdkafka.
    #[serde(skip)]
    Acls(AclsRead),
    OpenTransactions(OpenTransactionsRead),
    /// Of each broker that was asked.
    LogDirs(Vec<(BrokerId, CallResult<HeldPartitions>)>),
}

impl ReadAnswer {
    /// The answer when nothing was learnt, for one reason: what was asked for is as unknown as the reason makes it.
    pub fn failed(kind: ReadKind, targets: &ReadTargets, error: &CallError) -> ReadAnswer {
        let failed = |name: String| (name, Err(error.clone()));
        match kind {
            ReadKind::Metadata => ReadAnswer::Metadata(Err(error.clone())),
            ReadKind::Description => ReadAnswer::Description(None, Some(Err(error.clone())), Vec::new()),
            ReadKind::TopicConfigs => {
                let names = targets.metadata.topics.iter().map(|topic| topic.name.to_string());
                ReadAnswer::TopicConfigs(names.map(failed).collect())
            }
            ReadKind::BrokerConfigs => {
                let one = |id: BrokerId| (id, failed(id.to_string()));
                ReadAnswer::BrokerConfigs(targets.brokers().map(one).collect())
            }
            ReadKind::Groups => {
                let listed = targets.brokers().map(|id| (id, Err(error.clone()))).collect();
                ReadAnswer::Groups(GroupsRead { listed, ..GroupsRead::default() })
            }
            ReadKind::GroupOffsets => {
                let one = |group: &Arc<str>| (group.clone(), Err(error.clone()));
                ReadAnswer::GroupOffsets(targets.groups.iter().map(one).collect())
            }
            ReadKind::LatestOffsets => ReadAnswer::Offsets(OffsetSpec::Latest, Vec::new()),
            ReadKind::EarliestOffsets => ReadAnswer::Offsets(OffsetSpec::Earliest, Vec::new()),
            ReadKind::LastStableOffsets => ReadAnswer::Offsets(OffsetSpec::LastStable, Vec::new()),
            ReadKind::LogEnds => ReadAnswer::Offsets(OffsetSpec::LogEnd, Vec::new()),
            ReadKind::Acls => {
                let told = targets.brokers().map(|id| (id, Err(error.clone()))).collect();
                ReadAnswer::Acls(AclsRead { principal: None, told })
            }
            ReadKind::OpenTransactions => {
                let one = |(topic, number): &(Arc<str>, i32)| (topic.clone(), *number, Err(error.clone()));
                let partitions = targets.held_back.iter().map(one).collect();
                ReadAnswer::OpenTransactions(OpenTransactionsRead { partitions, ..Default::default() })
            }
            ReadKind::LogDirs => {
                ReadAnswer::LogDirs(targets.brokers().map(|id| (id, Err(error.clone()))).collect())
            }
            ReadKind::Raw => {
                let unknown = error.unknown("Describe on Cluster");
                ReadAnswer::Raw(Box::new(RawReads::unknown(unknown)))
            }
        }
    }
}

/// Why a quorum is not known that was asked for through brokers that answer themselves.
pub(super) const NO_CONTROLLER: &str = "no controller answers";

/// What klever's own connection reads, because librdkafka cannot.
pub struct RawReads {
    pub features: Features,
    pub quorum: Datum<Quorum>,
    pub elr: Datum<ElrByTopic>,
    pub moves: Datum<Vec<PartitionMove>>,
}

impl RawReads {
    /// Nothing is known, for one reason.
    pub fn unknown(reason: Unknown) -> Self {
        RawReads {
            features: Features {
                elr: Datum::unknown(reason.clone()),
                metadata_level: Datum::unknown(reason.clone()),
            },
            quorum: Datum::unknown(reason.clone()),
            elr: Datum::unknown(reason.clone()),
            moves: Datum::unknown(reason),
        }
    }

    /// Takes a newer reading; what did not answer keeps its old value.
    pub fn refresh(&mut self, newer: RawReads) {
        let no_controller_answers = newer.no_controller_answers();
        self.features.elr.refresh(newer.features.elr);
        self.features.metadata_level.refresh(newer.features.metadata_level);
        if no_controller_answers {
            self.quorum = newer.quorum;
        } else {
            self.quorum.refresh(newer.quorum);
        }
        self.elr.refresh(newer.elr);
        // One that has ended since would excuse a replica that has fallen behind.
        self.moves = newer.moves;
    }

    /// Whether brokers that answer themselves had no answer of a controller: what the quorum was is no longer so.
    pub fn no_controller_answers(&self) -> bool {
        matches!(self.quorum.reason(), Some(Unknown::Unreachable(why)) if why == NO_CONTROLLER)
    }

    /// The ELR of one partition; `None` when it is not known.
    pub fn elr_of(&self, topic: &str, number: i32) -> Option<Vec<BrokerId>> {
        let elr = self.elr.get()?;
        let found = elr.get(topic).and_then(|partitions| partitions.iter().find(|(n, _)| *n == number));
        Some(found.map(|(_, members)| members.clone()).unwrap_or_default())
    }
}

/// ELR of each partition by topic, in the order of partition numbers.
pub(super) type ElrByTopic = HashMap<Arc<str>, Vec<(i32, Vec<BrokerId>)>>;
