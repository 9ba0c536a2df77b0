//! A run that takes a while: how far it is, and its end at Ctrl-C with what was reached.

use crate::cli::Failure;
use crate::cli::interrupt::interrupts;
use crate::cli::progress::Progress;
use crate::model::human_duration_ms;
use crate::sim::Simulator;
use std::sync::atomic::Ordering;

/// Events of the queue between two looks at the clock: some milliseconds.
const SLICE: u64 = 20_000;

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
            progress.tell(|| line(simulator.now(), end));
        }
    }
}

/// How much of the virtual time is over.
fn line(now: u64, end: u64) -> String {
    let time = |nanos: u64| human_duration_ms((nanos / 1_000_000) as i64);
    let (percent, of) = (u128::from(now) * 100 / u128::from(end.max(1)), time(end));
    format!("simulated {} of {of}, {percent} %; Ctrl-C ends it", time(now))
}
