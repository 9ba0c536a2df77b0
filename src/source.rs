//! Where a cluster comes from: simulator, live, file or lab, as one stream of snapshots.

mod embedded;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "lab")]
mod on_lab;
mod still;
#[cfg(feature = "live")]
mod watched;

pub use embedded::Embedded;
#[cfg(feature = "live")]
pub use live::{Live, LiveSettings, Refresh};
#[cfg(feature = "lab")]
pub use on_lab::OnLab;
pub use still::Still;
#[cfg(feature = "live")]
pub use watched::Watched;

use crate::model::{Cluster, Millis};
use std::sync::Arc;

/// What a source tells.
#[derive(Clone, Debug)]
pub enum SourceEvent {
    /// The cluster as it is now.
    Snapshot(Arc<Cluster>),
    /// The cluster cannot be reached; the last snapshot stays valid as what was known. Told at each attempt,
    /// and over with the next snapshot.
    SourceError {
        since: Millis,
        message: String,
        hint: Option<String>,
        /// Until the next attempt.
        retry_in_ms: u64,
    },
}
