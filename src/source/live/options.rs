//! How often a live screen reads what.

use crate::kafka::ReadKind;
use crate::model::Assumptions;
use std::time::Duration;

/// How often each kind of read is repeated, and what is assumed of what cannot be read.
#[derive(Clone, Debug)]
pub struct LiveOptions {
    pub metadata: Duration,
    /// High watermarks and committed offsets.
    pub offsets: Duration,
    pub groups: Duration,
    /// Configuration of topics and brokers.
    pub configs: Duration,
    /// Cluster id, racks and first offsets.
    pub description: Duration,
    /// Features, quorum and ELR.
    pub raw: Duration,
    /// How long a call may take.
    pub timeout: Duration,
    /// What is assumed of clients, load and failure rates; the default when `None`.
    pub assumed: Option<Assumptions>,
    /// What shows that no topic is hidden, where that is known beforehand.
    pub hides_nothing: Option<&'static str>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        LiveOptions {
            metadata: seconds(5),
            offsets: seconds(5),
            groups: seconds(12),
            configs: seconds(300),
            description: seconds(60),
            raw: seconds(15),
            timeout: seconds(5),
            assumed: None,
            hides_nothing: None,
        }
    }
}

impl LiveOptions {
    /// For a lab on this machine: everything several times a second or once.
    pub fn for_lab() -> Self {
        LiveOptions {
            metadata: Duration::from_millis(300),
            offsets: Duration::from_millis(500),
            groups: Duration::from_secs(1),
            configs: Duration::from_secs(2),
            description: Duration::from_secs(10),
            raw: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            hides_nothing: Some("the lab's brokers have no authorizer"),
            ..LiveOptions::default()
        }
    }

    pub(super) fn pause(&self, kind: ReadKind) -> Duration {
        match kind {
            ReadKind::Metadata => self.metadata,
            ReadKind::LatestOffsets
            | ReadKind::LastStableOffsets
            | ReadKind::LogEnds
            | ReadKind::OpenTransactions
            | ReadKind::GroupOffsets => self.offsets,
            ReadKind::Groups => self.groups,
            ReadKind::TopicConfigs | ReadKind::BrokerConfigs => self.configs,
            ReadKind::Description | ReadKind::EarliestOffsets => self.description,
            ReadKind::Acls | ReadKind::LogDirs => self.description,
            ReadKind::Raw => self.raw,
        }
    }
}
