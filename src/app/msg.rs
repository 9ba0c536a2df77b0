//! What comes into the application and what goes out of it.

use crate::app::{Action, AssessmentView, PageData, PageRequest, Pane};
use crate::keymap::Key;
use crate::model::{Cluster, Millis};
use crate::scenario::Act;
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
}

impl Origin {
    /// Whether knobs and faults act on it; elsewhere they are a hypothesis and nothing is sent.
    pub fn acts(&self) -> bool {
        matches!(self, Origin::Sim(_) | Origin::Lab(_))
    }

    pub fn badge(&self) -> &'static str {
        match self {
            Origin::Sim(_) => "SIM",
            Origin::Live(_) => "READ-ONLY live",
            Origin::File(_) => "FILE",
            Origin::Lab(_) => "LAB",
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Origin::Sim(name) | Origin::Live(name) | Origin::File(name) | Origin::Lab(name) => name,
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
    /// Since when, on the clock of [`Msg::Tick`].
    pub since_ms: Millis,
    /// When it is tried again, if it is.
    pub retry_ms: Option<Millis>,
}

/// Something that a click can hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    Pane(Pane),
    /// A row of a pane, counted from the first row in view.
    Row(Pane, u16),
    /// A row of the page of exploring, counted from the first row in view.
    PageRow(u16),
    Action(Action),
}

#[derive(Clone, Debug)]
pub enum Msg {
    Key(Key),
    Paste(String),
    Click(Target),
    /// The wheel, over a pane: rows down (or up, when negative).
    Wheel(Pane, i32),
    /// The terminal has so many columns and rows.
    Resize(u16, u16),
    /// The last frame shows so many rows of a pane.
    Shown(Pane, u16),
    Snapshot(Snapshot),
    /// The source has trouble, or no longer.
    SourceError(Option<SourceError>),
    /// What the engine thinks of generation so and so.
    Assessed(u64, Arc<AssessmentView>),
    /// What the engine found for inquiry so and so.
    Explored(u64, Arc<PageData>),
    /// Something to tell the user.
    Notice(Level, String),
    /// The time, in milliseconds on the clock of [`Cluster::taken_at`].
    Tick(Millis),
    /// The stop key, or `kill -TSTP`.
    Suspend,
    /// A request to end; the exit code.
    End(i32),
}

/// How good or bad something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    Ok,
    Notice,
    Unknown,
    /// The next failure hurts.
    Warn,
    Bad,
}

/// What is to be judged.
#[derive(Clone, Debug)]
pub struct AssessmentRequest {
    /// The number of the question; answers to older ones are not shown as current.
    pub generation: u64,
    /// The cluster that `now` is compared with.
    pub was: Arc<Cluster>,
    /// The cluster with the knobs.
    pub now: Arc<Cluster>,
    /// The topic under study; all of them without one.
    pub topic: Option<Arc<str>>,
}

/// What a simulator or the lab is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Do something to the cluster.
    Act(Act),
    /// Let time pass or stand still.
    Pause(bool),
    /// Twice the pace, or half of it.
    Pace(f64),
    Step,
    /// To a moment of virtual time.
    Seek(Millis),
    /// From the start again, with the same seed.
    Reset,
}

#[derive(Clone, Debug)]
pub enum Effect {
    /// Judge this, on another thread; the latest question wins.
    Assess(AssessmentRequest),
    /// Find this out, on a thread of its own; the latest inquiry wins.
    Explore(PageRequest),
    /// Tell the source to do something.
    Drive(Command),
    /// Read the cluster again now.
    Refresh,
    Copy(String),
    Suspend,
    Repaint,
    /// CellStyle like this theme.
    Theme(String),
    /// Report the mouse, or not.
    Mouse(bool),
    /// Leave with this exit code.
    Quit(i32),
}
