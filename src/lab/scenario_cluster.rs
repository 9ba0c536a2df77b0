//! A lab cluster with a scenario's topics and clients: set up, watched, acted on, torn down.

mod properties;

use super::driver::{Driver, Guard};
use super::journal::Starts;
use super::observer::Observer;
use super::process_times::ProcessClock;
use super::settings::ClientImplementation;
use super::tally::{Micros, Tally};
use super::{Controllers, Interruption, Lab, LabError, LabSpec};
use crate::model::{BrokerId, KafkaVersion, PartitionIx};
use crate::scenario::{Scenario, TopicSpec, setting_text};
use crate::sim::meter::Meter;
use properties::{member_properties, producer_properties};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A topic that only the virtual machines' first records go to; it is gone before the run begins.
const WARM_UP: &str = "klever-warm-up";
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Everything that a scenario runs on.
pub(super) struct ScenarioCluster {
    pub lab: Lab,
    pub scenario: Scenario,
    pub observer: Observer,
    pub tally: Tally,
    pub meter: Meter,
    pub starts: Starts,
    /// Nodes whose process is stopped by a signal.
    pub paused: BTreeSet<i32>,
    /// Controllers that were taken away.
    pub lost_controllers: Vec<i32>,
    /// Power failed everywhere; it comes back for all with the first broker that is started again.
    pub site_without_power: bool,
    /// How the last process of a node ended: in order or not.
    pub ended_well: BTreeMap<i32, bool>,
    /// Nodes that start again as soon as they have stopped.
    pub start_again: BTreeSet<i32>,
    /// Nodes that were started and are not unfenced yet, since when.
    pub booting: BTreeMap<i32, Instant>,
    /// When some node booted, in nanoseconds from the beginning.
    pub boots: Vec<(u64, u64)>,
    pub process_times: ProcessClock,
    /// Partitions in the order of the scenario.
    pub partitions: Vec<(String, i32)>,
    pub zero: Instant,
    pub zero_us: Micros,
    pub implementation: ClientImplementation,
    admin: Driver,
    producers: Vec<Option<Driver>>,
    members: BTreeMap<(usize, u32), Driver>,
    guard: Guard,
}

pub(super) fn now_us() -> Micros {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as Micros
}

/// The cluster that a scenario asks for.
pub(super) fn spec_of(scenario: &Scenario, version: KafkaVersion) -> LabSpec {
    let cluster = &scenario.cluster;
    let base = LabSpec::brokers(cluster.brokers as usize);
    let mut spec = LabSpec {
        version,
        controllers: Controllers::Separate(cluster.controllers as usize),
        racks: cluster.racks.clone(),
        heap_mib: 256,
        net: Some(scenario.net.clone()),
        ..base
    };
    // A leader that comes back by itself five minutes later is not part of any scenario.
    spec.properties.push(("auto.leader.rebalance.enable".into(), "false".into()));
    for (key, value) in &cluster.config {
        spec.properties.push((key.clone(), setting_text(value)));
    }
    for (name, level) in &cluster.features {
        // Before 4.0 a new cluster has no such feature, which is level 0.
        if version.is_at_least(4, 0) {
            spec.features.push((name.clone(), *level));
        }
    }
    spec
}

impl ScenarioCluster {
    /// Starts a cluster with a scenario's topics and clients, ready to begin.
    pub(super) fn set_up(
        scenario: &Scenario,
        version: KafkaVersion,
        implementation: &ClientImplementation,
    ) -> Result<ScenarioCluster, LabError> {
        ScenarioCluster::on(Lab::start(spec_of(scenario, version))?, scenario, implementation)
    }

    /// The same on a cluster that is up.
    pub(super) fn on(
        lab: Lab,
        scenario: &Scenario,
        implementation: &ClientImplementation,
    ) -> Result<ScenarioCluster, LabError> {
        let mut guard = Guard::start()?;
        // It must not wait long for machines without power.
        let properties = [
            ("bootstrap.servers", lab.bootstrap()),
            ("client.id", "lab".into()),
            ("socket.connection.setup.timeout.ms", "1000".into()),
            ("socket.connection.setup.timeout.max.ms", "1000".into()),
        ]
        .map(|(key, value)| (key.to_string(), value));
        let admin =
            Driver::start(&lab, &mut guard, &ClientImplementation::Java, ("admin", "admin"), &properties)?;
        admin.until(READY_WITHIN, |line| line == "READY")?;
        let topics: Vec<String> = scenario.topics.iter().map(|topic| topic.name.clone()).collect();
        let ids: Vec<i32> = scenario.cluster.ids().map(|id| id.0).collect();
        let ports: Vec<(i32, u16)> = ids.iter().filter_map(|id| Some((*id, lab.port(*id)?))).collect();
        let observer =
            Observer::start(&ports, &topics).map_err(|error| LabError::io("watch the brokers", &error))?;
        let mut cluster = ScenarioCluster {
            starts: ids.iter().map(|id| (*id, vec![true])).collect(),
            scenario: scenario.clone(),
            partitions: partitions_of(&scenario.topics),
            zero: Instant::now(),
            zero_us: 0,
            producers: scenario.producers.iter().map(|_| None).collect(),
            tally: Tally::default(),
            meter: Meter::default(),
            paused: BTreeSet::new(),
            lost_controllers: Vec::new(),
            site_without_power: false,
            ended_well: BTreeMap::new(),
            start_again: BTreeSet::new(),
            booting: BTreeMap::new(),
            boots: Vec::new(),
            process_times: ProcessClock::default(),
            members: BTreeMap::new(),
            implementation: implementation.clone(),
            lab,
            observer,
            admin,
            guard,
        };
        cluster.make_topics()?;
        cluster.make_clients()?;
        cluster.zero = Instant::now();
        cluster.zero_us = now_us();
        Ok(cluster)
    }

    fn make_topics(&mut self) -> Result<(), LabError> {
        self.ask(&format!("create {WARM_UP} 1x1"))?;
        for topic in self.scenario.topics.clone() {
            let lists: Vec<String> = topic.placement.iter().map(|ids| list(ids)).collect();
            let replicas = if lists.is_empty() {
                format!("{}x{}", topic.partitions, topic.replication_factor)
            } else {
                lists.join(";")
            };
            let config: String =
                topic.config.iter().map(|(key, value)| format!(" {key}={}", setting_text(value))).collect();
            self.ask(&format!("create {} {replicas}{config}", topic.name))?;
        }
        self.wait_for("every replica to be in sync", |cluster| cluster.all_in_sync())
    }

    fn all_in_sync(&self) -> bool {
        self.partitions.iter().all(|(topic, number)| {
            let spec = self.scenario.topics.iter().find(|spec| spec.name == *topic);
            let copies = spec.map_or(0, |spec| match spec.placement.get(*number as usize) {
                Some(placed) => placed.len(),
                None => spec.replication_factor as usize,
            });
            let seen = self.observer.partition(topic, *number);
            seen.is_some_and(|seen| seen.leader.is_some() && seen.isr.len() == copies)
        })
    }

    fn wait_for(&mut self, what: &str, holds: impl Fn(&mut ScenarioCluster) -> bool) -> Result<(), LabError> {
        let until = Instant::now() + READY_WITHIN;
        while !holds(self) {
            Interruption::check()?;
            if Instant::now() > until {
                return Err(LabError::new(format!("waited a minute for {what}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn make_clients(&mut self) -> Result<(), LabError> {
        for at in 0..self.scenario.producers.len() {
            self.start_producer(at, true)?;
        }
        if let Some(group) = self.scenario.groups.first().map(|group| group.name.clone()) {
            let until = Instant::now() + READY_WITHIN;
            // The first look-up makes the brokers create their offsets topic.
            while self.ask(&format!("group {group}")).is_err() && Instant::now() < until {
                Interruption::check()?;
                std::thread::sleep(Duration::from_millis(200));
            }
        }
        for at in 0..self.scenario.groups.len() {
            for member in 0..self.scenario.groups[at].members {
                self.start_member(at, member)?;
            }
        }
        for producer in self.producers.iter().flatten() {
            producer.until(READY_WITHIN, |line| line == "READY")?;
        }
        for member in self.members.values() {
            member.until(READY_WITHIN, |line| line == "READY")?;
        }
        self.ask(&format!("delete {WARM_UP}"))?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    }

    /// Starts a producer's process; it waits for its rate. One of the beginning of the run knows its topic then; one
    /// that begins later, or again, has yet to hear of it.
    pub(super) fn start_producer(&mut self, at: usize, warm: bool) -> Result<(), LabError> {
        let spec = self.scenario.producers[at].clone();
        let first = self.tally.sent.iter().filter(|(producer, _)| *producer as usize == at).count();
        let mut properties = producer_properties(&spec, &self.lab.bootstrap());
        properties.push(("lab.first".into(), first.to_string()));
        properties.push(("lab.version".into(), self.lab.spec().version.to_string()));
        properties.push(("lab.seed".into(), self.scenario.seed.to_string()));
        let knows_topic = warm && spec.from.0 == 0;
        properties.push(("lab.knows_topic".into(), knows_topic.to_string()));
        if warm {
            properties.push(("lab.warm".into(), WARM_UP.into()));
        }
        let name = format!("producer.{}", spec.name);
        let part = ("produce", name.as_str());
        self.producers[at] =
            Some(Driver::start(&self.lab, &mut self.guard, &self.implementation, part, &properties)?);
        Ok(())
    }

    /// Starts a member's process; it joins on the command `go`.
    pub(super) fn start_member(&mut self, at: usize, member: u32) -> Result<(), LabError> {
        let spec = self.scenario.groups[at].clone();
        let name = format!("group.{}.{member}", spec.name);
        let mut properties = member_properties(&spec, member, &name, &self.lab.bootstrap());
        properties.push(("lab.version".into(), self.lab.spec().version.to_string()));
        let part = ("consume", name.as_str());
        let driver = Driver::start(&self.lab, &mut self.guard, &self.implementation, part, &properties)?;
        self.members.insert((at, member), driver);
        Ok(())
    }

    /// Asks the administrator for something; its other lines come back.
    pub(super) fn ask(&mut self, what: &str) -> Result<Vec<String>, LabError> {
        self.admin.send_command(what);
        let mut lines =
            self.admin.until(Duration::from_secs(90), |line| line == "OK" || line.starts_with("ERR "))?;
        match lines.pop() {
            Some(last) if last != "OK" => Err(LabError::new(format!("{what}: {}", &last[4..]))),
            _ => Ok(lines),
        }
    }

    pub(super) fn producer(&mut self, at: usize) -> Option<&mut Driver> {
        self.producers.get_mut(at)?.as_mut()
    }

    pub(super) fn member(&mut self, at: usize, member: u32) -> Option<&mut Driver> {
        self.members.get_mut(&(at, member))
    }

    /// All processes of the group's members.
    pub(super) fn members_of(&mut self, at: usize) -> impl Iterator<Item = &mut Driver> {
        self.members.iter_mut().filter(move |((group, _), _)| *group == at).map(|(_, driver)| driver)
    }

    /// Ends a client's process at once; what it had said counts.
    pub(super) fn kill_producer(&mut self, at: usize) {
        if let Some(mut driver) = self.producers.get_mut(at).and_then(Option::take) {
            let lines = driver.kill(&mut self.guard);
            lines.iter().for_each(|line| _ = self.tally.producer_said(at as u32, line));
        }
    }

    /// Ends a member's process at once.
    pub(super) fn kill_member(&mut self, at: usize, member: u32) {
        if let Some(mut driver) = self.members.remove(&(at, member)) {
            let lines = driver.kill(&mut self.guard);
            let group = self.scenario.groups[at].name.clone();
            lines.iter().for_each(|line| _ = self.tally.member_said(&group, member, line));
        }
    }

    /// Takes what clients said and what became of nodes.
    pub(super) fn look(&mut self) -> Result<(), LabError> {
        for (at, driver) in self.producers.iter().enumerate() {
            let lines = driver.iter().flat_map(Driver::take_lines);
            lines.for_each(|line| _ = self.tally.producer_said(at as u32, &line));
        }
        for ((at, member), driver) in &self.members {
            let group = &self.scenario.groups[*at].name;
            driver.take_lines().iter().for_each(|line| _ = self.tally.member_said(group, *member, line));
        }
        self.process_times.note_registrations(self.lab.links());
        for id in self.lab.reap() {
            self.process_times.ended(id, self.lab.links());
            self.ended_well.entry(id).or_insert(true);
            self.paused.remove(&id);
            if self.start_again.remove(&id) {
                self.start_node(id)?;
            }
        }
        self.note_boots();
        self.meter_leaders();
        Ok(())
    }

    /// A node has booted when the others see it unfenced.
    fn note_boots(&mut self) {
        let alive = self.observer.alive();
        let done: Vec<i32> = self.booting.keys().copied().filter(|id| alive.contains(id)).collect();
        for id in done {
            if let Some(since) = self.booting.remove(&id) {
                let from = since.saturating_duration_since(self.zero).as_nanos() as u64;
                self.boots.push((from, self.zero.elapsed().as_nanos() as u64));
            }
        }
    }

    /// Asks a node to stop, and does not wait.
    pub(super) fn stop_node(&mut self, id: i32) -> Result<(), LabError> {
        self.process_times.stopping(id);
        self.lab.begin_stop(id)
    }

    /// Starts a node's process and remembers how the one before it had ended.
    pub(super) fn start_node(&mut self, id: i32) -> Result<(), LabError> {
        if self.site_without_power {
            self.bring_controllers_back()?;
        }
        let clean = self.ended_well.remove(&id).unwrap_or(true);
        self.starts.entry(id).or_default().push(clean);
        self.booting.insert(id, Instant::now());
        self.process_times.started(id);
        self.lab.restart(id)
    }

    fn meter_leaders(&mut self) {
        let now = self.zero.elapsed().as_nanos() as u64;
        for (at, (topic, number)) in self.partitions.clone().into_iter().enumerate() {
            let seen = self.observer.partition(&topic, number);
            let leader = seen.and_then(|seen| seen.leader);
            let running = leader.filter(|id| self.lab.is_running(*id) && !self.paused.contains(id));
            self.meter.leader(PartitionIx(at as u32), now, running.map(BrokerId));
        }
    }

    /// Which partition a producer's record belongs to; one that never had a partition counts for the first.
    pub(super) fn partition_index(&self, producer: u32, number: Option<i32>) -> Option<PartitionIx> {
        let spec = self.scenario.producers.get(producer as usize)?;
        let number = number.or(spec.partition).unwrap_or(0);
        let at = self.partitions.iter().position(|(topic, n)| *topic == spec.topic && *n == number)?;
        Some(PartitionIx(at as u32))
    }
}

/// Partitions of topics in order.
pub(super) fn partitions_of(topics: &[TopicSpec]) -> Vec<(String, i32)> {
    let of = |topic: &TopicSpec| {
        let name = topic.name.clone();
        (0..topic.partitions as i32).map(move |number| (name.clone(), number))
    };
    topics.iter().flat_map(of).collect()
}

/// `1,2,3`
pub(super) fn list(ids: &[BrokerId]) -> String {
    ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(",")
}
