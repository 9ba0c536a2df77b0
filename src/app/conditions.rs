//! When actions can be done, as far as several of them ask the same. Each yields the reason why not.

use crate::app::App;

/// The reason, unless something holds.
pub(super) fn unless(holds: bool, why: &'static str) -> Option<&'static str> {
    (!holds).then_some(why)
}

pub(super) fn always(_: &App) -> Option<&'static str> {
    None
}

pub(super) fn has_cluster(app: &App) -> Option<&'static str> {
    unless(app.cluster().is_some(), "no cluster has been read yet")
}

pub(super) fn has_selection(app: &App) -> Option<&'static str> {
    unless(app.list(app.focus).selected().is_some(), "no row is selected")
}
