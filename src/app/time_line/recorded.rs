//! The time line of a recording: all of it is there from the start, and any moment of it can be shown.

use super::TimeLine;
use crate::app::{App, ClusterSummary, Command, Effect};
use crate::model::{Cluster, Millis};
use std::collections::VecDeque;
use std::sync::Arc;

impl TimeLine {
    /// One that goes on, or that of a recording.
    pub(in crate::app) fn of(recorded: Vec<Arc<Cluster>>) -> Self {
        TimeLine {
            samples: Vec::new(),
            marks: VecDeque::new(),
            last: None,
            is_recorded: !recorded.is_empty(),
            recorded,
            span: 1,
            cursor: None,
        }
    }
}

impl Default for TimeLine {
    fn default() -> Self {
        TimeLine::of(Vec::new())
    }
}

impl App {
    /// Whether moments of a recording can be gone to.
    pub(in crate::app) fn is_recorded(&self) -> bool {
        self.time_line.is_recorded
    }

    /// How long before the end of a recording what is shown was seen; `None` at its end, and where it is none.
    pub(in crate::app) fn before_recorded_end_ms(&self) -> Option<Millis> {
        let end = self.time_line.last.as_ref().filter(|_| self.is_recorded())?;
        let shown = self.hypothesis.as_ref()?.base();
        Some(end.taken_at.saturating_sub(shown.taken_at)).filter(|ms| *ms > 0)
    }

    /// Notes all that was recorded, once.
    pub(super) fn note_recorded(&mut self) {
        let states = std::mem::take(&mut self.time_line.recorded);
        if states.is_empty() {
            return;
        }
        // A sample counts with what is known of the settings of its own state.
        let shown = std::mem::take(&mut self.summary);
        for state in states {
            self.lags.note(&state);
            self.summary = ClusterSummary::of(&state, &self.lags);
            self.note_state(state);
        }
        self.summary = shown;
    }

    /// Shows what a recording saw last.
    pub(in crate::app) fn go_to_recorded_end(&self) -> Vec<Effect> {
        match self.before_recorded_end_ms() {
            Some(_) => vec![Effect::Drive(Command::Seek(Millis::MAX))],
            None => Vec::new(),
        }
    }
}
