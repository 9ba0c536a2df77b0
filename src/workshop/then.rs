//! Plays a scene under the older version that it names, and judges whether what it says of that is so.

use crate::model::KafkaVersion;
use crate::scenario::{Scenario, Verdict};
use crate::sim::Simulator;
use crate::workshop::Scene;
use crate::workshop::challenge::run_to;

/// What came of a scene under its older version, and of the same expectations under today's.
#[derive(Clone, Debug)]
pub struct Then {
    pub version: KafkaVersion,
    /// What is expected there, as it is and with the fix, and what was found.
    pub verdicts: Vec<Verdict>,
    /// The same expectations, judged by the runs of today.
    pub today: Vec<Verdict>,
    /// Whether all runs came to their ends.
    pub is_over: bool,
}

impl Then {
    /// Whether it is as the scene says: all of it came there, and today not all of it does.
    pub fn is_met(&self) -> bool {
        self.is_over && self.verdicts.iter().all(|one| one.met) && self.today.iter().any(|one| !one.met)
    }
}

/// Plays a scene under the older version that it names and under its own, as far as something is expected of the older
/// one; `None` when it names none. It ends early once `keep_going` says no.
pub fn play_then(scene: &Scene, keep_going: &dyn Fn() -> bool) -> Option<Then> {
    let version = scene.spec().then_version?;
    let mut then = Then { version, verdicts: Vec::new(), today: Vec::new(), is_over: true };
    for with_fix in [false, true] {
        let scenario = scene.scenario().judged_as_then(with_fix);
        if scenario.expectations.is_empty() {
            continue;
        }
        for (played_by, verdicts) in [(Some(version), &mut then.verdicts), (None, &mut then.today)] {
            match judged(&scenario, played_by, keep_going) {
                Some(found) => verdicts.extend(found),
                None => then.is_over = false,
            }
        }
    }
    Some(then)
}

/// What came of what is expected; `None` when the run did not come to its end.
fn judged(
    scenario: &Scenario,
    version: Option<KafkaVersion>,
    keep_going: &dyn Fn() -> bool,
) -> Option<Vec<Verdict>> {
    let mut simulator = Simulator::new(scenario, scenario.seed, version);
    simulator.keep_no_checkpoints();
    run_to(&mut simulator, scenario.duration.0, keep_going).then(|| simulator.report().expectations)
}
