//! In which order rows are shown.

use crate::app::App;

/// An order that a pane knows.
pub struct SortOrder {
    /// As the title line names it.
    pub name: &'static str,
    /// Puts rows into it; those that are equal stay as they come.
    pub(super) sort: fn(&App, &mut [u32]),
}

/// The order as the rows come.
pub(super) fn as_they_come(_: &App, _: &mut [u32]) {}

/// Which of a pane's orders rows have, and whether it is reversed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sort {
    at: usize,
    reversed: bool,
}

impl Sort {
    /// The order of this name, reversed by a `-` before it.
    pub fn named(orders: &[SortOrder], name: &str) -> Option<Sort> {
        let (name, reversed) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        let at = orders.iter().position(|order| order.name == name)?;
        Some(Sort { at, reversed })
    }

    /// Whether the last row comes first.
    pub fn is_reversed(self) -> bool {
        self.reversed
    }

    /// What the order is called.
    pub fn name(self, orders: &[SortOrder]) -> &'static str {
        orders.get(self.at).map(|order| order.name).unwrap_or_default()
    }

    /// As a setting has it: its name, with a `-` before it when it is reversed.
    pub(super) fn setting(self, orders: &[SortOrder]) -> String {
        format!("{}{}", if self.reversed { "-" } else { "" }, self.name(orders))
    }

    /// The order after this one.
    pub fn next(self, orders: &[SortOrder]) -> Sort {
        Sort { at: (self.at + 1) % orders.len().max(1), reversed: false }
    }

    /// The same order, last first.
    pub fn reversed(self) -> Sort {
        Sort { reversed: !self.reversed, ..self }
    }

    /// Whether rows are shown as the pane shows them at first.
    pub fn is_default(self) -> bool {
        self == Sort::default()
    }

    pub(super) fn apply(self, app: &App, orders: &[SortOrder], rows: &mut [u32]) {
        if let Some(order) = orders.get(self.at) {
            (order.sort)(app, rows);
        }
        if self.reversed {
            rows.reverse();
        }
    }
}
