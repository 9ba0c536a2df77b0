//! The explore pages: what is asked of the engine, and the rows that come back. Each page is a file, and a line in
//! [`PAGES`]; the actions that open and turn it stand in its file.
//!
//! It may take long, so it runs on another thread than the screen ([`crate::app::Effect::Explore`]); the latest
//! request wins, and an older one stops as soon as it is no longer wanted.

mod advice;
mod compare;
mod frontier;
mod goal;
mod page;
mod roll;

pub(super) use goal::PAGE as GOAL;
pub use page::{ExplorePage, PageLayout};

use crate::app::{Action, CellStyle, PageData, PageRequest};
use crate::consequences::Delta;
use crate::knobs::{Change, Scope};
use std::cmp::Ordering;

/// The actions of each page, in the order of help; the first one opens the page.
pub(super) static PAGES: &[&[Action]] =
    &[compare::ACTIONS, frontier::ACTIONS, advice::ACTIONS, goal::ACTIONS, roll::ACTIONS];

/// Answers a request. What it says means nothing once `keep_going` has said no.
pub fn explore(request: &PageRequest, keep_going: &dyn Fn() -> bool) -> PageData {
    (request.kind.data)(request, keep_going)
}

/// A difference by its style: better or worse.
fn style_of(change: Option<Ordering>) -> CellStyle {
    match change {
        Some(Ordering::Greater) => CellStyle::Better,
        Some(Ordering::Less) => CellStyle::Worse,
        Some(Ordering::Equal) => CellStyle::Muted,
        None => CellStyle::Unknown,
    }
}

/// `Ack p50/p99: 8.0 / 12 ms -> 2.1 / 8.0 ms (+ better, 33% less)`
fn delta_line(delta: &Delta) -> (CellStyle, String) {
    let text = format!("{}: {} -> {} ({})", delta.label, delta.was, delta.now, delta.verdict());
    (style_of(delta.change), text)
}

/// A change as short as it is clear: without its scope where that is plain.
fn short(change: &Change) -> String {
    let text = format!("{}={}", change.knob.name, change.value);
    match (&change.subject, change.knob.scope) {
        (Some(subject), _) => format!("{text} ({subject})"),
        (None, Scope::Topic | Scope::Producer) => text,
        (None, scope) => format!("{scope}:{text}"),
    }
}

#[cfg(test)]
mod tests;
