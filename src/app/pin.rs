//! Configurations that are kept to compare with.

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

/// More pins than that push the oldest out, but not the first.
const MAX_PINS: usize = 4;

/// Those that are kept, the newest last.
#[derive(Default)]
pub(super) struct Pins {
    pins: Vec<Pin>,
    /// So many were named after their number.
    named: usize,
}

impl Pins {
    /// Only the cluster as it begins.
    pub(super) fn begin_with(&mut self, cluster: Arc<Cluster>) {
        self.pins = vec![Pin { name: "start".into(), cluster }];
    }

    /// One more, under a name that tells its number.
    pub(super) fn add(&mut self, cluster: Arc<Cluster>) -> String {
        self.named += 1;
        let name = format!("pin {}", self.named);
        self.pins.push(Pin { name: name.clone(), cluster });
        if self.pins.len() > MAX_PINS {
            self.pins.remove(1);
        }
        name
    }

    /// Forgets the newest. Yields the one that is the newest now.
    pub(super) fn remove_newest(&mut self) -> Option<&Pin> {
        self.pins.pop();
        self.pins.last()
    }

    pub(super) fn clear(&mut self) {
        self.pins.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pins.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pin> {
        self.pins.iter()
    }
}
