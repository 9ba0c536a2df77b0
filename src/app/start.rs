//! How the application starts, and what of that stays as it is.

use crate::app::{Origin, Pane, SettingRows, Sort};
use crate::keymap::UserKeys;
use crate::model::{Cluster, Millis};
use crate::workshop::{Challenge, Scene};
use std::sync::Arc;

/// How the application starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where the cluster comes from.
    pub origin: Origin,
    /// Names of the themes to step through; the first is the one shown.
    pub themes: Vec<String>,
    /// Whether the first theme was only guessed, and follows what the terminal says of its background.
    pub follows_background: bool,
    /// Whether the mouse is reported.
    pub mouse: bool,
    /// From which age on a value counts as old.
    pub stale_ms: Millis,
    /// The user's files with keys; the last one counts most.
    pub keys: Vec<UserKeys>,
    /// Orders of rows that panes start with.
    pub sorts: Vec<(Pane, Sort)>,
    /// Whether partitions of Kafka's own topics are listed.
    pub internal_topics: bool,
    /// What marks a cluster that the user has named.
    pub label: Label,
    /// The settings, to be shown.
    pub settings: SettingRows,
    /// The scene of the workshop that is played.
    pub scene: Option<Scene>,
    /// Whether one learns it alone: questions are a quiz.
    pub learns: bool,
    /// The challenge of the workshop that is played.
    pub challenge: Option<Challenge>,
    /// Whether it is shown to a room.
    pub presenter: bool,
    /// What was seen before, the oldest first: a recording, whose moments can be gone to.
    pub recorded: Vec<Arc<Cluster>>,
}

impl Start {
    /// The usual start for a source.
    pub fn new(origin: Origin) -> Start {
        Start {
            origin,
            themes: vec!["dark".into()],
            follows_background: false,
            mouse: false,
            stale_ms: 10_000,
            keys: Vec::new(),
            sorts: Vec::new(),
            internal_topics: false,
            label: Label::default(),
            settings: SettingRows::default(),
            scene: None,
            learns: false,
            challenge: None,
            presenter: false,
            recorded: Vec::new(),
        }
    }

    /// The pane that has the keys at first: a scene is about records, and what becomes of them.
    pub(super) fn first_pane(&self) -> Pane {
        if self.scene.is_some() { Pane::Log } else { Pane::Knobs }
    }

    /// What stays as it is.
    pub(super) fn began(&self, key_notes: Vec<String>) -> Began {
        Began {
            follows_background: self.follows_background,
            mouse: self.mouse,
            label: self.label.clone(),
            settings: self.settings.clone(),
            key_notes,
        }
    }

    /// The order that each pane starts with.
    pub(super) fn sorts_of_panes(&self) -> [Sort; Pane::COUNT] {
        let mut sorts = [Sort::default(); Pane::COUNT];
        self.sorts.iter().for_each(|(pane, sort)| sorts[*pane as usize] = *sort);
        sorts
    }
}

/// What marks a cluster that the user has named.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Label {
    /// What stands beside its name.
    pub text: Option<String>,
    /// The colour of its badge, where it is not the usual one.
    pub color: Option<LabelColor>,
}

/// The colour of a badge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabelColor {
    Red,
    Yellow,
    Cyan,
    Violet,
}

/// What the user began with, and does not change.
pub(crate) struct Began {
    pub(crate) follows_background: bool,
    pub(crate) mouse: bool,
    pub(crate) label: Label,
    pub(crate) settings: SettingRows,
    /// What the user's keys took away or do not reach.
    pub(crate) key_notes: Vec<String>,
}
