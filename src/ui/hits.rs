//! Where things are on the last frame: for the mouse, and for how many rows a pane shows.

use crate::app::{Pane, Target};
use ratatui::layout::Rect;

/// Areas and what they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HitMap {
    areas: Vec<(Rect, Target)>,
    shown: Vec<(Pane, u16)>,
}

impl HitMap {
    pub(super) fn add(&mut self, area: Rect, target: Target) {
        self.areas.push((area, target));
    }

    pub(super) fn shows(&mut self, pane: Pane, rows: u16) {
        self.shown.push((pane, rows));
    }

    /// What is at a column and a row; what was painted last lies on top.
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        let hit = |(area, _): &&(Rect, Target)| area.contains((x, y).into());
        self.areas.iter().rev().find(hit).map(|(_, target)| *target)
    }

    /// The pane at a column and a row.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        match self.at(x, y)? {
            Target::Pane(pane) | Target::Row(pane, _) => Some(pane),
            // The wheel is for the page, whatever lies below it.
            Target::PageRow(_) => Some(Pane::Consequences),
            Target::Overlay | Target::Action(_) => None,
        }
    }

    /// How many rows of each pane are in view.
    pub fn shown(&self) -> &[(Pane, u16)] {
        &self.shown
    }
}
