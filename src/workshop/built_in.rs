//! The scenes that come with the program, in the order of a talk of ninety minutes.

use crate::rules::Chapter;
use crate::workshop::Scene;

/// What the scenes of the talk may take together, in minutes.
pub const TALK_MINUTES: u32 = 90;

/// A scene file of `assets/workshop`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BuiltInScene {
    /// Its id, which is the name of the file.
    pub id: &'static str,
    text: &'static str,
}

impl BuiltInScene {
    /// The scene itself.
    pub fn scene(&self) -> Scene {
        // A test reads all of them.
        Scene::parse(self.id, self.text).unwrap_or_else(|error| panic!("{error}"))
    }
}

macro_rules! scenes {
    ($($id:literal)*) => {
        /// All of them, in the order of the talk.
        pub static ALL: &[BuiltInScene] = &[$(BuiltInScene {
            id: $id,
            text: include_str!(concat!("../../assets/workshop/", $id, ".toml")),
        }),*];
    };
}

scenes! {
    "one-broker"
    "acks-one"
    "isr-of-one"
    "min-isr-equals-rf"
    "last-replica"
    "power-and-racks"
    "two-data-centres"
    "high-watermark"
    "happy-path"
    "read-twice"
    "poison-record"
    "schema-change"
    "greedy-client"
    "sunday-night"
    "operating-system"
    "quorum"
    "ordering"
    "monitoring"
    "too-many-partitions"
    "not-enough-partitions"
    "hot-key"
    "two-topics"
    "slow-service"
}

/// The one with this id.
pub fn find(id: &str) -> Option<&'static BuiltInScene> {
    ALL.iter().find(|each| each.id == id)
}

/// Chapters of the talk that no scene shows.
pub fn chapters_without_scene() -> Vec<Chapter> {
    let shown: Vec<Chapter> = ALL.iter().map(|each| each.scene().chapter()).collect();
    Chapter::all().filter(|chapter| !shown.contains(chapter)).collect()
}
