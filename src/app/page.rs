//! A page to read over the panes: a title and paragraphs.

use crate::app::{Cell, CellStyle, Column, Item};
use crate::model::{plural, wrap};
use std::ops::Range;

/// A title and paragraphs.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    pub title: String,
    /// Whether it is the page of keys.
    pub is_help: bool,
    /// Whether it is the event log of a run, which goes on.
    pub is_event_log: bool,
    /// Whether it is one of the pages that one goes through, from one thing to another.
    pub(super) is_step: bool,
    /// Which of its links is selected.
    pub(super) link: usize,
    /// Paragraphs that lead to another page.
    links: Vec<(usize, Item)>,
    paragraphs: Vec<(CellStyle, String)>,
}

/// So many lines of a kind lead on from a page.
pub(super) const MOST_LINKS: usize = 200;

/// Widest text that is pleasant to read.
const MAX_WIDTH: u16 = 84;

impl Page {
    pub(super) fn new(title: impl Into<String>) -> Page {
        Page {
            title: title.into(),
            is_help: false,
            is_event_log: false,
            is_step: false,
            link: 0,
            links: Vec::new(),
            paragraphs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, style: CellStyle, text: impl Into<String>) {
        self.paragraphs.push((style, text.into()));
    }

    /// A line that leads to the page of something.
    pub(super) fn add_link(&mut self, style: CellStyle, text: impl Into<String>, to: Item) {
        self.links.push((self.paragraphs.len(), to));
        self.add(style, text);
    }

    /// Says how many lines there would be more, of so many in all.
    pub(super) fn add_rest(&mut self, all: usize) {
        if let Some(more) = all.checked_sub(MOST_LINKS).filter(|more| *more > 0) {
            self.add(CellStyle::Muted, format!("and {}", plural(more, "more line")));
        }
    }

    /// What its lines lead to.
    pub(super) fn links(&self) -> &[(usize, Item)] {
        &self.links
    }

    /// The lines of a link, in so many columns.
    fn lines_of(&self, link: usize, width: u16) -> Option<Range<usize>> {
        let (paragraph, _) = self.links.get(link)?;
        let before = wrapped(&self.paragraphs[..*paragraph], width).len();
        Some(before..before + wrapped(&self.paragraphs[*paragraph..=*paragraph], width).len())
    }

    /// The first line of each link, in so many columns.
    fn first_lines(&self, width: u16) -> Vec<usize> {
        let mut firsts = Vec::new();
        let (mut line, mut paragraph) = (0, 0);
        for (of_link, _) in &self.links {
            line += wrapped(&self.paragraphs[paragraph..*of_link], width).len();
            paragraph = *of_link;
            firsts.push(line);
        }
        firsts
    }

    /// The lines of the selected link, where its first one is in view.
    pub fn selected_lines(&self, top: usize, room: (u16, u16)) -> Option<Range<usize>> {
        let lines = self.lines_of(self.link, room.0)?;
        (top..top + usize::from(room.1)).contains(&lines.start).then_some(lines)
    }

    /// What the selected link leads to, where it is in view.
    pub(super) fn selected_link(&self, top: usize, room: (u16, u16)) -> Option<&Item> {
        self.selected_lines(top, room)?;
        self.links.get(self.link).map(|(_, item)| item)
    }

    /// A step down or up: to the next link that is in view or would be the next line, else by one line. Yields the
    /// first line in view.
    pub(super) fn step(&mut self, top: usize, by: isize, room: (u16, u16)) -> usize {
        let height = usize::from(room.1);
        let in_view = self.selected_lines(top, room).is_some();
        let firsts = self.first_lines(room.0);
        let mut all = firsts.into_iter().enumerate();
        let next = match (in_view, by > 0) {
            (true, true) => all.find(|(at, line)| *at > self.link && *line <= top + height),
            (true, false) => all.rfind(|(at, line)| *at < self.link && *line + 1 >= top),
            (false, true) => all.find(|(_, line)| (top + 1..=top + height).contains(line)),
            (false, false) => {
                let top = top.saturating_sub(1);
                all.rfind(|(_, line)| (top..top + height).contains(line))
            }
        };
        match next {
            Some((at, line)) => {
                self.link = at;
                top.clamp((line + 1).saturating_sub(height), line)
            }
            None => top.saturating_add_signed(by),
        }
    }

    pub(super) fn gap(&mut self) {
        self.add(CellStyle::Plain, "");
    }

    /// A heading and its paragraphs, indented; nothing where there are none.
    pub(super) fn section(&mut self, title: &str, paragraphs: impl IntoIterator<Item = String>) {
        let mut paragraphs = paragraphs.into_iter().filter(|text| !text.is_empty()).peekable();
        if paragraphs.peek().is_some() {
            self.gap();
            self.add(CellStyle::Heading, title);
        }
        paragraphs.for_each(|text| self.add(CellStyle::Plain, format!("  {text}")));
    }

    /// One line for each column of a row.
    pub(super) fn add_cells(&mut self, columns: &[Column], cells: Vec<Cell>) {
        for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| cell.bars.is_empty()) {
            self.add(cell.style, format!("{:<11} {}", column.title, cell.text));
        }
    }

    /// Columns and rows of text that a screen of this size has for a page.
    pub fn room(screen: (u16, u16)) -> (u16, u16) {
        (screen.0.saturating_sub(6).clamp(1, MAX_WIDTH), screen.1.saturating_sub(6).max(1))
    }

    /// Its lines, none wider than this.
    pub fn lines(&self, width: u16) -> Vec<(CellStyle, String)> {
        wrapped(&self.paragraphs, width)
    }
}

/// Paragraphs in lines of at most so many columns.
pub(super) fn wrapped(paragraphs: &[(CellStyle, String)], width: u16) -> Vec<(CellStyle, String)> {
    let mut lines = Vec::new();
    for (style, text) in paragraphs {
        lines.extend(wrap(text, usize::from(width)).into_iter().map(|line| (*style, line)));
    }
    lines
}
