//! Everything a user can do: a table of rows a group, each row with its function in the same file. The actions
//! that go to panes and open explore pages come from the declarations of those.

mod challenge;
mod cluster;
mod exploring;
mod knobs;
mod movement;
mod program;
mod side_by_side;
mod time_line;
mod typing;
mod view;
mod workshop;

use crate::app::{Action, App, Effect, Group, Level, explore, panes};
use crate::knobs::nearest_of;

/// All tables, group by group in the order of help.
fn tables() -> impl Iterator<Item = &'static [Action]> {
    let before =
        [knobs::ACTIONS, time_line::ACTIONS, cluster::ACTIONS, side_by_side::ACTIONS, exploring::ACTIONS];
    let after = [
        workshop::ACTIONS,
        challenge::ACTIONS,
        view::ACTIONS,
        panes::ACTIONS,
        movement::ACTIONS,
        program::ACTIONS,
        typing::ACTIONS,
    ];
    before.into_iter().chain(explore::PAGES.iter().copied()).chain(after)
}

impl Action {
    /// All actions in the order of help and hints.
    pub fn all() -> impl Iterator<Item = &'static Action> {
        tables().flatten()
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<&'static Action> {
        Action::all().find(|action| action.name == name)
    }

    /// The action of this name, for keymap files.
    ///
    /// # Errors
    /// What is wrong with the name, and the nearest one.
    pub(super) fn known(name: &str) -> Result<&'static Action, String> {
        let near =
            || nearest_of(name, Action::all().map(|action| action.name).collect::<Vec<_>>().into_iter());
        let hint = || near().map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Action::named(name).ok_or_else(|| format!("`{name}` is not an action{}", hint()))
    }

    /// What the palette offers: all but moving and typing.
    pub(super) fn offered() -> impl Iterator<Item = &'static Action> {
        Action::all().filter(|action| !matches!(action.group, Group::Movement | Group::Typing))
    }
}

impl App {
    /// Runs an action, or says why it cannot be run.
    pub(super) fn run(&mut self, action: &'static Action) -> Vec<Effect> {
        match action.disabled(self) {
            Some(why) => {
                self.notify(Level::Notice, why);
                Vec::new()
            }
            None => (action.run)(self),
        }
    }
}
