//! A page to read over the panes: a title and paragraphs.

use crate::app::{Cell, CellStyle, Column};
use crate::model::wrap;

/// A title and paragraphs.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    pub title: String,
    /// Whether it is the page of keys.
    pub is_help: bool,
    /// Whether it is the event log of a run, which goes on.
    pub is_event_log: bool,
    paragraphs: Vec<(CellStyle, String)>,
}

/// Widest text that is pleasant to read.
const MAX_WIDTH: u16 = 84;

impl Page {
    pub(super) fn new(title: impl Into<String>) -> Page {
        Page { title: title.into(), is_help: false, is_event_log: false, paragraphs: Vec::new() }
    }

    pub(super) fn add(&mut self, style: CellStyle, text: impl Into<String>) {
        self.paragraphs.push((style, text.into()));
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
