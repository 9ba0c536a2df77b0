//! The six panes and the ring that Tab walks.

use crate::keymap::Context;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pane {
    Topology,
    /// Partitions and their ISR.
    Partitions,
    /// Consumer groups and their lag.
    Groups,
    Knobs,
    /// What the setting means.
    Consequences,
    Warnings,
}

impl Pane {
    /// How many there are.
    pub const COUNT: usize = Pane::ALL.len();

    /// All panes in the order of their digits.
    pub const ALL: [Pane; 6] =
        [Pane::Topology, Pane::Partitions, Pane::Groups, Pane::Knobs, Pane::Consequences, Pane::Warnings];

    pub const fn title(self) -> &'static str {
        match self {
            Pane::Topology => "Topology",
            Pane::Partitions => "Partitions",
            Pane::Groups => "Groups",
            Pane::Knobs => "Knobs",
            Pane::Consequences => "Consequences",
            Pane::Warnings => "Warnings",
        }
    }

    /// The digit that jumps to it.
    pub const fn digit(self) -> usize {
        self as usize + 1
    }

    /// Where its keys are looked up first.
    pub const fn context(self) -> Context {
        match self {
            Pane::Topology => Context::Topology,
            Pane::Partitions => Context::Partitions,
            Pane::Groups => Context::Groups,
            Pane::Knobs => Context::Knobs,
            Pane::Consequences => Context::Consequences,
            Pane::Warnings => Context::Warnings,
        }
    }

    /// Whether it shows the cluster; the others show what klever makes of it.
    pub const fn is_cluster(self) -> bool {
        matches!(self, Pane::Topology | Pane::Partitions | Pane::Groups)
    }

    /// The pane so many steps further along the ring.
    pub fn step(self, by: isize) -> Pane {
        let at = (self as isize + by).rem_euclid(Pane::COUNT as isize);
        Pane::ALL[at as usize]
    }
}
