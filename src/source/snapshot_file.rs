//! A cluster that was written to a file: one snapshot, which never changes.

use crate::app::{Command, Snapshot};
use crate::model::Cluster;
use crate::runtime::{Driver, Sink};
use std::sync::Arc;

/// Nothing can be done to the cluster of a file, and it does nothing by itself.
pub struct SnapshotFileDriver;

impl SnapshotFileDriver {
    /// Hands the file's cluster to the screen, once.
    pub fn start(cluster: Cluster, sink: &Sink) -> SnapshotFileDriver {
        sink.snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None });
        SnapshotFileDriver
    }
}

impl Driver for SnapshotFileDriver {
    fn drive(&mut self, _: Command) {}
    fn refresh(&mut self) {}
}
