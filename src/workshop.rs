//! The workshop: scenes that show an anti-pattern on the simulator, mend it, and play the same faults again.
//!
//! A scene is a scenario with a table `[scene]` and steps for the speaker (`assets/docs/workshop.md`). [`play`] runs it
//! as it is and with its fix, with the same seed and the same faults, and says whether it shows what it promises.
//!
//! A [`Challenge`] is a scenario with a table `[challenge]`: something to reach with few faults or knobs. [`judge`] is its
//! referee, on the screen and for [`play_challenge`].

mod built_in;
mod challenge;
mod challenges;
mod finale;
mod play;
mod scene;
mod then;

pub use built_in::{ALL, BuiltInScene, TALK_MINUTES, chapters_without_scene, find};
pub use challenge::{Challenge, Judgement, Outcome, PlayedChallenge, Used, judge, play_challenge};
pub use challenges::{BuiltInChallenge, CHALLENGES, find_challenge};
pub use finale::{
    FinaleNews, FinaleRun, ScoreKind, finale_presets, finale_scenario, play_finale, tell_finale,
};
pub use play::{FigureOutcome, Played, RuleOutcome, RunOutcome, play, play_while};
pub use scene::Scene;
pub use then::{Then, play_then};

/// A scene to begin with: it can be played, and each of its parts is explained.
pub const TEMPLATE: &str = include_str!("workshop/template.toml");

#[cfg(test)]
mod challenge_tests;
#[cfg(test)]
mod tests;
