//! The page of exploring that is open: its selection, what is waited for, and what its keys do.

use crate::app::explore::{PageData, PageRequest, PageRow, SheetKind};
use crate::app::page::wrapped;
use crate::app::{App, CellStyle, Effect, List, Overlay, Pin};
use crate::consequences::OBJECTIVES;
use std::sync::Arc;

/// A page of exploring.
#[derive(Clone, PartialEq, Debug)]
pub struct ExplorePage {
    pub kind: SheetKind,
    /// What the engine said last.
    pub data: Option<Arc<PageData>>,
    list: List,
    asked: u64,
    answered: u64,
}

/// How the lines of a page's area are used, its title aside.
#[derive(Clone, PartialEq, Debug)]
pub struct Parts {
    /// What stands above the rows, a line each.
    pub intro: Vec<(CellStyle, String)>,
    /// Lines for the headings and the rows, or for the plot.
    pub rows: u16,
    /// What is told of the selected row, a line each.
    pub detail: Vec<(CellStyle, String)>,
}

impl ExplorePage {
    fn new(kind: SheetKind) -> ExplorePage {
        ExplorePage { kind, data: None, list: List::default(), asked: 0, answered: 0 }
    }

    /// Which row is selected, and which are in view.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Whether the engine has not answered yet.
    pub fn is_computing(&self) -> bool {
        self.answered < self.asked
    }

    pub fn row(&self) -> Option<&PageRow> {
        self.data.as_ref()?.rows.get(self.list.selected()?)
    }

    /// How an area of so many columns and lines is used. The details have room of a fixed size, so that nothing
    /// moves while the selection does.
    pub fn parts(&self, (columns, lines): (u16, u16)) -> Parts {
        let Some(data) = &self.data else {
            return Parts { intro: Vec::new(), rows: lines, detail: Vec::new() };
        };
        let width = columns.saturating_sub(2).max(1);
        let mut intro = wrapped(&data.intro, width);
        intro.truncate(usize::from(lines / 3));
        let room = lines.saturating_sub(intro.len() as u16);
        let least = if room >= 12 { (room / 3).min(10) } else { 0 };
        let needed = if data.plot.is_some() { room } else { data.rows.len() as u16 + 1 };
        let rows = needed.min(room.saturating_sub(least));
        // A line goes to the rule between them.
        let told = if least > 0 { usize::from(room - rows).saturating_sub(1) } else { 0 };
        let mut detail = self.row().map_or_else(Vec::new, |row| wrapped(&row.detail, width));
        let more = detail.len().saturating_sub(told);
        if more > 0 {
            detail.truncate(told.saturating_sub(1));
            detail.push((CellStyle::Muted, format!("... {} more lines", more + 1)));
        }
        detail.truncate(told);
        Parts { intro, rows, detail }
    }

    /// As a Markdown table.
    fn markdown(&self) -> String {
        let Some(data) = &self.data else { return String::new() };
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut table = line(data.headings.clone());
        table.push_str(&line(data.headings.iter().map(|_| "---".to_string()).collect()));
        for row in &data.rows {
            table.push_str(&line(row.cells.iter().map(|cell| cell.text.replace('|', "\\|")).collect()));
        }
        table
    }
}

impl App {
    /// The page of exploring that is open.
    pub fn sheet(&self) -> Option<&ExplorePage> {
        match &self.overlay {
            Some(Overlay::ExplorePage(sheet)) => Some(sheet),
            _ => None,
        }
    }

    fn sheet_mut(&mut self) -> Option<&mut ExplorePage> {
        match &mut self.overlay {
            Some(Overlay::ExplorePage(sheet)) => Some(sheet),
            _ => None,
        }
    }

    /// Opens a page, or closes it when it is open.
    pub(super) fn open_sheet(&mut self, kind: SheetKind) -> Vec<Effect> {
        let same = |sheet: &ExplorePage| std::mem::discriminant(&sheet.kind) == std::mem::discriminant(&kind);
        if self.sheet().is_some_and(same) && !matches!(kind, SheetKind::Goal(_)) {
            self.overlay = None;
            return Vec::new();
        }
        self.overlay = Some(Overlay::ExplorePage(ExplorePage::new(kind)));
        self.explore_again()
    }

    /// Asks for the open page anew; what it shows stays until the answer is there.
    pub(super) fn explore_again(&mut self) -> Vec<Effect> {
        let generation = self.page_requests + 1;
        let (others, topic) = (self.compared_with(), self.selected_topic.clone());
        let Some(now) = self.shown.clone() else { return Vec::new() };
        let Some(sheet) = self.sheet_mut() else { return Vec::new() };
        sheet.asked = generation;
        let kind = sheet.kind.clone();
        self.page_requests = generation;
        vec![Effect::Explore(PageRequest { generation, kind, now, others, topic })]
    }

    /// The first pin where knobs act, else the real cluster; then the other pins.
    fn compared_with(&self) -> Vec<Pin> {
        let real = self.hypothesis.as_ref().map(|hypothesis| hypothesis.base().clone());
        let real = real.filter(|_| !self.origin.acts()).map(|cluster| Pin { name: "real".into(), cluster });
        real.into_iter().chain(self.pins.iter().cloned()).collect()
    }

    /// What the engine said; an answer to an older inquiry is not shown.
    pub(super) fn explored(&mut self, generation: u64, data: Arc<PageData>) {
        let size = self.size;
        let Some(sheet) = self.sheet_mut().filter(|sheet| sheet.asked == generation) else { return };
        sheet.answered = generation;
        let key = sheet.row().map(|row| row.key.clone());
        let again = key.and_then(|key| data.rows.iter().position(|row| row.key == key));
        let here = || data.rows.iter().position(|row| row.is_now);
        let at = again.or_else(here).or(sheet.list.selected()).unwrap_or(0);
        sheet.list.set(data.rows.len(), at);
        sheet.data = Some(data);
        sheet.fit(size);
    }

    /// The screen has another size.
    pub(super) fn refit_sheet(&mut self) {
        let size = self.size;
        if let Some(sheet) = self.sheet_mut() {
            sheet.fit(size);
        }
    }

    /// Makes the changes of the selected row.
    pub(super) fn apply_row(&mut self) -> Vec<Effect> {
        let Some(changes) = self.sheet().and_then(ExplorePage::row).map(|row| row.changes.clone()) else {
            return Vec::new();
        };
        let words: Vec<String> = changes.iter().map(ToString::to_string).collect();
        self.request_aloud(changes, format!("{}; u takes it back", words.join(", ")))
    }

    /// Another figure along an axis, or another one to improve.
    pub(super) fn turn_sheet(&mut self, turn: impl Fn(&SheetKind) -> Option<SheetKind>) -> Vec<Effect> {
        let Some(sheet) = self.sheet_mut() else { return Vec::new() };
        let Some(kind) = turn(&sheet.kind) else { return Vec::new() };
        sheet.kind = kind;
        sheet.list.select(0);
        sheet.data = None;
        self.explore_again()
    }

    /// Moves the selection of the open page; `false` when none is open.
    pub(super) fn move_in_sheet(&mut self, go: impl FnOnce(&mut List)) -> bool {
        match self.sheet_mut() {
            Some(sheet) => {
                go(&mut sheet.list);
                true
            }
            None => false,
        }
    }

    /// The rows of the open page as a Markdown table.
    pub(super) fn sheet_markdown(&self) -> Option<String> {
        self.sheet().map(ExplorePage::markdown)
    }
}

impl ExplorePage {
    /// So many rows are in view on a screen of this size: header, foot, title and headings take a line each.
    fn fit(&mut self, (columns, lines): (u16, u16)) {
        let rows = self.parts((columns, lines.saturating_sub(3))).rows;
        self.list.set_height(usize::from(rows.saturating_sub(1)));
    }
}

/// The next figure for the x axis.
pub(super) fn next_x(kind: &SheetKind) -> Option<SheetKind> {
    let SheetKind::Frontier { x, y } = *kind else { return None };
    Some(SheetKind::Frontier { x: next_but(x, y), y })
}

/// The next figure for the y axis.
pub(super) fn next_y(kind: &SheetKind) -> Option<SheetKind> {
    let SheetKind::Frontier { x, y } = *kind else { return None };
    Some(SheetKind::Frontier { x, y: next_but(y, x) })
}

fn next_but(at: usize, taken: usize) -> usize {
    let next = (at + 1) % OBJECTIVES.len();
    if next == taken { (next + 1) % OBJECTIVES.len() } else { next }
}

/// The next objective to be advised on; a figure that is no objective is followed by the first one.
pub(super) fn next_objective(kind: &SheetKind) -> Option<SheetKind> {
    let SheetKind::Advice(figure) = *kind else { return None };
    let at = OBJECTIVES
        .iter()
        .position(|objective| objective.figure == figure)
        .map_or(0, |at| (at + 1) % OBJECTIVES.len());
    Some(SheetKind::Advice(OBJECTIVES[at].figure))
}
