//! A cluster that was written to a file: one snapshot, for ever.

use crate::app::{Command, Snapshot};
use crate::model::Cluster;
use crate::runtime::{Driver, Sink};
use std::sync::Arc;

/// A file does nothing by itself, and nothing can be done to it.
pub struct Still;

impl Still {
    pub fn start(cluster: Cluster, sink: &Sink) -> Still {
        sink.snapshot(Snapshot { cluster: Arc::new(cluster), clock: None, detail: None });
        Still
    }
}

impl Driver for Still {
    fn drive(&mut self, _: Command) {}
    fn refresh(&mut self) {}
}
