//! The knobs as rows: what each was, is, and could be next.

use crate::hypothesis::Hypothesis;
use crate::knobs::{self, Change, Knob, Scope, Value};
use crate::model::{Cluster, Datum, TopicIx};
use std::sync::Arc;

/// One knob with its values.
#[derive(Clone, PartialEq, Debug)]
pub struct KnobRow {
    pub knob: &'static Knob,
    /// Its value before the knobs, or why it is not known.
    pub was: Result<Value, String>,
    /// Its value with the knobs, or why it is not known.
    pub now: Result<Value, String>,
}

impl KnobRow {
    /// Whether a knob moved it.
    pub fn is_changed(&self) -> bool {
        self.was != self.now
    }
}

/// The topic that topic knobs show: the selected one, else the first that is not Kafka's own.
pub(super) fn shown_topic(cluster: &Cluster, topic: Option<&Arc<str>>) -> Option<TopicIx> {
    let selected = topic.and_then(|name| cluster.topic_named(name)).map(|(ix, _)| ix);
    let first = || cluster.topics.iter().position(|topic| !topic.internal).map(|at| TopicIx(at as u32));
    selected.or_else(first)
}

/// All knobs with their values.
pub(super) fn rows(hypothesis: &Hypothesis, topic: Option<&Arc<str>>) -> Vec<KnobRow> {
    let (was, now) = (hypothesis.was(), hypothesis.now());
    let row = |knob: &&'static Knob| KnobRow {
        knob,
        was: value(was, shown_topic(was, topic), knob),
        now: value(now, shown_topic(now, topic), knob),
    };
    knobs::ALL.iter().map(row).collect()
}

fn value(cluster: &Cluster, topic: Option<TopicIx>, knob: &'static Knob) -> Result<Value, String> {
    match knobs::resolve(cluster, topic, knob) {
        Datum::Known { value, .. } => Ok(value),
        Datum::Unknown { reason } => Err(reason.to_string()),
    }
}

/// A change of a knob: of the selected topic when it is a topic's, else of all.
pub(super) fn change(knob: &'static Knob, value: Value, topic: Option<&Arc<str>>) -> Change {
    let subject = topic.filter(|_| knob.scope == Scope::Topic).map(|name| name.to_string());
    Change { knob, subject, value }
}
