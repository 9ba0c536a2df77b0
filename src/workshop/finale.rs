//! The finale: the same faults under four presets, and what each of them costs.

use crate::consequences::{PRESETS, Preset};
use crate::knobs::Change;
use crate::scenario::{Scenario, change, is_simulated};
use crate::sim::{RunReport, Simulator};
use crate::workshop::challenge::run_to;

/// The faults that every preset has to bear.
const SCRIPT: &str = include_str!("finale.toml");
/// How many presets make the scoreboard: those of the white paper. What comes after them is klever's own advice.
const RANKED: usize = 4;

/// A run is told of in so many parts.
const PARTS: u32 = 20;

/// What a number of the scoreboard is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScoreKind {
    Acked,
    LostAcked,
    Duplicated,
    AckP50,
    WritesDown,
}

impl ScoreKind {
    /// All columns, from left to right. Of records acknowledged the most is the best, of all others the least.
    pub const ALL: [ScoreKind; 5] = [
        ScoreKind::Acked,
        ScoreKind::LostAcked,
        ScoreKind::Duplicated,
        ScoreKind::AckP50,
        ScoreKind::WritesDown,
    ];

    /// Its name, unit last, as in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            ScoreKind::Acked => "acked",
            ScoreKind::LostAcked => "lost_acked",
            ScoreKind::Duplicated => "duplicated",
            ScoreKind::AckP50 => "ack_p50_ms",
            ScoreKind::WritesDown => "write_unavailable_ms",
        }
    }
}

/// A preset that was played.
#[derive(Clone, Debug)]
pub struct FinaleRun {
    pub preset: &'static Preset,
    pub report: RunReport,
    /// What of the preset the simulator does not turn.
    pub left: Vec<Change>,
    /// Whether the run came to its end.
    pub is_over: bool,
}

impl FinaleRun {
    /// A number of the scoreboard; `None` when nothing was measured.
    pub fn score(&self, kind: ScoreKind) -> Option<f64> {
        let counters = &self.report.counters;
        match kind {
            ScoreKind::Acked => Some(counters.acked as f64),
            ScoreKind::LostAcked => Some(counters.lost_acked as f64),
            ScoreKind::Duplicated => Some(counters.duplicated as f64),
            ScoreKind::AckP50 => counters.ack_latency_ms.p50,
            ScoreKind::WritesDown => Some(counters.write_unavailable_ms as f64),
        }
    }

    /// Whether no run of these is better in this column.
    pub fn is_best(&self, kind: ScoreKind, runs: &[FinaleRun]) -> bool {
        let scores = runs.iter().filter_map(|run| run.score(kind));
        let best = if kind == ScoreKind::Acked {
            scores.max_by(f64::total_cmp)
        } else {
            scores.min_by(f64::total_cmp)
        };
        self.is_over && self.score(kind).is_some() && self.score(kind) == best
    }
}

/// The faults of the finale.
pub fn finale_scenario() -> Scenario {
    // A test reads it.
    Scenario::parse("finale.toml", SCRIPT).unwrap_or_else(|error| panic!("{error}"))
}

/// The presets of the scoreboard, in their order.
pub fn finale_presets() -> impl Iterator<Item = &'static Preset> {
    PRESETS.iter().take(RANKED)
}

/// How far the finale is.
#[derive(Clone, Debug)]
pub enum FinaleNews {
    /// Of the run of this preset so many of a hundred parts have passed.
    Playing(&'static Preset, u32),
    /// A run came to its end.
    Played(Box<FinaleRun>),
    /// What was under way has broken down, and nothing more is told.
    Failed,
}

/// Plays the finale under each preset with the same seed. It ends early once `keep_going` says no.
pub fn play_finale(seed: Option<u64>, keep_going: &dyn Fn() -> bool) -> Vec<FinaleRun> {
    finale_presets().map(|preset| run(preset, seed, (keep_going, &|_| true))).collect()
}

/// The same with the finale's own seed, and each part that has passed is told. It ends early, without a word of the run
/// that was under way, once `keep_going` or `tell` says no.
pub fn tell_finale(keep_going: &dyn Fn() -> bool, tell: &dyn Fn(FinaleNews) -> bool) {
    for preset in finale_presets() {
        let run = run(preset, None, (keep_going, &|percent| tell(FinaleNews::Playing(preset, percent))));
        if !run.is_over || !tell(FinaleNews::Played(Box::new(run))) {
            return;
        }
    }
}

/// One run; each twentieth of it is told before it is played.
fn run(
    preset: &'static Preset,
    seed: Option<u64>,
    (keep_going, tell): (&dyn Fn() -> bool, &dyn Fn(u32) -> bool),
) -> FinaleRun {
    let mut scenario = finale_scenario();
    let mut left = Vec::new();
    for one in preset.changes().unwrap_or_default() {
        if !is_simulated(&one) || !change::write(&mut scenario, &one) {
            left.push(one);
        }
    }
    let mut simulator = Simulator::new(&scenario, seed.unwrap_or(scenario.seed), None);
    simulator.keep_no_checkpoints();
    let end = scenario.duration.0;
    let mut parts = 0..PARTS;
    let is_over = parts.all(|part| {
        let to = end * u64::from(part + 1) / u64::from(PARTS);
        tell(part * 100 / PARTS) && run_to(&mut simulator, to, keep_going)
    });
    FinaleRun { preset, report: simulator.report(), left, is_over }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody wins everything: what a preset gives up is on the board.
    #[test]
    fn each_preset_pays_for_what_it_is_best_in() {
        let runs = play_finale(None, &|| true);
        let ids: Vec<&str> = runs.iter().map(|run| run.preset.id).collect();
        assert_eq!(ids, ["throughput", "latency", "durability", "availability"]);
        let of = |id: &str, kind| {
            runs.iter().find(|run| run.preset.id == id).and_then(|run| run.score(kind)).unwrap()
        };
        assert_eq!(of("durability", ScoreKind::LostAcked), 0.0);
        for lossy in ["throughput", "latency", "availability"] {
            assert!(of(lossy, ScoreKind::LostAcked) > 0.0, "{lossy} loses something");
        }
        assert!(of("latency", ScoreKind::AckP50) < of("throughput", ScoreKind::AckP50));
        assert!(of("availability", ScoreKind::Acked) > of("durability", ScoreKind::Acked));
        for run in &runs {
            let best = ScoreKind::ALL.into_iter().filter(|kind| run.is_best(*kind, &runs)).count();
            assert!(best < ScoreKind::ALL.len(), "{} wins everything", run.preset.id);
        }
    }

    #[test]
    fn what_is_told_is_what_is_played_and_whoever_does_not_listen_ends_it() {
        let (told, parts) = (std::cell::RefCell::new(Vec::new()), std::cell::Cell::new(0));
        tell_finale(&|| true, &|news| {
            match news {
                FinaleNews::Playing(preset, percent) => {
                    parts.set(parts.get() + 1);
                    assert!(percent < 100 && preset.id == PRESETS[told.borrow().len()].id);
                }
                FinaleNews::Played(run) => told.borrow_mut().push(*run),
                FinaleNews::Failed => panic!("no run breaks down"),
            }
            true
        });
        let told = told.into_inner();
        assert_eq!((told.len(), parts.get()), (RANKED, PARTS * RANKED as u32));
        for (told, played) in told.iter().zip(play_finale(None, &|| true)) {
            assert_eq!(told.report.trace_hash, played.report.trace_hash, "{}", told.preset.id);
        }
        tell_finale(&|| true, &|news| {
            assert!(matches!(news, FinaleNews::Playing(_, 0)), "{news:?}");
            false
        });
    }

    #[test]
    fn a_run_that_was_ended_is_best_in_nothing() {
        let runs = play_finale(None, &|| false);
        assert!(runs.iter().all(|run| !run.is_over && !run.is_best(ScoreKind::LostAcked, &runs)));
    }
}
