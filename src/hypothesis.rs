//! What a cluster would be after a set of changes: undo, redo, pins and the difference.

mod any_order;
mod apply;
mod reference;
mod reshape;

pub use any_order::apply_together;
pub use apply::{HypothesisError, apply};
pub use reference::{reference, reference_with};

use crate::knobs::{Change, Knob, Place, Scope, Value, resolve};
use crate::model::{Cluster, Datum, Topic, TopicIx};
use std::sync::Arc;

/// A base cluster and the changes laid over it. Nothing is ever sent anywhere.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    base: Arc<Cluster>,
    changes: Vec<Change>,
    /// The changes as they were before each step, and as they were before it was taken back.
    undo: Vec<Vec<Change>>,
    redo: Vec<Vec<Change>>,
    pin: Option<Arc<Cluster>>,
    now: Arc<Cluster>,
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
    /// A hypothesis without changes over a cluster.
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
            match self.laid(&self.changes) {
                Ok(now) => {
                    self.now = now;
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

    /// The cluster itself takes these changes: the base is as it will be, until its next state is known.
    ///
    /// # Errors
    /// When they cannot be, or what is laid over the base cannot be any more.
    pub fn act(&mut self, changes: &[Change]) -> Result<(), HypothesisError> {
        if changes.is_empty() {
            return Ok(());
        }
        let after = Arc::new(apply(&self.base, changes)?);
        let before = std::mem::replace(&mut self.base, after);
        match self.laid(&self.changes) {
            Ok(now) => self.now = now,
            Err(error) => {
                self.base = before;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes one change; an earlier one of the same knob and subject is replaced.
    ///
    /// # Errors
    /// When it cannot be: an unknown topic, fewer partitions than there are, more replicas than brokers.
    pub fn set(&mut self, change: Change) -> Result<(), HypothesisError> {
        self.set_all(vec![change])
    }

    /// Makes changes as one step. One that says what is so without it takes the earlier one back.
    ///
    /// # Errors
    /// When one of them cannot be; then none is made.
    pub fn set_all(&mut self, changes: Vec<Change>) -> Result<(), HypothesisError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut after = self.changes.clone();
        for change in changes {
            let before = after.len();
            after.retain(|other| other.knob != change.knob || other.subject != change.subject);
            // What is assumed has no source: a value that is there anyway need not be said.
            let may_go = after.len() < before || matches!(change.knob.place, Place::Assumed { .. });
            if !(may_go && self.laid(&after).is_ok_and(|without| is_so(&without, &change))) {
                after.push(change);
            }
        }
        self.now = self.laid(&after)?;
        self.undo.push(std::mem::replace(&mut self.changes, after));
        self.redo.clear();
        Ok(())
    }

    /// Takes the last step back. `false` when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(changes) = self.undo.pop() else { return false };
        self.redo.push(std::mem::replace(&mut self.changes, changes));
        self.reapply();
        true
    }

    /// Makes the step again that was taken back last. `false` when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(changes) = self.redo.pop() else { return false };
        self.undo.push(std::mem::replace(&mut self.changes, changes));
        self.reapply();
        true
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

    fn laid(&self, changes: &[Change]) -> Result<Arc<Cluster>, HypothesisError> {
        // Without changes it is the base itself: whoever compares the two need not look inside.
        if changes.is_empty() { Ok(self.base.clone()) } else { apply(&self.base, changes).map(Arc::new) }
    }

    fn reapply(&mut self) {
        if let Ok(now) = self.laid(&self.changes) {
            self.now = now;
        }
    }
}

/// Whether a cluster already is as a change would make it.
fn is_so(cluster: &Cluster, change: &Change) -> bool {
    let has = |topic| resolve(cluster, topic, change.knob).get() == Some(&change.value);
    let is_meant = |topic: &Topic| match &change.subject {
        Some(name) => *topic.name == **name,
        None => !topic.internal,
    };
    match change.knob.scope {
        Scope::Topic => {
            let meant = cluster.topics.iter().zip(0..).filter(|(topic, _)| is_meant(topic));
            meant.into_iter().all(|(_, ix)| has(Some(TopicIx(ix))))
        }
        // Of several clients only the first one's value is told.
        Scope::Producer => cluster.assumed.producers.len() == 1 && has(None),
        Scope::Consumer => cluster.assumed.consumers.len() == 1 && has(None),
        _ => has(None),
    }
}

#[cfg(test)]
mod tests;
