//! A challenge: something to reach on the simulator with few faults or knobs, judged by the simulator.

use crate::model::KafkaVersion;
use crate::rules::Chapter;
use crate::scenario::{Act, ActKind, ChallengeSpec, Event, Scenario, ScenarioError, Verdict};
use crate::sim::{Applied, Attempt, RunReport, Simulator};
use std::collections::BTreeSet;

/// Events of the queue between two looks at whether to go on.
const SLICE: u64 = 20_000;

/// A scenario that is a challenge.
#[derive(Clone, PartialEq, Debug)]
pub struct Challenge {
    scenario: Scenario,
    spec: ChallengeSpec,
}

impl Challenge {
    /// Reads a challenge file. `file` is its name, for errors.
    ///
    /// # Errors
    /// What is wrong with the scenario, or that it is no challenge, with the line.
    pub fn parse(file: &str, text: &str) -> Result<Challenge, ScenarioError> {
        let scenario = Scenario::parse(file, text)?;
        match scenario.challenge.clone() {
            Some(spec) => Ok(Challenge { scenario, spec }),
            None => {
                let what = "it is a scenario, but no challenge: it has no table [challenge]".into();
                Err(ScenarioError::in_table(file, text, ("[challenge]", 0), what))
            }
        }
    }

    /// How it begins, and what is to be reached.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What makes it a challenge.
    pub fn spec(&self) -> &ChallengeSpec {
        &self.spec
    }

    /// Its chapter of the talk.
    pub fn chapter(&self) -> Chapter {
        Chapter::new(self.spec.chapter)
    }

    /// `1 fault, 2 settings`: what may be done, at most.
    pub fn limits_text(&self) -> String {
        let parts = ActKind::ALL.into_iter().filter(|kind| self.spec.limit(*kind) > 0);
        let parts: Vec<String> = parts.map(|kind| counted(self.spec.limit(kind), kind)).collect();
        parts.join(", ")
    }

    /// Why one more act is not allowed after these; `None` when it is.
    pub fn objection(&self, done: &Attempt, next: &Act) -> Option<String> {
        let kind = next.kind();
        let mut used = Used::of(done);
        used.add(next);
        let limit = self.spec.limit(kind);
        (used.count(kind) > limit).then(|| match limit {
            0 => format!("this challenge allows no {kind}"),
            _ => format!("this challenge allows {}, and they are used", counted(limit, kind)),
        })
    }
}

fn counted(number: u32, kind: ActKind) -> String {
    format!("{number} {kind}{}", if number == 1 { "" } else { "s" })
}

/// What was used of what a challenge allows. What the cluster refused to do is not counted, and a knob that is turned
/// twice is counted once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Used {
    faults: u32,
    operations: u32,
    knobs: BTreeSet<String>,
}

impl Used {
    /// Of what was done.
    pub fn of(attempt: &Attempt) -> Used {
        let mut used = Used::default();
        attempt.acts.iter().filter(|done| !done.is_refused).for_each(|done| used.add(&done.act));
        used
    }

    /// How many acts of a kind.
    pub fn count(&self, kind: ActKind) -> u32 {
        match kind {
            ActKind::Fault => self.faults,
            ActKind::Setting => self.knobs.len() as u32,
            ActKind::Operation => self.operations,
        }
    }

    fn add(&mut self, act: &Act) {
        match (act.kind(), act) {
            (ActKind::Fault, _) => self.faults += 1,
            (ActKind::Operation, _) => self.operations += 1,
            (ActKind::Setting, Act::Set(change)) => {
                let of = change.subject.as_deref().unwrap_or_default();
                self.knobs.insert(format!("{}/{of}", change.knob.full_name()));
            }
            (ActKind::Setting, Act::AddPartitions { topic, .. }) => {
                self.knobs.insert(format!("partitions/{topic}"));
            }
            (ActKind::Setting, _) => {}
        }
    }
}

/// Whether a challenge was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The run has not come to its end.
    Open,
    Reached,
    NotReached,
}

/// What the referee says of what was done.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    pub outcome: Outcome,
    pub used: Used,
    /// Kinds of which more was done than is allowed.
    pub over: Vec<ActKind>,
    /// What had to be done and was not.
    pub missing: Vec<Act>,
    /// What is to be reached, judged at the end of the run.
    pub verdicts: Vec<Verdict>,
}

/// The referee: what was done, against the limits and the goal. What was not judged is not reached.
pub fn judge(challenge: &Challenge, attempt: &Attempt) -> Judgement {
    let spec = challenge.spec();
    let used = Used::of(attempt);
    let over: Vec<ActKind> =
        ActKind::ALL.into_iter().filter(|kind| used.count(*kind) > spec.limit(*kind)).collect();
    let was_done = |act: &Act| attempt.acts.iter().any(|done| !done.is_refused && done.act == *act);
    let missing: Vec<Act> =
        spec.must.iter().map(|event| event.act.clone()).filter(|act| !was_done(act)).collect();
    let verdicts = attempt.verdicts.clone().unwrap_or_default();
    let is_met = !verdicts.is_empty() && verdicts.iter().all(|verdict| verdict.met);
    let outcome = match attempt.verdicts {
        None => Outcome::Open,
        Some(_) if is_met && over.is_empty() && missing.is_empty() => Outcome::Reached,
        Some(_) => Outcome::NotReached,
    };
    Judgement { outcome, used, over, missing, verdicts }
}

/// A challenge that was played to its end, or until it was ended.
#[derive(Clone, PartialEq, Debug)]
pub struct PlayedChallenge {
    pub challenge: Challenge,
    pub attempt: Attempt,
    pub judgement: Judgement,
    /// The run itself.
    pub report: RunReport,
}

/// Plays a challenge with these acts, each at its moment. It ends early once `keep_going` says no.
///
/// # Errors
/// An act that would need a new cluster, which no challenge allows.
pub fn play_challenge(
    challenge: &Challenge,
    acts: &[Event],
    (seed, version): (Option<u64>, Option<KafkaVersion>),
    keep_going: &dyn Fn() -> bool,
) -> Result<PlayedChallenge, String> {
    let scenario = challenge.scenario();
    let mut simulator = Simulator::new(scenario, seed.unwrap_or(scenario.seed), version);
    simulator.keep_no_checkpoints();
    for event in acts {
        if !run_to(&mut simulator, event.at.unwrap_or_default().0, keep_going) {
            break;
        }
        perform(&mut simulator, &event.act)?;
    }
    run_to(&mut simulator, scenario.duration.0, keep_going);
    let attempt = simulator.attempt();
    let judgement = judge(challenge, &attempt);
    Ok(PlayedChallenge { challenge: challenge.clone(), attempt, judgement, report: simulator.report() })
}

/// Says whether that time was reached.
pub(super) fn run_to(simulator: &mut Simulator, time: u64, keep_going: &dyn Fn() -> bool) -> bool {
    while keep_going() {
        if simulator.run_at_most(time, SLICE) {
            return true;
        }
    }
    false
}

/// What the cluster refuses is noted in the attempt.
fn perform(simulator: &mut Simulator, act: &Act) -> Result<(), String> {
    let Act::Set(change) = act else {
        let _ = simulator.apply(act.clone());
        return Ok(());
    };
    match simulator.set(change.clone()) {
        Applied::Done | Applied::Refused(_) => Ok(()),
        Applied::NeedsRebuild(_) => {
            Err(format!("{change} needs a new cluster: a challenge is played on the one that there is"))
        }
    }
}
