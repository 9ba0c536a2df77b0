//! A line being typed at the foot of the screen: a filter, a value, or a command.

use crate::app::palette::{self, Entry};
use crate::app::{App, Filter, Line, List, Pane};
use crate::knobs::Knob;

/// What the line is for.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
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
    /// What it is for.
    pub kind: Kind,
    pub line: Line,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Entries of the palette.
    pub entries: Vec<Entry>,
    /// Which of them is selected.
    pub list: List,
}

impl Prompt {
    /// An empty prompt, or one that begins with a text.
    pub fn new(kind: Kind, text: impl Into<String>) -> Prompt {
        Prompt { kind, line: Line::new(text), error: None, entries: Vec::new(), list: List::default() }
    }

    /// In front of the line.
    pub fn label(&self) -> String {
        match &self.kind {
            Kind::Filter(pane, _) => format!("{} /", pane.title()),
            Kind::Value(knob) => format!("{} =", knob.name),
            Kind::Goal => "goal:".into(),
            Kind::Palette => ":".into(),
        }
    }

    /// What may be typed.
    pub fn help(&self) -> String {
        match &self.kind {
            Kind::Filter(Pane::Partitions, _) => "word !word isr<min leader:1 on:1 is:at-min".into(),
            Kind::Filter(Pane::Groups, _) => "word !word lag>1000 state:empty".into(),
            Kind::Filter(..) => "word !word".into(),
            Kind::Value(knob) => knob.kind.allowed(),
            Kind::Goal => "survive rack, ack_p99_ms < 20".into(),
            Kind::Palette => "a few letters, or `acks 1`".into(),
        }
    }

    /// The selected entry of the palette.
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.get(self.list.selected()?)
    }
}

impl App {
    /// After the line has changed: filter at once, look for entries at once.
    pub(super) fn prompt_changed(&mut self) {
        let Some(mut prompt) = self.prompt.take() else { return };
        prompt.error = None;
        match &prompt.kind {
            Kind::Filter(pane, _) => match Filter::parse(prompt.line.text()) {
                Ok(filter) => self.set_filter(*pane, filter),
                Err(why) => prompt.error = Some(why),
            },
            Kind::Value(knob) => {
                let text = prompt.line.text();
                prompt.error = knob.kind.parse(text).err().filter(|_| !text.is_empty());
            }
            Kind::Goal => {}
            Kind::Palette => {
                prompt.entries = palette::entries(self, prompt.line.text());
                prompt.list.set(prompt.entries.len(), 0);
            }
        }
        self.prompt = Some(prompt);
    }
}
