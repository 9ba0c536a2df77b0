//! In which order rows are shown.

use crate::app::{ClusterSummary, GroupRow, Pane};
use crate::model::{Cluster, Lag, PartitionIx};

/// An order of rows: the number of a column's order, and whether it is turned round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sort {
    at: usize,
    reversed: bool,
}

impl Sort {
    /// The orders that a pane knows, the usual one first.
    pub const fn names(pane: Pane) -> &'static [&'static str] {
        match pane {
            Pane::Topology => &["rack", "id", "leads"],
            Pane::Partitions => &["name", "trouble", "leader", "offset"],
            Pane::Groups => &["name", "lag", "growth"],
            Pane::Knobs | Pane::Consequences | Pane::Warnings => &[],
        }
    }

    /// Whether it is turned round.
    pub fn is_reversed(self) -> bool {
        self.reversed
    }

    pub fn name(self, pane: Pane) -> &'static str {
        Sort::names(pane).get(self.at).copied().unwrap_or_default()
    }

    /// The next order of a pane.
    pub fn next(self, pane: Pane) -> Sort {
        Sort { at: (self.at + 1) % Sort::names(pane).len().max(1), reversed: false }
    }

    /// The same order, last first.
    pub fn reversed(self) -> Sort {
        Sort { reversed: !self.reversed, ..self }
    }

    /// Whether rows are shown as they come.
    pub fn is_default(self) -> bool {
        self == Sort::default()
    }

    /// Puts partitions into order; those that are equal stay as they come.
    pub fn partitions(self, rows: &mut [u32], cluster: &Cluster, summary: &ClusterSummary) {
        let columns = &cluster.partitions;
        match self.name(Pane::Partitions) {
            "trouble" => rows.sort_by_cached_key(|ix| summary.health_of(cluster, PartitionIx(*ix))),
            "leader" => rows.sort_by_key(|ix| columns.leader[*ix as usize]),
            "offset" => rows.sort_by_key(|ix| std::cmp::Reverse(columns.high_watermark[*ix as usize])),
            _ => {}
        }
        self.turn(rows);
    }

    /// Puts brokers into order.
    pub fn brokers(self, rows: &mut [u32], summary: &ClusterSummary) {
        let broker = |ix: &u32| &summary.brokers[*ix as usize];
        match self.name(Pane::Topology) {
            "id" => {}
            "leads" => rows.sort_by_key(|ix| std::cmp::Reverse(broker(ix).leads)),
            _ => rows.sort_by(|a, b| broker(a).rack.cmp(&broker(b).rack)),
        }
        self.turn(rows);
    }

    /// Puts groups into order.
    pub fn groups(self, rows: &mut [u32], groups: &[GroupRow]) {
        let group = |ix: &u32| &groups[*ix as usize];
        match self.name(Pane::Groups) {
            "lag" => rows.sort_by_key(|ix| std::cmp::Reverse(lag_rank(group(ix).lag))),
            "growth" => rows.sort_by(|a, b| {
                let growth = |ix| group(ix).growth_per_s.unwrap_or(f64::NEG_INFINITY);
                growth(b).total_cmp(&growth(a))
            }),
            _ => {}
        }
        self.turn(rows);
    }

    fn turn(self, rows: &mut [u32]) {
        if self.reversed {
            rows.reverse();
        }
    }
}

/// What is not known comes after what is.
fn lag_rank(lag: Lag) -> i64 {
    match lag {
        Lag::Records(records) => records,
        Lag::NoCommit => -1,
        Lag::Unknown => -2,
    }
}
