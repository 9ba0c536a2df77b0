//! What makes a scenario a challenge: what is to be reached, what may be done for it, and our best answer.

use crate::scenario::error::{Checked, Mistake, mistake};
use crate::scenario::names::{Names, unknown_name};
use crate::scenario::scene::{check_chapter, is_simulated};
use crate::scenario::{Act, Event, Scenario, ScenarioError, Time};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[challenge]`. What is to be reached is what the scenario expects.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeSpec {
    /// Which chapter of the talk, from 1 to 16.
    pub chapter: u8,
    /// What the player is to reach, in a sentence or two.
    pub task: String,
    /// Why our best answer reaches it.
    pub why: String,
    /// Faults that may be done at most.
    #[serde(default)]
    pub faults: u32,
    /// Knobs that may be turned at most.
    #[serde(default)]
    pub settings: u32,
    /// Things that an operator does, such as starting a broker, that may be done at most.
    #[serde(default)]
    pub operations: u32,
    /// What must be among what was done, whenever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<Event>,
    /// Our best answer: acts with their moments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer: Vec<Event>,
}

/// What an act is to the referee of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Something breaks, or is taken away.
    Fault,
    /// A knob is turned.
    Setting,
    /// What an operator does: start, heal, elect, reassign, send.
    Operation,
}

impl ActKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [ActKind; 3] = [ActKind::Fault, ActKind::Setting, ActKind::Operation];

    /// `fault`
    pub fn word(self) -> &'static str {
        match self {
            ActKind::Fault => "fault",
            ActKind::Setting => "setting",
            ActKind::Operation => "operation",
        }
    }
}

impl fmt::Display for ActKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Act {
    /// What it is to the referee of a challenge. The end of a fault is an operation.
    pub fn kind(&self) -> ActKind {
        match self {
            Act::Set(_) | Act::AddPartitions { .. } => ActKind::Setting,
            Act::SlowLink { extra: 0, loss_permille: 0, .. }
            | Act::SlowDisk { extra: 0, .. }
            | Act::SlowService { extra: 0, failures_permille: 0, .. }
            | Act::Greedy { times: 1, .. } => ActKind::Operation,
            Act::Stop(_)
            | Act::Kill(_)
            | Act::Pause(_)
            | Act::PowerLoss { .. }
            | Act::DiskLoss(_)
            | Act::Partition { .. }
            | Act::SlowLink { .. }
            | Act::SlowDisk { .. }
            | Act::ControllerLoss(_)
            | Act::Poison { .. }
            | Act::SlowService { .. }
            | Act::LoseAnswer(_)
            | Act::Greedy { .. }
            | Act::DeploySchema { .. } => ActKind::Fault,
            Act::Restart(_)
            | Act::Resume(_)
            | Act::Heal { .. }
            | Act::HealAll
            | Act::ControllerBack
            | Act::Reassign { .. }
            | Act::PreferredElection(_)
            | Act::UncleanElection(_)
            | Act::Send { .. } => ActKind::Operation,
        }
    }
}

impl ChallengeSpec {
    /// How many acts of a kind may be done.
    pub fn limit(&self, kind: ActKind) -> u32 {
        match kind {
            ActKind::Fault => self.faults,
            ActKind::Setting => self.settings,
            ActKind::Operation => self.operations,
        }
    }
}

/// A file of acts: `[[act]]`, each with its moment.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActsFile {
    #[serde(default, rename = "act")]
    acts: Vec<Event>,
}

/// Reads a file of acts that are done to this scenario. `file` is its name, for errors.
///
/// # Errors
/// What is wrong with it, and the line.
pub fn read_acts(file: &str, text: &str, scenario: &Scenario) -> Result<Vec<Event>, ScenarioError> {
    let read: ActsFile =
        toml::from_str(text).map_err(|error| ScenarioError::from_toml(file, text, &error))?;
    let checked = check_acts("[[act]]", scenario, &read.acts);
    checked.map(|()| read.acts).map_err(|mistake| mistake.at(file, text))
}

/// The same acts as a file.
pub fn acts_text(acts: &[Event]) -> String {
    let file = ActsFile { acts: acts.to_vec() };
    toml::to_string(&file).unwrap_or_else(|error| format!("# not writable: {error}\n"))
}

/// What only the whole file shows of a challenge.
pub(super) fn check(scenario: &Scenario) -> Checked {
    let Some(spec) = &scenario.challenge else { return Ok(()) };
    let table = "[challenge]";
    if scenario.scene.is_some() {
        return mistake(table, 0, "a scenario is a scene or a challenge, not both");
    }
    check_chapter(table, spec.chapter)?;
    for (key, text) in [("task", &spec.task), ("why", &spec.why)] {
        if text.trim().is_empty() {
            return mistake(table, 0, format!("{key} is empty"));
        }
    }
    if scenario.expectations.is_empty() {
        return mistake(table, 0, "what is to be reached is missing: write an [[expect]]");
    }
    if spec.answer.is_empty() {
        return mistake(table, 0, "our best answer is missing: write a [[challenge.answer]]");
    }
    let must = "[[challenge.must]]";
    for (at, event) in spec.must.iter().enumerate() {
        if event.at.is_some() || event.when.is_some() || event.after.is_some() {
            return mistake(must, at, "what must be done has no moment of its own");
        }
        known(must, at, scenario, &event.act)?;
    }
    check_acts("[[challenge.answer]]", scenario, &spec.answer)
}

/// Acts have a moment each, in order and within the run, and are about what there is.
fn check_acts(table: &'static str, scenario: &Scenario, acts: &[Event]) -> Checked {
    let mut before = Time::default();
    for (nth, event) in acts.iter().enumerate() {
        let Some(at) = event.at else {
            return mistake(table, nth, "an act has its moment: write at = \"10s\"");
        };
        if at < before {
            return mistake(table, nth, format!("at = \"{at}\" is before the act above, at {before}"));
        }
        if at > scenario.duration {
            let end = scenario.duration;
            return mistake(table, nth, format!("at = \"{at}\" is after the end of the run, {end}"));
        }
        before = at;
        known(table, nth, scenario, &event.act)?;
    }
    Ok(())
}

fn known(table: &'static str, nth: usize, scenario: &Scenario, act: &Act) -> Checked {
    let names = Names::of(scenario)?;
    if let Some(name) = unknown_name(scenario, &names, act) {
        return Err(Mistake { table: (table, nth), what: format!("there is no {name}") });
    }
    match act {
        Act::Set(change) if !is_simulated(change) => {
            mistake(table, nth, format!("set: the simulator does not turn {}", change.knob.full_name()))
        }
        _ => Ok(()),
    }
}
