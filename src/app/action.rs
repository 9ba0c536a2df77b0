//! What an action is: a name, the function that does it, and when it can be done.

use crate::app::{App, Effect};
use std::fmt;

/// The heading that an action stands under in help.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    Knobs,
    Cluster,
    Exploring,
    Workshop,
    Challenge,
    View,
    Movement,
    Program,
    /// A line being typed.
    Typing,
}

impl Group {
    /// All groups in the order of help.
    pub const ALL: [Group; 9] = [
        Group::Knobs,
        Group::Cluster,
        Group::Exploring,
        Group::Workshop,
        Group::Challenge,
        Group::View,
        Group::Movement,
        Group::Program,
        Group::Typing,
    ];

    /// The heading itself.
    pub const fn title(self) -> &'static str {
        match self {
            Group::Knobs => "Knobs",
            Group::Exploring => "Exploring",
            Group::Cluster => "Cluster",
            Group::Workshop => "Workshop",
            Group::Challenge => "Challenge",
            Group::View => "View",
            Group::Movement => "Movement",
            Group::Program => "Program",
            Group::Typing => "Typing",
        }
    }
}

/// Why an action cannot be done now; `None` when it can.
pub(super) type When = fn(&App) -> Option<&'static str>;

/// Does an action; yields what is to be done outside.
pub(super) type Run = fn(&mut App) -> Vec<Effect>;

/// Something a user can do, declared in a row of a table: keys, hints, help and the palette derive from it.
pub struct Action {
    /// Its name in keymap files and in the palette.
    pub name: &'static str,
    pub group: Group,
    /// Its word in the line of hints; empty when it is no hint.
    pub hint: &'static str,
    pub doc: &'static str,
    pub(super) when: When,
    pub(super) run: Run,
}

impl Action {
    /// Why it cannot be done now; `None` when it can.
    pub fn disabled(&self, app: &App) -> Option<&'static str> {
        (self.when)(app)
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Action) -> bool {
        self.name == other.name
    }
}

impl Eq for Action {}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A table of actions of one group, a row each: name, hint, when, run, doc.
macro_rules! actions {
    ($group:ident $($name:literal, $hint:literal, $when:path, $run:path, $doc:literal;)+) => {
        pub(in crate::app) static ACTIONS: &[crate::app::Action] = &[$(crate::app::Action {
            name: $name,
            group: crate::app::Group::$group,
            hint: $hint,
            doc: $doc,
            when: $when,
            run: $run,
        }),+];
    };
}

pub(super) use actions;
