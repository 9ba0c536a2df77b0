//! A scenario from its beginning to its end.

use crate::model::KafkaVersion;
use crate::scenario::Scenario;
use crate::sim::{ProcessTimes, RunReport, Simulator};

/// Runs a scenario to its end.
pub fn run(scenario: &Scenario, seed: u64, version: Option<KafkaVersion>) -> RunReport {
    run_with_process_times(scenario, seed, version, ProcessTimes::default())
}

/// The same with what processes take to start and to end, as it was measured on some machine.
pub fn run_with_process_times(
    scenario: &Scenario,
    seed: u64,
    version: Option<KafkaVersion>,
    process_times: ProcessTimes,
) -> RunReport {
    let mut simulator = Simulator::with_process_times(scenario, seed, version, process_times);
    simulator.keep_no_checkpoints();
    simulator.run_until(scenario.duration.0);
    let now = simulator.now();
    simulator.world.report(now, &scenario.expectations)
}
