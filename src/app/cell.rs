//! Cells of tables and their columns, by meaning: the screen paints them, the clipboard copies them.

use crate::app::Level;

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
    /// The title of a section.
    Heading,
}

/// A text and how it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    pub text: String,
    pub style: CellStyle,
}

impl Cell {
    /// A text with its meaning.
    pub fn new(style: CellStyle, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), style }
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
}

pub(super) const fn left(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { title, align: Align::Left, min, max, drop, names: false, once: false }
}

pub(super) const fn right(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { align: Align::Right, ..left(title, min, max, drop) }
}

/// A column that is cut in its middle.
pub(super) const fn name(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { names: true, ..left(title, min, max, drop) }
}
