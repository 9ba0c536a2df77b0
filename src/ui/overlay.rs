//! What lies over the panes: a page to read, a question, the palette's entries.

use super::canvas::{Canvas, columns_of};
use super::grid::role_of;
use super::hits::HitMap;
use crate::app::{App, Overlay, Page, Prompt, PromptKind};
use crate::model::plural;
use crate::theme::Role;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, body: Rect, hits: &mut HitMap) {
    if let Some(prompt) = app.prompt.as_ref().filter(|prompt| prompt.kind == PromptKind::Palette) {
        palette(canvas, body, prompt);
        return;
    }
    if app.prompt.as_ref().is_some_and(|prompt| prompt.kind == PromptKind::Goal) {
        goal_forms(canvas, body);
        return;
    }
    match &app.overlay {
        Some(Overlay::Page(page, top)) => read(app, canvas, body, page, *top, hits),
        Some(Overlay::Ask { text, .. }) => ask(canvas, body, text),
        Some(Overlay::Explore(_)) | None => {}
    }
    if !app.typed.is_empty() {
        menu(app, canvas, body);
    }
}

/// What may follow the keys typed so far, with what it does, just above the line that repeats them.
fn menu(app: &App, canvas: &mut Canvas<'_>, body: Rect) {
    let entries = app.continuations();
    let rows = (entries.len() as u16).min(body.height.saturating_sub(1));
    let area = Rect { y: body.bottom() - rows - 1, height: rows + 1, ..body };
    canvas.fill(area, Role::Text);
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    let typed: Vec<String> = app.typed.iter().map(ToString::to_string).collect();
    canvas.put(area.x + 2, area.y, area.width, &format!(" {} ", typed.join(" ")), Role::TitleFocus);
    for ((keys, action), y) in entries.iter().zip(area.y + 1..area.bottom()) {
        let role = if action.disabled(app).is_some() { Role::Muted } else { Role::Strong };
        canvas.put(area.x + 2, y, 6, &keys.to_string(), Role::Key);
        canvas.put(area.x + 9, y, 20, action.name, role);
        let doc = action.disabled(app).unwrap_or(action.doc);
        canvas.put(area.x + 30, y, area.width.saturating_sub(31), doc, Role::Muted);
    }
}

/// A frame with a title in the middle of an area; yields its inside.
fn frame(canvas: &mut Canvas<'_>, body: Rect, columns: u16, rows: u16, title: &str) -> Rect {
    let area = body.centered(
        ratatui::layout::Constraint::Length((columns + 4).min(body.width)),
        ratatui::layout::Constraint::Length((rows + 2).min(body.height)),
    );
    canvas.fill(area, Role::Text);
    let lines = &canvas.theme.glyphs().frame;
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    canvas.rule(area.x, bottom, area.width, Role::BorderFocus);
    for y in area.y + 1..bottom {
        canvas.mark(area.x, y, lines.vertical, Role::BorderFocus);
        canvas.mark(right, y, lines.vertical, Role::BorderFocus);
    }
    let corners = [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)];
    for ((x, y), corner) in corners.into_iter().zip(lines.corners) {
        canvas.mark(x, y, corner, Role::BorderFocus);
    }
    let room = area.width.saturating_sub(4);
    canvas.put(area.x + 2, area.y, room, &format!(" {title} "), Role::TitleFocus);
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

fn read(app: &App, canvas: &mut Canvas<'_>, body: Rect, page: &Page, top: usize, hits: &mut HitMap) {
    let (columns, rows) = Page::room((body.width, body.height + 2));
    let lines = page.lines(columns);
    let rows = (lines.len() as u16).min(rows);
    let inside = frame(canvas, body, columns, rows, &page.title);
    let top = top.min(lines.len().saturating_sub(usize::from(rows)));
    for ((style, text), y) in lines.iter().skip(top).zip(inside.top()..inside.bottom()) {
        canvas.put(inside.x, y, inside.width, text, role_of(*style));
    }
    for line in page.selected_lines(top, (columns, rows)).into_iter().flatten() {
        let y = inside.top() + (line - top) as u16;
        if y < inside.bottom() {
            canvas.restyle(Rect { y, height: 1, ..inside }, Role::Selected);
        }
    }
    canvas.put(inside.x, inside.bottom(), inside.width, &hints_of(app, page), Role::Muted);
    let more = lines.len().saturating_sub(top + usize::from(rows));
    if more > 0 {
        let text = format!(" {} below ", plural(more, "more line"));
        canvas.put_right(inside.x, inside.bottom(), inside.width, &text, Role::Muted);
    }
    hits.add(inside, crate::app::Target::Overlay);
}

fn hints_of(app: &App, page: &Page) -> String {
    let hints = app.page_hints(page);
    if hints.is_empty() { hints } else { format!(" {hints} ") }
}

fn ask(canvas: &mut Canvas<'_>, body: Rect, text: &[String]) {
    let columns = text.iter().map(|line| columns_of(line)).max().unwrap_or(0).max(24);
    let inside = frame(canvas, body, columns, text.len() as u16 + 2, "Sure?");
    for (line, y) in text.iter().zip(inside.top()..inside.bottom()) {
        canvas.put(inside.x, y, inside.width, line, Role::Text);
    }
    canvas.put(inside.x, inside.bottom().saturating_sub(1), inside.width, "y yes   n no", Role::Key);
}

/// What goals may say, above the line being typed.
fn goal_forms(canvas: &mut Canvas<'_>, body: Rect) {
    let rows = 6.min(body.height);
    let area = Rect { y: body.bottom() - rows, height: rows, ..body };
    canvas.fill(area, Role::Text);
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    canvas.put(area.x + 2, area.y, area.width, " Goals, separated by commas ", Role::TitleFocus);
    let room = Rect { y: area.y + 1, height: rows - 1, ..area };
    canvas.paragraph(room, &crate::consequences::goal_usage(), Role::Muted);
}

fn no_match(prompt: &Prompt) -> String {
    format!("no match for `{}`", prompt.line.text().trim())
}

/// The entries just above the line being typed.
fn palette(canvas: &mut Canvas<'_>, body: Rect, prompt: &Prompt) {
    let rows = (prompt.entries.len() as u16).clamp(1, body.height.saturating_sub(3).clamp(1, 14));
    let area = Rect { y: body.bottom() - rows - 1, height: rows + 1, ..body };
    canvas.fill(area, Role::Text);
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    canvas.put(area.x + 2, area.y, area.width, " Palette ", Role::TitleFocus);
    if prompt.entries.is_empty() {
        canvas.put(area.x + 2, area.y + 1, area.width, &no_match(prompt), Role::Muted);
    }
    let view = prompt.list.view(usize::from(rows));
    let name_columns = (area.width / 3).min(40);
    for (at, y) in view.zip(area.y + 1..area.bottom()) {
        let Some(entry) = prompt.entries.get(at) else { break };
        let role = if entry.disabled.is_some() { Role::Muted } else { Role::Strong };
        canvas.put(area.x + 2, y, name_columns, &entry.name, role);
        let x = canvas.put(area.x + 3 + name_columns, y, 12, &entry.keys, Role::Key);
        let x = x.max(area.x + 3 + name_columns + if entry.keys.is_empty() { 0 } else { 8 });
        let doc = entry.disabled.unwrap_or(&entry.doc);
        canvas.put(x + 1, y, area.right().saturating_sub(x + 2), doc, Role::Muted);
        if prompt.list.selected() == Some(at) {
            canvas.mark(area.x, y, canvas.theme.glyphs().cursor, Role::Text);
            canvas.restyle(Rect { x: area.x, y, width: area.width, height: 1 }, Role::Selected);
        }
    }
}
