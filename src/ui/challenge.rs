//! The strip of a challenge above the panes: the task, what may still be done, the goal and what the referee says.
//!
//! ```text
//! ─1. Not thinking about durability: Lose a record that has its OK──────────ends at 40s─
//!  The producer has acks=1. Lose at least one              acknowledged records LOST
//!  acknowledged record, with two faults at most.            _
//!  Used   1 of 2 faults                                    | |
//!  Goal   acknowledged records LOST >= 1                   |_|
//!  Keys   f lists faults, n passes the rest, N begins again
//! ```

use super::canvas::{Canvas, columns_of};
use super::workshop::{counters, label_of, notes_over_rows};
use crate::app::{App, Contest};
use crate::report::outcome_text;
use crate::scenario::{ActKind, Counter, Expect};
use crate::theme::Role;
use crate::workshop::Outcome;
use ratatui::layout::Rect;

/// Draws the strip of the challenge that is played, if there is one.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(contest) = app.contest.as_ref().filter(|_| area.height > 1) else { return };
    title(contest, canvas, area);
    let right = (area.width * 2 / 5).min(44);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let task: Vec<&str> = contest.challenge().spec().task.split_whitespace().collect();
    let words = Rect { width: body.width - right, ..body };
    notes_over_rows(canvas, words, &task.join(" "), &rows(app, contest));
    let goal = contest.challenge().scenario().expectations.iter().map(|expect| &expect.counter);
    let live: Vec<(&Counter, Option<i64>)> =
        goal.filter(|counter| counter.is_live()).map(|counter| (counter, contest.counter(counter))).collect();
    counters(&live, canvas, Rect { x: body.right() - right, width: right, ..body });
}

fn title(contest: &Contest, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    let (text, role) = said(contest);
    let right = area.right().saturating_sub(columns_of(&text) + 1);
    canvas.put(right, area.y, columns_of(&text), &text, role);
    let chapter = contest.challenge().chapter();
    let title = &contest.challenge().scenario().title;
    let name = format!("{}. {}: {title}", chapter.number(), chapter.title());
    canvas.put(area.x + 1, area.y, right.saturating_sub(area.x + 2), &name, Role::TitleFocus);
}

fn said(contest: &Contest) -> (String, Role) {
    match contest.judgement().map(|judgement| judgement.outcome) {
        Some(Outcome::Reached) => (outcome_text(Outcome::Reached).into(), Role::Ok),
        Some(outcome) => (outcome_text(outcome).into(), Role::Bad),
        None => (format!("ends at {}", contest.challenge().scenario().duration), Role::Notice),
    }
}

fn rows(app: &App, contest: &Contest) -> Vec<(&'static str, Role, String)> {
    let goal: Vec<String> = contest.challenge().scenario().expectations.iter().map(goal_text).collect();
    let mut rows = vec![("Used", Role::Strong, contest.used_text()), ("Goal", Role::Better, goal.join(", "))];
    let key = |action| app.keys_text(action);
    let (end, start) = (key("challenge-end"), key("challenge-start"));
    let keys = if contest.judgement().is_some() {
        format!("{} shows our best answer, {start} begins again", key("challenge-answer"))
    } else {
        let how = if contest.challenge().spec().limit(ActKind::Setting) > 0 {
            format!("{} sets a knob", key("palette"))
        } else {
            format!("{} lists faults", key("faults"))
        };
        format!("{} lets time pass, {how}, {end} passes the rest", key("pause"))
    };
    rows.push(("Keys", Role::Key, keys));
    rows
}

/// `acknowledged records LOST >= 1`
fn goal_text(expect: &Expect) -> String {
    let words = expect.to_string();
    let bounds = words.strip_prefix(&expect.counter.to_string()).unwrap_or(&words);
    let name = if expect.counter.is_live() {
        label_of(&expect.counter).to_string()
    } else {
        expect.counter.to_string().replace('_', " ").replace("error.", "refused: ")
    };
    format!("{name}{bounds}")
}
