//! Two runs of the same seed and the same faults beside each other: what they came to, their logs, what happened.
//!
//! ```text
//! ─Side by side─the same seed 1 and the same faults─────────────────────────────────────────
//!  acks=1 lost 4 acknowledged records, acks=all none
//! ─A acks=all──────────────────────────────────┬─B acks=1───────────────────────────────────
//!  acked 21,048  LOST 0  stored twice 0        │ acked 21,311  LOST 4  stored twice 0
//! ─orders-2────────────────────────────────────┼─orders-2, at the loss, 15.9 s──────────────
//!  acked          •••••••••••••                │ acked          •••••••••xxxx
//!  1 DOWN         █▓▓▓▓▓▓▓▓▓▓▓▓                │ 1 DOWN         █▓▓▓▓▓▓▓▓▓▓▓▓
//!  2 leader       █▓▓▓▓▓▓▓▓▓▓▓▓                │ 2 leader       █▓▓▓▓▓▓▓▓xxxx
//! ```

use super::canvas::{Canvas, columns_of};
use super::grid::role_of;
use super::logs;
use crate::app::{App, Side, mark_style, mark_text};
use crate::model::human_count;
use crate::report::LogMoment;
use crate::theme::Role;
use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on the two stand beside each other, below it one above the other.
const WIDE: u16 = 100;
/// Lines of a partition's logs, its title aside.
const PICTURE: u16 = 8;
/// Lines of a side for each partition that is drawn, the events below them among these.
const LINES_A_PICTURE: u16 = 14;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, body: Rect) {
    let said = app.sides_outcome();
    let told = (said.len() as u16).clamp(1, if body.height >= 30 { 5 } else { 2 });
    let [title, outcome, runs] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(told), Constraint::Fill(1)]).areas(body);
    canvas.rule(title.x, title.y, title.width, Role::BorderFocus);
    let x = canvas.put(title.x + 1, title.y, title.width, "Side by side", Role::TitleFocus) + 1;
    let Some(sides) = app.sides() else {
        let (text, role) = match app.sides_refusal() {
            None => ("the same run is begun under other settings".to_string(), Role::Muted),
            Some(why) => (format!("the same run cannot be had under other settings: {why}"), Role::Warn),
        };
        canvas.put(outcome.x + 1, outcome.y, outcome.width.saturating_sub(1), &text, role);
        return;
    };
    let same = format!("the same seed {} and the same faults", sides[0].view.seed);
    canvas.put(x, title.y, title.right().saturating_sub(x), &same, Role::Strong);
    for ((style, text), y) in said.iter().zip(outcome.top()..outcome.bottom()) {
        canvas.put(outcome.x + 1, y, outcome.width.saturating_sub(1), text, role_of(*style));
    }
    let partitions = app.sides_partitions();
    if body.width < WIDE {
        let halves: [Rect; 2] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(runs);
        for (at, (side, area)) in sides.iter().zip(halves).enumerate() {
            draw_side(side, ["A", "B"][at], &partitions, canvas, area);
        }
        return;
    }
    let [left, line, right] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(1), Constraint::Fill(1)]).areas(runs);
    draw_side(&sides[0], "A", &partitions, canvas, left);
    draw_side(&sides[1], "B", &partitions, canvas, right);
    separator(canvas, line);
}

fn separator(canvas: &mut Canvas<'_>, line: Rect) {
    let frame = &canvas.theme.glyphs().frame;
    let [_, _, top, _, all] = frame.joints;
    for y in line.top()..line.bottom() {
        let meets = canvas.symbol(line.x.saturating_sub(1), y) == frame.horizontal;
        let below = if meets { all } else { frame.vertical };
        let mark = if y == line.top() { top } else { below };
        canvas.mark(line.x, y, mark, Role::Border);
    }
}

fn draw_side(side: &Side<'_>, letter: &str, partitions: &[String], canvas: &mut Canvas<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    canvas.rule(area.x, area.y, area.width, Role::Border);
    let x = canvas.put(area.x + 1, area.y, area.width, letter, Role::TitleFocus) + 1;
    canvas.put(x, area.y, area.right().saturating_sub(x + 1), side.name, Role::Strong);
    counters(side, canvas, Rect { y: area.y + 1, height: 1, ..area });
    let mut room = Rect { y: area.y + 2, height: area.height - 2, ..area };
    let drawn = usize::from((room.height / LINES_A_PICTURE).max(1));
    for partition in partitions.iter().take(drawn) {
        let lines = (PICTURE + 1).min(room.height);
        logs_of(side, partition, canvas, Rect { height: lines, ..room });
        room = Rect { y: room.y + lines, height: room.height - lines, ..room };
    }
    events(side, canvas, room);
}

/// What the run has come to, as far as there is room.
fn counters(side: &Side<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let counters = &side.view.counters;
    let count = |count: u64| human_count(count as i64);
    let wrong = |count: u64, role: Role| if count > 0 { role } else { Role::Text };
    let mut cells = vec![
        (format!("acked {}", count(counters.acked)), Role::Text),
        (format!("LOST {}", count(counters.lost_acked)), wrong(counters.lost_acked, Role::Bad)),
        (format!("stored twice {}", count(counters.duplicated)), wrong(counters.duplicated, Role::Warn)),
        (format!("out of order {}", count(counters.reordered)), wrong(counters.reordered, Role::Warn)),
        (format!("not sent {}", count(counters.failed)), wrong(counters.failed, Role::Warn)),
    ];
    cells.extend(side.ack_p99().map(|p99| (format!("ack p99 {p99}"), Role::Text)));
    let mut x = area.x + 1;
    for (text, role) in cells {
        if x + columns_of(&text) > area.right() {
            return;
        }
        x = canvas.put(x, area.y, area.right() - x, &text, role) + 2;
    }
}

fn logs_of(side: &Side<'_>, partition: &str, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    canvas.rule(area.x, area.y, area.width, Role::Border);
    let logs = side.logs(partition);
    let title = match logs.as_ref().map(|logs| logs.moment) {
        Some(LogMoment::Loss(at_ms)) => format!("{partition}, at the loss, {:.1} s", at_ms as f64 / 1000.0),
        Some(LogMoment::Now) => partition.to_string(),
        None => format!("{partition} does not exist here"),
    };
    canvas.put(area.x + 1, area.y, area.width.saturating_sub(2), &title, Role::Title);
    if let Some(logs) = logs {
        let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
        logs::picture(&logs, None, canvas, below);
    }
}

/// What happened, the newest first.
fn events(side: &Side<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    canvas.rule(area.x, area.y, area.width, Role::Border);
    canvas.put(area.x + 1, area.y, area.width, "Events, newest first", Role::Title);
    for (mark, y) in side.view.marks.iter().rev().zip(area.y + 1..area.bottom()) {
        let at = format!("{:>8.1} s", mark.at_ms as f64 / 1000.0);
        let x = canvas.put(area.x, y, area.width, &at, Role::Muted) + 1;
        let room = area.right().saturating_sub(x + 1);
        canvas.put(x, y, room, &mark_text(mark), role_of(mark_style(mark.kind)));
    }
}
