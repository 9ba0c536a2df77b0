//! The source of the cluster, and beside it the copy that runs in the simulator while it is shown.

use super::{Driver, Sink};
use crate::app::Command;
use crate::scenario::Scenario;
use std::sync::Arc;

/// Starts a simulator, which sends its states into the sink.
pub type Simulate = Arc<dyn Fn(Scenario, Sink) -> Box<dyn Driver> + Send + Sync>;

pub(super) struct Sources {
    source: Box<dyn Driver>,
    copy: Option<Box<dyn Driver>>,
    simulate: Simulate,
    sink: Sink,
}

impl Sources {
    pub(super) fn new(source: Box<dyn Driver>, simulate: Simulate, sink: Sink) -> Sources {
        Sources { source, copy: None, simulate, sink }
    }

    pub(super) fn drive(&mut self, command: Command) {
        self.source.drive(command);
    }

    pub(super) fn drive_copy(&mut self, command: Command) {
        if let Some(copy) = &mut self.copy {
            copy.drive(command);
        }
    }

    /// A simulator ends when nobody holds it any more.
    pub(super) fn open_copy(&mut self, number: u64, scenario: Scenario) {
        self.copy = Some((self.simulate)(scenario, self.sink.of_copy(number)));
    }

    pub(super) fn close_copy(&mut self) {
        self.copy = None;
    }

    /// Reads what is shown again now.
    pub(super) fn refresh(&mut self) {
        self.copy.as_mut().unwrap_or(&mut self.source).refresh();
    }
}
