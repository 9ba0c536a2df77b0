//! What is being played just now, told while it lasts, and the wish of somebody that it ends.

use crate::cli::progress::Progress;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) struct Watch {
    interrupted: Arc<AtomicBool>,
    progress: Progress,
    what: String,
}

impl Watch {
    pub(super) fn begin(interrupted: Arc<AtomicBool>) -> Watch {
        Watch { interrupted, progress: Progress::begin(), what: String::new() }
    }

    /// From now on this is played.
    pub(super) fn plays(&mut self, what: String) {
        self.what = what;
    }

    /// Tells what is played.
    ///
    /// # Errors
    /// When Ctrl-C ended it.
    pub(super) fn go_on(&mut self) -> Result<(), String> {
        if self.is_interrupted() {
            return Err("it was interrupted".into());
        }
        self.progress.tell(|| format!("playing {}; Ctrl-C ends it", self.what));
        Ok(())
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    pub(super) fn end(&self) {
        self.progress.clear();
    }
}
