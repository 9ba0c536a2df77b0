//! The last line: what is being typed, else what just happened, else what may be pressed.

use super::canvas::{Canvas, columns_of};
use super::header::message_role;
use super::hits::HitMap;
use crate::app::{Action, App, Group, Prompt, Target};
use crate::theme::Role;
use ratatui::layout::{Position, Rect};

/// Draws the line; yields where the caret is when something is being typed.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) -> Option<Position> {
    if let Some(prompt) = &app.prompt {
        return Some(typing(canvas, area, prompt));
    }
    if let Some(toast) = &app.toast {
        let mark = super::grid::status_of(toast.level).glyph(canvas.theme.glyphs());
        let text = format!(" {mark} {}", toast.text);
        canvas.put(area.x, area.y, area.width, &text, message_role(toast.level));
        return None;
    }
    if app.typed.is_empty() {
        hints(app, canvas, area, hits)
    } else {
        continuations(app, canvas, area)
    }
    None
}

fn typing(canvas: &mut Canvas<'_>, area: Rect, prompt: &Prompt) -> Position {
    canvas.fill(area, Role::Input);
    let mut x = canvas.put(area.x, area.y, area.width, &format!(" {} ", prompt.label()), Role::Input);
    let start = x;
    x = canvas.put(x, area.y, area.right().saturating_sub(x), prompt.line.text(), Role::Input);
    let cursor = (start + columns_of(prompt.line.before_cursor())).min(area.right().saturating_sub(1));
    let (text, role) = match &prompt.error {
        Some(error) => (error.clone(), Role::Bad),
        None => (prompt.help(), Role::Hint),
    };
    let room = area.right().saturating_sub(x + 3);
    let columns = columns_of(&text).min(room);
    canvas.put(area.right() - columns, area.y, columns, &text, role);
    Position { x: cursor, y: area.y }
}

/// As many hints as fit, the way to more of them and the way out always.
fn hints(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let (always, others): (Vec<_>, Vec<_>) =
        app.hints().into_iter().partition(|(_, action)| action.group == Group::Program);
    let kept: u16 = always.iter().map(columns).sum();
    let mut room = area.width.saturating_sub(kept + 1);
    let mut shown: Vec<_> = Vec::new();
    for hint in others {
        if columns(&hint) > room {
            break;
        }
        room -= columns(&hint);
        shown.push(hint);
    }
    let mut x = area.x + 1;
    for hint in shown.into_iter().chain(always) {
        let width = columns(&hint) - 2;
        let (keys, action) = hint;
        hits.add(Rect { x, y: area.y, width, height: 1 }, Target::Action(action));
        x = canvas.put(x, area.y, area.right().saturating_sub(x), &keys, Role::Key) + 1;
        x = canvas.put(x, area.y, area.right().saturating_sub(x), action.hint, Role::Hint) + 2;
    }
}

/// What a hint takes, with the gap behind it.
fn columns((keys, action): &(String, &'static Action)) -> u16 {
    columns_of(keys) + 1 + columns_of(action.hint) + 2
}

/// The keys typed so far; what may follow stands above.
fn continuations(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let typed: Vec<String> = app.typed.iter().map(ToString::to_string).collect();
    canvas.put(area.x + 1, area.y, area.width, &format!("{} ...", typed.join(" ")), Role::Key);
}
