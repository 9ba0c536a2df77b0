//! Actions along time: a moment to look at, going there, how long a span is shown.

use crate::app::action::actions;
use crate::app::conditions::unless;
use crate::app::{App, Effect, Pane};

actions! { Cluster
    "time-back", "earlier", on_time, time_back, "Look at an earlier moment of the time line.";
    "time-forward", "later", on_time, time_forward, "Look at a later moment of the time line.";
    "time-go", "go there", at_moment, time_go, "Take the simulator, or a recording, to the moment looked at.";
    "time-now", "newest", looks_back, time_now, "Look at the newest moment again.";
    "time-longer", "longer", on_time, time_longer, "Show a longer span of time.";
    "time-shorter", "shorter", on_time, time_shorter, "Show a shorter span of time.";
}

fn on_time(app: &App) -> Option<&'static str> {
    unless(app.focus == Pane::Time && !app.time_samples().is_empty(), "go to the time line first (pane 8)")
}

fn looks_back(app: &App) -> Option<&'static str> {
    let is_back = app.time_cursor().is_some() || app.before_recorded_end_ms().is_some();
    unless(is_back, "the newest moment is looked at")
}

fn at_moment(app: &App) -> Option<&'static str> {
    match app.clock {
        None if app.is_recorded() => looks_back(app),
        None => Some("a real cluster cannot be taken back: what is shown was seen then"),
        Some(_) => looks_back(app),
    }
}

fn time_back(app: &mut App) -> Vec<Effect> {
    app.step_time(-1);
    Vec::new()
}

fn time_forward(app: &mut App) -> Vec<Effect> {
    app.step_time(1);
    Vec::new()
}

fn time_go(app: &mut App) -> Vec<Effect> {
    app.go_to_time_cursor()
}

fn time_now(app: &mut App) -> Vec<Effect> {
    app.leave_time_cursor();
    app.go_to_recorded_end()
}

fn time_longer(app: &mut App) -> Vec<Effect> {
    app.zoom_time(true);
    Vec::new()
}

fn time_shorter(app: &mut App) -> Vec<Effect> {
    app.zoom_time(false);
    Vec::new()
}
