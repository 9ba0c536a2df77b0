//! Actions of a scene of the workshop: its steps, the answer, the fix, the counters side by side.

use crate::app::action::actions;
use crate::app::conditions::unless;
use crate::app::{App, Effect, Origin};

actions! { Workshop
    "scene-open", "", simulates, open, "Play the first scene of the workshop, or the next one of the talk.";
    "finale-open", "", simulates, finale, "Play the finale: the same faults under four presets, and the scoreboard.";
    "scene-next", "next step", in_scene, next, "Go on to the next step; while time passes, be there at once.";
    "scene-back", "back", in_scene, back, "Go back to the step before, and to its moment.";
    "scene-answer", "answer", has_answer, answer, "Show or hide the answer to the question.";
    "scene-fix", "fix", has_fix, fix, "Play the same faults from the start with the fix, or as it was.";
    "scene-then", "", has_then, then, "Play the same script under an older version of Kafka, or today's again.";
    "scene-table", "table", in_scene, table, "Show the counters as it is and with the fix.";
    "scene-code", "code", has_code, code, "Show or hide the clients' code beside the picture; the lines that run have a mark.";
    "choose-a", "", has_choices, choose_a, "While one learns: take the first answer.";
    "choose-b", "", has_choices, choose_b, "While one learns: take the second answer.";
    "choose-c", "", has_choices, choose_c, "While one learns: take the third answer.";
    "choose-d", "", has_choices, choose_d, "While one learns: take the fourth answer.";
    "scene-start", "start", in_scene, start, "Begin the scene again, as it was.";
}

fn in_scene(app: &App) -> Option<&'static str> {
    unless(app.stage.is_some(), "no scene is played: `klever workshop play SCENE` opens one")
}

fn simulates(app: &App) -> Option<&'static str> {
    unless(matches!(app.origin, Origin::Sim(_)), "scenes are played on the simulator: `klever workshop`")
}

fn has_answer(app: &App) -> Option<&'static str> {
    let asks = app.stage.as_ref().is_some_and(|stage| !stage.told().question.is_empty());
    in_scene(app).or_else(|| unless(asks, "this step asks nothing"))
}

fn has_choices(app: &App) -> Option<&'static str> {
    let asks = app.stage.as_ref().is_some_and(|stage| !stage.choices().is_empty());
    in_scene(app).or_else(|| unless(asks, "there is nothing to choose: `klever workshop learn SCENE` asks"))
}

fn has_fix(app: &App) -> Option<&'static str> {
    let mends = app.stage.as_ref().is_some_and(|stage| !stage.scene().fix().is_empty());
    in_scene(app).or_else(|| unless(mends, "this scene only shows: it has no fix"))
}

fn has_code(app: &App) -> Option<&'static str> {
    let has = app.stage.as_ref().is_some_and(|stage| !stage.scene().spec().code.is_empty());
    in_scene(app).or_else(|| unless(has, "this scene has no code"))
}

fn code(app: &mut App) -> Vec<Effect> {
    app.toggle_code();
    Vec::new()
}

fn open(app: &mut App) -> Vec<Effect> {
    app.open_next_scene()
}

fn finale(app: &mut App) -> Vec<Effect> {
    app.open_finale()
}

fn next(app: &mut App) -> Vec<Effect> {
    app.next_step()
}

fn back(app: &mut App) -> Vec<Effect> {
    app.previous_step()
}

fn answer(app: &mut App) -> Vec<Effect> {
    app.toggle_answer();
    Vec::new()
}

fn choose_a(app: &mut App) -> Vec<Effect> {
    choose(app, 0)
}

fn choose_b(app: &mut App) -> Vec<Effect> {
    choose(app, 1)
}

fn choose_c(app: &mut App) -> Vec<Effect> {
    choose(app, 2)
}

fn choose_d(app: &mut App) -> Vec<Effect> {
    choose(app, 3)
}

fn choose(app: &mut App, at: usize) -> Vec<Effect> {
    app.choose(at);
    Vec::new()
}

fn has_then(app: &App) -> Option<&'static str> {
    let ends = app.stage.as_ref().is_some_and(|stage| stage.scene().spec().then_version.is_some());
    in_scene(app).or_else(|| unless(ends, "this scene names no older Kafka under which it ends otherwise"))
}

fn then(app: &mut App) -> Vec<Effect> {
    app.toggle_then()
}

fn fix(app: &mut App) -> Vec<Effect> {
    app.toggle_fix()
}

fn table(app: &mut App) -> Vec<Effect> {
    app.show_scene_table();
    Vec::new()
}

fn start(app: &mut App) -> Vec<Effect> {
    app.begin_scene()
}
