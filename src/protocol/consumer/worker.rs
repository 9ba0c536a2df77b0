//! What is under way with the first of the records that an application has in hand.

use crate::model::{ClientStep, Nanos};

/// What is under way with the first record in hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Worker {
    Idle,
    /// The driver was asked to try it.
    Trying {
        nth: u32,
    },
    /// Until it is tried again.
    Resting {
        nth: u32,
        until: Nanos,
    },
    /// Until the other topic has it.
    HandingOver,
}

impl Worker {
    /// Where the loop over the records in hand stands.
    pub(super) fn step(self) -> ClientStep {
        match self {
            Worker::Idle | Worker::Trying { .. } => ClientStep::Process,
            Worker::Resting { .. } => ClientStep::BackOff,
            Worker::HandingOver => ClientStep::HandOver,
        }
    }

    /// When it goes on by itself.
    pub(super) fn due(self) -> Nanos {
        if let Worker::Resting { until, .. } = self { until } else { Nanos::MAX }
    }
}
