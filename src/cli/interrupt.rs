//! Ctrl-C during a command that takes a while: the first one ends it in order, the second one at once.

use crate::cli::Failure;
use crate::cli::failure::BLIND;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
#[cfg(feature = "live")]
use std::sync::{
    atomic::Ordering,
    mpsc::{RecvTimeoutError, channel},
};
#[cfg(feature = "live")]
use std::time::{Duration, Instant};

/// The exit code of a command that Ctrl-C ended in order: not all of what was asked for could be looked at.
pub(super) const INTERRUPTED: u8 = BLIND;
/// The exit code after the second one, which ends the program at once: what a shell says of SIGINT.
const AT_ONCE: i32 = 130;
/// How soon a signal is noticed.
#[cfg(feature = "live")]
const TICK: Duration = Duration::from_millis(50);

/// Set by the first Ctrl-C or SIGTERM; the second one ends the program.
pub(super) fn interrupts() -> Result<Arc<AtomicBool>, Failure> {
    let seen = Arc::new(AtomicBool::new(false));
    let failed = |error: std::io::Error| Failure::usage(format!("cannot listen to signals: {error}"));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag unset.
        flag::register_conditional_shutdown(signal, AT_ONCE, seen.clone()).map_err(failed)?;
        flag::register(signal, seen.clone()).map_err(failed)?;
    }
    Ok(seen)
}

/// What the work yields, unless a signal comes first; nobody waits for the work then. Work that panics panics here too:
/// it was not interrupted.
#[cfg(feature = "live")]
pub(super) fn unless_interrupted<T: Send + 'static>(
    interrupted: &AtomicBool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, done) = channel();
    let worker = std::thread::spawn(move || {
        // Nobody waits for it any more where this fails.
        let _ = sender.send(work());
    });
    loop {
        match done.recv_timeout(TICK) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Disconnected) => {
                if let Err(panic) = worker.join() {
                    std::panic::resume_unwind(panic);
                }
                return None;
            }
            Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Waits until then; says whether no signal came.
#[cfg(feature = "live")]
pub(super) fn sleep_until(interrupted: &AtomicBool, until: Instant) -> bool {
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return false;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(TICK));
    }
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the work is broken")]
    fn work_that_panics_was_not_interrupted() {
        let seen = AtomicBool::new(false);
        let value: Option<u8> = unless_interrupted(&seen, || panic!("the work is broken"));
        assert_eq!(value, None, "only a signal ends it so");
    }
}
