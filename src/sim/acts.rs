//! Everything that can be done to the simulated cluster, one act at a time.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerInput, SurvivingTail};
use crate::protocol::controller::quorum::QuorumEvent;
use crate::protocol::controller::{ControllerInput, ControllerResult, Election, Placement};
use crate::protocol::wire::ErrorCode;
use crate::scenario::{Act, MOST_REPLICAS, PowerDomain, Process, UnflushedTail};
use crate::sim::client_runtime::ClientState;
use crate::sim::process::ProcessState;
use crate::sim::topics::SimTopic;
use crate::sim::trace::{EventKind, Refusal};
use crate::sim::world::World;

type Done = Result<(), Refusal>;

impl World {
    /// Does something to the cluster. A refusal is recorded and returned.
    pub(super) fn apply(&mut self, act: Act) -> Done {
        let event = self.record_event(EventKind::Acted(act.clone()), None);
        let done = self.dispatch(&act, event);
        if let Err(refusal) = done {
            self.record_event(EventKind::ActRefused(act, refusal), Some(event));
        }
        self.audit();
        done
    }

    fn dispatch(&mut self, act: &Act, event: u64) -> Done {
        match act {
            Act::Stop(Process::Broker(id)) => self.stop_broker(*id, event),
            Act::Kill(Process::Broker(id)) => self.kill(*id, event),
            Act::Restart(Process::Broker(id)) => self.restart_broker(*id, event),
            Act::Pause(Process::Broker(id)) => {
                self.expect(*id, ProcessState::is_up)?;
                self.pause_broker(*id, Some(event));
                Ok(())
            }
            Act::Resume(Process::Broker(id)) => {
                self.expect(*id, |state| state == ProcessState::Paused)?;
                self.resume_broker(*id, Some(event));
                Ok(())
            }
            Act::Stop(client)
            | Act::Kill(client)
            | Act::Restart(client)
            | Act::Pause(client)
            | Act::Resume(client) => self.act_on_client(act, client),
            Act::PowerLoss { domain, keep } => self.power_loss(domain, *keep, event),
            Act::DiskLoss(id) => {
                self.known(*id)?;
                self.lose_disk(*id, Some(event));
                Ok(())
            }
            Act::SlowDisk { broker, extra } => {
                self.known(*broker)?;
                self.machines.host_mut(*broker).disk.extra = *extra;
                Ok(())
            }
            Act::ControllerLoss(count) => self.lose_controllers(*count),
            Act::ControllerBack => self.bring_controllers_back(),
            Act::Send { producer, records } => {
                let client = self.producer_named(producer).ok_or(Refusal::Unknown)?;
                self.send_in_turn(client, *records);
                Ok(())
            }
            Act::Greedy { producer, times } => self.hand_in_times(producer, *times),
            Act::DeploySchema { client, change } => self.deploy_schema(client, *change),
            Act::Set(change) => self.set(change),
            Act::Poison { partition, records } => self.poison(partition, *records),
            Act::SlowService { group, extra, failures_permille } => {
                self.slow_service(group, *extra, *failures_permille)
            }
            Act::LoseAnswer(process) => {
                let client = self.client_named(process).ok_or(Refusal::Unknown)?;
                self.clients.runtime_mut(client).loses_answer = true;
                Ok(())
            }
            links @ (Act::Partition { .. } | Act::Heal { .. } | Act::HealAll | Act::SlowLink { .. }) => {
                self.act_on_links(links)
            }
            administration => self.administer(administration),
        }
    }

    fn known(&self, id: BrokerId) -> Done {
        self.machines.host(id).map(|_| ()).ok_or(Refusal::Unknown)
    }

    fn expect(&self, id: BrokerId, allowed: impl Fn(ProcessState) -> bool) -> Done {
        match self.machines.host(id).ok_or(Refusal::Unknown)?.process {
            state if allowed(state) => Ok(()),
            ProcessState::Up => Err(Refusal::Running),
            _ => Err(Refusal::NotRunning),
        }
    }

    fn stop_broker(&mut self, id: BrokerId, event: u64) -> Done {
        self.expect(id, ProcessState::is_up)?;
        self.machines.host_mut(id).last_event = Some(event);
        self.step_broker(id, BrokerInput::Stop);
        Ok(())
    }

    fn kill(&mut self, id: BrokerId, event: u64) -> Done {
        self.expect(id, |state| !state.has_ended())?;
        self.kill_broker(id, Some(event));
        Ok(())
    }

    fn restart_broker(&mut self, id: BrokerId, event: u64) -> Done {
        self.expect(id, |state| state.is_up() || state.has_ended() || state == ProcessState::Ending)?;
        if self.machines.host_mut(id).process == ProcessState::Ending {
            self.machines.host_mut(id).start_again = true;
            return Ok(());
        }
        if self.machines.host_mut(id).process.is_up() {
            self.machines.host_mut(id).start_again = true;
            return self.stop_broker(id, event);
        }
        let after = self.start_up_time();
        self.boot(id, after, Some(event));
        self.power_controllers()
    }

    /// Who starts a broker after an outage of the whole site has power again, and so have the controllers. Their
    /// log is flushed with every commit: nothing is missing there.
    fn power_controllers(&mut self) -> Done {
        if self.machines.control.without_power { self.bring_controllers_back() } else { Ok(()) }
    }

    fn power_loss(&mut self, domain: &PowerDomain, keep: UnflushedTail, event: u64) -> Done {
        let hit: Vec<BrokerId> = match domain {
            PowerDomain::Broker(id) => vec![*id],
            PowerDomain::Site => self.scenario.cluster.ids().collect(),
            PowerDomain::Rack(name) => {
                let cluster = &self.scenario.cluster;
                cluster.ids().filter(|id| cluster.rack_of(*id) == Some(name)).collect()
            }
        };
        if hit.is_empty() {
            return Err(Refusal::Unknown);
        }
        for id in hit {
            self.known(id)?;
            let survives = match keep {
                UnflushedTail::Flushed => SurvivingTail::Flushed,
                UnflushedTail::Everything => SurvivingTail::Everything,
                UnflushedTail::Batches(count) => SurvivingTail::Batches(count),
                UnflushedTail::Random => SurvivingTail::Draw(self.rng.next_u64()),
            };
            self.power_off(id, survives, Some(event));
        }
        if *domain == PowerDomain::Site && self.lose_controllers(u32::MAX).is_ok() {
            self.machines.control.without_power = true;
        }
        Ok(())
    }

    fn act_on_links(&mut self, act: &Act) -> Done {
        if let Act::Partition { from, to, .. } | Act::Heal { from, to } | Act::SlowLink { from, to, .. } = act
            && [from, to].into_iter().any(|end| self.machines.net.machines(end).is_empty())
        {
            return Err(Refusal::Unknown);
        }
        match act {
            Act::Partition { from, to, one_way } => {
                self.machines.net.set_cut(from, to, *one_way, true);
            }
            Act::Heal { from, to } => {
                self.machines.net.set_cut(from, to, false, false);
                self.machines.net.set_slow(from, to, 0, 0);
                self.release_held();
            }
            Act::SlowLink { from, to, extra, loss_permille } => {
                self.machines.net.set_slow(from, to, *extra, *loss_permille);
            }
            _ => {
                self.machines.net.heal_all();
                self.release_held();
            }
        }
        Ok(())
    }

    fn lose_controllers(&mut self, count: u32) -> Done {
        for _ in 0..count.min(self.machines.control.nodes_up.len() as u32) {
            let active = self.machines.control.controller.quorum().active();
            let up = (0..self.machines.control.nodes_up.len() as u32)
                .find(|node| self.machines.control.nodes_up[*node as usize]);
            let Some(node) = active.or(up) else { return Err(Refusal::NotRunning) };
            self.machines.control.nodes_up[node as usize] = false;
            self.step_quorum(QuorumEvent::Killed(node));
        }
        Ok(())
    }

    fn bring_controllers_back(&mut self) -> Done {
        self.machines.control.without_power = false;
        for node in 0..self.machines.control.nodes_up.len() {
            if !std::mem::replace(&mut self.machines.control.nodes_up[node], true) {
                self.step_quorum(QuorumEvent::Started(node as u32));
            }
        }
        Ok(())
    }

    /// Asks the controller for something that an administrator would.
    pub(super) fn ask_administrator(
        &mut self,
        input: ControllerInput,
    ) -> Result<Option<ControllerResult>, Refusal> {
        let controllers = self.machines.net.controllers();
        if !self.machines.control.nodes_up.contains(&true) || controllers == 0 {
            return Err(Refusal::NoController);
        }
        match self.step_controller(input).0 {
            Some(ControllerResult::Result(ErrorCode::NotController)) => Err(Refusal::NoController),
            Some(ControllerResult::Result(error)) if error != ErrorCode::None => {
                Err(Refusal::Controller(error))
            }
            answer => Ok(answer),
        }
    }

    fn administer(&mut self, act: &Act) -> Done {
        match act {
            Act::Reassign { topic, partition, replicas } => {
                let partitions = self.partitions_of(Some(topic), *partition)?;
                for partition in partitions {
                    let input = ControllerInput::Reassign { partition, replicas: replicas.clone() };
                    self.ask_administrator(input)?;
                }
                Ok(())
            }
            Act::AddPartitions { topic, partitions } => self.add_partitions(topic, *partitions),
            Act::PreferredElection(topic) => self.elect(topic.as_deref(), Election::Preferred),
            Act::UncleanElection(topic) => self.elect(topic.as_deref(), Election::Unclean),
            _ => Err(Refusal::Unknown),
        }
    }

    /// Partitions that need no election are no refusal.
    fn elect(&mut self, topic: Option<&str>, election: Election) -> Done {
        let partitions = self.partitions_of(topic, None)?;
        match self.ask_administrator(ControllerInput::Elect { partitions, election }) {
            Err(Refusal::Controller(ErrorCode::ElectionNotNeeded)) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    pub(super) fn add_partitions(&mut self, topic: &str, partitions: u32) -> Done {
        let (at, known) = self.machines.topics.named(topic).ok_or(Refusal::Unknown)?;
        let more = (partitions as usize).saturating_sub(known.partitions.len());
        let replication_factor = known.spec.replication_factor as usize;
        if more == 0 {
            return Err(Refusal::Controller(ErrorCode::InvalidPartitions));
        }
        let copies = |topic: &SimTopic| topic.partitions.len() * topic.spec.replication_factor as usize;
        let all: usize = self.machines.topics.list().iter().map(copies).sum();
        if (all + more * replication_factor) as u64 > MOST_REPLICAS {
            return Err(Refusal::TooLarge);
        }
        let seed = self.rng.next_u64();
        let placement = Placement::Striped { partitions: more, replication_factor, seed };
        let topic = crate::model::TopicIx(at);
        let answer = self.ask_administrator(ControllerInput::AddPartitions { topic, placement })?;
        if let Some(ControllerResult::Created { partitions: fresh, .. }) = answer {
            self.machines.topics.get_mut(at).spec.partitions = partitions;
            self.machines.topics.add(at, fresh);
        }
        Ok(())
    }

    fn partitions_of(&self, topic: Option<&str>, number: Option<i32>) -> Result<Vec<PartitionIx>, Refusal> {
        let Some(topic) = topic else {
            return Ok((0..self.machines.topics.partitions() as u32).map(PartitionIx).collect());
        };
        let (_, topic) = self.machines.topics.named(topic).ok_or(Refusal::Unknown)?;
        match number {
            None => Ok(topic.partitions.clone()),
            Some(number) => {
                let ix = topic.partitions.get(number as usize).ok_or(Refusal::Unknown)?;
                Ok(vec![*ix])
            }
        }
    }

    /// A producer's client number.
    pub(super) fn producer_named(&self, name: &str) -> Option<u32> {
        self.scenario.producers.iter().position(|spec| spec.name == name).map(|at| at as u32)
    }

    /// What a client's process is called.
    pub(super) fn process_of(&self, client: u32) -> Process {
        match self.scenario.producers.get(client as usize) {
            Some(producer) => Process::Producer(producer.name.clone()),
            None => {
                let member = self.clients.member(client);
                let group = &self.scenario.groups[member.group as usize];
                Process::Member(group.name.clone(), member.nth)
            }
        }
    }

    /// All processes of clients.
    pub(super) fn client_processes(&self) -> impl Iterator<Item = Process> + '_ {
        (0..self.clients.count()).map(|client| self.process_of(client))
    }

    fn client_named(&self, process: &Process) -> Option<u32> {
        match process {
            Process::Broker(_) => None,
            Process::Producer(name) => self.producer_named(name),
            Process::Member(name, nth) => {
                let group = self.scenario.groups.iter().position(|spec| spec.name == *name)? as u32;
                self.clients.member_of(group, *nth)
            }
        }
    }

    /// The next records of a partition are poison.
    fn poison(&mut self, partition: &str, records: u32) -> Done {
        let ix = self.machines.topics.partition_named(partition).ok_or(Refusal::Unknown)?;
        let log = self.machines.leading_log(ix).ok_or(Refusal::NoLeader)?.2;
        self.clients.poison.expect(ix, log.end(), records);
        let topic = partition.rsplit_once('-').map_or(partition, |(topic, _)| topic);
        for group in 0..self.clients.groups().len() as u32 {
            if self.scenario.groups[group as usize].topics.iter().any(|read| read == topic) {
                self.process_one_by_one(group);
            }
        }
        Ok(())
    }

    fn hand_in_times(&mut self, producer: &str, times: u32) -> Done {
        let client = self.producer_named(producer).ok_or(Refusal::Unknown)?;
        self.clients.producer_mut(client).workload.hand_in_times(times);
        self.work_again(client);
        Ok(())
    }

    fn slow_service(&mut self, group: &str, extra: Nanos, failures_permille: u32) -> Done {
        let at = self.scenario.groups.iter().position(|spec| spec.name == group).ok_or(Refusal::Unknown)?;
        self.clients.group_mut(at as u32).processing.service.disturb(extra, failures_permille);
        self.process_one_by_one(at as u32);
        Ok(())
    }

    fn act_on_client(&mut self, act: &Act, process: &Process) -> Done {
        let client = self.client_named(process).ok_or(Refusal::Unknown)?;
        let state = self.clients.runtime_mut(client).state;
        match (act, state) {
            (Act::Stop(_), ClientState::Up) => self.close_client(client),
            (Act::Kill(_), ClientState::Up | ClientState::Paused) => self.end_client(client),
            (Act::Restart(_), ClientState::Ended) => self.start_client(client),
            (Act::Restart(_), ClientState::Up) => {
                self.end_client(client);
                self.start_client(client);
            }
            (Act::Pause(_), ClientState::Up) => self.pause_client(client),
            (Act::Resume(_), ClientState::Paused) => self.resume_client(client),
            (_, ClientState::Up) => return Err(Refusal::Running),
            _ => return Err(Refusal::NotRunning),
        }
        Ok(())
    }
}
