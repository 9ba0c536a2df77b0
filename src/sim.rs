//! The protocol under virtual time: an event queue, a network, disks, faults and workloads.
//!
//! [`Simulator`] is one run of a [`Scenario`]: it advances in time, takes acts and knobs, goes back, and
//! yields snapshots. [`run`] runs a scenario to its end. The same scenario, seed and version give the same
//! run on every machine, as [`RunReport::trace_hash`] shows.
//!
//! A run's state is three structs in a `World`: `Machines` (brokers, controllers, network), `Clients` (producers,
//! members and coordinators of groups) and `Observers` (event log, meters, ledger, auditor), which see the first two
//! and change nothing. The files that hold these structs know nothing of `World`; files with an `impl World` move
//! messages between them.

mod ack_history;
mod acts;
mod attempt;
mod beside;
mod bootstrap;
mod broker_inbox;
mod broker_process;
mod channels;
mod client_inbox;
mod client_process;
mod client_requests;
mod client_runtime;
mod clients;
mod clock;
mod compacted_logs;
mod compaction;
mod connections;
mod consumers;
mod control;
mod cost;
mod deleted;
mod doing;
pub(crate) mod event;
mod groups;
pub(crate) mod hash;
pub(crate) mod histogram;
mod host;
pub(crate) mod invariants;
mod key_order;
mod knobs;
pub(crate) mod ledger;
mod loss;
mod machines;
pub(crate) mod meter;
pub(crate) mod network;
mod observed;
mod observers;
mod partition_records;
mod process;
mod processing;
mod producers;
pub mod queue;
mod quota;
mod record_copies;
mod record_history;
mod record_trace;
mod replica_offsets;
mod report;
mod rewind;
pub(crate) mod rng;
mod sampler;
mod schemas;
mod script;
mod settings;
mod snapshot;
mod throttle;
mod topics;
pub(crate) mod trace;
mod transactions;
mod view;
mod whole_run;
mod workload;
mod world;

pub use attempt::{Attempt, DoneAct};
pub use client_runtime::ClientState;
pub use cost::{MOST_EVENTS, estimated_events};
pub use doing::ClientDoing;
pub use invariants::{Assumption, INVARIANTS, Invariant, Violation};
pub use loss::{AckedRecord, Cut, CutBy, Loss, PartitionRecords};
pub use process::ProcessTimes;
pub use processing::ProcessingCounters;
pub use record_trace::{RecordCopy, RecordId, RecordTrace};
pub use replica_offsets::ReplicaOffsets;
pub use report::{
    Counters, GroupReport, MemberReport, PartitionReport, ProducerReport, Quantiles, RunReport, Skew,
    TopicSkew, TransactionCounters,
};
pub use trace::{EventKind, Refusal, TraceEvent};
pub use view::{LogLine, OtherRun, SimView};
pub use whole_run::{run, run_with_process_times};

use crate::knobs::Change;
use crate::model::{BrokerId, Cluster, KafkaVersion, Millis, Nanos};
pub(crate) use crate::protocol::intervals;
use crate::protocol::profile::Profile;
use crate::scenario::{Act, Scenario, change};
use beside::Beside;
use clock::BOOT;
use rewind::History;
use std::sync::Arc;
use view::EventLog;
use world::World;

/// What a knob came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Applied {
    /// It is in force, or on its way.
    Done,
    /// A running cluster cannot change that: this scenario has it; build a simulator of it, after asking.
    NeedsRebuild(Box<Scenario>),
    Refused(Refusal),
}

/// One run of a scenario.
#[derive(Clone)]
pub struct Simulator {
    world: World,
    history: History,
    event_log: EventLog,
    /// The scenario as it was when the run began.
    first: Arc<Scenario>,
    beside: Option<Box<Beside>>,
}

impl Simulator {
    /// A cluster that is ready, its clients about to start. `version` overrides the scenario's first.
    pub fn new(scenario: &Scenario, seed: u64, version: Option<KafkaVersion>) -> Simulator {
        let version = version.unwrap_or_else(|| scenario.version());
        Simulator::with_profile(scenario, seed, settings::profile(scenario, version))
    }

    /// The same with single rules of the version switched: for tests, and for history's mistakes.
    pub fn with_profile(scenario: &Scenario, seed: u64, profile: Profile) -> Simulator {
        Simulator::begin(scenario, seed, profile, ProcessTimes::default())
    }

    /// The same with what processes take to start and to end, as it was measured on some machine.
    pub fn with_process_times(
        scenario: &Scenario,
        seed: u64,
        version: Option<KafkaVersion>,
        process_times: ProcessTimes,
    ) -> Simulator {
        let version = version.unwrap_or_else(|| scenario.version());
        Simulator::begin(scenario, seed, settings::profile(scenario, version), process_times)
    }

    fn begin(scenario: &Scenario, seed: u64, profile: Profile, process_times: ProcessTimes) -> Simulator {
        let first = Arc::new(scenario.clone());
        let world = World::new(first.clone(), seed, profile, process_times);
        let history = History::begin(&world);
        Simulator { world, history, event_log: EventLog::default(), first, beside: None }
    }

    /// Time since the run began.
    pub fn now(&self) -> Nanos {
        self.world.now - BOOT
    }

    /// The scenario as it is by now, knobs included.
    pub fn scenario(&self) -> &Scenario {
        &self.world.scenario
    }

    /// What all random draws of the run derive from.
    pub fn seed(&self) -> u64 {
        self.world.seed
    }

    /// The switches of the Kafka version that is simulated.
    pub fn profile(&self) -> &Profile {
        &self.world.profile
    }

    /// Events of the queue handled so far.
    pub fn queue_events(&self) -> u64 {
        self.world.events
    }

    /// Goes on until that time.
    pub fn run_until(&mut self, time: Nanos) {
        let until = BOOT + time;
        while self.world.now < until {
            let stop = until.min(self.history.next_checkpoint());
            self.history.replay(&mut self.world, stop);
            self.history.keep_checkpoint(&self.world);
        }
        self.catch_up(u64::MAX);
    }

    /// The same, but handles at most so many events of the queue. Says whether that time is reached.
    pub fn run_at_most(&mut self, time: Nanos, events: u64) -> bool {
        let until = BOOT + time;
        for _ in 0..events {
            if !self.history.replay_due(&mut self.world, until) && !self.world.step(until) {
                self.world.advance(until);
                return true;
            }
            self.history.keep_checkpoint(&self.world);
        }
        false
    }

    /// For a run that never goes back: a checkpoint is as large as the cluster.
    pub fn keep_no_checkpoints(&mut self) {
        self.history.keep_no_checkpoints();
    }

    /// Goes on to the next event worth telling, at most to `limit`. Says whether there was one.
    pub fn step(&mut self, limit: Nanos) -> bool {
        self.run_to_next(limit, |_| true)
    }

    /// Goes on to the next event of a kind, at most to `limit`. Says whether there was one.
    pub fn run_to_next(&mut self, limit: Nanos, wanted: impl Fn(&EventKind) -> bool) -> bool {
        let found = self.go_to_next(limit, wanted);
        self.catch_up(u64::MAX);
        found
    }

    fn go_to_next(&mut self, limit: Nanos, wanted: impl Fn(&EventKind) -> bool) -> bool {
        let limit = BOOT + limit;
        while self.world.now < limit {
            let from = self.world.observers.trace().len();
            if !self.history.replay_due(&mut self.world, limit) && !self.world.step(limit) {
                self.world.advance(limit);
            }
            self.history.keep_checkpoint(&self.world);
            let fresh = self.world.observers.trace().recent().rev().take_while(|event| event.seq >= from);
            if fresh.into_iter().any(|event| wanted(&event.kind)) {
                return true;
            }
        }
        false
    }

    /// Does something to the cluster now. A future that was rewound is cut off.
    pub fn apply(&mut self, act: Act) -> Result<(), Refusal> {
        self.history.record(&self.world, act.clone());
        self.tell_beside(&act);
        let done = self.world.apply(act);
        if done.is_err() {
            self.history.note_refusal();
        }
        done
    }

    /// Sets a knob now.
    pub fn set(&mut self, change: Change) -> Applied {
        match self.apply(Act::Set(change.clone())) {
            Ok(()) => Applied::Done,
            Err(Refusal::NeedsRebuild) => {
                let mut scenario = (*self.world.scenario).clone();
                change::write(&mut scenario, &change);
                Applied::NeedsRebuild(Box::new(scenario))
            }
            Err(refusal) => Applied::Refused(refusal),
        }
    }

    /// Goes back to that time. What was done later is kept until something else is done instead.
    pub fn rewind(&mut self, time: Nanos) {
        let time = BOOT + time;
        if let Some(world) = self.history.go_back(time) {
            self.world = world;
            self.history.replay(&mut self.world, time);
        }
        if let Some(beside) = &mut self.beside {
            beside.rewind(time - BOOT);
        }
    }

    /// The cluster as Kafka's protocol would tell it, and what only a simulator can see.
    pub fn snapshot(&mut self) -> (Arc<Cluster>, Arc<SimView>) {
        let (cluster, columns) = self.world.cluster();
        let (counters, losses) = self.world.counters_and_losses();
        let lost = |ix| losses.get(ix).copied().unwrap_or(0);
        let view = SimView {
            at_ms: (self.now() / 1_000_000) as Millis,
            seed: self.seed(),
            counters,
            replicas: columns.iter().map(|ix| self.world.machines.replica_offsets(*ix)).collect(),
            records: columns.iter().map(|ix| self.world.partition_records(*ix, lost(ix))).collect(),
            groups: self.world.group_reports().into(),
            clients: self.world.client_processes().collect(),
            doing: self.world.doing(),
            lines: self.event_log.of(&self.world),
            samples: self.event_log.samples(&self.world),
            marks: self.event_log.marks(),
            attempt: self.scenario().challenge.is_some().then(|| Arc::new(self.attempt())),
            other: self.beside.as_mut().map(|beside| beside.snapshot()),
        };
        (Arc::new(cluster), Arc::new(view))
    }

    /// The counters so far.
    pub fn counters(&mut self) -> Counters {
        self.world.counters()
    }

    /// The report of the run up to now.
    pub fn report(&self) -> RunReport {
        let mut world = self.world.clone();
        let scenario = world.scenario.clone();
        world.report(self.now(), &scenario.expectations)
    }

    /// What was done to this run by now.
    pub fn attempt(&self) -> Attempt {
        let is_over = self.now() == self.scenario().duration.0;
        let done = self.history.acts_done().zip(self.history.refusals());
        let acts =
            done.map(|((at, act), is_refused)| DoneAct { at: at - BOOT, act: act.clone(), is_refused });
        Attempt { acts: acts.collect(), verdicts: is_over.then(|| self.report().expectations) }
    }

    /// From now on every event is followed by a check of Kafka's promises (see [`invariants`]).
    pub fn audit(&mut self) {
        self.world.observers.begin_audit();
        self.world.audit();
    }

    /// What the checks have found so far: each promise once for a partition.
    pub fn violations(&self) -> &[Violation] {
        self.world.observers.violations()
    }

    /// Which promises do not hold just now. [`Simulator::audit`] also sees those that need a memory.
    pub fn check(&self) -> Vec<Violation> {
        let mut auditor = invariants::Auditor::default();
        auditor.check(&self.world.observed());
        auditor.found().to_vec()
    }

    /// Adds to the checks that everything is as before the faults: call it once they are long over and
    /// nobody writes. Answers all violations.
    pub fn expect_healed(&mut self) -> &[Violation] {
        let (observers, world) = self.world.split();
        observers.expect_healed(&world);
        self.violations()
    }

    /// Keeps all events until [`Simulator::take_events`].
    pub fn keep_events(&mut self) {
        self.world.observers.trace_mut().keep_all();
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<Arc<TraceEvent>> {
        self.world.observers.trace_mut().take()
    }

    /// The last events, the oldest first.
    pub fn recent_events(&self) -> impl DoubleEndedIterator<Item = &Arc<TraceEvent>> {
        self.world.observers.trace().recent()
    }

    /// An event in words.
    pub fn text(&self, event: &TraceEvent) -> String {
        self.world.with_names(|names| event.text(names))
    }

    /// Why an event happened: itself, then what led to it, a line each.
    pub fn why(&self, seq: u64) -> Vec<String> {
        self.world.with_names(|names| self.world.observers.trace().why(seq, names))
    }

    /// What became of one record so far; `None` if there is no such partition.
    pub fn record_trace(&self, record: &RecordId) -> Option<RecordTrace> {
        self.world.record_trace(record)
    }

    /// The record at an offset of a broker's log.
    pub fn record_at(&self, partition: &str, broker: BrokerId, offset: i64) -> Option<RecordId> {
        self.world.record_at(partition, broker, offset)
    }

    /// Acknowledged records of a partition that were lost, the first of each loss.
    pub fn lost_records(&self, partition: &str) -> Vec<RecordId> {
        self.world.lost_records(partition)
    }

    /// Whether all events of the scenario have happened.
    pub fn script_is_over(&self) -> bool {
        self.world.script.is_over(&self.world.scenario)
    }
}

#[cfg(test)]
mod tests;
