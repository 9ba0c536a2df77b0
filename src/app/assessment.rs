//! The assessment of a configuration, as rows to show.

use crate::app::Level;
use crate::consequences::{AffectedPartitions, Derivation};
use crate::model::BrokerId;
use std::cmp::Ordering;

/// The answer to a [`crate::app::AssessmentRequest`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AssessmentView {
    /// What was assessed: `cluster`, `topic orders`.
    pub subject: String,
    pub consequences: Vec<Consequence>,
    /// What breaks next, in one line.
    pub next_break: Option<String>,
    /// Brokers that it takes; none where it has happened already, or nothing can break.
    pub next_break_brokers: Vec<BrokerId>,
    /// What had to be assumed, a line each.
    pub assumptions: Vec<String>,
    pub warnings: Vec<Warning>,
    /// What was not looked at, a line each.
    pub not_examined: Vec<String>,
}

/// One figure, with and without the knobs.
#[derive(Clone, PartialEq, Debug)]
pub struct Consequence {
    /// Its id for ever: `durability.crash`.
    pub id: &'static str,
    /// Two or three words.
    pub label: String,
    pub now: String,
    /// Its value before the knobs, if that differs.
    pub was: Option<String>,
    /// Greater when the knobs make it better.
    pub change: Ordering,
    /// How good it is.
    pub level: Level,
    pub headline: String,
    /// Whose value it is, when several partitions are assessed.
    pub affected: Option<AffectedPartitions>,
    /// How it was derived.
    pub why: Derivation,
}

/// What the knobs did to a warning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WarningDelta {
    /// It is there with and without the knobs.
    Unchanged,
    /// The knobs bring it.
    New,
    /// The knobs resolve it.
    Resolved,
}

/// One anti-pattern found, or not known.
#[derive(Clone, PartialEq, Debug)]
pub struct Warning {
    pub rule: &'static str,
    pub title: &'static str,
    /// `critical`, `high`..., `unknown`, `waived`.
    pub word: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What it is about: `topic orders`.
    pub subject: String,
    pub evidence: String,
    pub why: String,
    pub fix: String,
    /// With or without the knobs.
    pub delta: WarningDelta,
}

impl AssessmentView {
    /// How many warnings there are of a severity.
    pub fn count(&self, word: &str) -> usize {
        self.warnings
            .iter()
            .filter(|warning| warning.word == word && warning.delta != WarningDelta::Resolved)
            .count()
    }
}
