//! A run that takes a while: how far it is, and its end at Ctrl-C with what was reached.

use crate::cli::interrupt::interrupts;
use crate::cli::{Failure, output};
use crate::model::human_duration_ms;
use crate::sim::Simulator;
use std::io::{IsTerminal, stderr};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Events of the queue between two looks at the clock: some milliseconds.
const SLICE: u64 = 20_000;
/// A run that is shorter says nothing.
const SILENT: Duration = Duration::from_secs(1);
/// How often it is told on a terminal, where a line replaces the one before.
const ON_TERMINAL: Duration = Duration::from_millis(500);
/// How often it is told elsewhere.
const IN_LOG: Duration = Duration::from_secs(10);

/// Runs to the end of the scenario, with a look at it after each slice; tells how far it is unless it `is_silent`.
/// Says whether it got there; Ctrl-C ends it before.
pub(super) fn run(
    simulator: &mut Simulator,
    is_silent: bool,
    mut look: impl FnMut(&mut Simulator) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let interrupted = interrupts()?;
    let end = simulator.scenario().duration.0;
    let mut progress = Progress::begin();
    loop {
        let is_over = simulator.run_at_most(end, SLICE);
        look(simulator)?;
        if is_over || interrupted.load(Ordering::Relaxed) {
            progress.clear();
            return Ok(is_over);
        }
        if !is_silent {
            progress.tell(simulator.now(), end);
        }
    }
}

struct Progress {
    began: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    fn begin() -> Progress {
        Progress { began: Instant::now(), told: None, is_terminal: stderr().is_terminal() }
    }

    /// Says how much of the virtual time is over, where it is time to say so.
    fn tell(&mut self, now: u64, end: u64) {
        let (every, first) = if self.is_terminal { (ON_TERMINAL, SILENT) } else { (IN_LOG, IN_LOG) };
        let due = self.told.map_or(self.began + first, |told| told + every);
        if Instant::now() < due {
            return;
        }
        self.told = Some(Instant::now());
        let time = |nanos: u64| human_duration_ms((nanos / 1_000_000) as i64);
        let (percent, of) = (u128::from(now) * 100 / u128::from(end.max(1)), time(end));
        let line = format!("simulated {} of {of}, {percent} %; Ctrl-C ends it", time(now));
        if self.is_terminal {
            output::write_over(&line);
        } else {
            output::write_error(&format!("klever: {line}"));
        }
    }

    fn clear(&self) {
        if self.is_terminal && self.told.is_some() {
            output::write_over("");
        }
    }
}
