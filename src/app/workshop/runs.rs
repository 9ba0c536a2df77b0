//! The runs of a scene: as it is, with the fix, and both under an older version of Kafka.

use super::seek;
use crate::app::quiz::Quiz;
use crate::app::{App, Command, Effect};

/// How fast the run with the fix passes, at least: the room has seen the faults before.
const FIX_PACE: f64 = 4.0;

impl App {
    /// Plays the same faults from the start with the fix; once more, and it is as it was.
    pub(in crate::app) fn toggle_fix(&mut self) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        stage.with_fix = !stage.with_fix;
        self.play_again()
    }

    /// Plays the same script under the older version of Kafka; once more, and it is today's again.
    pub(in crate::app) fn toggle_then(&mut self) -> Vec<Effect> {
        let shown = self.cluster().and_then(|cluster| cluster.version.get().copied());
        let Some(stage) = &mut self.stage else { return Vec::new() };
        stage.turn_version(shown);
        self.play_again()
    }

    /// As it is from the first step; with the fix to the end, which the room has seen before.
    fn play_again(&mut self) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        if !stage.with_fix {
            return self.begin_scene();
        }
        let end = stage.scene.scenario().duration;
        stage.runs_to = Some((end, stage.scene.steps().len() - 1));
        let pace = self.clock.map_or(FIX_PACE, |clock| clock.pace.max(FIX_PACE));
        let mut effects = self.begin_run();
        effects.extend([Effect::Drive(Command::Pace(pace)), Effect::Drive(Command::Pause(false))]);
        effects
    }

    /// The scene from its first step, as it is.
    pub(in crate::app) fn begin_scene(&mut self) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        (stage.with_fix, stage.runs_to, stage.step, stage.shows_answer) = (false, None, 0, false);
        stage.quiz = stage.quiz.as_ref().map(|_| Quiz::new(stage.scene.steps().len()));
        let moment = stage.scene.moment(0);
        let mut effects = self.begin_run();
        effects.extend([
            Effect::Drive(Command::Pace(1.0)),
            Effect::Drive(Command::Pause(true)),
            seek(moment),
        ]);
        effects
    }

    /// The run of now from its start. What the simulator does not turn of the fix is a what-if over it.
    fn begin_run(&mut self) -> Vec<Effect> {
        let Some(stage) = &self.stage else { return Vec::new() };
        let (command, with_fix) = (stage.begin(), stage.with_fix);
        let what_ifs = stage.scene.what_ifs();
        self.forget_moves();
        if let Some(hypothesis) = &mut self.hypothesis {
            // What was turned on the stage is gone; what it is compared with stays.
            let was = hypothesis.was().clone();
            hypothesis.reset();
            hypothesis.pin_to(was);
        }
        let mut effects = if with_fix && !what_ifs.is_empty() {
            self.make(what_ifs).unwrap_or_default()
        } else {
            Vec::new()
        };
        effects.push(Effect::Drive(command));
        effects
    }
}
