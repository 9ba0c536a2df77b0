//! Ctrl-C: whoever waits in the lab looks here, so that everything that was started ends in order.

use super::LabError;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

/// What a shell says of a program that Ctrl-C ended: 128 and the signal's number.
pub const INTERRUPTED: u8 = 130;

/// A signal is for the whole process, and so is this.
static CAME: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// As long as it lives, SIGINT, SIGTERM and SIGHUP are heard; the second one ends the process at once, and then the
/// shells beside the lab's processes clean up after it.
pub struct Interruption {
    heard: Vec<SigId>,
}

impl Interruption {
    /// Begins to hear.
    ///
    /// # Errors
    /// When the signals cannot be had.
    pub fn hear() -> io::Result<Interruption> {
        let mut heard = Vec::new();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal finds the flag down.
            heard.push(flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), CAME.clone())?);
            heard.push(flag::register(signal, CAME.clone())?);
        }
        Ok(Interruption { heard })
    }

    /// Whether a signal came.
    pub fn came() -> bool {
        CAME.load(Ordering::Relaxed)
    }

    /// Goes on unless a signal came.
    pub(super) fn heed() -> Result<(), LabError> {
        if Interruption::came() { Err(LabError::new("interrupted")) } else { Ok(()) }
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        self.heard.drain(..).for_each(|id| _ = low_level::unregister(id));
    }
}
