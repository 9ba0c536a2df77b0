//! What stands over the panes: a page, a question, a line for a few seconds.

use crate::app::{ExplorePage, Level, Page};
use crate::knobs::Change;
use crate::model::Millis;

/// Something over the panes.
#[derive(Clone, PartialEq, Debug)]
pub enum Overlay {
    /// A page to read, and the first line in view.
    Page(Page, usize),
    /// An explore page.
    Explore(ExplorePage),
    /// A question to answer before changes are made.
    Ask {
        /// The question, a line each.
        text: Vec<String>,
        /// What is done on yes.
        changes: Vec<Change>,
    },
}

/// A line that is shown for a few seconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    pub text: String,
    pub level: Level,
    pub(super) until_ms: Millis,
}
