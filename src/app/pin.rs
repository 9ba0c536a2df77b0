//! A configuration that is kept to compare with.

use crate::model::Cluster;
use std::sync::Arc;

/// A configuration that was kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Pin {
    /// What the compare page calls it.
    pub name: String,
    /// The cluster as it was then.
    pub cluster: Arc<Cluster>,
}
