//! The replicas of a partition as logs, one below the other on one scale of offsets.
//!
//! ```text
//!  broker         640       650       660      log end     HW flushed epoch  cut
//!  producer       •••••••••••••••••••xxxx          663
//!  1 DOWN         ███████▓▓▓▓▓▓▓▓▓▓▓▓░░░░          663    659     647     0
//! >2 leader       ███████▓▓▓▓▓▓▓▓▓▓▓▓xxxx          659    659     647     1
//!  3 in sync      ███████▓▓▓▓▓▓▓▓▓▓▓▓xxxx          659    659     647     1  661 to 659
//!  x 4 acked records LOST: offsets 659 to 662. The producer was told OK.
//!  █ flushed ▓ in memory ░ not committed ┃ high watermark x LOST ~ cut   1 cell is 1 record
//! ```

mod lines;
mod scale;
#[cfg(test)]
mod tests;

use super::canvas::Canvas;
use super::hits::HitMap;
use crate::app::{App, Pane, Target};
use crate::model::human_count;
use crate::report::{PartitionLogs, ReplicaLog};
use crate::theme::Role;
use lines::{Line, lines};
use ratatui::layout::Rect;
use scale::{LogCell, Scale};

/// Columns of the labels, the cursor's included.
const LABEL: u16 = 16;
/// The least columns that the logs get before numbers are left out, and the most that they use.
const MIN_BAR: u16 = 20;
const MAX_BAR: u16 = 100;
/// Columns of `1,024 to 1,000`.
const CUT: u16 = 16;

/// What a column beside the logs says of a replica.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    LogEnd,
    HighWatermark,
    Flushed,
    Epoch,
    Cut,
}

/// Where everything stands across.
struct Columns {
    bar: Rect,
    numbers: Vec<(Number, u16, u16)>,
}

impl Columns {
    /// Numbers stand on the right of the logs, the less important left out where there is no room.
    fn of(area: Rect, logs: &PartitionLogs) -> Columns {
        let widest = logs.replicas.iter().filter_map(|replica| replica.log_end).max().unwrap_or(0);
        let width = (human_count(widest).len() as u16).max(7);
        let wanted = [
            (Number::LogEnd, width),
            (Number::HighWatermark, width),
            (Number::Cut, CUT),
            (Number::Flushed, width),
            (Number::Epoch, 5),
        ];
        let mut room = area.width.saturating_sub(LABEL + MIN_BAR + 1);
        let mut taken = Vec::new();
        let has_cut = logs.replicas.iter().any(|replica| replica.cut.is_some());
        for (number, columns) in wanted.into_iter().filter(|(number, _)| *number != Number::Cut || has_cut) {
            if room > columns {
                room -= columns + 1;
                taken.push((number, columns));
            }
        }
        taken.sort_by_key(|(number, _)| *number as u8);
        let bar = (MIN_BAR + room).min(MAX_BAR).min(area.width.saturating_sub(LABEL + 1));
        let bar = Rect { x: area.x + LABEL, width: bar, height: 1, ..area };
        let mut x = bar.right() + 1;
        let mut numbers = Vec::new();
        for (number, columns) in taken {
            numbers.push((number, x, columns));
            x += columns + 1;
        }
        Columns { bar, numbers }
    }
}

/// Draws the logs of the selected partition below a pane's title.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let Some(logs) = app.logs().filter(|_| area.height > 0) else { return };
    hits.shows(Pane::Log, logs.replicas.len() as u16);
    for (at, y) in picture(logs, app.list(Pane::Log).selected(), canvas, area) {
        hits.add(Rect { y, height: 1, ..area }, Target::Row(Pane::Log, at as u16));
    }
}

/// Draws logs into an area; yields the replicas and the lines on which they stand.
pub(super) fn picture(
    logs: &PartitionLogs,
    selected: Option<usize>,
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> Vec<(usize, u16)> {
    let columns = Columns::of(area, logs);
    let scale = Scale::of(logs, columns.bar.width);
    let picture = Picture { logs, columns, scale, area, selected };
    let mut replicas = Vec::new();
    for (line, y) in lines(logs, area.height).into_iter().zip(area.top()..) {
        if let Line::Replica(at) = line {
            replicas.push((at, y));
        }
        picture.line(canvas, line, y);
    }
    replicas
}

/// The logs and where they are drawn.
struct Picture<'a> {
    logs: &'a PartitionLogs,
    columns: Columns,
    scale: Scale,
    area: Rect,
    selected: Option<usize>,
}

impl Picture<'_> {
    fn line(&self, canvas: &mut Canvas<'_>, line: Line, y: u16) {
        match line {
            Line::Heading => self.heading(canvas, y),
            Line::Acked => self.acked(canvas, y),
            Line::Replica(at) => {
                self.replica(canvas, y, &self.logs.replicas[at]);
                if self.selected == Some(at) {
                    canvas.mark(self.area.x, y, canvas.theme.glyphs().cursor, Role::Strong);
                }
            }
            Line::Epochs => self.epochs(canvas, y),
            Line::Commit(at) => self.commit(canvas, y, at),
            Line::Text(role, text) => self.text(canvas, y, &text, role),
            Line::Legend => self.legend(canvas, y),
        }
    }

    fn label(&self, canvas: &mut Canvas<'_>, y: u16, text: &str, role: Role) {
        canvas.put(self.area.x + 1, y, LABEL - 2, text, role);
    }

    fn text(&self, canvas: &mut Canvas<'_>, y: u16, text: &str, role: Role) {
        canvas.put(self.area.x + 1, y, self.area.width.saturating_sub(2), text, role);
    }

    fn heading(&self, canvas: &mut Canvas<'_>, y: u16) {
        self.label(canvas, y, "broker", Role::Muted);
        for (cell, offset) in self.scale.ticks() {
            let text = human_count(offset);
            let room = self.columns.bar.width.saturating_sub(cell);
            if room as usize >= text.len() {
                canvas.put(self.columns.bar.x + cell, y, room, &text, Role::Muted);
            }
        }
        for (number, x, columns) in &self.columns.numbers {
            let title = match number {
                Number::LogEnd => "log end",
                Number::HighWatermark => "HW",
                Number::Flushed => "flushed",
                Number::Epoch => "epoch",
                Number::Cut => {
                    canvas.put(*x, y, *columns, "cut", Role::Muted);
                    continue;
                }
            };
            canvas.put_right(*x, y, *columns, title, Role::Muted);
        }
    }

    /// What producers were told: every cell is an acknowledged record, or a lost one.
    fn acked(&self, canvas: &mut Canvas<'_>, y: u16) {
        self.label(canvas, y, "acked", Role::Text);
        let Some(acked) = &self.logs.acked else {
            let room = self.columns.bar.width;
            canvas.put(self.columns.bar.x, y, room, "? only the simulator sees it", Role::Unknown);
            return;
        };
        for cell in 0..self.columns.bar.width {
            let mark = match self.scale.acked(cell, acked, &self.logs.lost) {
                LogCell::Lost => (canvas.theme.glyphs().bad, Role::Bad),
                LogCell::Blank => continue,
                _ => (canvas.theme.glyphs().ok, Role::Ok),
            };
            canvas.mark(self.columns.bar.x + cell, y, mark.0, mark.1);
        }
        let end = acked.last().map(|range| range.end);
        let lost = self.logs.lost_records.filter(|lost| *lost > 0);
        for (number, x, columns) in &self.columns.numbers {
            match (number, lost) {
                (Number::LogEnd, _) => {
                    let text = end.map_or("-".to_string(), human_count);
                    canvas.put_right(*x, y, *columns, &text, Role::Text);
                }
                (Number::HighWatermark, Some(lost)) => {
                    let text = format!("LOST {}", human_count(lost as i64));
                    let room = self.area.right().saturating_sub(*x + 1);
                    canvas.put(*x + 1, y, room, &text, Role::Bad);
                }
                _ => {}
            }
        }
    }

    fn replica(&self, canvas: &mut Canvas<'_>, y: u16, replica: &ReplicaLog) {
        let (label, role) = lines::label(replica);
        self.label(canvas, y, &label, role);
        for cell in 0..self.columns.bar.width {
            let kind = self.scale.cell(cell, replica, &self.logs.lost);
            if kind != LogCell::Blank {
                let (mark, role) = lines::mark(kind, replica.is_down, canvas.theme.glyphs());
                canvas.mark(self.columns.bar.x + cell, y, mark, role);
            }
        }
        for (number, x, columns) in &self.columns.numbers {
            let epoch = replica.epochs.as_ref().map(|epochs| epochs.last().map_or(-1, |last| last.0));
            let known = match number {
                Number::LogEnd => replica.log_end,
                Number::HighWatermark => replica.high_watermark,
                Number::Flushed => replica.flushed,
                Number::Epoch => epoch.map(i64::from),
                Number::Cut => {
                    if let Some(cut) = replica.cut {
                        let text = format!("{} to {}", human_count(cut.from), human_count(cut.to));
                        canvas.put(*x, y, *columns, &text, Role::Warn);
                    }
                    continue;
                }
            };
            let (text, role) = match known {
                Some(known) => (human_count(known), Role::Text),
                None => ("?".into(), Role::Unknown),
            };
            canvas.put_right(*x, y, *columns, &text, role);
        }
    }

    /// Where the leader's epochs start.
    fn epochs(&self, canvas: &mut Canvas<'_>, y: u16) {
        self.label(canvas, y, "leader epoch", Role::Muted);
        let leader = self.logs.replicas.iter().find(|replica| Some(replica.broker) == self.logs.leader);
        let Some(epochs) = leader.and_then(|leader| leader.epochs.as_ref()) else {
            let now = self.logs.leader_epoch.map_or("?".to_string(), |epoch| format!("{epoch} since ?"));
            canvas.put(self.columns.bar.x, y, self.columns.bar.width, &now, Role::Unknown);
            return;
        };
        let first = epochs.iter().rposition(|(_, start)| *start <= self.scale.from()).unwrap_or(0);
        for (epoch, start) in &epochs[first..] {
            let cell = self.scale.cell_of((*start).max(self.scale.from()));
            if let Some(cell) = cell.filter(|cell| *cell < self.columns.bar.width) {
                let room = self.columns.bar.width - cell;
                canvas.put(self.columns.bar.x + cell, y, room, &format!("{epoch}"), Role::Text);
            }
        }
    }

    fn commit(&self, canvas: &mut Canvas<'_>, y: u16, at: usize) {
        let Some(commit) = self.logs.commits.as_ref().and_then(|commits| commits.get(at)) else { return };
        let glyphs = canvas.theme.glyphs();
        self.label(canvas, y, &commit.group, Role::Muted);
        let text = commit.offset.map_or("no commit".to_string(), human_count);
        if let Some((_, x, columns)) = self.columns.numbers.first() {
            canvas.put_right(*x, y, (*columns).max(text.len() as u16), &text, Role::Muted);
        }
        let Some(offset) = commit.offset else { return };
        let last = self.columns.bar.width.saturating_sub(1);
        let (cell, mark) = match self.scale.cell_of(offset) {
            Some(cell) if cell <= last => (cell, glyphs.up),
            Some(_) => (last, glyphs.right),
            None => (0, glyphs.left),
        };
        canvas.mark(self.columns.bar.x + cell, y, mark, Role::Notice);
    }

    /// What the marks mean, as far as there is room.
    fn legend(&self, canvas: &mut Canvas<'_>, y: u16) {
        let glyphs = canvas.theme.glyphs();
        let scale = match self.scale.per_cell() {
            1 => "1 cell is 1 record".to_string(),
            many => format!("1 cell is {} records", human_count(many)),
        };
        let sees_flushes = self.logs.replicas.iter().any(|replica| replica.flushed.is_some());
        let in_memory = if sees_flushes { "not flushed" } else { "committed, flushed or not" };
        let mut entries = vec![
            (glyphs.log_flushed, Role::Ok, "flushed"),
            (glyphs.log_written, Role::Ok, in_memory),
            (glyphs.log_uncommitted, Role::Warn, "not committed"),
            (glyphs.high_watermark, Role::Strong, "HW"),
        ];
        if !sees_flushes {
            entries.remove(0);
        }
        if !self.logs.lost.is_empty() {
            entries.insert(0, (glyphs.bad, Role::Bad, "LOST"));
        }
        let cut = self.logs.replicas.iter().any(|replica| replica.cut.is_some());
        entries.extend(cut.then_some((glyphs.log_cut, Role::Muted, "cut")));
        let starts_late =
            |replica: &ReplicaLog| replica.log_start.is_some_and(|start| start > self.scale.from());
        let deleted = self.logs.replicas.iter().any(starts_late);
        entries.extend(deleted.then_some((glyphs.log_deleted, Role::Muted, "deleted")));
        let mut x = self.area.x + 1;
        let end = self.area.right().saturating_sub(1);
        for (mark, role, words) in entries {
            let needed = words.len() as u16 + 4;
            if x + needed > end {
                return;
            }
            canvas.mark(x, y, mark, role);
            x = canvas.put(x + 2, y, end - x - 2, words, Role::Muted) + 2;
        }
        if x + scale.len() as u16 <= end {
            canvas.put(x, y, end - x, &scale, Role::Muted);
        }
    }
}
