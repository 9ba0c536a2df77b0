//! Where a cluster comes from: simulator, live, file or lab, as one stream of snapshots.

use crate::model::{Cluster, Millis};
use std::sync::Arc;

#[cfg(feature = "live")]
mod live;

#[cfg(feature = "live")]
pub use live::{Live, LiveSettings};

/// What a source tells.
#[derive(Clone, Debug)]
pub enum SourceEvent {
    /// The cluster as it is now.
    Snapshot(Arc<Cluster>),
    /// The cluster cannot be reached; the last snapshot stays valid as what was known. Told at each attempt,
    /// and over with the next snapshot.
    Trouble {
        /// Since when.
        since: Millis,
        /// One plain line.
        message: String,
        /// What may help.
        hint: Option<String>,
        /// Until the next attempt.
        retry_in_ms: u64,
    },
}
