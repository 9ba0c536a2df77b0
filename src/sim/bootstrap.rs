//! How a run begins: brokers boot and register, topics are created, then its time starts.

use crate::model::{BrokerId, KafkaVersion, Nanos, PartitionIx};
use crate::protocol::broker::Broker;
use crate::protocol::consumer::Consumer;
use crate::protocol::controller::{Controller, ControllerInput, ControllerResult, Placement};
use crate::protocol::group::{GroupCoordinator, GroupInput};
use crate::protocol::producer::{Producer, transactional_id};
use crate::protocol::profile::Profile;
use crate::protocol::transaction::{StateLog, TransactionCoordinator, TransactionInput};
use crate::scenario::{DiskSpec, ProducerSpec, Scenario, TopicSpec};
use crate::sim::client_runtime::ClientRuntime;
use crate::sim::clients::{Clients, GroupMember, ProducerClient};
use crate::sim::clock::BOOT;
use crate::sim::event::QueuedEvent;
use crate::sim::groups::HostedGroup;
use crate::sim::histogram::Histogram;
use crate::sim::host::{Disk, Host};
use crate::sim::machines::Machines;
use crate::sim::observers::Observers;
use crate::sim::process::ProcessTimes;
use crate::sim::queue::Queue;
use crate::sim::rng::Rng;
use crate::sim::script::Script;
use crate::sim::settings::{self, OFFSETS_TOPIC, STATE_TOPIC};
use crate::sim::topics::SimTopic;
use crate::sim::transactions::{HostedTransactions, TransactionalProducer};
use crate::sim::workload::Workload;
use crate::sim::world::{Scratch, World};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All brokers should be in service by then, so that topics can be created.
const TOPICS_BY: Nanos = BOOT - 1_000_000_000;

impl World {
    /// A cluster that has just become ready, its clients about to start.
    pub(super) fn new(
        scenario: Arc<Scenario>,
        seed: u64,
        profile: Profile,
        process_times: ProcessTimes,
    ) -> World {
        let mut world = World { process_times, ..World::empty(scenario, seed, profile) };
        world.step_controller(ControllerInput::Wake);
        for id in world.scenario.cluster.ids() {
            let after = world.rng.below(1_000_000_000);
            world.boot(id, after, None);
        }
        while world.now < TOPICS_BY && !world.all_in_service() {
            if !world.step(TOPICS_BY) {
                break;
            }
        }
        world.create_topics();
        world.make_clients();
        world.advance(BOOT);
        world.begin_run();
        world
    }

    fn empty(scenario: Arc<Scenario>, seed: u64, profile: Profile) -> World {
        let disk = disk(&scenario.disk);
        let host = |id: BrokerId| {
            Host::new(Broker::new(settings::broker(&scenario, id, profile.version), profile.clone()), disk)
        };
        let hosts = scenario.cluster.ids().map(host).collect();
        let controller = Controller::new(profile.clone(), settings::controller(&scenario, &profile));
        World {
            now: 0,
            seed,
            queue: Queue::default(),
            machines: Machines::new(hosts, controller, &scenario, seed),
            clients: Clients::default(),
            observers: Observers::default(),
            script: Script::default(),
            rng: Rng::stream(seed, "world", 0),
            events: 0,
            scratch: Scratch::default(),
            quota_window: settings::quota_window(&scenario, profile.version),
            scenario,
            profile,
            process_times: ProcessTimes::default(),
        }
    }

    fn all_in_service(&self) -> bool {
        let known = &self.machines.control.committed.brokers;
        known.len() == self.machines.hosts().len()
            && known.values().all(|registration| registration.is_active())
    }

    /// Creates all topics, in the order of their names; the offsets topic only if it can be.
    fn create_topics(&mut self) {
        let mut specs: Vec<TopicSpec> = self.scenario.topics.clone();
        let offsets = settings::offsets_topic(&self.scenario, self.profile.version);
        if offsets.partitions > 0 && offsets.replication_factor as usize <= self.machines.hosts().len() {
            specs.push(offsets);
        }
        let state = settings::state_topic(&self.scenario, self.profile.version);
        if state.partitions > 0 && state.replication_factor as usize <= self.machines.hosts().len() {
            specs.push(state);
        }
        specs.sort_by(|a, b| a.name.cmp(&b.name));
        for (at, spec) in (0..).zip(specs) {
            self.create_topic(at, spec);
        }
    }

    fn create_topic(&mut self, at: u32, spec: TopicSpec) {
        let placement = if spec.placement.is_empty() {
            Placement::Striped {
                partitions: spec.partitions as usize,
                replication_factor: spec.replication_factor as usize,
                seed: Rng::stream(self.seed, "placement", u64::from(at)).next_u64(),
            }
        } else {
            Placement::Manual(spec.placement.clone())
        };
        let mut settings = settings::topic(&self.scenario, &spec.config, self.profile.version);
        let config = settings::topic_config(&spec.config);
        let internal = spec.name == OFFSETS_TOPIC || spec.name == STATE_TOPIC;
        // What these hold is kept beside their logs, which are empty: there is nothing to compact.
        settings.compaction = settings.compaction.filter(|_| !internal);
        self.machines.topics.push(SimTopic { spec, settings, partitions: Vec::new(), internal });
        let (answer, _) = self.step_controller(ControllerInput::CreateTopic { placement, config });
        match answer {
            Some(ControllerResult::Created { partitions, .. }) => self.machines.topics.add(at, partitions),
            other => unreachable!("a checked scenario's topic was refused: {other:?}"),
        }
    }

    fn make_clients(&mut self) {
        let (scenario, version) = (self.scenario.clone(), self.profile.version);
        let brokers = self.machines.hosts().len();
        let ids = settings::transactional_ids(&scenario, version);
        self.make_transactions(ids.len());
        for (at, spec) in (0..).zip(&scenario.producers) {
            let settings = settings::producer(&scenario, spec, version);
            let rng = |name| Rng::stream(self.seed, name, u64::from(at));
            let topic = self.machines.topics.named(&spec.topic).map_or(0, |(topic, _)| topic);
            let connections = settings::producer_connections(spec, version);
            let runtime = ClientRuntime::new(brokers, rng("producer"), connections);
            let workload = Workload::of(spec, &self.machines.topics, rng("workload"));
            let producer = Producer::new(u32::MAX, settings, 0);
            self.clients.add_producer(ProducerClient {
                runtime,
                producer,
                workload,
                topic,
                sent: 0,
                acked: 0,
                failed: 0,
                latency: Histogram::default(),
                answered_by: None,
                transactional: transactional(spec, &ids, version),
            });
            self.queue.push(BOOT + spec.from.0, QueuedEvent::ClientStart(at));
        }
        for (group, spec) in (0..).zip(&scenario.groups) {
            let home = self.machines.topics.partition_named(&format!("{OFFSETS_TOPIC}-{group}"));
            let mut group_state = GroupCoordinator::new(settings::group(&scenario, version));
            if home.is_none() {
                let none = GroupInput::Offsets(crate::protocol::group::OffsetsPartition::NoLeader);
                group_state.step(0, none, &mut Vec::new());
            }
            let rng = Rng::stream(self.seed, "service", u64::from(group));
            self.clients.add_group(HostedGroup::new(group_state, home, rng));
            for nth in 0..spec.members {
                self.make_member(group, nth);
            }
        }
    }

    fn make_transactions(&mut self, count: usize) {
        for at in 0..count {
            let home = self.machines.topics.partition_named(&format!("{STATE_TOPIC}-{at}"));
            let mut coordinator =
                TransactionCoordinator::new(settings::transactions(&self.scenario, &self.profile));
            if home.is_none() {
                coordinator.step(0, TransactionInput::Log(StateLog::NoLeader), &mut Vec::new());
            }
            self.clients.add_transactions(HostedTransactions::new(coordinator, home));
        }
    }

    fn make_member(&mut self, group: u32, nth: u32) {
        let scenario = self.scenario.clone();
        let spec = &scenario.groups[group as usize];
        let settings = settings::consumer(spec, nth, self.profile.version);
        let connections = settings::member_connections(spec, self.profile.version);
        let client = self.clients.count();
        let rng = Rng::stream(self.seed, "member", u64::from(client));
        let topics =
            spec.topics.iter().filter_map(|name| Some(self.machines.topics.named(name)?.0)).collect();
        self.clients.add_member(GroupMember {
            runtime: ClientRuntime::new(self.machines.hosts().len(), rng, connections),
            consumer: Consumer::new(settings),
            group,
            nth,
            topics,
            done: BTreeMap::new(),
            owns: Vec::new(),
            read: 0,
            missed: None,
            had_effect: false,
            calls_service: false,
        });
        self.queue.push(BOOT + spec.from.0, QueuedEvent::ClientStart(client));
    }

    /// What happened while booting is not part of the run.
    fn begin_run(&mut self) {
        debug_assert!(self.machines.hosts().iter().all(|host| host.process.is_up()), "a broker did not boot");
        self.observers.begin_run();
        for ix in (0..self.machines.topics.partitions() as u32).map(PartitionIx) {
            self.observers.watch_leader(self.now, &self.machines, ix);
        }
        self.queue.push(BOOT, QueuedEvent::ScriptDue);
        self.begin_compacting();
    }
}

fn transactional(
    spec: &ProducerSpec,
    ids: &[String],
    version: KafkaVersion,
) -> Option<TransactionalProducer> {
    let client = spec.profile(version);
    let own = transactional_id(&client)?;
    let id = ids.iter().position(|id| id == own)? as u32;
    Some(TransactionalProducer { id, records: spec.transaction_records, open: 0, waits: false, fenced: 0 })
}

fn disk(spec: &DiskSpec) -> Disk {
    Disk {
        append: (spec.append_ms * 1e6) as Nanos,
        per_byte: (spec.append_ms_per_mib * 1e6 / 1024.0) as u64,
        fsync: (spec.fsync_ms * 1e6) as Nanos,
        ..Disk::default()
    }
}
