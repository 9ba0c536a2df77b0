//! What was done to a run from outside, when, and whether it could be done; and what came of it at the run's end.

use crate::model::Nanos;
use crate::scenario::{Act, Event, Time, Verdict};

/// Something that was done to a run.
#[derive(Clone, PartialEq, Debug)]
pub struct DoneAct {
    /// Virtual time since the start.
    pub at: Nanos,
    pub act: Act,
    /// Whether the cluster could not do it.
    pub is_refused: bool,
}

impl DoneAct {
    /// As an entry of a file of acts.
    pub fn event(&self) -> Event {
        Event { at: Some(Time(self.at)), when: None, after: None, act: self.act.clone() }
    }
}

/// What was done to a run, and what came of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Attempt {
    /// In the order in which it was done; what was rewound is not among it.
    pub acts: Vec<DoneAct>,
    /// What the scenario expects, judged at the end of the run; `None` before, and when the run went on.
    pub verdicts: Option<Vec<Verdict>>,
}
