//! Which panes a screen of some size shows, and where.

use super::canvas::Canvas;
use crate::app::{App, Pane};
use crate::theme::Role;
use ratatui::layout::{Constraint, Layout as Split, Rect};

/// Columns and rows below which nothing useful fits.
pub(super) const MIN_SIZE: (u16, u16) = (60, 16);

/// A class of screens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    Tiny,
    /// One pane and what the setting means: 80x24.
    Small,
    /// Two columns: 100x30 and more.
    Large,
    /// Three columns: 200x55 and more.
    Huge,
}

impl Class {
    /// The class of a size.
    pub fn of(columns: u16, rows: u16) -> Class {
        match (columns, rows) {
            _ if columns < MIN_SIZE.0 || rows < MIN_SIZE.1 => Class::Tiny,
            _ if columns >= 200 && rows >= 55 => Class::Huge,
            _ if columns >= 100 && rows >= 30 => Class::Large,
            _ => Class::Small,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The class of the screen.
    pub class: Class,
    pub(super) header: Rect,
    pub(super) body: Rect,
    pub(super) foot: Rect,
    /// The panes shown, from top left.
    pub panes: Vec<(Pane, Rect)>,
    separators: Vec<Rect>,
}

impl Layout {
    /// The layout of a screen.
    pub fn of(app: &App, area: Rect) -> Layout {
        let class = Class::of(area.width, area.height);
        let [header, body, foot] =
            Split::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        let mut layout = Layout { class, header, body, foot, panes: Vec::new(), separators: Vec::new() };
        match class {
            Class::Tiny => {}
            _ if app.zoom => layout.panes.push((app.focus, body)),
            Class::Small => layout.small(app),
            Class::Large => layout.large(app),
            Class::Huge => layout.huge(app),
        }
        layout
    }

    /// The pane with the keys gets the room; beside it what the setting means, and a line of warnings.
    fn small(&mut self, app: &App) {
        let second = if app.focus == Pane::Warnings { Pane::Warnings } else { Pane::Consequences };
        let rest = self.body.height - 2;
        let (first, second_rows) = if app.focus == app.main { (rest - 8, 8) } else { (7, rest - 7) };
        let [main, side, strip] = Split::vertical([
            Constraint::Length(first),
            Constraint::Length(second_rows),
            Constraint::Length(2),
        ])
        .areas(self.body);
        self.panes.push((app.main, main));
        self.panes.push((second, side));
        let last = if second == Pane::Warnings { Pane::Consequences } else { Pane::Warnings };
        self.panes.push((last, strip));
    }

    fn large(&mut self, app: &App) {
        let warnings = if app.focus == Pane::Warnings { 14 } else { 6 };
        let warnings = warnings.min(self.body.height / 3);
        let [upper, lower] =
            Split::vertical([Constraint::Fill(1), Constraint::Length(warnings)]).areas(self.body);
        let [left, line, right] =
            Split::horizontal([Constraint::Percentage(52), Constraint::Length(1), Constraint::Fill(1)])
                .areas(upper);
        self.separators.push(line);
        self.cluster_column(app, left);
        let share = match app.focus {
            Pane::Consequences => 40,
            _ => 55,
        };
        let [knobs, consequences] =
            Split::vertical([Constraint::Percentage(share), Constraint::Fill(1)]).areas(right);
        self.panes.push((Pane::Knobs, knobs));
        self.panes.push((Pane::Consequences, consequences));
        self.panes.push((Pane::Warnings, lower));
    }

    fn huge(&mut self, app: &App) {
        let [left, line, middle, second, right] = Split::horizontal([
            Constraint::Percentage(38),
            Constraint::Length(1),
            Constraint::Percentage(28),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(self.body);
        self.separators.extend([line, second]);
        self.cluster_column(app, left);
        self.panes.push((Pane::Knobs, middle));
        let [consequences, warnings] =
            Split::vertical([Constraint::Percentage(60), Constraint::Fill(1)]).areas(right);
        self.panes.push((Pane::Consequences, consequences));
        self.panes.push((Pane::Warnings, warnings));
    }

    /// Brokers as many as there are, the rest to partitions and groups; the pane with the keys gets more.
    fn cluster_column(&mut self, app: &App, area: Rect) {
        let brokers = app.summary.brokers.len().min(100) as u16 + 2;
        let most = if app.focus == Pane::Topology { area.height / 2 } else { area.height / 3 };
        let topology = brokers.clamp(4, most.max(4));
        let groups = match app.focus {
            Pane::Groups => (area.height - topology) * 6 / 10,
            _ => {
                (app.summary.groups.len().min(100) as u16 + 2).clamp(4, ((area.height - topology) / 3).max(4))
            }
        };
        let [top, middle, bottom] =
            Split::vertical([Constraint::Length(topology), Constraint::Fill(1), Constraint::Length(groups)])
                .areas(area);
        self.panes.extend([(Pane::Topology, top), (Pane::Partitions, middle), (Pane::Groups, bottom)]);
    }

    /// Lines between columns, joined to the titles that they meet.
    pub(super) fn draw_separators(&self, canvas: &mut Canvas<'_>) {
        let frame = &canvas.theme.glyphs().frame;
        let [from_left, from_right, top, bottom, all] = frame.joints;
        for area in &self.separators {
            for y in area.top()..=area.bottom() {
                let meets = |x: u16| canvas.symbol(x, y) == frame.horizontal;
                let sides = (area.x > 0 && meets(area.x - 1), meets(area.x + 1));
                let mark = match sides {
                    _ if y == area.bottom() && sides.0 => bottom,
                    _ if y == area.bottom() => continue,
                    (true, true) if y == area.top() => top,
                    (true, true) => all,
                    (true, false) => from_right,
                    (false, true) => from_left,
                    (false, false) => frame.vertical,
                };
                canvas.mark(area.x, y, mark, Role::Border);
            }
        }
    }
}
