//! Ctrl-C: every wait in the lab checks for it, so that everything that was started ends in order.

use super::LabError;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// The exit code after a second signal: what a shell says of a program that Ctrl-C ended at once.
const AT_ONCE: i32 = 130;

/// A signal is for the whole process, and so is this.
static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// As long as it lives, SIGINT, SIGTERM and SIGHUP are handled; the second one ends the process at once, and then the
/// shells beside the lab's processes clean up after it.
pub struct Interruption {
    handlers: Vec<SigId>,
}

impl Interruption {
    /// Installs the handlers.
    ///
    /// # Errors
    /// When a handler cannot be installed.
    pub fn listen() -> io::Result<Interruption> {
        let mut handlers = Vec::new();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal finds the flag down.
            handlers.push(flag::register_conditional_shutdown(signal, AT_ONCE, REQUESTED.clone())?);
            handlers.push(flag::register(signal, REQUESTED.clone())?);
        }
        Ok(Interruption { handlers })
    }

    /// Whether a signal came.
    pub fn requested() -> bool {
        REQUESTED.load(Ordering::Relaxed)
    }

    /// An error if a signal came.
    pub(super) fn check() -> Result<(), LabError> {
        if Interruption::requested() { Err(LabError::new("interrupted")) } else { Ok(()) }
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        self.handlers.drain(..).for_each(|id| _ = low_level::unregister(id));
    }
}
