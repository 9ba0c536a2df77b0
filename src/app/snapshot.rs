//! What a source of a cluster says: a state, its time, and trouble.

use crate::model::{Cluster, Millis};
use crate::sim::SimView;
use std::sync::Arc;

/// Where the cluster on the screen comes from. It decides the badge, and what a knob does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The embedded simulator; the name of its scenario.
    Sim(String),
    /// A real cluster, read only; its name or address.
    Live(String),
    /// A snapshot file; its name.
    File(String),
    /// Local brokers under test; their version or name.
    Lab(String),
    /// A copy of one of the others in the simulator; the name of what it was made of.
    Copy(String),
}

impl Origin {
    /// Whether knobs and faults act on it; elsewhere they are a what-if and nothing is sent.
    pub fn acts(&self) -> bool {
        matches!(self, Origin::Sim(_) | Origin::Lab(_) | Origin::Copy(_))
    }

    /// The word that stands before its name.
    pub fn badge(&self) -> &'static str {
        match self {
            Origin::Sim(_) => "SIM",
            Origin::Live(_) => "READ-ONLY live",
            Origin::File(_) => "FILE",
            Origin::Lab(_) => "LAB",
            Origin::Copy(_) => "SIM copy of",
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Origin::Sim(name)
            | Origin::Live(name)
            | Origin::File(name)
            | Origin::Lab(name)
            | Origin::Copy(name) => name,
        }
    }
}

/// Virtual time of a simulator.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clock {
    /// Virtual time since the start.
    pub at_ms: Millis,
    /// Virtual seconds a second.
    pub pace: f64,
    /// Whether time stands still.
    pub paused: bool,
    pub seed: u64,
}

/// A cluster at one moment, from whatever source.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub cluster: Arc<Cluster>,
    /// Virtual time, where time is virtual.
    pub clock: Option<Clock>,
    /// What only a simulator can see.
    pub detail: Option<Arc<SimView>>,
}

/// The source has trouble; what is on the screen grows old meanwhile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceError {
    /// What is wrong, in one line.
    pub what: String,
    /// Since when, on the clock of [`crate::app::Msg::Tick`].
    pub since_ms: Millis,
    /// When it is tried again, if it is.
    pub retry_ms: Option<Millis>,
}
