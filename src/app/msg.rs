//! What comes into the application.

use crate::app::{Action, AssessmentView, Level, PageData, Pane, Snapshot, SourceError};
use crate::keymap::Key;
use crate::model::Millis;
use crate::workshop::{FinaleNews, Scene};
use std::sync::Arc;

/// Something that a click can hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    Pane(Pane),
    /// A row of a pane, counted from the first row in view.
    Row(Pane, u16),
    /// A row of the open explore page, counted from the first row in view.
    PageRow(u16),
    /// The page over the panes, which a click closes.
    Overlay,
    Action(&'static Action),
}

/// One message; [`crate::app::App::update`] takes it.
#[derive(Clone, Debug)]
pub enum Msg {
    Key(Key),
    Paste(String),
    /// A command as a whole line, where there is no screen.
    Line(String),
    Click(Target),
    /// The wheel, over a pane: rows down (or up, when negative).
    Wheel(Pane, i32),
    /// The terminal has so many columns and rows.
    Resize(u16, u16),
    /// The last frame shows so many rows of a pane.
    Shown(Pane, u16),
    Snapshot(Snapshot),
    /// The source has trouble, or no longer.
    SourceError(Option<SourceError>),
    /// How many requests a second the source sends to the cluster.
    RequestRate(u64),
    /// The assessment of this generation.
    Assessed(u64, Arc<AssessmentView>),
    /// What the engine found for the page request of this generation.
    Explored(u64, Arc<PageData>),
    /// How far the finale is.
    Finale(FinaleNews),
    /// What the copy of this number says.
    OfCopy(u64, Box<Msg>),
    /// Something to tell the user.
    Notice(Level, String),
    /// The file of the scene that is played has changed: the scene, or what is wrong with it, in one line.
    SceneFile(Result<Box<Scene>, String>),
    /// The terminal says that its background is light, or dark.
    Background {
        is_light: bool,
    },
    /// The time, in milliseconds on the clock of [`crate::model::Cluster::taken_at`].
    Tick(Millis),
    /// The stop key, or `kill -TSTP`.
    Suspend,
    /// A request to end; the exit code.
    End(i32),
}
