//! How the application starts: on what, and how it looks and listens.

use crate::app::Origin;
use crate::model::Millis;
use crate::workshop::{Challenge, Scene};

/// How the application starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where the cluster comes from.
    pub origin: Origin,
    /// Names of the themes to step through; the first is the one shown.
    pub themes: Vec<String>,
    /// Whether the mouse is reported.
    pub mouse: bool,
    /// From which age on a value counts as old.
    pub stale_ms: Millis,
    /// The user's keymap file: its name and text.
    pub keys: Option<(String, String)>,
    /// The scene of the workshop that is played.
    pub scene: Option<Scene>,
    /// Whether one learns it alone: questions are a quiz.
    pub learns: bool,
    /// The challenge of the workshop that is played.
    pub challenge: Option<Challenge>,
    /// Whether it is shown to a room.
    pub presenter: bool,
}

impl Start {
    /// The usual start for a source.
    pub fn new(origin: Origin) -> Start {
        Start {
            origin,
            themes: vec!["dark".into()],
            mouse: false,
            stale_ms: 10_000,
            keys: None,
            scene: None,
            learns: false,
            challenge: None,
            presenter: false,
        }
    }
}
