//! Cells of tables and their columns, by meaning: the screen paints them, the clipboard copies them.

use crate::app::Level;
use crate::model::{about, human_count};

/// How a cell is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellStyle {
    Plain,
    Strong,
    Muted,
    /// Good or bad; the mark goes before it.
    Status(Level),
    /// Good or bad, without a mark.
    Level(Level),
    /// Moved by a knob.
    Changed,
    /// As it was before.
    Was,
    Better,
    Worse,
    Unknown,
    /// Not the newest.
    Stale,
    /// The title of a section.
    Heading,
}

/// A text and how it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    pub text: String,
    pub style: CellStyle,
    /// The same in fewer and fewer columns, for where it does not fit: a number is left out, never cut.
    pub shorter: Vec<String>,
    /// Bars in place of the text: percent of the highest, the oldest first; nothing where nothing is known.
    pub bars: Vec<Option<u8>>,
}

impl Cell {
    /// A text with its meaning.
    pub fn new(style: CellStyle, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), style, shorter: Vec::new(), bars: Vec::new() }
    }

    /// The same with what to show where it does not fit, the longest first.
    pub(super) fn or(self, shorter: impl IntoIterator<Item = String>) -> Cell {
        Cell { shorter: shorter.into_iter().collect(), ..self }
    }

    /// A count, which is rounded where it has no room.
    pub(super) fn count(style: CellStyle, count: i64) -> Cell {
        Cell::new(style, human_count(count)).or(about(count))
    }

    /// The same of a count that may not be known.
    pub(super) fn known_count(count: Option<i64>) -> Cell {
        count.map_or_else(|| Cell::known(None::<String>), |count| Cell::count(CellStyle::Plain, count))
    }

    /// Bars.
    pub(super) fn bars(style: CellStyle, bars: Vec<Option<u8>>) -> Cell {
        Cell { bars, ..Cell::new(style, "") }
    }

    /// The longest of its texts that fits, by how many columns each takes; its text where none does.
    pub fn fitting(&self, room: u16, columns: impl Fn(&str) -> u16) -> &str {
        let mut all = [&self.text].into_iter().chain(&self.shorter);
        all.find(|text| columns(text) <= room).unwrap_or(&self.text)
    }

    /// The columns of its shortest text.
    pub fn least(&self, columns: impl Fn(&str) -> u16) -> u16 {
        columns(self.shorter.last().unwrap_or(&self.text))
    }

    /// What is not known is shown as such, never as a zero.
    pub(super) fn known(value: Option<impl Into<String>>) -> Cell {
        match value {
            Some(value) => Cell::new(CellStyle::Plain, value),
            None => Cell::new(CellStyle::Unknown, "?"),
        }
    }
}

/// On which side a column lines up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
}

/// A column of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    pub title: &'static str,
    pub align: Align,
    /// The narrowest that it is shown, in columns of the screen.
    pub min: u16,
    /// The widest that it can use.
    pub max: u16,
    /// The larger, the earlier it is left out on a narrow screen; 0 never.
    pub drop: u8,
    /// Whether it is cut in its middle, because both ends of a name tell.
    pub names: bool,
    /// Whether a text is left out below the same text.
    pub once: bool,
    /// Whether a text that is too long goes on where the columns behind it are empty, or moves them along.
    pub flows: bool,
}

pub(super) const fn left(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { title, align: Align::Left, min, max, drop, names: false, once: false, flows: false }
}

pub(super) const fn right(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { align: Align::Right, ..left(title, min, max, drop) }
}

/// A column that goes on where those behind it are empty.
pub(super) const fn flowing(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { flows: true, ..left(title, min, max, drop) }
}

/// A column that is cut in its middle.
pub(super) const fn name(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { names: true, ..left(title, min, max, drop) }
}
