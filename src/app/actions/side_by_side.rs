//! Actions on two runs beside each other.

use crate::app::action::actions;
use crate::app::conditions::unless;
use crate::app::{App, Effect};

actions! { Cluster
    "side-by-side", "side by side", is_simulated, side_by_side, "Show the same run under two settings: as it was, and with the knobs as they are.";
    "kill-lagging-leader", "kill leader", is_open, kill_lagging_leader, "Kill the selected partition's leader while its followers lag, in both runs; bring it back.";
}

fn is_simulated(app: &App) -> Option<&'static str> {
    unless(app.clock.is_some(), "only a simulated cluster can be run twice")
}

fn is_open(app: &App) -> Option<&'static str> {
    unless(app.is_side_by_side(), "show two runs side by side first")
}

fn side_by_side(app: &mut App) -> Vec<Effect> {
    app.toggle_side_by_side()
}

fn kill_lagging_leader(app: &mut App) -> Vec<Effect> {
    app.kill_lagging_leader()
}
