//! The same scenario and seed are the same run: twice, and after going back in time.

use super::cases;
use super::random_run::{heal, random_run};
use klever::sim::Simulator;
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(40, 2000))]

    #[test]
    fn a_run_repeats_exactly_also_after_going_back(random in random_run(), back in 0.0..1.0f64) {
        let scenario = random.scenario();
        let end = scenario.duration.0;
        let run = || {
            let mut sim = Simulator::new(&scenario, random.seed, None);
            sim.run_until(end);
            heal(&mut sim);
            sim.run_until(end + 10_000_000_000);
            sim
        };
        let (one, mut other) = (run(), run());
        prop_assert_eq!(one.report().trace_hash, other.report().trace_hash);
        other.rewind((end as f64 * back) as u64);
        prop_assert!(other.now() <= end);
        other.run_until(end + 10_000_000_000);
        prop_assert_eq!(one.report(), other.report(), "went back to {} ns", (end as f64 * back) as u64);
        prop_assert_eq!(one.queue_events(), other.queue_events());
    }
}
