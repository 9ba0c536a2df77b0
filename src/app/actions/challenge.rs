//! Actions of a challenge of the workshop: the list, the end of the run, the start, our best answer.

use crate::app::action::actions;
use crate::app::conditions::unless;
use crate::app::{App, Effect, Origin, PromptKind, challenge};

actions! { Challenge
    "challenge-open", "", simulates, list, "List the challenges of the workshop, to play one.";
    "challenge-end", "to the end", in_challenge, end, "Let the rest of the run pass at once, and hear the referee.";
    "challenge-start", "start", in_challenge, start, "Begin the challenge again.";
    "challenge-answer", "answer", is_judged, answer, "Show what the referee says, and our best answer.";
}

fn simulates(app: &App) -> Option<&'static str> {
    unless(matches!(app.origin, Origin::Sim(_)), "challenges are played on the simulator")
}

fn in_challenge(app: &App) -> Option<&'static str> {
    unless(app.contest.is_some(), "no challenge is played: `klever workshop challenge` lists them")
}

fn is_judged(app: &App) -> Option<&'static str> {
    let is_judged = app.contest.as_ref().is_some_and(|contest| contest.judgement().is_some());
    in_challenge(app).or_else(|| unless(is_judged, "our best answer is shown when the run is over"))
}

fn list(app: &mut App) -> Vec<Effect> {
    app.open_prompt(PromptKind::Palette, challenge::PREFIX);
    Vec::new()
}

fn end(app: &mut App) -> Vec<Effect> {
    app.end_challenge()
}

fn start(app: &mut App) -> Vec<Effect> {
    app.begin_challenge()
}

fn answer(app: &mut App) -> Vec<Effect> {
    app.show_referee();
    Vec::new()
}
