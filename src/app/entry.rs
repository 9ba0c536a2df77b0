//! One entry of the palette: something to choose.

use crate::app::Action;
use crate::knobs::{Change, Knob};
use crate::scenario::Act;
use crate::workshop::BuiltInChallenge;
use std::sync::Arc;

/// One thing to choose.
#[derive(Clone, PartialEq, Debug)]
pub struct PaletteEntry {
    /// Its name, as it is matched.
    pub name: String,
    pub doc: String,
    /// The keys that do it.
    pub keys: String,
    /// Why it cannot be done now.
    pub disabled: Option<&'static str>,
    pub run: PaletteRun,
}

impl PaletteEntry {
    /// An entry that is always there and has no keys.
    pub(super) fn new(name: impl Into<String>, doc: impl Into<String>, run: PaletteRun) -> PaletteEntry {
        PaletteEntry { name: name.into(), doc: doc.into(), keys: String::new(), disabled: None, run }
    }
}

/// What an entry does.
#[derive(Clone, PartialEq, Debug)]
pub enum PaletteRun {
    Action(&'static Action),
    Set(Change),
    /// Goes to a knob's row.
    Knob(&'static Knob),
    /// Shows a topic.
    Topic(Arc<str>),
    /// Does something to a cluster that runs here.
    Act(Act),
    /// Plays a challenge of the workshop.
    Challenge(&'static BuiltInChallenge),
}
