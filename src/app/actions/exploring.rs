//! Actions on whatever explore page is open; the pages bring their own.

use crate::app::action::actions;
use crate::app::conditions::unless;
use crate::app::{App, Effect, ExplorePage};

actions! { Exploring
    "apply", "apply", applies, apply, "Set the knobs as the selected row says.";
}

fn applies(app: &App) -> Option<&'static str> {
    let changes = app.explore_page().and_then(ExplorePage::row).is_some_and(|row| !row.changes.is_empty());
    unless(changes, "this row changes nothing")
}

/// Makes the changes of the selected row.
fn apply(app: &mut App) -> Vec<Effect> {
    let Some(changes) = app.explore_page().and_then(ExplorePage::row).map(|row| row.changes.clone()) else {
        return Vec::new();
    };
    let words: Vec<String> = changes.iter().map(ToString::to_string).collect();
    app.request_aloud(changes, format!("{}; u takes it back", words.join(", ")))
}
