//! The panes: a file each, and a line each in the list at the foot. Digit, keymap context, `pane-` action and
//! place on the screen follow from the declaration.

mod brokers;
mod consequences;
mod declaration;
mod groups;
mod knobs;
mod log;
mod partitions;
mod time;
mod warnings;

pub(super) use groups::lag_line;

pub use declaration::{Foot, FootText, Height, PaneDeclaration, Picture, Place};

use crate::app::{Action, App, Effect, Group, conditions};
use crate::keymap::Context;

/// Names the panes in the order of their digits: file and variant.
macro_rules! panes {
    ($($file:ident $pane:ident;)+) => {
        /// A pane of the screen.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Pane {
            $($pane,)+
        }

        impl Pane {
            /// All panes in the order of their digits.
            pub const ALL: [Pane; [$(Pane::$pane),+].len()] = [$(Pane::$pane),+];

            /// What it is and shows.
            pub const fn declaration(self) -> &'static PaneDeclaration {
                match self { $(Pane::$pane => &$file::PANE),+ }
            }

            /// Its keymap context; the action that goes to it is `pane-` and this.
            pub const fn name(self) -> &'static str {
                match self { $(Pane::$pane => stringify!($file)),+ }
            }
        }

        /// What goes to each pane.
        pub(super) static ACTIONS: &[Action] = &[$({
            fn go(app: &mut App) -> Vec<Effect> {
                app.focus_on(Pane::$pane);
                Vec::new()
            }
            Action {
                name: concat!("pane-", stringify!($file)),
                group: Group::View,
                hint: "",
                doc: $file::PANE.go_to,
                when: conditions::always,
                run: go,
            }
        }),+];
    };
}

panes! {
    brokers Brokers;
    partitions Partitions;
    groups Groups;
    knobs Knobs;
    consequences Consequences;
    warnings Warnings;
    log Log;
    time Time;
}

impl Pane {
    /// How many there are.
    pub const COUNT: usize = Pane::ALL.len();

    /// What stands on its title line.
    pub const fn title(self) -> &'static str {
        self.declaration().title
    }

    /// The digit that jumps to it.
    pub const fn digit(self) -> usize {
        self as usize + 1
    }

    /// Where its keys are looked up first.
    pub const fn context(self) -> Context {
        Context(self.name())
    }

    /// Its place on the screen.
    pub const fn place(self) -> Place {
        self.declaration().place
    }

    /// The action that goes to it.
    pub(super) fn go_to(self) -> &'static Action {
        &ACTIONS[self as usize]
    }

    /// Whether it shows the cluster; the others show what klever makes of it.
    pub const fn is_cluster(self) -> bool {
        matches!(self.place(), Place::Cluster(_))
    }

    /// Whether it shows what the engine says.
    pub const fn is_assessment(self) -> bool {
        matches!(self.place(), Place::Consequences | Place::Warnings)
    }

    /// The pane so many steps further along the ring that Tab walks.
    pub fn step(self, by: isize) -> Pane {
        let at = (self as isize + by).rem_euclid(Pane::COUNT as isize);
        Pane::ALL[at as usize]
    }
}
