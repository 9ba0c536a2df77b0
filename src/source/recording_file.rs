//! A recording: the states of a cluster that were seen, of which one at a time is shown.

use crate::app::{Command, Snapshot};
use crate::model::{Cluster, Millis};
use crate::runtime::{Driver, Sink};
use std::sync::Arc;

/// Shows the state of the moment that is asked for.
pub struct RecordingDriver {
    states: Vec<Arc<Cluster>>,
    sink: Sink,
}

impl RecordingDriver {
    /// Hands the last state to the screen.
    pub fn start(states: Vec<Arc<Cluster>>, sink: Sink) -> RecordingDriver {
        let driver = RecordingDriver { states, sink };
        driver.show(Millis::MAX);
        driver
    }

    fn show(&self, at_ms: Millis) {
        let seen = self.states.iter().rfind(|state| state.taken_at <= at_ms);
        if let Some(cluster) = seen.or(self.states.first()) {
            self.sink.snapshot(Snapshot { cluster: cluster.clone(), clock: None, detail: None });
        }
    }
}

impl Driver for RecordingDriver {
    /// Nothing can be done to what was recorded but look at another moment of it.
    fn drive(&mut self, command: Command) {
        if let Command::Seek(at_ms) = command {
            self.show(at_ms);
        }
    }

    fn refresh(&mut self) {}
}
