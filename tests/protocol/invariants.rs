//! Kafka's promises under random configurations and faults: they hold, or their assumptions did not.
//!
//! A failing case is shrunk and printed as a scenario file with its seed and version.

#[path = "invariants/found.rs"]
mod found;
#[path = "invariants/mutants.rs"]
mod mutants;
#[path = "invariants/random_run.rs"]
mod random_run;
#[path = "invariants/repeats.rs"]
mod repeats;
#[path = "invariants/transactions.rs"]
mod transactions;

use klever::model::Nanos;
use klever::scenario::Scenario;
use klever::sim::{Simulator, Violation};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use random_run::{heal, random_run};

const SECOND: Nanos = 1_000_000_000;

/// So long after the last fault everything is as before.
const RECOVERY: Nanos = 60 * SECOND;

/// How many random runs: some in a normal run, the same every time, so that a change fails by what it did; many with
/// `KLEVER_FULL=1`, other ones every time.
fn cases(normal: u32, full: u32) -> ProptestConfig {
    let is_full = std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1");
    let (cases, rng_seed) = if is_full { (full, RngSeed::Random) } else { (normal, RngSeed::Fixed(1)) };
    let usual = ProptestConfig::default();
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 200, ..usual }
}

fn faults(violations: &[Violation]) -> Vec<String> {
    violations.iter().filter(|found| found.is_fault()).map(ToString::to_string).collect()
}

/// Runs a scenario under the eyes of an auditor, then heals the cluster and waits.
fn run(scenario: &Scenario) -> Simulator {
    let mut sim = Simulator::new(scenario, scenario.seed, None);
    sim.audit();
    sim.run_until(scenario.duration.0);
    if faults(sim.violations()).is_empty() {
        // A broker that waits to be let go by the controllers ends only after these are back.
        for part in [0, RECOVERY / 2, RECOVERY] {
            sim.run_until(scenario.duration.0 + part);
            if part < RECOVERY {
                heal(&mut sim);
            }
        }
        sim.expect_healed();
    }
    sim
}

proptest! {
    #![proptest_config(cases(300, 20_000))]

    #[test]
    fn promises_hold_under_any_faults(random in random_run()) {
        let scenario = random.scenario();
        let sim = run(&scenario);
        let found = faults(sim.violations());
        prop_assert!(
            found.is_empty(),
            "seed {}\n{}\n# then everything is healed and {} s pass\n{}",
            random.seed, scenario.to_toml(), RECOVERY / SECOND, found.join("\n")
        );
    }
}
