//! The workshop: scenes that show an anti-pattern on the simulator, mend it, and play the same faults again.
//!
//! A scene is a scenario with a table `[scene]` and steps for the speaker (`assets/docs/workshop.md`). [`play`] runs it
//! as it is and with its fix, with the same seed and the same faults, and says whether it shows what it promises.

mod built_in;
mod play;
mod scene;

pub use built_in::{ALL, BuiltInScene, TALK_MINUTES, chapters_without_scene, find};
pub use play::{FigureOutcome, Played, RuleOutcome, RunOutcome, play};
pub use scene::Scene;

/// A scene to begin with: it can be played, and each of its parts is explained.
pub const TEMPLATE: &str = include_str!("workshop/template.toml");

#[cfg(test)]
mod tests;
