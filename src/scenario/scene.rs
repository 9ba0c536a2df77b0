//! What makes a scenario a scene of the workshop: its chapter, what the room sees, and the speaker's steps.

use crate::knobs::Change;
use crate::model::KafkaVersion;
use crate::scenario::error::{Checked, Mistake, mistake};
use crate::scenario::{CodeSpec, Counter, Scenario, Time, change, code};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Chapters of the talk.
const CHAPTERS: u8 = 16;
/// What the id of the run with the fix ends in, so that the two are not taken for each other.
const WITH_FIX: &str = "-with-fix";
/// A choice has a key each.
const MOST_CHOICES: usize = 4;
/// What is expected under the older version.
const THEN: &str = "[[expect_then]]";
const THEN_WITH_FIX: &str = "[[expect_then_with_fix]]";
/// No scene of a talk takes longer.
const MOST_MINUTES: u32 = 60;

/// `[scene]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneSpec {
    /// Which chapter of the talk, from 1 to 16.
    pub chapter: u8,
    /// What the room sees, in one line.
    pub one_line: String,
    /// How long it takes on stage.
    pub minutes: u32,
    /// What has changed in Kafka since people first fell into it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub then_and_now: String,
    /// An older version of Kafka under which the same faults end differently.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then_version: Option<KafkaVersion>,
    /// What comes of them there, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub then: String,
    /// What the scene leaves out or simplifies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limits: String,
    /// Rules that find the anti-pattern at the end of the run as it is, and are silent with the fix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Figures that the fix makes better.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<String>,
    /// Loops of clients as pseudocode, whose running lines light up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code: Vec<CodeSpec>,
}

/// `[[step]]`: what the speaker says, asks and shows at one moment of the run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    /// The moment of the run at which it is told; without it, the moment of the step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// For the speaker.
    pub notes: String,
    /// What the room is asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// Hidden until the speaker shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// Answers to choose from when one learns alone: the first one is right, and they are shown in another order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What the room bets on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bet: String,
    /// Counters that are drawn large.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<Counter>,
    /// Knobs that mend it: with all of these the run is played again.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read_changes",
        serialize_with = "write_changes"
    )]
    pub fix: Vec<Change>,
}

fn read_changes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Change>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Change::parse(text).map_err(D::Error::custom)).collect()
}

fn write_changes<S: Serializer>(changes: &[Change], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(changes.iter().map(ToString::to_string))
}

impl Scenario {
    /// All that the steps change to mend it, in their order.
    pub fn fix(&self) -> impl Iterator<Item = &Change> {
        self.steps.iter().flat_map(|step| &step.fix)
    }

    /// The same run with the fix from its start, as far as the simulator can turn it; it is judged by what is
    /// expected with the fix.
    pub fn with_fix(&self) -> Scenario {
        let mut fixed = self.clone();
        for fix in self.fix().filter(|fix| is_simulated(fix)) {
            change::write(&mut fixed, fix);
        }
        fixed.id.push_str(WITH_FIX);
        fixed.expectations = std::mem::take(&mut fixed.expectations_with_fix);
        fixed
    }

    /// The run as it is, or with the fix, judged by what is expected of it under the scene's older version.
    pub fn judged_as_then(&self, with_fix: bool) -> Scenario {
        let mut run = if with_fix { self.with_fix() } else { self.clone() };
        let expected = if with_fix { &self.expectations_then_with_fix } else { &self.expectations_then };
        run.expectations = expected.clone();
        run
    }
}

/// Whether a change is one of the simulated cluster; others are what-ifs over its states.
pub fn is_simulated(change: &Change) -> bool {
    change::on_simulator(change.knob) == change::Turning::Acts
}

/// What only the whole file shows of a scene. `run` checks all that a run needs.
pub(super) fn check(scenario: &Scenario, run: fn(&Scenario) -> Checked) -> Checked {
    let Some(scene) = &scenario.scene else { return without_scene(scenario) };
    check_chapter("[scene]", scene.chapter)?;
    if !(1..=MOST_MINUTES).contains(&scene.minutes) {
        return mistake("[scene]", 0, format!("minutes is from 1 to {MOST_MINUTES}"));
    }
    if scene.one_line.trim().is_empty() || scene.one_line.contains('\n') {
        return mistake("[scene]", 0, "one_line is one line: what the room sees");
    }
    if scene.then_version.is_some() == scene.then.trim().is_empty() {
        return mistake("[scene]", 0, "then_version and then belong together: one of them is missing");
    }
    if scenario.steps.is_empty() {
        return mistake("[scene]", 0, "a scene has at least one [[step]]");
    }
    code::check(scenario, &scene.code)?;
    steps(scenario)?;
    fix(scenario, run)?;
    then(scenario, scene, run)
}

/// That what is promised of an older version can be judged there.
fn then(scenario: &Scenario, scene: &SceneSpec, run: fn(&Scenario) -> Checked) -> Checked {
    let [as_it_is, with_fix] = [&scenario.expectations_then, &scenario.expectations_then_with_fix];
    let table = if as_it_is.is_empty() { THEN_WITH_FIX } else { THEN };
    match (scene.then_version, as_it_is.is_empty() && with_fix.is_empty()) {
        (None, false) => return mistake(table, 0, "it is of an older version: name it as then_version"),
        (Some(_), true) => {
            let what = "then says what comes of it: give the counters that show it, [[expect_then]] or [[expect_then_with_fix]]";
            return mistake("[scene]", 0, what);
        }
        _ => {}
    }
    if !with_fix.is_empty() && scenario.fix().next().is_none() {
        return mistake(THEN_WITH_FIX, 0, "no step has a fix");
    }
    for (fixed, table) in [(false, THEN), (true, THEN_WITH_FIX)] {
        run(&scenario.judged_as_then(fixed)).map_err(|found| found.of_table("[[expect]]", table))?;
    }
    Ok(())
}

pub(super) fn check_chapter(table: &'static str, chapter: u8) -> Checked {
    if (1..=CHAPTERS).contains(&chapter) {
        return Ok(());
    }
    mistake(table, 0, format!("chapter is from 1 to {CHAPTERS}"))
}

fn without_scene(scenario: &Scenario) -> Checked {
    if !scenario.steps.is_empty() {
        return mistake("[[step]]", 0, "steps belong to a scene: write a table [scene], too");
    }
    if !scenario.expectations_then.is_empty() || !scenario.expectations_then_with_fix.is_empty() {
        let table = if scenario.expectations_then.is_empty() { THEN_WITH_FIX } else { THEN };
        return mistake(table, 0, "only a scene has an older version: write a table [scene], too");
    }
    if !scenario.expectations_with_fix.is_empty() {
        let what = "only a scene has a fix: write a table [scene], too";
        return mistake("[[expect_with_fix]]", 0, what);
    }
    Ok(())
}

fn steps(scenario: &Scenario) -> Checked {
    let table = "[[step]]";
    let mut before = Time::default();
    for (at, step) in scenario.steps.iter().enumerate() {
        let moment = step.at.unwrap_or(before);
        if moment < before {
            return mistake(table, at, format!("at = \"{moment}\" is before the step above, at {before}"));
        }
        if moment > scenario.duration {
            let end = scenario.duration;
            return mistake(table, at, format!("at = \"{moment}\" is after the end of the run, {end}"));
        }
        before = moment;
        if step.notes.trim().is_empty() {
            return mistake(table, at, "notes is what the speaker says: it is empty");
        }
        if step.question.is_empty() != step.answer.is_empty() {
            return mistake(table, at, "question and answer belong together: one of them is missing");
        }
        let is_there = |name: &str| scenario.producers.iter().any(|spec| spec.name == name);
        if let Some(name) = step.watch.iter().filter_map(Counter::producer).find(|name| !is_there(name)) {
            return mistake(table, at, format!("watch: there is no producer `{name}`"));
        }
        choices(at, step)?;
        if let Some(counter) = step.watch.iter().find(|counter| !counter.is_live()) {
            return mistake(table, at, format!("watch: {counter} is known at the end of a run only"));
        }
    }
    Ok(())
}

fn choices(at: usize, step: &StepSpec) -> Checked {
    let table = "[[step]]";
    if step.choices.is_empty() {
        return Ok(());
    }
    if step.question.is_empty() {
        return mistake(table, at, "choices belong to a question: it is missing");
    }
    if !(2..=MOST_CHOICES).contains(&step.choices.len()) {
        return mistake(table, at, format!("choices are from 2 to {MOST_CHOICES}, the right one first"));
    }
    let is_said_twice = |one: &String| step.choices.iter().filter(|other| *other == one).count() > 1;
    match step.choices.iter().find(|one| one.trim().is_empty() || is_said_twice(one)) {
        Some(one) => mistake(table, at, format!("choices: `{one}` is empty or there twice")),
        None => Ok(()),
    }
}

/// That the fix has a place in the scenario, and what comes of it is a scenario.
fn fix(scenario: &Scenario, run: fn(&Scenario) -> Checked) -> Checked {
    let mut fixed = scenario.clone();
    for (at, step) in scenario.steps.iter().enumerate() {
        for fix in step.fix.iter().filter(|fix| is_simulated(fix)) {
            if !change::write(&mut fixed, fix) {
                return mistake("[[step]]", at, format!("fix: this scenario has no place for {fix}"));
            }
        }
    }
    if scenario.fix().next().is_none() && !scenario.expectations_with_fix.is_empty() {
        return mistake("[[expect_with_fix]]", 0, "no step has a fix");
    }
    run(&scenario.with_fix()).map_err(|found| {
        let found = found.of_table("[[expect]]", "[[expect_with_fix]]");
        Mistake { what: format!("with the fix: {}", found.what), ..found }
    })
}
