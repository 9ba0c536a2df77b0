//! Where a run's time begins.

use crate::model::{Millis, Nanos};

/// So long the cluster boots before the run begins; times shown to people start after it.
pub(super) const BOOT: Nanos = 10_000_000_000;

/// Time since the run began.
pub(super) fn elapsed(now: Nanos) -> Nanos {
    now.saturating_sub(BOOT)
}

/// The same in milliseconds.
pub(super) fn elapsed_ms(now: Nanos) -> Millis {
    (elapsed(now) / 1_000_000) as Millis
}
