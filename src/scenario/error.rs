//! What is wrong with a scenario file, with the line: `file:line: what, what is allowed`.

use std::fmt;

/// A refused scenario file. Its text is one plain line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError {
    pub file: String,
    /// Counted from 1; 0 when no line is to blame.
    pub line: usize,
    /// What is wrong and what is allowed.
    pub what: String,
}

impl ScenarioError {
    /// A mistake in one table: its header, such as `[[step]]`, and which of those it is (from 0).
    pub fn in_table(file: &str, text: &str, table: (&'static str, usize), what: String) -> ScenarioError {
        Mistake { table, what }.at(file, text)
    }

    /// What the TOML reader found.
    pub(super) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> ScenarioError {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        ScenarioError { file: file.into(), line, what }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// A mistake that only the whole file shows: what, and in which entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mistake {
    /// The table's header, such as `[[event]]`, and which of them (from 0).
    pub table: (&'static str, usize),
    /// What is wrong and what is allowed.
    pub what: String,
}

impl Mistake {
    /// Told of another table, where it is about this one.
    pub(super) fn of_table(self, table: &str, other: &'static str) -> Mistake {
        let (header, at) = self.table;
        Mistake { table: (if header == table { other } else { header }, at), ..self }
    }

    /// With the line of the entry's header.
    pub(super) fn at(self, file: &str, text: &str) -> ScenarioError {
        let headers =
            text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(self.table.0));
        let line = headers.map(|(at, _)| at + 1).nth(self.table.1).unwrap_or(0);
        ScenarioError { file: file.into(), line, what: self.what }
    }
}

pub(super) type Checked = Result<(), Mistake>;

pub(super) fn mistake(table: &'static str, at: usize, what: impl Into<String>) -> Checked {
    Err(Mistake { table: (table, at), what: what.into() })
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
