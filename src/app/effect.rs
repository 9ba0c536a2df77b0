//! What comes out of the application: requests to the engine, commands to the source, work for the terminal.

use crate::app::PageRequest;
use crate::knobs::Change;
use crate::model::{Cluster, KafkaVersion, Millis};
use crate::scenario::{Act, Scenario};
use std::sync::Arc;

/// What is to be assessed.
#[derive(Clone, Debug)]
pub struct AssessmentRequest {
    /// The number of the request; answers to older ones are not shown as current.
    pub generation: u64,
    /// The cluster that `now` is compared with.
    pub was: Arc<Cluster>,
    /// The cluster with the knobs.
    pub now: Arc<Cluster>,
    /// The topic that is assessed; all of them without one.
    pub topic: Option<Arc<str>>,
}

/// What a simulator or the lab is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Do something to the cluster.
    Act(Act),
    /// Let time pass or stand still.
    Pause(bool),
    /// Virtual seconds a second.
    Pace(f64),
    Step,
    /// Let so much virtual time pass at once.
    Pass(Millis),
    /// To a moment of virtual time.
    Seek(Millis),
    /// From the start again, with the same seed.
    Reset,
    /// This scenario from its start, with the same seed.
    Begin(Box<Scenario>),
    /// The same, with this version of Kafka.
    BeginAs(Box<Scenario>, KafkaVersion),
    /// Run the same beside it, with these settings from its start; or no longer.
    Beside(Option<Vec<Change>>),
}

/// Something to be done outside the application.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Assess this, on another thread; the latest request wins.
    Assess(AssessmentRequest),
    /// Find this out, on a thread of its own; the latest request wins.
    Explore(PageRequest),
    /// Play the finale on a thread of its own, and tell how far it is.
    PlayFinale,
    /// Tell the source to do something.
    Drive(Command),
    /// Run this scenario, a copy of the cluster that is shown; what it says comes back with this number. One that
    /// runs already ends.
    OpenCopy(u64, Box<Scenario>),
    /// Tell the copy to do something.
    DriveCopy(Command),
    /// End the copy.
    CloseCopy,
    /// Read the cluster again now.
    Refresh,
    Copy(String),
    Suspend,
    Repaint,
    /// Show this theme.
    Theme(String),
    /// Report the mouse, or not.
    Mouse(bool),
    /// Leave with this exit code.
    Quit(i32),
}
