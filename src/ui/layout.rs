//! Which panes a screen of some size shows, and where.

use super::canvas::Canvas;
use super::code;
use crate::app::{App, Height, Pane, Place};
use crate::theme::Role;
use ratatui::layout::{Constraint, Layout as Split, Rect};

/// Columns and rows below which nothing useful fits.
pub(super) const MIN_SIZE: (u16, u16) = (60, 16);

/// Lines of a column that stay for the panes below the code.
const BELOW_CODE: u16 = 10;

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

/// Where each pane stands on a screen of this size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The class of the screen.
    pub class: Class,
    pub(super) header: Rect,
    /// The strip of a scene or a challenge of the workshop; without one it has no height.
    pub(super) scene: Rect,
    /// The code of the scene's clients beside the picture; where it has no room there, or is put away, it has no height.
    pub(super) code: Rect,
    /// The code stands in the strip, in place of the notes.
    pub(super) code_in_strip: bool,
    pub(super) body: Rect,
    /// What the presenter has pressed, and the timer; else it has no height.
    pub(super) echo: Rect,
    pub(super) foot: Rect,
    /// The panes shown, from top left.
    pub panes: Vec<(Pane, Rect)>,
    separators: Vec<Rect>,
}

impl Layout {
    /// The layout of a screen.
    pub fn of(app: &App, area: Rect) -> Layout {
        let class = Class::of(area.width, area.height);
        let presents = app.presenter.is_some() && class != Class::Tiny;
        let [header, _, scene, _, body, echo, foot] = Split::vertical([
            Constraint::Length(1),
            Constraint::Length(u16::from(presents)),
            Constraint::Length(scene_lines(app, class).min(area.height * 3 / 4)),
            Constraint::Length(u16::from(presents)),
            Constraint::Fill(1),
            Constraint::Length(u16::from(presents)),
            Constraint::Length(1),
        ])
        .areas(area);
        let mut layout = Layout {
            class,
            header,
            scene,
            code: Rect::default(),
            code_in_strip: false,
            body,
            echo,
            foot,
            panes: Vec::new(),
            separators: Vec::new(),
        };
        match class {
            Class::Tiny => {}
            _ if app.zoom || presents || (class == Class::Small && scene.height > 0) => layout.one(app),
            Class::Small => layout.small(app),
            Class::Large => layout.large(app),
            Class::Huge => layout.huge(app),
        }
        layout
    }

    /// One pane has the room, and the code beside it where both have enough.
    fn one(&mut self, app: &App) {
        let [pane, beside] =
            Split::horizontal([Constraint::Fill(1), Constraint::Length(code::WIDTH)]).areas(self.body);
        let has_room = pane.width >= MIN_SIZE.0 && self.class != Class::Small;
        self.place_code(app, has_room, beside);
        self.panes.push((app.focus, if self.code.height > 0 { pane } else { self.body }));
    }

    /// The code at the top of a column, if that is high enough for what is below it, too. Yields what is left.
    fn code_above(&mut self, app: &App, column: Rect) -> Rect {
        self.place_code(app, column.height >= code::lines(app) + BELOW_CODE, column);
        let code = self.code.height;
        Rect { y: column.y + code, height: column.height - code, ..column }
    }

    /// Where there is no room for it beside the picture, it may stand in the strip.
    fn place_code(&mut self, app: &App, has_room: bool, area: Rect) {
        let lines = code::lines(app).min(area.height);
        let is_shown = lines > 0 && app.shows_code(has_room);
        self.code_in_strip = is_shown && !has_room;
        if is_shown && has_room {
            self.code = Rect { height: lines, ..area };
        }
    }

    /// The pane with the keys gets the room; beside it what the knobs bring about, and a strip of warnings.
    fn small(&mut self, app: &App) {
        let strip = if self.body.height >= 20 { 3 } else { 2 };
        let rest = self.body.height - strip;
        let first = if app.focus != app.main {
            7
        } else if app.main.place() == Place::Cluster(Height::Strip) {
            ((app.main.declaration().count)(app) as u16 + 6).clamp(8, rest - 3)
        } else if is_picture(app.main) {
            picture_lines(app, app.main, rest - 3)
        } else {
            rest - 8
        };
        let [main, side, strip] = Split::vertical([
            Constraint::Length(first),
            Constraint::Length(rest - first),
            Constraint::Length(strip),
        ])
        .areas(self.body);
        self.panes.push((app.main, main));
        let (upper, lower) = if app.focus.place() == Place::Warnings {
            (Place::Warnings, Place::Consequences)
        } else {
            (Place::Consequences, Place::Warnings)
        };
        self.stack(upper, side);
        self.stack(lower, strip);
    }

    fn large(&mut self, app: &App) {
        let warnings = if app.focus.place() == Place::Warnings { 14 } else { 6 };
        let warnings = warnings.min(self.body.height / 3);
        let [upper, lower] =
            Split::vertical([Constraint::Fill(1), Constraint::Length(warnings)]).areas(self.body);
        let [left, line, right] =
            Split::horizontal([Constraint::Percentage(52), Constraint::Length(1), Constraint::Fill(1)])
                .areas(upper);
        self.separators.push(line);
        self.cluster_column(app, left);
        let right = self.code_above(app, right);
        let share = if app.focus.place() == Place::Consequences { 40 } else { 55 };
        let [knobs, consequences] =
            Split::vertical([Constraint::Percentage(share), Constraint::Fill(1)]).areas(right);
        self.stack(Place::Knobs, knobs);
        self.stack(Place::Consequences, consequences);
        self.stack(Place::Warnings, lower);
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
        let right = self.code_above(app, right);
        self.stack(Place::Knobs, middle);
        let [consequences, warnings] =
            Split::vertical([Constraint::Percentage(60), Constraint::Fill(1)]).areas(right);
        self.stack(Place::Consequences, consequences);
        self.stack(Place::Warnings, warnings);
    }

    /// The panes of a place, one below the other, each as high as the others.
    fn stack(&mut self, place: Place, area: Rect) {
        let panes: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| pane.place() == place).collect();
        self.split(&panes, &vec![Constraint::Fill(1); panes.len()], area);
    }

    /// The panes of the cluster, one below the other: each takes what it needs of what those before it leave.
    fn cluster_column(&mut self, app: &App, area: Rect) {
        let mut panes: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| pane.is_cluster()).collect();
        panes.sort_by_key(|pane| place_in_column(*pane));
        let mut room = area.height;
        let mut heights = Vec::new();
        for pane in &panes {
            let lines = lines_of(app, *pane, room);
            room -= lines.unwrap_or(0).min(room);
            heights.push(lines.map_or(Constraint::Fill(1), Constraint::Length));
        }
        self.split(&panes, &heights, area);
    }

    fn split(&mut self, panes: &[Pane], heights: &[Constraint], area: Rect) {
        let areas = Split::vertical(heights.iter().copied()).split(area);
        self.panes.extend(panes.iter().copied().zip(areas.iter().copied()));
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

/// Lines of the strip of a scene or a challenge.
fn scene_lines(app: &App, class: Class) -> u16 {
    match class {
        _ if app.stage.is_none() && app.contest.is_none() => 0,
        Class::Tiny => 0,
        // There is no speaker: all that would be said is read.
        Class::Large if app.presenter.is_some() => 20,
        Class::Huge if app.presenter.is_some() => 26,
        Class::Small if is_learning(app) => 17,
        Class::Large if is_learning(app) => 18,
        Class::Small => 12,
        Class::Large => 12,
        Class::Huge => 14,
    }
}

fn is_learning(app: &App) -> bool {
    app.stage.as_ref().is_some_and(|stage| stage.is_learning())
}

/// Pictures stand below the pane that takes what the others leave: it selects what they show.
fn place_in_column(pane: Pane) -> (bool, usize) {
    let follows = [Pane::Partitions, Pane::Log, Pane::Time].contains(&pane);
    (pane.digit() > Pane::Partitions.digit() && !follows, pane.digit())
}

fn is_picture(pane: Pane) -> bool {
    pane.place() == Place::Cluster(Height::Picture)
}

/// Lines that a picture takes of so many: its rows, what is said of them, and the life of a record.
fn picture_lines(app: &App, pane: Pane, room: u16) -> u16 {
    let rows = (pane.declaration().count)(app).min(100) as u16;
    (rows + 16).min(room)
}

/// Lines that a strip of figures takes without the keys: all of them where there is room, else its title and one line.
fn strip_lines(needed: u16, room: u16) -> u16 {
    if room >= 40 { (needed + 2).min(room / 3) } else { 2 }
}

/// Lines that a pane of the cluster takes of so many; `None` when it takes what the others leave.
fn lines_of(app: &App, pane: Pane, room: u16) -> Option<u16> {
    let Place::Cluster(height) = pane.place() else { return None };
    let focused = app.focus == pane;
    let needed = (pane.declaration().count)(app).min(100) as u16 + 2;
    match height {
        Height::Rest => None,
        Height::Strip if focused => Some((needed + 4).min(room * 7 / 10)),
        Height::Strip => Some(strip_lines(needed, room)),
        Height::Picture if focused => Some(picture_lines(app, pane, room * 7 / 10)),
        Height::Picture => Some((needed + 5).min(room * 2 / 5)),
        Height::RowsOrMost if focused => Some(room * 6 / 10),
        Height::Rows if focused => Some(needed.clamp(4, (room / 2).max(4))),
        Height::Rows | Height::RowsOrMost => Some(needed.clamp(4, (room / 3).max(4))),
    }
}
