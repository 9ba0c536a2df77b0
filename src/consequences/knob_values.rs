//! The knobs in force for one topic, each with where its value comes from, as inputs of a derivation.

use crate::consequences::figure::Input;
use crate::knobs::{ALL, Knob, Value, resolve};
use crate::model::{Cluster, Datum, Origin, TopicIx};

/// Every knob's value, or why it is not known, as it is in force for the worst partitions.
#[derive(Clone, PartialEq, Debug)]
pub struct KnobValues {
    /// In the order of [`ALL`].
    values: Vec<Datum<Value>>,
}

impl KnobValues {
    /// Those of a topic, or of the cluster alone when it has no topic.
    pub(super) fn of(cluster: &Cluster, topic: Option<TopicIx>) -> Self {
        KnobValues { values: ALL.iter().map(|knob| resolve(cluster, topic, knob)).collect() }
    }

    /// All knobs with their values, in the order of [`ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (&'static Knob, &Datum<Value>)> {
        ALL.iter().copied().zip(&self.values)
    }

    /// One knob's value, or why it is not known.
    pub fn datum(&self, knob: &'static Knob) -> &Datum<Value> {
        &self.values[knob.index()]
    }

    pub(super) fn get(&self, knob: &'static Knob) -> Option<&Value> {
        self.datum(knob).get()
    }

    pub(super) fn float(&self, knob: &'static Knob) -> Option<f64> {
        self.get(knob).and_then(Value::float)
    }

    pub(super) fn word(&self, knob: &'static Knob) -> Option<&str> {
        self.get(knob).and_then(Value::word)
    }

    /// As an input of a derivation.
    pub(super) fn input(&self, knob: &'static Knob) -> Input {
        let datum = self.datum(knob);
        Input {
            name: knob.full_name(),
            value: datum.get().map_or("?".into(), ToString::to_string),
            source: source_of(datum),
        }
    }

    pub(super) fn inputs(&self, knobs: &[&'static Knob]) -> Vec<Input> {
        knobs.iter().map(|knob| self.input(knob)).collect()
    }

    /// A knob's value as a number, or why it is not known, in words.
    pub(super) fn known(&self, knob: &'static Knob) -> Result<f64, String> {
        self.float(knob).ok_or_else(|| self.why_unknown(knob))
    }

    /// Why a knob's value is not known, in words.
    pub(super) fn why_unknown(&self, knob: &'static Knob) -> String {
        let reason = self.datum(knob).reason();
        format!("{} is {}", knob.full_name(), reason.map_or("unknown".into(), ToString::to_string))
    }
}

/// Where a value comes from, in words.
pub(super) fn source_of<T>(datum: &Datum<T>) -> String {
    match datum {
        Datum::Unknown { reason } => format!("unknown: {reason}"),
        Datum::Known { from, .. } => match from {
            Origin::Broker => "read from a broker".into(),
            Origin::Default => "default of the version".into(),
            Origin::File(path) => format!("file {path}"),
            Origin::Assumed => "assumed".into(),
            Origin::Simulated => "the simulator".into(),
            Origin::WhatIf => "what-if".into(),
            Origin::Derived(from) => format!("derived from {from}"),
        },
    }
}
