//! A cluster in which no time passes: acts take effect at once, as the controller's own rule decides them.

use crate::consequences::lose;
use crate::hypothesis::apply;
use crate::knobs::Change;
use crate::model::{BrokerId, Cluster};
use crate::scenario::{Act, Process};
use std::sync::Arc;

/// A cluster at rest and what was done to it.
#[derive(Clone, Debug)]
pub struct Still {
    base: Cluster,
    changes: Vec<Change>,
    lost: Vec<BrokerId>,
}

impl Still {
    /// The cluster untouched.
    pub fn new(base: Cluster) -> Still {
        Still { base, changes: Vec::new(), lost: Vec::new() }
    }

    /// The cluster as it is by now.
    pub fn cluster(&self) -> Arc<Cluster> {
        let changed = apply(&self.base, &self.changes).unwrap_or_else(|_| self.base.clone());
        Arc::new(lose(&changed, &self.lost))
    }

    /// Does something to it.
    ///
    /// # Errors
    /// In one line, when it cannot be done: what takes time needs the simulator.
    pub fn act(&mut self, act: Act) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::KafkaVersion;

    #[test]
    fn acts_are_done_and_undone() {
        let mut still = Still::new(reference(KafkaVersion::REFERENCE));
        let leads = |still: &Still, id: i32| {
            still.cluster().partitions.leader.iter().filter(|leader| **leader == id).count()
        };
        assert_eq!(leads(&still, 2), 4);
        still.act(Act::Kill(BrokerId(2).into())).unwrap();
        assert_eq!((leads(&still, 2), still.cluster().brokers_up()), (0, 2));
        still.act(Act::Restart(BrokerId(2).into())).unwrap();
        assert_eq!(leads(&still, 2), 4);
        still.act(Act::Set(Change::parse("partitions=24").unwrap())).unwrap();
        assert_eq!(still.cluster().partitions.len(), 24);
        assert!(still.act(Act::Set(Change::parse("replication.factor=9").unwrap())).is_err());
        assert!(still.act(Act::HealAll).is_err());
        assert_eq!(still.cluster().partitions.len(), 24);
    }
}
