//! What a cluster would be after a set of changes: undo, redo, pins and the difference.

mod apply;
mod reference;
mod reshape;

pub use apply::{HypothesisError, apply};
pub use reference::{reference, reference_with};

use crate::knobs::{Change, Knob, Value, resolve};
use crate::model::{Cluster, Datum, TopicIx};
use std::sync::Arc;

/// A base cluster and the changes laid over it. Nothing is ever sent anywhere.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    base: Arc<Cluster>,
    changes: Vec<Change>,
    redo: Vec<Change>,
    undo: Vec<Step>,
    pin: Option<Arc<Cluster>>,
    now: Arc<Cluster>,
}

/// What one change replaced, to undo it.
#[derive(Clone, Debug)]
struct Step {
    change: Change,
    before: Option<(usize, Change)>,
}

/// A knob whose value is not what it was.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    pub knob: &'static Knob,
    /// Its value before: of the pin, or of the base.
    pub was: Datum<Value>,
    pub now: Datum<Value>,
}

impl Hypothesis {
    pub fn new(base: Arc<Cluster>) -> Self {
        Hypothesis {
            now: base.clone(),
            base,
            changes: Vec::new(),
            redo: Vec::new(),
            undo: Vec::new(),
            pin: None,
        }
    }

    /// The cluster as it really is.
    pub fn base(&self) -> &Arc<Cluster> {
        &self.base
    }

    /// The cluster as it would be.
    pub fn now(&self) -> &Arc<Cluster> {
        &self.now
    }

    /// What `now` is compared with: the pin, or the real one.
    pub fn was(&self) -> &Arc<Cluster> {
        self.pin.as_ref().unwrap_or(&self.base)
    }

    /// The changes in force, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Lays the changes over a newer state of the same cluster. Changes that no longer fit (their topic
    /// is gone) are dropped and returned.
    pub fn rebase(&mut self, base: Arc<Cluster>) -> Vec<Change> {
        self.base = base;
        let mut dropped = Vec::new();
        loop {
            match apply(&self.base, &self.changes) {
                Ok(now) => {
                    self.now = Arc::new(now);
                    return dropped;
                }
                Err(error) => {
                    let at = error.at.min(self.changes.len().saturating_sub(1));
                    dropped.push(self.changes.remove(at));
                    (self.undo, self.redo) = (Vec::new(), Vec::new());
                }
            }
        }
    }

    /// Makes one change; an earlier one of the same knob and subject is replaced.
    ///
    /// # Errors
    /// When it cannot be: an unknown topic, fewer partitions than there are, more replicas than brokers.
    pub fn set(&mut self, change: Change) -> Result<(), HypothesisError> {
        let same = |other: &Change| other.knob == change.knob && other.subject == change.subject;
        let mut changes = self.changes.clone();
        let before = changes.iter().position(same).map(|at| (at, changes.remove(at)));
        changes.push(change.clone());
        self.now = Arc::new(apply(&self.base, &changes)?);
        self.changes = changes;
        self.undo.push(Step { change, before });
        self.redo.clear();
        Ok(())
    }

    /// Takes the last change back. `false` when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.undo.pop() else { return false };
        self.changes.pop();
        if let Some((at, change)) = step.before {
            self.changes.insert(at, change);
        }
        self.redo.push(step.change);
        self.reapply();
        true
    }

    /// Makes the change again that was taken back last. `false` when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(change) = self.redo.pop() else { return false };
        let rest = std::mem::take(&mut self.redo);
        let done = self.set(change).is_ok();
        self.redo = rest;
        done
    }

    /// Takes all changes back and forgets the pin.
    pub fn reset(&mut self) {
        *self = Hypothesis::new(self.base.clone());
    }

    /// Compares with the present setting from now on.
    pub fn pin(&mut self) {
        self.pin = Some(self.now.clone());
    }

    /// Compares with this state of the cluster from now on.
    pub fn pin_to(&mut self, cluster: Arc<Cluster>) {
        self.pin = Some(cluster);
    }

    /// Compares with the real state again.
    pub fn unpin(&mut self) {
        self.pin = None;
    }

    /// The pinned setting, if there is one.
    pub fn pinned(&self) -> Option<&Arc<Cluster>> {
        self.pin.as_ref()
    }

    /// A knob before and now, for a topic.
    pub fn difference(&self, topic: Option<TopicIx>, knob: &'static Knob) -> Difference {
        Difference { knob, was: resolve(self.was(), topic, knob), now: resolve(&self.now, topic, knob) }
    }

    fn reapply(&mut self) {
        if let Ok(now) = apply(&self.base, &self.changes) {
            self.now = Arc::new(now);
        }
    }
}

#[cfg(test)]
mod tests;
