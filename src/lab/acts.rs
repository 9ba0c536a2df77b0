//! The acts of a scenario on real processes, and the conditions that its events wait for.

use super::LabError;
use super::playable::not_turned;
use super::scenario_cluster::{ScenarioCluster, list};
use super::segment::read_log;
use crate::knobs::{Change, Place, Scope, Shape};
use crate::scenario::change;
use crate::scenario::{Act, Condition, PowerDomain, Process};
use rustix::process::Signal;
use std::time::Duration;

impl ScenarioCluster {
    pub(super) fn act(&mut self, act: &Act) -> Result<(), LabError> {
        match act {
            Act::Stop(process) => self.stop(process),
            Act::Kill(process) => self.kill(process),
            Act::Restart(process) => self.restart(process),
            Act::Pause(process) => self.pause(process, true),
            Act::Resume(process) => self.pause(process, false),
            Act::PowerLoss { domain, keep } => self.power_loss(domain, *keep),
            Act::DiskLoss(id) => {
                self.ended_well.insert(id.0, false);
                self.paused.remove(&id.0);
                self.lab.disk_loss(id.0)
            }
            Act::Partition { from, to, one_way } => {
                self.links(|network| network.cut(from, to, *one_way, true))
            }
            Act::Heal { from, to } => self.links(|network| {
                network.cut(from, to, false, false);
                network.slow(from, to, Duration::ZERO);
            }),
            Act::HealAll => self.links(super::Network::heal_all),
            Act::SlowLink { from, to, extra, .. } => {
                self.links(|network| network.slow(from, to, Duration::from_nanos(*extra)))
            }
            Act::SlowDisk { .. } => Err(LabError::new("the lab has no slow disks")),
            Act::ControllerLoss(count) => self.lose_controllers(*count),
            Act::ControllerBack => self.bring_controllers_back(),
            Act::Set(change) => self.set(change),
            Act::Send { producer, records } => {
                let at = self.producer_at(producer)?;
                self.tally.await_records(at as u32, *records);
                self.producer(at)
                    .into_iter()
                    .for_each(|driver| driver.send_command(&format!("send {records}")));
                Ok(())
            }
            administration => self.administer(administration),
        }
    }

    fn links(&mut self, how: impl FnOnce(&mut super::Network)) -> Result<(), LabError> {
        match self.lab.links() {
            Some(links) => links.change(how),
            None => return Err(LabError::new("this lab has no links")),
        }
        Ok(())
    }

    fn administer(&mut self, act: &Act) -> Result<(), LabError> {
        let elect = |how: &str, topic: &Option<String>| {
            topic.as_ref().map_or(format!("elect {how}"), |topic| format!("elect {how} {topic}"))
        };
        match act {
            Act::Reassign { topic, partition, replicas } => {
                let numbers: Vec<i32> = match partition {
                    Some(number) => vec![*number],
                    None => {
                        self.partitions.iter().filter(|(name, _)| name == topic).map(|(_, n)| *n).collect()
                    }
                };
                numbers.iter().try_for_each(|number| {
                    self.ask(&format!("reassign {topic} {number} {}", list(replicas))).map(|_| ())
                })
            }
            Act::AddPartitions { topic, partitions } => {
                self.ask(&format!("partitions {topic} {partitions}"))?;
                let spec = self.scenario.topics.iter_mut().find(|spec| spec.name == *topic);
                let had = spec.map_or(0, |spec| std::mem::replace(&mut spec.partitions, *partitions));
                let fresh = had as i32..*partitions as i32;
                self.partitions.extend(fresh.map(|number| (topic.clone(), number)));
                Ok(())
            }
            Act::PreferredElection(topic) => self.ask(&elect("preferred", topic)).map(|_| ()),
            Act::UncleanElection(topic) => self.ask(&elect("unclean", topic)).map(|_| ()),
            other => Err(LabError::new(format!("the lab cannot {other}"))),
        }
    }

    fn producer_at(&self, name: &str) -> Result<usize, LabError> {
        let found = self.scenario.producers.iter().position(|spec| spec.name == name);
        found.ok_or_else(|| LabError::new(format!("there is no producer {name}")))
    }

    fn group_at(&self, name: &str) -> Result<usize, LabError> {
        let found = self.scenario.groups.iter().position(|spec| spec.name == name);
        found.ok_or_else(|| LabError::new(format!("there is no group {name}")))
    }

    fn stop(&mut self, process: &Process) -> Result<(), LabError> {
        match process {
            Process::Broker(id) => self.stop_node(id.0),
            client => self.on_client(client, |driver| driver.send_command("close")),
        }
    }

    fn kill(&mut self, process: &Process) -> Result<(), LabError> {
        match process {
            Process::Broker(id) => {
                self.ended_well.insert(id.0, false);
                self.paused.remove(&id.0);
                self.lab.kill(id.0)
            }
            Process::Producer(name) => {
                let at = self.producer_at(name)?;
                self.kill_producer(at);
                Ok(())
            }
            Process::Member(name, member) => {
                let at = self.group_at(name)?;
                self.kill_member(at, *member);
                Ok(())
            }
        }
    }

    fn restart(&mut self, process: &Process) -> Result<(), LabError> {
        match process {
            Process::Broker(id) if self.lab.is_running(id.0) => {
                self.start_again.insert(id.0);
                self.stop_node(id.0)
            }
            Process::Broker(id) => self.start_node(id.0),
            Process::Producer(name) => {
                let at = self.producer_at(name)?;
                self.close_client(process)?;
                self.kill_producer(at);
                self.start_producer(at, false)?;
                let rate = self.scenario.producers[at].records_per_s;
                self.producer(at).into_iter().for_each(|driver| driver.send_command(&format!("rate {rate}")));
                Ok(())
            }
            Process::Member(name, member) => {
                let at = self.group_at(name)?;
                self.close_client(process)?;
                self.kill_member(at, *member);
                self.start_member(at, *member)?;
                self.member(at, *member).into_iter().for_each(|driver| driver.send_command("go"));
                Ok(())
            }
        }
    }

    /// Closes a client that still runs, and waits for it a while.
    fn close_client(&mut self, process: &Process) -> Result<(), LabError> {
        self.on_client(process, |driver| {
            driver.send_command("close");
            for _ in 0..100 {
                if driver.ended() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        })
    }

    fn pause(&mut self, process: &Process, now: bool) -> Result<(), LabError> {
        let signal = if now { Signal::STOP } else { Signal::CONT };
        match process {
            Process::Broker(id) => {
                self.lab.node(id.0)?.signal(signal)?;
                if now {
                    self.paused.insert(id.0)
                } else {
                    self.paused.remove(&id.0)
                };
                Ok(())
            }
            client => self.on_client(client, |driver| driver.signal(signal)),
        }
    }

    fn on_client(
        &mut self,
        process: &Process,
        how: impl FnOnce(&mut super::driver::Driver),
    ) -> Result<(), LabError> {
        let driver = match process {
            Process::Producer(name) => {
                let at = self.producer_at(name)?;
                self.producer(at)
            }
            Process::Member(name, member) => {
                let at = self.group_at(name)?;
                self.member(at, *member)
            }
            Process::Broker(_) => None,
        };
        if let Some(driver) = driver {
            how(driver);
        }
        Ok(())
    }

    fn power_loss(
        &mut self,
        domain: &PowerDomain,
        keep: crate::scenario::UnflushedTail,
    ) -> Result<(), LabError> {
        let cluster = &self.scenario.cluster;
        let hit: Vec<i32> = match domain {
            PowerDomain::Broker(id) => vec![id.0],
            PowerDomain::Site => self.lab.spec().node_ids(),
            PowerDomain::Rack(name) => {
                cluster.ids().filter(|id| cluster.rack_of(*id) == Some(name)).map(|id| id.0).collect()
            }
        };
        if *domain == PowerDomain::Site {
            let first = self.lab.spec().brokers as i32;
            self.lost_controllers.extend(self.lab.nodes.keys().filter(|id| **id > first));
            self.site_without_power = true;
        }
        hit.iter().for_each(|id| {
            self.ended_well.insert(*id, false);
            self.paused.remove(id);
        });
        let mut state = self.scenario.seed;
        let mut draw = |most: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % (most + 1)
        };
        self.lab.power_loss(&hit, keep, &mut draw).map(|_| ())
    }

    fn lose_controllers(&mut self, count: u32) -> Result<(), LabError> {
        let first = self.lab.spec().brokers as i32;
        let ports: Vec<u16> = (1..=first).filter_map(|id| self.lab.port(id)).collect();
        for _ in 0..count {
            let active = ports.iter().find_map(|port| self.observer.active_controller(*port));
            let running = self.lab.nodes.keys().copied().find(|id| *id > first);
            let active = active.filter(|id| *id > first && self.lab.nodes.contains_key(id));
            let Some(id) = active.or(running) else { break };
            self.ended_well.insert(id, false);
            self.lab.kill(id)?;
            self.lost_controllers.push(id);
        }
        Ok(())
    }

    /// Starts the controllers that were lost, by themselves or with the whole site.
    pub(super) fn bring_controllers_back(&mut self) -> Result<(), LabError> {
        self.site_without_power = false;
        let lost = std::mem::take(&mut self.lost_controllers);
        lost.into_iter().try_for_each(|id| self.lab.restart(id))
    }

    /// Topic settings act at once; a client's settings restart that client.
    fn set(&mut self, change: &Change) -> Result<(), LabError> {
        let clients = !(self.scenario.producers.is_empty() && self.scenario.groups.is_empty());
        if let Some(why) = not_turned(change, clients) {
            return Err(LabError::new(format!("{change}: {why}")));
        }
        if let Place::Shape(Shape::Partitions) = change.knob.place {
            return self.set_partitions(change);
        }
        if !change::write(&mut self.scenario, change) {
            return Err(LabError::new(format!("{change}: there is nothing of that name")));
        }
        match change.knob.scope {
            Scope::Topic => self.set_topics(change),
            Scope::Producer => self.restart_producers(change),
            Scope::Consumer => self.restart_members(change),
            _ => {
                let net = self.scenario.net.clone();
                self.links(|network| network.measure(net))
            }
        }
    }

    fn topics_meant(&self, change: &Change) -> Vec<String> {
        let names = self.scenario.topics.iter().map(|topic| topic.name.clone());
        names.filter(|name| change::is_meant(change, name)).collect()
    }

    /// Adding writes the number into the scenario, once the brokers have taken it.
    fn set_partitions(&mut self, change: &Change) -> Result<(), LabError> {
        let partitions = change.value.int().unwrap_or(1) as u32;
        self.topics_meant(change)
            .into_iter()
            .try_for_each(|topic| self.administer(&Act::AddPartitions { topic, partitions }))
    }

    fn set_topics(&mut self, change: &Change) -> Result<(), LabError> {
        let (name, value) = (change.knob.name, change.value.kafka_text());
        self.topics_meant(change)
            .iter()
            .try_for_each(|topic| self.ask(&format!("config {topic} {name}={value}")).map(|_| ()))
    }

    fn restart_producers(&mut self, change: &Change) -> Result<(), LabError> {
        let names: Vec<String> = self.scenario.producers.iter().map(|spec| spec.name.clone()).collect();
        let meant = names.into_iter().filter(|name| change::is_meant(change, name));
        meant.into_iter().try_for_each(|name| self.restart(&Process::Producer(name)))
    }

    fn restart_members(&mut self, change: &Change) -> Result<(), LabError> {
        let groups = self.scenario.groups.clone();
        for group in groups.iter().filter(|group| change::is_meant(change, &group.name)) {
            for member in 0..group.members {
                self.restart(&Process::Member(group.name.clone(), member))?;
            }
        }
        Ok(())
    }

    /// Whether a condition holds now.
    pub(super) fn holds(&mut self, condition: &Condition) -> bool {
        let number_of = |cluster: &ScenarioCluster, name: &str| {
            cluster.scenario.producers.iter().position(|spec| spec.name == name).unwrap_or(usize::MAX) as u32
        };
        match condition {
            Condition::Leader { partition, is } => {
                self.seen(partition).is_some_and(|seen| seen.leader == is.map(|id| id.0))
            }
            Condition::Isr { partition, is } => {
                let wanted: Vec<i32> = is.iter().map(|id| id.0).collect();
                self.seen(partition).is_some_and(|seen| seen.isr == wanted)
            }
            Condition::Fenced(id) => !self.observer.alive().contains(&id.0),
            Condition::Unfenced(id) => self.observer.alive().contains(&id.0),
            Condition::Down(id) => !self.lab.is_running(id.0),
            Condition::Acked(name, count) => self.tally.acked(number_of(self, name)) >= *count,
            Condition::Failed(name, count) => self.tally.failed(number_of(self, name)) >= *count,
            Condition::Settled(name) => self.tally.settled(number_of(self, name)),
            Condition::Log { partition, broker, reaches } => {
                self.log_end(broker.0, partition).is_some_and(|end| end >= *reaches)
            }
            Condition::Visible(partition, offset) => {
                self.high_watermark(partition).is_some_and(|found| found >= *offset)
            }
            Condition::Read(group, count) => {
                self.tally.read.iter().filter(|(name, ..)| name == group).count() as u64 >= *count
            }
        }
    }

    /// `orders-0` as the brokers see it.
    pub(super) fn seen(&self, partition: &str) -> Option<super::observer::PartitionView> {
        let (topic, number) = partition.rsplit_once('-')?;
        self.observer.partition(topic, number.parse().ok()?)
    }

    /// The log end offset of a replica, from its files.
    pub(super) fn log_end(&self, broker: i32, partition: &str) -> Option<i64> {
        let batches = read_log(&self.lab.data(broker).join(partition)).ok()?;
        Some(batches.last().map_or(0, |last| last.last_offset + 1))
    }

    /// The leader's high watermark.
    pub(super) fn high_watermark(&self, partition: &str) -> Option<i64> {
        let (topic, number) = partition.rsplit_once('-')?;
        let leader = self.seen(partition)?.leader?;
        self.observer.high_watermark(self.lab.port(leader)?, topic, number.parse().ok()?)
    }
}
