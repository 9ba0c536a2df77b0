//! Whether a broker's process runs, and if not, how it ended; how long its start and its end take.

use crate::model::Nanos;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// What a broker's process takes beyond Kafka's protocol: the virtual machine's time, which differs between machines.
/// Each start and each stop of a run draws its own, evenly between the bounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProcessTimes {
    /// Nanoseconds from the start of a process to its first request to the controller.
    pub start_up: RangeInclusive<Nanos>,
    /// Nanoseconds from SIGTERM's work done (controlled shutdown answered or given up, logs closed, connections
    /// closed) to the end of the process.
    pub stop: RangeInclusive<Nanos>,
}

impl Default for ProcessTimes {
    /// A virtual machine with a short log, and no time for what is left to do after an orderly stop.
    fn default() -> Self {
        ProcessTimes { start_up: 2_000_000_000..=2_500_000_000, stop: 0..=0 }
    }
}

/// A broker's process as its machine sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ProcessState {
    /// It reads its logs.
    Booting,
    Up,
    Paused,
    /// It ended in good order.
    Stopped,
    Killed,
    /// Its machine has no power: nothing answers.
    PoweredOff,
    /// It ended with its disk, which was replaced.
    DiskReplaced,
    /// An orderly stop is done, its connections are closed, and the process has yet to end.
    Ending,
}

impl ProcessState {
    pub(super) fn is_up(self) -> bool {
        self == ProcessState::Up
    }

    /// Up or paused: its connections are open.
    pub(super) fn is_alive(self) -> bool {
        matches!(self, ProcessState::Up | ProcessState::Paused)
    }

    /// There is no process.
    pub(super) fn has_ended(self) -> bool {
        use ProcessState::{DiskReplaced, Killed, PoweredOff, Stopped};
        matches!(self, Stopped | Killed | PoweredOff | DiskReplaced)
    }
}
