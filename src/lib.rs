//! klever: explore Apache Kafka's trade-offs in a terminal.
//!
//! # The house
//!
//! ```text
//!  core     model <- knobs <- { hypothesis, scenario, protocol }
//!           { scenario, protocol } <- sim
//!           { knobs, hypothesis, protocol } <- consequences <- rules
//!           { sim, consequences, rules } <- workshop
//!  app      all of that <- report, app (+ keymap) <- ui (+ theme)
//!  shell    kafka  lab  source  term  runtime  config  clock  cli      may use everything; nothing imports them
//! ```
//!
//! **The arrow rule**: a room imports only rooms to its left. The core has no clock, no I/O, no
//! async, no screen and no Kafka client: it is values and pure functions. `tests/architecture.rs`
//! holds the rule.
//!
//! **The loop**: `Msg -> App::update -> Vec<Effect>`, then `ui::render`. Every source of a cluster
//! (simulator, live, file, lab) yields the same stream of snapshots, so panes, consequences and
//! rules never know where a cluster came from.
//!
//! # Words
//!
//! One word a concept, Kafka's where there is one: `assets/docs/glossary.md`.
//!
//! # Where to add
//!
//! `CONTRIBUTING.md` tells each step by step.
//!
//! - a **knob**: its declaration in `knobs/<scope>.rs` and one line in `knobs::ALL`; one that klever assumes
//!   (load, net, env) is a field of `model/clients.rs` with its default, too
//! - a **rule**: a file in `rules/<chapter>/`, its `mod` and one line in `rules::ALL`
//! - an **action** (and its key): one row and its function in `app/actions/<group>.rs`, a key in `keymap/default.toml`
//! - a **pane**: a file in `app/panes/`, its `mod` and its line in `app/panes.rs`; its digit, its keymap context, its
//!   `pane-` action and its place on the screen follow
//! - an **explore page**: a file in `app/explore/`, its `mod` and its place in `app/explore.rs`
//! - a **theme**: a file in `themes/` and one line in `theme.rs`
//! - a **setting** of klever itself: its declaration and its line in `config/settings/declared.rs`
//! - a **scenario**: a file in `assets/scenarios/` and one line in `scenario/built_in.rs`
//! - a **scene** of the workshop: a file in `assets/workshop/` and one line in `workshop/built_in.rs`
//! - a **challenge** of the workshop: a file in `assets/challenges/` and one line in `workshop/challenges.rs`
//! - a **Kafka version**: its decisions in `protocol/profile.rs` and its column in the defaults table

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consequences;
pub mod hypothesis;
#[cfg(feature = "live")]
pub mod kafka;
pub mod keymap;
pub mod knobs;
#[cfg(feature = "lab")]
pub mod lab;
pub mod model;
pub mod protocol;
pub mod report;
pub mod rules;
pub mod runtime;
pub mod scenario;
pub mod sim;
pub mod source;
pub mod term;
pub mod theme;
pub mod ui;
pub mod workshop;
