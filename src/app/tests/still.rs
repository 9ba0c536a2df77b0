//! A cluster in which no time passes: acts take effect at once, as the controller's own rule decides them.

use crate::consequences::lose;
use crate::hypothesis::apply;
use crate::knobs::Change;
use crate::model::{BrokerId, Cluster};
use crate::scenario::{Act, Process};
use std::sync::Arc;

/// A cluster at rest and what was done to it.
#[derive(Clone, Debug)]
pub(super) struct Still {
    base: Cluster,
    changes: Vec<Change>,
    lost: Vec<BrokerId>,
}

impl Still {
    pub(super) fn new(base: Cluster) -> Still {
        Still { base, changes: Vec::new(), lost: Vec::new() }
    }

    /// The cluster as it is by now.
    pub(super) fn cluster(&self) -> Arc<Cluster> {
        let changed = apply(&self.base, &self.changes).unwrap_or_else(|_| self.base.clone());
        Arc::new(lose(&changed, &self.lost))
    }

    /// Does something to it.
    ///
    /// # Errors
    /// In one line, when it cannot be done: what takes time needs the simulator.
    pub(super) fn act(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Kill(Process::Broker(id)) | Act::Stop(Process::Broker(id)) => {
                self.lost.retain(|lost| *lost != id);
                self.lost.push(id);
            }
            Act::Restart(Process::Broker(id)) => self.lost.retain(|lost| *lost != id),
            Act::Set(change) => return self.set(change),
            _ => return Err("nothing that takes time can be done to a cluster at rest".into()),
        }
        Ok(())
    }

    fn set(&mut self, change: Change) -> Result<(), String> {
        let mut changes = self.changes.clone();
        changes.retain(|other| (other.knob, &other.subject) != (change.knob, &change.subject));
        changes.push(change);
        apply(&self.base, &changes).map_err(|error| error.to_string())?;
        self.changes = changes;
        Ok(())
    }
}
