//! The embedded cluster as a source: a thread that owns the simulator and lets virtual time pass.

use crate::app::{Clock, Command, Level, Snapshot};
use crate::model::{KafkaVersion, Millis, Nanos};
use crate::runtime::{Driver, Sink};
use crate::scenario::{Act, Scenario};
use crate::sim::{Applied, Simulator};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often the screen gets a newer state.
const TICK: Duration = Duration::from_millis(100);
/// Real time that a tick may spend on the simulation; what does not fit is skipped, not saved up.
const BUDGET: Duration = Duration::from_millis(60);
/// Virtual time between two looks at the clock.
const SLICE: Nanos = 5_000_000;
/// Events of a second run between two looks at the clock.
const CATCH_UP: u64 = 20_000;
/// How far one step looks for the next event.
const STEP_LIMIT: Nanos = 60_000_000_000;
const MILLISECOND: Nanos = 1_000_000;

/// What the thread is asked for.
enum EngineRequest {
    Drive(Command),
    Publish,
}

/// A running simulator. It ends when this is dropped.
pub struct SimulatorDriver {
    requests: Sender<EngineRequest>,
}

impl SimulatorDriver {
    /// Starts the scenario with its seed and sends its states to the screen.
    pub fn start(
        scenario: Scenario,
        seed: Option<u64>,
        version: Option<KafkaVersion>,
        sink: Sink,
    ) -> SimulatorDriver {
        let (requests, inbox) = channel();
        let seed = seed.unwrap_or(scenario.seed);
        let run = move || Engine::new(scenario, seed, version, sink).run(&inbox);
        let spawned = thread::Builder::new().name("simulator".into()).spawn(run);
        debug_assert!(spawned.is_ok(), "a thread can be had");
        SimulatorDriver { requests }
    }

    fn request(&self, request: EngineRequest) {
        // Only a screen that is gone ends the thread, and then nobody waits for an answer.
        let _ = self.requests.send(request);
    }
}

impl Driver for SimulatorDriver {
    fn drive(&mut self, command: Command) {
        self.request(EngineRequest::Drive(command));
    }

    fn refresh(&mut self) {
        self.request(EngineRequest::Publish);
    }
}

struct Engine {
    simulator: Simulator,
    /// What a reset goes back to: the scenario that was begun last.
    first: Scenario,
    sink: Sink,
    pace: f64,
    paused: bool,
    /// Virtual time owed, of what the wall clock has passed.
    owed: f64,
    /// Whether a second run has not come to the first one's time yet. Time stands still until it has.
    is_catching_up: bool,
}

impl Engine {
    fn new(scenario: Scenario, seed: u64, version: Option<KafkaVersion>, sink: Sink) -> Engine {
        let simulator = Simulator::new(&scenario, seed, version);
        Engine {
            simulator,
            first: scenario,
            sink,
            pace: 1.0,
            paused: false,
            owed: 0.0,
            is_catching_up: false,
        }
    }

    /// Until the screen is gone.
    fn run(mut self, inbox: &Receiver<EngineRequest>) {
        let mut last = Instant::now();
        while self.publish() {
            let request = if self.paused && !self.is_catching_up {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(TICK.saturating_sub(last.elapsed()))
            };
            match request {
                Ok(request) => {
                    self.serve(request);
                    inbox.try_iter().for_each(|request| self.serve(request));
                    if self.paused {
                        last = Instant::now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.is_catching_up {
                last = Instant::now();
                self.catch_up();
            } else if !self.paused {
                let passed = last.elapsed();
                last = Instant::now();
                self.advance(passed);
            }
        }
    }

    /// Brings the second run to the first one's time, as far as it can be had within a tick.
    fn catch_up(&mut self) {
        let began = Instant::now();
        while self.is_catching_up && began.elapsed() < BUDGET {
            self.is_catching_up = !self.simulator.catch_up(CATCH_UP);
        }
    }

    /// Lets virtual time pass for so much real time.
    fn advance(&mut self, passed: Duration) {
        self.owed += passed.as_secs_f64() * self.pace * 1e9;
        let began = Instant::now();
        while self.owed >= 1.0 {
            let slice = SLICE.min(self.owed as Nanos);
            self.simulator.run_until(self.simulator.now() + slice);
            self.owed -= slice as f64;
            if began.elapsed() > BUDGET {
                self.owed = 0.0;
            }
        }
    }

    fn serve(&mut self, request: EngineRequest) {
        match request {
            EngineRequest::Drive(command) => self.drive(command),
            // The loop publishes after every request.
            EngineRequest::Publish => {}
        }
    }

    fn drive(&mut self, command: Command) {
        match command {
            Command::Act(Act::Set(change)) => match self.simulator.set(change) {
                Applied::Done => {}
                Applied::NeedsRebuild(scenario) => self.rebuild(&scenario, None),
                Applied::Refused(why) => {
                    self.sink.notice(Level::Warn, why.word());
                }
            },
            Command::Act(act) => {
                if let Err(why) = self.simulator.apply(act) {
                    self.sink.notice(Level::Warn, why.word());
                }
            }
            Command::Pause(paused) => self.paused = paused,
            Command::Pace(pace) => self.pace = pace,
            Command::Step => {
                self.paused = true;
                let limit = self.simulator.now() + STEP_LIMIT;
                if !self.simulator.step(limit) {
                    self.sink.notice(Level::Notice, "no cluster event in the next minute");
                }
            }
            Command::Seek(to_ms) => self.seek(to_ms),
            Command::Begin(scenario) => {
                self.first = *scenario;
                self.begin_first();
            }
            Command::BeginAs(scenario, version) => {
                self.first = *scenario;
                let scenario = self.first.clone();
                self.rebuild(&scenario, Some(version));
            }
            Command::Pass(ms) => {
                self.simulator.run_until(self.simulator.now() + ms.max(0) as Nanos * MILLISECOND)
            }
            Command::Reset => self.begin_first(),
            Command::Beside(None) => {
                self.simulator.end_beside();
                self.is_catching_up = false;
            }
            Command::Beside(Some(changes)) => match self.simulator.run_beside(&changes) {
                Ok(()) => self.is_catching_up = true,
                Err(why) => _ = self.sink.notice(Level::Warn, why.word()),
            },
        }
    }

    /// Back through the checkpoints, or ahead.
    fn seek(&mut self, to_ms: Millis) {
        let to = to_ms.max(0) as Nanos * MILLISECOND;
        if to < self.simulator.now() {
            self.simulator.rewind(to);
        } else {
            self.simulator.run_until(to);
        }
        self.owed = 0.0;
    }

    fn begin_first(&mut self) {
        let scenario = self.first.clone();
        self.rebuild(&scenario, Some(self.simulator.profile().version));
    }

    fn rebuild(&mut self, scenario: &Scenario, version: Option<KafkaVersion>) {
        self.simulator = self.simulator.begin_again(scenario, version);
        self.owed = 0.0;
        self.is_catching_up = false;
    }

    /// Sends the present state; `false` when the screen is gone.
    fn publish(&mut self) -> bool {
        let (cluster, detail) = self.simulator.snapshot();
        let clock = Clock {
            at_ms: (self.simulator.now() / MILLISECOND) as Millis,
            pace: self.pace,
            paused: self.paused,
            seed: self.simulator.seed(),
        };
        self.sink.snapshot(Snapshot { cluster, clock: Some(clock), detail: Some(detail) })
    }
}
