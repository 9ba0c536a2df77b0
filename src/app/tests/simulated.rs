//! The simulator as the embedded source drives it, but its time passes only when a test says so.

use crate::app::{Clock, Command, Snapshot};
use crate::scenario::{Act, Scenario};
use crate::sim::{Applied, Refusal, Simulator};

const SECOND: u64 = 1_000_000_000;

/// The reference scenario, running.
pub(super) struct Simulated {
    simulator: Simulator,
    paused: bool,
}

impl Simulated {
    /// Brokers are up, clients have begun.
    pub(super) fn new() -> Simulated {
        let mut simulated = Simulated { simulator: begin(&Scenario::reference()), paused: false };
        simulated.pass(2);
        simulated
    }

    /// A copy of a cluster, at its start.
    pub(super) fn of(scenario: &Scenario) -> Simulated {
        Simulated { simulator: begin(scenario), paused: false }
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.simulator.run_until(self.simulator.now() + seconds * SECOND);
    }

    pub(super) fn drive(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Act(Act::Set(change)) => match self.simulator.set(change) {
                Applied::Done => {}
                Applied::NeedsRebuild(scenario) => {
                    self.simulator = self.simulator.begin_again(&scenario, None)
                }
                Applied::Refused(why) => return Err(why),
            },
            Command::Act(act) => return self.simulator.apply(act),
            Command::Seek(to_ms) => self.simulator.rewind(to_ms.max(0) as u64 * 1_000_000),
            Command::Begin(scenario) | Command::BeginAs(scenario, _) => self.simulator = begin(&scenario),
            Command::Reset => self.simulator = self.simulator.begin_again(&Scenario::reference(), None),
            Command::Beside(Some(changes)) => {
                self.simulator.run_beside(&changes)?;
                self.simulator.catch_up(u64::MAX);
            }
            Command::Beside(None) => self.simulator.end_beside(),
            Command::Pass(ms) => self.simulator.run_until(self.simulator.now() + ms as u64 * 1_000_000),
            Command::Pause(paused) => self.paused = paused,
            Command::Pace(_) | Command::Step => {}
        }
        Ok(())
    }

    pub(super) fn snapshot(&mut self) -> Snapshot {
        snapshot_of(&mut self.simulator, self.paused)
    }
}

/// What the source tells now.
pub(super) fn snapshot_of(simulator: &mut Simulator, paused: bool) -> Snapshot {
    let (cluster, detail) = simulator.snapshot();
    let at_ms = (simulator.now() / 1_000_000) as i64;
    let clock = Clock { at_ms, pace: 1.0, paused, seed: simulator.seed() };
    Snapshot { cluster, clock: Some(clock), detail: Some(detail) }
}

/// Back through the checkpoints, or ahead.
pub(super) fn seek(simulator: &mut Simulator, to_ms: i64) {
    let to = to_ms as u64 * 1_000_000;
    if to < simulator.now() {
        simulator.rewind(to);
    } else {
        simulator.run_until(to);
    }
}

fn begin(scenario: &Scenario) -> Simulator {
    Simulator::new(scenario, scenario.seed, None)
}
