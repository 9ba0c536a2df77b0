//! What can be done to a cluster: one vocabulary for the screen, scenarios, the simulator and the lab.

use crate::knobs::Change;
use crate::model::{BrokerId, Nanos, SchemaChange};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One thing done to a cluster. Its place in this list goes into the hashes of runs: a new one stands at the end.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Act {
    /// SIGTERM: a broker shuts down in order, a client closes.
    Stop(Process),
    /// SIGKILL: the process is gone; what it wrote stays in the page cache.
    Kill(Process),
    /// Starts a process that is not running; a running one is stopped in order first.
    Restart(Process),
    /// SIGSTOP, a long collection, a frozen virtual machine.
    Pause(Process),
    /// The end of a pause.
    Resume(Process),
    /// Power fails: unflushed data is at risk. The processes stay down until restarted.
    PowerLoss {
        domain: PowerDomain,
        /// What is left of the unflushed tails.
        keep: UnflushedTail,
    },
    /// A broker's disk is lost and replaced by an empty one.
    DiskLoss(BrokerId),
    /// Messages between two ends no longer arrive.
    Partition {
        from: Endpoint,
        to: Endpoint,
        /// Only messages towards `to` are lost.
        one_way: bool,
    },
    /// A partition or a slow link between two ends is over.
    Heal { from: Endpoint, to: Endpoint },
    /// All partitions and slow links are over.
    HealAll,
    /// Messages between two ends take longer or are lost and sent again.
    SlowLink {
        from: Endpoint,
        to: Endpoint,
        /// Extra time for each message.
        extra: Nanos,
        /// Lost messages in a thousand.
        loss_permille: u32,
    },
    /// A broker's disk takes this much longer for each write; 0 is the end of it.
    SlowDisk { broker: BrokerId, extra: Nanos },
    /// So many controllers stop.
    ControllerLoss(u32),
    /// All controllers are back.
    ControllerBack,
    /// A knob is set.
    #[serde(serialize_with = "as_text")]
    Set(Change),
    /// A partition, or all partitions of a topic, get these replicas.
    Reassign {
        topic: String,
        /// Which partition; `None` is all.
        partition: Option<i32>,
        /// The new replicas, the preferred leader first.
        replicas: Vec<BrokerId>,
    },
    /// A topic gets more partitions.
    AddPartitions {
        topic: String,
        /// How many it has then.
        partitions: u32,
    },
    /// The preferred leaders take over again; `None` is all topics.
    PreferredElection(Option<String>),
    /// Leaders are elected from whatever replica is alive; `None` is all topics.
    UncleanElection(Option<String>),
    /// A producer is handed records to send now.
    Send { producer: String, records: u32 },
    /// No consumer can process the next records of a partition.
    Poison { partition: String, records: u32 },
    /// What the members of a group call for each record takes longer or fails; nothing of both is the end of it.
    SlowService {
        group: String,
        /// Extra time of each answer.
        extra: Nanos,
        /// Calls in a thousand that fail.
        failures_permille: u32,
    },
    /// The next answer to a producer's write, or to a member's commit, is lost together with its connection.
    LoseAnswer(Process),
    /// A producer's application hands in so many times what it did; 1 is as before.
    Greedy { producer: String, times: u32 },
    /// A producer, or the members of a group, are deployed with a new version of their topics' schemas; without a change
    /// with the newest that there is.
    DeploySchema { client: Endpoint, change: Option<SchemaChange> },
}

/// A process that a scenario can stop, kill or pause.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Process {
    /// A broker: `broker/1`.
    Broker(BrokerId),
    /// A producer: `producer/app`.
    Producer(String),
    /// A member of a group, counted from 0: `group/billing/0`.
    Member(String, u32),
}

/// How far a power failure reaches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(into = "String")]
pub enum PowerDomain {
    Broker(BrokerId),
    /// All machines of a rack.
    Rack(String),
    Site,
}

/// What is left of what a broker had not flushed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
pub enum UnflushedTail {
    Flushed,
    Everything,
    /// So many batches of each log, the oldest first.
    Batches(u32),
    /// A random number of batches of each log.
    #[default]
    Random,
}

/// An end of a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Endpoint {
    /// `broker/1`
    Broker(BrokerId),
    /// Every broker of a rack: `rack/a`.
    Rack(String),
    /// Every broker: `brokers`.
    Brokers,
    /// Every controller: `controllers`.
    Controllers,
    /// `producer/app`
    Producer(String),
    /// Every member of a group: `group/billing`.
    Group(String),
    /// Every client: `clients`.
    Clients,
}

fn as_text<S: Serializer>(change: &Change, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(change)
}

impl From<BrokerId> for Process {
    fn from(id: BrokerId) -> Self {
        Process::Broker(id)
    }
}

impl From<BrokerId> for Endpoint {
    fn from(id: BrokerId) -> Self {
        Endpoint::Broker(id)
    }
}

/// A broker written `broker/1` or just `1`.
pub(super) fn broker(text: &str) -> Option<BrokerId> {
    text.strip_prefix("broker/").unwrap_or(text).parse().ok().map(BrokerId)
}

impl FromStr for Process {
    type Err = String;
    fn from_str(text: &str) -> Result<Process, String> {
        let member = |rest: &str| {
            let (group, at) = rest.split_once('/')?;
            Some(Process::Member(group.into(), at.parse().ok()?))
        };
        let found = match text.split_once('/') {
            Some(("producer", name)) if !name.is_empty() => Some(Process::Producer(name.into())),
            Some(("group", rest)) => member(rest),
            _ => broker(text).map(Process::Broker),
        };
        found.ok_or_else(|| format!("`{text}` is no process: write broker/1, producer/NAME or group/NAME/0"))
    }
}

impl FromStr for PowerDomain {
    type Err = String;
    fn from_str(text: &str) -> Result<PowerDomain, String> {
        match (text, text.strip_prefix("rack/"), broker(text)) {
            ("site", ..) => Ok(PowerDomain::Site),
            (_, Some(rack), _) => Ok(PowerDomain::Rack(rack.into())),
            (_, _, Some(id)) => Ok(PowerDomain::Broker(id)),
            _ => Err(format!("`{text}` has no power to lose: write broker/1, rack/NAME or site")),
        }
    }
}

impl FromStr for Endpoint {
    type Err = String;
    fn from_str(text: &str) -> Result<Endpoint, String> {
        match (text, text.split_once('/')) {
            ("brokers", _) => Ok(Endpoint::Brokers),
            ("controllers", _) => Ok(Endpoint::Controllers),
            ("clients", _) => Ok(Endpoint::Clients),
            (_, Some(("rack", name))) => Ok(Endpoint::Rack(name.into())),
            (_, Some(("producer", name))) => Ok(Endpoint::Producer(name.into())),
            (_, Some(("group", name))) => Ok(Endpoint::Group(name.into())),
            _ => broker(text).map(Endpoint::Broker).ok_or_else(|| {
                format!(
                    "`{text}` is no end of a link: write broker/1, rack/NAME, producer/NAME, group/NAME, \
                     brokers, controllers or clients"
                )
            }),
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Process::Broker(id) => write!(f, "broker/{id}"),
            Process::Producer(name) => write!(f, "producer/{name}"),
            Process::Member(group, at) => write!(f, "group/{group}/{at}"),
        }
    }
}

impl fmt::Display for PowerDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PowerDomain::Broker(id) => write!(f, "broker/{id}"),
            PowerDomain::Rack(name) => write!(f, "rack/{name}"),
            PowerDomain::Site => f.write_str("site"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Broker(id) => write!(f, "broker/{id}"),
            Endpoint::Rack(name) => write!(f, "rack/{name}"),
            Endpoint::Brokers => f.write_str("brokers"),
            Endpoint::Controllers => f.write_str("controllers"),
            Endpoint::Producer(name) => write!(f, "producer/{name}"),
            Endpoint::Group(name) => write!(f, "group/{name}"),
            Endpoint::Clients => f.write_str("clients"),
        }
    }
}

macro_rules! text_form {
    ($($kind:ty),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
        impl From<$kind> for String {
            fn from(value: $kind) -> String {
                value.to_string()
            }
        }
    )*};
}
text_form!(Process, PowerDomain, Endpoint);
