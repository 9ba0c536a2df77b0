//! Whether a broker's process runs, and if not, how it ended.

use serde::{Deserialize, Serialize};

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
