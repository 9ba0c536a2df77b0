//! How far a long piece of work is: one line on standard error, replaced by the next on a terminal.

use crate::cli::output;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// Work that is shorter says nothing.
const SILENT: Duration = Duration::from_secs(1);
/// How often it is told on a terminal, where a line replaces the one before.
const ON_TERMINAL: Duration = Duration::from_millis(500);
/// How often it is told elsewhere.
const IN_LOG: Duration = Duration::from_secs(10);

pub(super) struct Progress {
    began: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub(super) fn begin() -> Progress {
        Progress { began: Instant::now(), told: None, is_terminal: stderr().is_terminal() }
    }

    /// Says how far it is, where it is time to say so.
    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        let (every, first) = if self.is_terminal { (ON_TERMINAL, SILENT) } else { (IN_LOG, IN_LOG) };
        let due = self.told.map_or(self.began + first, |told| told + every);
        if Instant::now() < due {
            return;
        }
        self.told = Some(Instant::now());
        if self.is_terminal {
            output::write_over(&line());
        } else {
            output::write_error(&format!("klever: {}", line()));
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.is_terminal && self.told.is_some() {
            output::write_over("");
        }
    }
}
