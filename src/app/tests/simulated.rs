//! The simulator as the embedded source drives it, but its time passes only when a test says so.

use crate::app::{Clock, Command, Snapshot};
use crate::scenario::{Act, Scenario};
use crate::sim::{Applied, Refusal, Simulator};

const SECOND: u64 = 1_000_000_000;

/// The reference scenario, running.
pub(super) struct Simulated {
    simulator: Simulator,
}

impl Simulated {
    /// Brokers are up, clients have begun.
    pub(super) fn new() -> Simulated {
        let mut simulated = Simulated { simulator: begin(&Scenario::reference()) };
        simulated.pass(2);
        simulated
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.simulator.run_until(self.simulator.now() + seconds * SECOND);
    }

    pub(super) fn drive(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Act(Act::Set(change)) => match self.simulator.set(change) {
                Applied::Done => {}
                Applied::NeedsRebuild(scenario) => self.simulator = begin(&scenario),
                Applied::Refused(why) => return Err(why),
            },
            Command::Act(act) => return self.simulator.apply(act),
            Command::Seek(to_ms) => self.simulator.rewind(to_ms.max(0) as u64 * 1_000_000),
            Command::Reset => self.simulator = begin(&Scenario::reference()),
            Command::Begin(scenario) => self.simulator = begin(&scenario),
            Command::Pause(_) | Command::Pace(_) | Command::Step => {}
        }
        Ok(())
    }

    pub(super) fn snapshot(&mut self) -> Snapshot {
        let (cluster, detail) = self.simulator.snapshot();
        let at_ms = (self.simulator.now() / 1_000_000) as i64;
        let clock = Clock { at_ms, pace: 1.0, paused: false, seed: self.simulator.seed() };
        Snapshot { cluster, clock: Some(clock), detail: Some(detail) }
    }
}

fn begin(scenario: &Scenario) -> Simulator {
    Simulator::new(scenario, scenario.seed, None)
}
