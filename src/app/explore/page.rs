//! The explore page that is open: its selection, what is waited for, and how its lines are used.

use crate::app::page::wrapped;
use crate::app::page_request::{ExploreKind, PageData, PageRequest, PageRow, Parameters};
use crate::app::{App, CellStyle, Effect, List, Overlay, Pin};
use crate::model::plural;
use std::sync::Arc;

/// An explore page.
#[derive(Clone, PartialEq, Debug)]
pub struct ExplorePage {
    pub kind: &'static ExploreKind,
    pub parameters: Parameters,
    /// What the engine said last.
    pub data: Option<Arc<PageData>>,
    pub(in crate::app) list: List,
    asked: u64,
    answered: u64,
}

/// How the lines of a page's area are used, its title aside.
#[derive(Clone, PartialEq, Debug)]
pub struct PageLayout {
    /// What stands above the rows, a line each.
    pub intro: Vec<(CellStyle, String)>,
    /// Lines for the headings and the rows, or for the plot.
    pub rows: u16,
    /// What is said of the selected row, a line each.
    pub detail: Vec<(CellStyle, String)>,
}

impl ExplorePage {
    fn new(kind: &'static ExploreKind, parameters: Parameters) -> ExplorePage {
        ExplorePage { kind, parameters, data: None, list: List::default(), asked: 0, answered: 0 }
    }

    /// Which row is selected, and which are in view.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Whether the engine has not answered yet.
    pub fn is_computing(&self) -> bool {
        self.answered < self.asked
    }

    /// The selected row.
    pub fn row(&self) -> Option<&PageRow> {
        self.data.as_ref()?.rows.get(self.list.selected()?)
    }

    /// How an area of so many columns and lines is used. The details have room of a fixed size, so that nothing
    /// moves while the selection does.
    pub fn layout(&self, (columns, lines): (u16, u16)) -> PageLayout {
        let Some(data) = &self.data else {
            return PageLayout { intro: Vec::new(), rows: lines, detail: Vec::new() };
        };
        let width = columns.saturating_sub(2).max(1);
        let mut intro = wrapped(&data.intro, width);
        intro.truncate(usize::from(lines / 3));
        let room = lines.saturating_sub(intro.len() as u16);
        let least = if room >= 12 { (room / 3).min(10) } else { 0 };
        let needed = if data.plot.is_some() { room } else { data.rows.len() as u16 + 1 };
        let rows = needed.min(room.saturating_sub(least));
        // A line goes to the rule between them.
        let below = if least > 0 { usize::from(room - rows).saturating_sub(1) } else { 0 };
        let mut detail = self.row().map_or_else(Vec::new, |row| wrapped(&row.detail, width));
        let more = detail.len().saturating_sub(below);
        if more > 0 {
            detail.truncate(below.saturating_sub(1));
            detail.push((CellStyle::Muted, format!("... {}", plural(more + 1, "more line"))));
        }
        detail.truncate(below);
        PageLayout { intro, rows, detail }
    }

    /// Its rows as a Markdown table.
    pub(in crate::app) fn markdown(&self) -> String {
        let Some(data) = &self.data else { return String::new() };
        let mut table = markdown_row(data.headings.clone());
        table.push_str(&markdown_row(data.headings.iter().map(|_| "---".to_string())));
        for row in &data.rows {
            table.push_str(&markdown_row(row.cells.iter().map(|cell| cell.text.replace('|', "\\|"))));
        }
        table
    }

    /// So many rows are in view on a screen of this size: header, foot, title and headings take a line each.
    fn fit(&mut self, (columns, lines): (u16, u16)) {
        let rows = self.layout((columns, lines.saturating_sub(3))).rows;
        self.list.set_height(usize::from(rows.saturating_sub(1)));
    }
}

fn markdown_row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

impl App {
    /// The explore page that is open.
    pub fn explore_page(&self) -> Option<&ExplorePage> {
        match &self.overlay {
            Some(Overlay::Explore(page)) => Some(page),
            Some(Overlay::Page(..) | Overlay::Ask { .. }) | None => None,
        }
    }

    pub(in crate::app) fn explore_page_mut(&mut self) -> Option<&mut ExplorePage> {
        match &mut self.overlay {
            Some(Overlay::Explore(page)) => Some(page),
            Some(Overlay::Page(..) | Overlay::Ask { .. }) | None => None,
        }
    }

    /// Whether the explore page of this kind is open.
    pub(in crate::app) fn explores(&self, kind: &ExploreKind) -> bool {
        self.explore_page().is_some_and(|page| page.kind == kind)
    }

    /// Opens a page, or closes it when it is open.
    pub(in crate::app) fn toggle_explore_page(
        &mut self,
        kind: &'static ExploreKind,
        parameters: Parameters,
    ) -> Vec<Effect> {
        if self.explores(kind) {
            self.overlay = None;
            return Vec::new();
        }
        self.open_explore_page(kind, parameters)
    }

    pub(in crate::app) fn open_explore_page(
        &mut self,
        kind: &'static ExploreKind,
        parameters: Parameters,
    ) -> Vec<Effect> {
        self.overlay = Some(Overlay::Explore(ExplorePage::new(kind, parameters)));
        self.explore_again()
    }

    /// Asks for the open page anew; what it shows stays until the answer is there.
    pub(in crate::app) fn explore_again(&mut self) -> Vec<Effect> {
        let generation = self.page_requests + 1;
        let (others, topic) = (self.compared_with(), self.selected_topic.clone());
        let Some(now) = self.shown.clone() else { return Vec::new() };
        let Some(page) = self.explore_page_mut() else { return Vec::new() };
        page.asked = generation;
        let (kind, parameters) = (page.kind, page.parameters.clone());
        self.page_requests = generation;
        vec![Effect::Explore(PageRequest { generation, kind, parameters, now, others, topic })]
    }

    /// The first pin where knobs act, else the real cluster; then the other pins.
    fn compared_with(&self) -> Vec<Pin> {
        let real = self.hypothesis.as_ref().map(|hypothesis| hypothesis.base().clone());
        let real = real.filter(|_| !self.origin.acts()).map(|cluster| Pin { name: "real".into(), cluster });
        real.into_iter().chain(self.pins.iter().cloned()).collect()
    }

    /// What the engine said; an answer to an older request is not shown.
    pub(in crate::app) fn explored(&mut self, generation: u64, data: Arc<PageData>) {
        let size = self.size;
        let data = self.refuted.said_above(data);
        let Some(page) = self.explore_page_mut().filter(|page| page.asked == generation) else { return };
        page.answered = generation;
        let key = page.row().map(|row| row.key.clone());
        let again = key.and_then(|key| data.rows.iter().position(|row| row.key == key));
        let here = || data.rows.iter().position(|row| row.is_now);
        let at = again.or_else(here).or(page.list.selected()).unwrap_or(0);
        page.list.set(data.rows.len(), at);
        page.data = Some(data);
        page.fit(size);
    }

    /// The screen has another size.
    pub(in crate::app) fn refit_explore_page(&mut self) {
        let size = self.size;
        if let Some(page) = self.explore_page_mut() {
            page.fit(size);
        }
    }

    /// Turns the open page to something else, such as another figure along an axis.
    pub(in crate::app) fn turn_explore_page(&mut self, turn: impl FnOnce(&mut Parameters)) -> Vec<Effect> {
        let Some(page) = self.explore_page_mut() else { return Vec::new() };
        turn(&mut page.parameters);
        page.list.select(0);
        page.data = None;
        self.explore_again()
    }
}
