//! A line being typed at the foot of the screen: a filter, a value, a goal or a command.

use crate::app::{Filter, InputLine, List, PaletteEntry, Pane};
use crate::knobs::Knob;

/// What the line is for.
#[derive(Clone, PartialEq, Debug)]
pub enum PromptKind {
    /// The filter of a pane, and what it was before.
    Filter(Pane, Filter),
    /// A value of a knob.
    Value(&'static Knob),
    Goal,
    Palette,
}

/// A line being typed.
#[derive(Clone, PartialEq, Debug)]
pub struct Prompt {
    pub kind: PromptKind,
    pub line: InputLine,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Entries of the palette.
    pub entries: Vec<PaletteEntry>,
    /// Which of them is selected.
    pub list: List,
}

impl Prompt {
    /// A prompt whose line begins with a text.
    pub(super) fn new(kind: PromptKind, text: impl Into<String>) -> Prompt {
        Prompt { kind, line: InputLine::new(text), error: None, entries: Vec::new(), list: List::default() }
    }

    /// What stands in front of the line.
    pub fn label(&self) -> String {
        match &self.kind {
            PromptKind::Filter(pane, _) => format!("{} /", pane.title()),
            PromptKind::Value(knob) => format!("{} =", knob.name),
            PromptKind::Goal => "goal:".into(),
            PromptKind::Palette => ":".into(),
        }
    }

    /// What may be typed.
    pub fn help(&self) -> String {
        match &self.kind {
            PromptKind::Filter(pane, _) => pane.declaration().filter_help.into(),
            PromptKind::Value(knob) => knob.kind.allowed(),
            PromptKind::Goal => "survive rack, ack_p99_ms < 20".into(),
            PromptKind::Palette => "type to search, `acks 1` sets a value".into(),
        }
    }

    /// The selected entry of the palette.
    pub fn entry(&self) -> Option<&PaletteEntry> {
        self.entries.get(self.list.selected()?)
    }
}
