//! Runs a scenario on real brokers and reports what came of it, in the simulator's own words.

use super::journal::compare;
use super::playable::not_on_brokers;
use super::process_times::ProcessTimesSeen;
use super::run_report::{counters, group_report, partition_report, verdicts};
use super::scenario_cluster::{ScenarioCluster, now_us};
use super::segment::read_log;
use super::settings::{ClientImplementation, Clients};
use super::tally::{Done, Micros};
use super::{Interruption, LabError};
use crate::model::{KafkaVersion, PartitionIx};
use crate::protocol::controller::replay::ReplayReport;
use crate::protocol::profile::Profile;
use crate::scenario::{Event, Scenario};
use crate::sim::ledger::Ledger;
use crate::sim::{PartitionReport, RunReport};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Between two looks at clients, nodes and conditions.
const TICK: Duration = Duration::from_millis(10);
/// What a scenario whose conditions came late gets beyond its own duration.
const LATE: Duration = Duration::from_secs(60);
/// What follows the last event at least.
const TAIL: Duration = Duration::from_secs(10);

/// A scenario's run on real brokers.
pub struct LabRun {
    /// `klever.run/1`, with what a real cluster shows.
    pub report: RunReport,
    pub clients: Clients,
    /// Failed records by the exception that the application saw.
    pub exceptions: BTreeMap<String, u64>,
    /// The controller's decisions held against klever's.
    pub controller: ReplayReport,
    /// The controller's log, one JSON object a record.
    pub controller_log: String,
    /// What happened when, in milliseconds from the beginning.
    pub event_log: Vec<(u64, String)>,
    /// Events of the script that never happened or that the cluster refused, a line each.
    pub not_done: Vec<String>,
    /// Whether reads (fail-overs too) and writes had to wait for the start of a broker's process.
    pub waited_for_boot: [bool; 2],
    /// How long the processes of brokers took to start and to end.
    pub process_times: ProcessTimesSeen,
    pub acknowledged: Vec<Acknowledged>,
    /// Which requests each client id sent, from the setting-up to the end.
    pub calls: super::Calls,
}

/// A record that was acknowledged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Acknowledged {
    /// Which producer, by its place in the scenario.
    pub producer: u32,
    /// When it was handed in, in milliseconds from the beginning.
    pub sent_at_ms: f64,
    /// How long the acknowledgement took.
    pub latency_ms: f64,
}

/// Runs a scenario on real brokers of this release.
///
/// # Errors
/// When it cannot run on real brokers, or the cluster refuses an act.
pub fn run(scenario: &Scenario, version: KafkaVersion) -> Result<LabRun, LabError> {
    run_with(scenario, version, &ClientImplementation::Java)
}

/// The same, with these clients.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    scenario: &Scenario,
    version: KafkaVersion,
    implementation: &ClientImplementation,
) -> Result<LabRun, LabError> {
    if let Some(why) = not_on_brokers(scenario) {
        return Err(LabError::new(format!("scenario {} does not run on real brokers: {why}", scenario.id)));
    }
    let mut runner = ScenarioRunner {
        cluster: ScenarioCluster::set_up(scenario, version, implementation)?,
        event_log: Vec::new(),
        not_done: Vec::new(),
        next: 0,
        due: None,
    };
    let end = runner.run_to_end()?;
    runner.report(version, end)
}

struct ScenarioRunner {
    cluster: ScenarioCluster,
    event_log: Vec<(u64, String)>,
    not_done: Vec<String>,
    next: usize,
    due: Option<Duration>,
}

impl ScenarioRunner {
    fn now(&self) -> Duration {
        self.cluster.zero.elapsed()
    }

    fn record(&mut self, what: impl Into<String>) {
        let at = self.now().as_millis() as u64;
        self.event_log.push((at, what.into()));
    }

    /// Runs the scenario to its end and returns that time.
    fn run_to_end(&mut self) -> Result<Duration, LabError> {
        let duration = Duration::from_nanos(self.cluster.scenario.duration.0);
        let mut last_event = Duration::ZERO;
        let mut begun = BTreeSet::new();
        let mut seen = BTreeMap::new();
        loop {
            let tick = Instant::now();
            Interruption::check()?;
            self.cluster.look()?;
            self.begin_clients(&mut begun);
            let before = self.next;
            self.follow_script()?;
            if self.next > before {
                last_event = self.now();
            }
            self.record_changes(&mut seen);
            let over = self.next >= self.cluster.scenario.events.len();
            let tail = TAIL.min(duration / 3);
            if self.now() > duration + LATE || over && self.now() > duration.max(last_event + tail) {
                break;
            }
            std::thread::sleep(TICK.saturating_sub(tick.elapsed()));
        }
        let left = self.cluster.scenario.events.iter().skip(self.next);
        let left: Vec<String> = left.map(never_happened).collect();
        if let Some(first) = left.first() {
            self.record(first.clone());
        }
        self.not_done.extend(left);
        Ok(self.now())
    }

    /// Lets producers and groups begin and end at their times.
    fn begin_clients(&mut self, begun: &mut BTreeSet<String>) {
        let now = self.now();
        for (at, spec) in self.cluster.scenario.producers.clone().into_iter().enumerate() {
            let due = |time: crate::scenario::Time| Duration::from_nanos(time.0) <= now;
            let mut say = |line: String, what: &str| {
                if begun.insert(format!("{what} producer {at}")) {
                    self.cluster.producer(at).into_iter().for_each(|driver| driver.send_command(&line));
                }
            };
            if due(spec.from) {
                say(format!("rate {}", spec.records_per_s), "begin");
            }
            if spec.until.is_some_and(due) {
                say("stop".into(), "end");
            }
        }
        for (at, spec) in self.cluster.scenario.groups.clone().into_iter().enumerate() {
            if Duration::from_nanos(spec.from.0) <= now && begun.insert(format!("group {at}")) {
                self.cluster.members_of(at).for_each(|driver| driver.send_command("go"));
            }
        }
    }

    /// Does what is due of the scenario's events: each waits for the one before it.
    fn follow_script(&mut self) -> Result<(), LabError> {
        while let Some(event) = self.cluster.scenario.events.get(self.next).cloned() {
            let due = match self.due {
                Some(due) => due,
                None => {
                    if event.when.as_ref().is_some_and(|condition| !self.cluster.holds(condition)) {
                        return Ok(());
                    }
                    let after = self.now() + Duration::from_nanos(event.after.map_or(0, |after| after.0));
                    event.at.map_or(after, |at| Duration::from_nanos(at.0))
                }
            };
            self.due = Some(due);
            if due > self.now() {
                return Ok(());
            }
            (self.next, self.due) = (self.next + 1, None);
            self.record(event.act.to_string());
            if let Err(error) = self.cluster.act(&event.act) {
                self.record(format!("refused: {error}"));
                self.not_done.push(format!("refused: {}: {error}", event.act));
            }
        }
        Ok(())
    }

    /// Tells of leaders and ISRs that changed.
    fn record_changes(&mut self, seen: &mut BTreeMap<String, (Option<i32>, Vec<i32>)>) {
        for (topic, number) in self.cluster.partitions.clone() {
            let name = format!("{topic}-{number}");
            let Some(now) = self.cluster.observer.partition(&topic, number) else { continue };
            let state = (now.leader, now.isr);
            if seen.get(&name) != Some(&state) {
                let leader = state.0.map_or("none".into(), |id| id.to_string());
                self.record(format!("{name} leader {leader} isr {:?}", state.1));
                seen.insert(name, state);
            }
        }
    }

    fn report(mut self, version: KafkaVersion, end: Duration) -> Result<LabRun, LabError> {
        let end_us = now_us();
        self.cluster.look()?;
        for at in 0..self.cluster.scenario.producers.len() {
            self.cluster.kill_producer(at);
        }
        let cluster = &mut self.cluster;
        let mut ledger = Ledger::default();
        let mut meter = std::mem::take(&mut cluster.meter);
        let index = |producer, number| cluster.partition_index(producer, number);
        cluster.tally.measure(cluster.zero_us, end_us, &index, &mut meter, &mut ledger);
        meter.close(end.as_nanos() as u64);
        let one = |(at, (topic, number)): (usize, &(String, i32))| {
            partition_report(
                cluster,
                format!("{topic}-{number}"),
                PartitionIx(at as u32),
                &mut ledger,
                &meter,
            )
        };
        let partitions: Vec<PartitionReport> = cluster.partitions.iter().enumerate().map(one).collect();
        let groups =
            cluster.scenario.groups.iter().map(|group| group_report(&cluster.tally.read, &group.name));
        let mut report = RunReport {
            schema: "klever.run/1",
            scenario: cluster.scenario.id.clone(),
            seed: cluster.scenario.seed,
            kafka_version: version,
            duration_ms: end.as_millis() as u64,
            counters: counters(cluster, &partitions, &meter, end_us),
            errors: BTreeMap::new(),
            partitions,
            skew: Vec::new(),
            groups: groups.collect(),
            trace_hash: String::new(),
            expectations: Vec::new(),
        };
        report.expectations = verdicts(&cluster.scenario, version, &report);
        let acknowledged = acknowledged(cluster, end_us);
        let calls = cluster.lab.links().map(|links| links.calls()).unwrap_or_default();
        let exceptions = exceptions(cluster, end_us);
        let waited_for_boot =
            [&meter.leaderless, &meter.unwritable].map(|times| overlap(times.ranges(), &cluster.boots));
        let process_times = cluster.process_times.seen().clone();
        let (controller_log, controller) = journal(cluster, version)?;
        Ok(LabRun {
            clients: self.cluster.implementation.clients(),
            report,
            exceptions,
            controller,
            controller_log,
            event_log: self.event_log,
            not_done: self.not_done,
            waited_for_boot,
            process_times,
            acknowledged,
            calls,
        })
    }
}

fn never_happened(event: &Event) -> String {
    format!("never happened: {}", event.act)
}

fn acknowledged(cluster: &ScenarioCluster, end_us: Micros) -> Vec<Acknowledged> {
    let done = cluster.tally.done.iter().filter(|done| done.done <= end_us && done.error.is_none());
    let millis = |from: Micros, to: Micros| to.saturating_sub(from) as f64 / 1000.0;
    let one = |done: &Done| Acknowledged {
        producer: done.producer,
        sent_at_ms: millis(cluster.zero_us, done.created),
        latency_ms: millis(done.created, done.done),
    };
    done.map(one).collect()
}

fn exceptions(cluster: &ScenarioCluster, end_us: Micros) -> BTreeMap<String, u64> {
    let mut exceptions = BTreeMap::new();
    for error in
        cluster.tally.done.iter().filter(|done| done.done <= end_us).filter_map(|done| done.error.clone())
    {
        *exceptions.entry(error).or_default() += 1;
    }
    exceptions
}

/// The log of the controller that wrote most.
fn journal(cluster: &mut ScenarioCluster, version: KafkaVersion) -> Result<(String, ReplayReport), LabError> {
    let first = cluster.lab.spec().brokers as i32;
    let count = cluster.scenario.cluster.controllers as i32;
    let size = |id: &i32| {
        let folder = cluster.lab.data(*id).join("__cluster_metadata-0");
        read_log(&folder).map_or(0, |batches| batches.last().map_or(0, |last| last.last_offset))
    };
    let longest = (100..100 + count).filter(|id| *id > first).max_by_key(size).unwrap_or(100);
    let text = cluster.lab.metadata_log_text(longest)?;
    let lines: Result<Vec<_>, _> = text.lines().map(serde_json::from_str).collect();
    let log: Vec<_> = lines.map_err(|error| LabError::new(format!("a controller's record: {error}")))?;
    let report = compare(&log, Profile::of(version, None), &cluster.starts);
    Ok((text, report))
}

fn overlap(times: &[(u64, u64)], boots: &[(u64, u64)]) -> bool {
    times.iter().any(|(from, to)| boots.iter().any(|(begin, end)| begin < to && from < end))
}
