//! A scene: a scenario that has a chapter and steps, its rules and figures being known ones.

use crate::consequences::{Subject, assess};
use crate::hypothesis::reference;
use crate::knobs::{Change, nearest_of};
use crate::model::KafkaVersion;
use crate::rules::{self, Chapter};
use crate::scenario::{Scenario, ScenarioError, SceneSpec, StepSpec, Time, is_simulated};

/// A scenario that is a scene.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    scenario: Scenario,
    spec: SceneSpec,
}

impl Scene {
    /// Reads a scene file. `file` is its name, for errors.
    ///
    /// # Errors
    /// What is wrong with the scenario, or that it is no scene, or an unknown rule or figure, with the line.
    pub fn parse(file: &str, text: &str) -> Result<Scene, ScenarioError> {
        let scenario = Scenario::parse(file, text)?;
        let wrong = |table, what: String| Err(ScenarioError::in_table(file, text, (table, 0), what));
        let Some(spec) = scenario.scene.clone() else {
            return wrong("[scene]", "it is a scenario, but no scene: it has no table [scene]".into());
        };
        match unknown_rule(&spec).or_else(|| unknown_figure(&spec)) {
            Some(what) => wrong("[scene]", what),
            None => Ok(Scene { scenario, spec }),
        }
    }

    /// The run as it is.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What makes it a scene.
    pub fn spec(&self) -> &SceneSpec {
        &self.spec
    }

    /// Its chapter of the talk.
    pub fn chapter(&self) -> Chapter {
        Chapter::new(self.spec.chapter)
    }

    /// What the speaker says and shows, in order; there is at least one.
    pub fn steps(&self) -> &[StepSpec] {
        &self.scenario.steps
    }

    /// The moment of a step: its own, or that of the nearest step before it that has one.
    pub fn moment(&self, step: usize) -> Time {
        let mut moments = self.steps().iter().take(step + 1).filter_map(|step| step.at);
        moments.next_back().unwrap_or_default()
    }

    /// All that mends it.
    pub fn fix(&self) -> Vec<Change> {
        self.scenario.fix().cloned().collect()
    }

    /// What of the fix the simulator does not turn: what-ifs over the states that are judged.
    pub fn what_ifs(&self) -> Vec<Change> {
        self.scenario.fix().filter(|fix| !is_simulated(fix)).cloned().collect()
    }

    /// The run with the fix from its start.
    pub fn fixed(&self) -> Scenario {
        self.scenario.with_fix()
    }
}

fn unknown_rule(spec: &SceneSpec) -> Option<String> {
    let unknown = spec.rules.iter().find(|id| rules::find(id).is_none())?;
    Some(unknown_id("rule", unknown, rules::ALL.iter().map(|rule| rule.id)))
}

fn unknown_figure(spec: &SceneSpec) -> Option<String> {
    if spec.figures.is_empty() {
        return None;
    }
    let assessment = assess(&reference(KafkaVersion::REFERENCE), Subject::Cluster);
    let known: Vec<&str> = assessment.figures().iter().map(|figure| figure.id).collect();
    let unknown = spec.figures.iter().find(|id| !known.contains(&id.as_str()))?;
    Some(unknown_id("figure", unknown, known.iter().copied()))
}

fn unknown_id<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = nearest_of(id, known).map_or(String::new(), |near| format!(": did you mean `{near}`?"));
    format!("there is no {what} `{id}`{near}")
}
