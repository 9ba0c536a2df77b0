//! The knobs as rows: what each was, is, and could be next.

use crate::app::Origin;
use crate::hypothesis::Hypothesis;
use crate::knobs::{self, Change, Knob, Scope, Value};
use crate::model::{Cluster, Datum, TopicIx};
use crate::scenario::change::{Turning, on_lab, on_simulator};
use std::sync::Arc;

/// One knob with its values.
#[derive(Clone, PartialEq, Debug)]
pub struct KnobRow {
    pub knob: &'static Knob,
    /// Its value before the knobs, or why it is not known.
    pub was: Result<Value, String>,
    /// Its value with the knobs, or why it is not known.
    pub now: Result<Value, String>,
    /// Why it is a what-if where other knobs act; `None` where it acts, and where all knobs are what-ifs.
    pub what_if: Option<&'static str>,
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

/// What a knob does to the cluster on the screen.
pub(super) fn turning(origin: &Origin, knob: &Knob) -> Turning {
    match origin {
        Origin::Sim(_) | Origin::Copy(_) => on_simulator(knob),
        // The lab on the screen is brokers alone.
        Origin::Lab(_) => on_lab(knob, false),
        Origin::Live(_) | Origin::File(_) => Turning::WhatIf("nothing is changed on the cluster"),
    }
}

fn what_if(origin: &Origin, knob: &Knob) -> Option<&'static str> {
    match turning(origin, knob) {
        Turning::WhatIf(why) if origin.acts() => Some(why),
        Turning::ActsUnseen => {
            Some("it acts, but no broker can tell its value: the one shown is the one set")
        }
        Turning::Acts | Turning::WhatIf(_) => None,
    }
}

/// All knobs with their values.
pub(super) fn rows(origin: &Origin, hypothesis: &Hypothesis, study: Option<&Arc<str>>) -> Vec<KnobRow> {
    let (was, now) = (hypothesis.was(), hypothesis.now());
    let row = |knob: &&'static Knob| KnobRow {
        knob,
        was: value(was, shown_topic(was, study), knob),
        now: value(now, shown_topic(now, study), knob),
        what_if: what_if(origin, knob),
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
