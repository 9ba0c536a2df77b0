//! The controller as one state machine: requests and time in, metadata records and answers out.

use crate::model::{BrokerId, Nanos};
use crate::protocol::controller::brokers::BrokerHeartbeatTracker;
use crate::protocol::controller::heartbeats::{BrokerControlState, current_state, next_state};
use crate::protocol::controller::image::{Image, MetadataBatchBuilder};
use crate::protocol::controller::messages::{
    Cause, ControllerInput, ControllerOutput, ControllerResult, Heartbeat, MetadataBatch, MetadataRecord,
    Registration, TopicConfig,
};
use crate::protocol::controller::quorum::{Quorum, QuorumTiming};
use crate::protocol::profile::Profile;
use crate::protocol::wire::{BrokerEpoch, ErrorCode, Offset};

const SECOND: Nanos = 1_000_000_000;

/// The controller's own settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ControllerSettings {
    /// How many controller nodes.
    pub nodes: usize,
    pub quorum: QuorumTiming,
    /// `broker.session.timeout.ms`; under ZooKeeper `zookeeper.session.timeout.ms`.
    pub broker_session_timeout: Nanos,
    /// `leader.imbalance.check.interval.seconds`; `None` without `auto.leader.rebalance.enable`.
    pub leader_imbalance_check_interval: Option<Nanos>,
    /// `leader.imbalance.per.broker.percentage`; only ZooKeeper's controller looks at it.
    pub leader_imbalance_percent: u32,
    /// `unclean.leader.election.interval.ms`, where the version has it.
    pub unclean_election_interval: Nanos,
    /// What topics without settings of their own have.
    pub cluster_config: TopicConfig,
}

impl ControllerSettings {
    /// Kafka's defaults for a version, with one controller node.
    pub fn defaults(profile: &Profile) -> Self {
        let session = match (profile.zookeeper, profile.version.major, profile.version.minor) {
            (false, ..) => 9,
            (true, 0 | 1, _) | (true, 2, 0..5) => 6,
            (true, ..) => 18,
        };
        ControllerSettings {
            nodes: 1,
            quorum: QuorumTiming::default(),
            broker_session_timeout: session * SECOND,
            leader_imbalance_check_interval: Some(300 * SECOND),
            leader_imbalance_percent: 10,
            unclean_election_interval: 300 * SECOND,
            cluster_config: TopicConfig { min_isr: Some(1), unclean: Some(false) },
        }
    }
}

/// The controller of a cluster: its quorum, the metadata it has written, its timers.
///
/// A record counts as committed when it is written: a batch that a change of the active controller would
/// have thrown away, within some 30 ms of that change, is kept here.
#[derive(Clone, Debug)]
pub struct Controller {
    settings: ControllerSettings,
    image: Image,
    quorum: Quorum,
    sessions: BrokerHeartbeatTracker,
    tasks: PeriodicTasks,
}

/// When the active controller looks next.
#[derive(Clone, Copy, Debug)]
struct PeriodicTasks {
    sessions: Nanos,
    imbalance: Option<Nanos>,
    unclean: Option<Nanos>,
}

impl PeriodicTasks {
    fn start(now: Nanos, settings: &ControllerSettings, profile: &Profile) -> Self {
        PeriodicTasks {
            sessions: now + settings.broker_session_timeout / 8,
            imbalance: settings.leader_imbalance_check_interval.map(|interval| now + interval),
            unclean: profile.periodic_unclean_election.then(|| now + settings.unclean_election_interval),
        }
    }
}

impl Controller {
    /// An empty cluster at time 0, its first controller node active.
    pub fn new(profile: Profile, settings: ControllerSettings) -> Self {
        Controller {
            image: Image::new(profile.clone(), settings.cluster_config),
            quorum: Quorum::new(settings.nodes, settings.quorum),
            sessions: BrokerHeartbeatTracker::new(settings.broker_session_timeout, profile.sessions),
            tasks: PeriodicTasks::start(0, &settings, &profile),
            settings,
        }
    }

    /// What the metadata log says now.
    pub fn image(&self) -> &Image {
        &self.image
    }

    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// When to call [`Controller::step`] with [`ControllerInput::Wake`] next; `None` if only an input helps.
    pub fn next_wake(&self) -> Option<Nanos> {
        if self.quorum.active().is_none() {
            return self.quorum.election_at();
        }
        let PeriodicTasks { sessions, imbalance, unclean } = self.tasks;
        [Some(sessions), imbalance, unclean].into_iter().flatten().min()
    }

    /// Takes one input at time `now` and pushes what follows from it; a request is answered in the same step.
    ///
    /// Without an active controller a request is answered `NOT_CONTROLLER`. Time never runs backwards.
    pub fn step(&mut self, now: Nanos, input: ControllerInput, out: &mut Vec<ControllerOutput>) {
        match input {
            ControllerInput::Wake => self.wake(now, out),
            ControllerInput::Quorum(input) => {
                let before = self.quorum.active();
                self.quorum.step(now, &input);
                if self.quorum.active() != before {
                    self.announce_active(out);
                }
            }
            request if self.quorum.active().is_some() => self.request(now, request, out),
            _ => self.respond(ControllerResult::Result(ErrorCode::NotController), out),
        }
    }

    fn wake(&mut self, now: Nanos, out: &mut Vec<ControllerOutput>) {
        if self.quorum.active().is_none() {
            if self.quorum.wake(now) {
                self.sessions.restart(now, &self.image.brokers);
                self.tasks = PeriodicTasks::start(now, &self.settings, &self.image.profile);
                self.announce_active(out);
            }
            return;
        }
        if now >= self.tasks.sessions {
            self.tasks.sessions = now + self.settings.broker_session_timeout / 8;
            self.fence_silent_brokers(now, out);
        }
        if self.tasks.imbalance.is_some_and(|at| now >= at) {
            self.tasks.imbalance = self.settings.leader_imbalance_check_interval.map(|every| now + every);
            let percent = self.settings.leader_imbalance_percent;
            self.append(now, out, |image, batch| image.rebalance(percent, batch));
        }
        if self.tasks.unclean.is_some_and(|at| now >= at) {
            self.tasks.unclean = Some(now + self.settings.unclean_election_interval);
            self.append(now, out, |image, batch| image.elect_uncleanly(Cause::UncleanElectionCheck, batch));
        }
    }

    /// One broker a pass, and the next pass at once while there are any.
    fn fence_silent_brokers(&mut self, now: Nanos, out: &mut Vec<ControllerOutput>) {
        // One event a broker: each fencing sees the ISRs that the one before left, and the order decides who is last.
        while let Some((broker, last_heartbeat)) = self.sessions.expired(now) {
            self.sessions.end(broker);
            if self.image.brokers.get(&broker).is_none_or(|registered| registered.fenced) {
                continue;
            }
            let cause = Cause::BrokerFenced { broker, last_heartbeat, now };
            self.append(now, out, |image, batch| image.fence(broker, cause, batch));
        }
    }

    fn request(&mut self, now: Nanos, request: ControllerInput, out: &mut Vec<ControllerOutput>) {
        let result = match request {
            ControllerInput::Wake | ControllerInput::Quorum(_) => return,
            ControllerInput::Register(registration) => self.register(now, registration, out),
            ControllerInput::Heartbeat(heartbeat) => self.heartbeat(now, &heartbeat, out),
            ControllerInput::AlterPartition { from, broker_epoch, request } => {
                match self.check_epoch(from, broker_epoch) {
                    Err(error) => ControllerResult::Result(error),
                    Ok(()) => ControllerResult::AlterPartition(
                        self.append(now, out, |image, batch| image.alter_partition(from, &request, batch)),
                    ),
                }
            }
            ControllerInput::AssignDirectory { from, broker_epoch, partition, directory } => {
                let done = self.check_epoch(from, broker_epoch).map(|()| {
                    self.append(now, out, |image, batch| {
                        image.assign_directory(from, partition, directory, batch)
                    })
                });
                ControllerResult::Result(done.unwrap_or_else(|error| error))
            }
            request => self.append(now, out, |image, batch| administer(image, request, batch)),
        };
        self.respond(result, out);
    }

    fn register(
        &mut self,
        now: Nanos,
        registration: Registration,
        out: &mut Vec<ControllerOutput>,
    ) -> ControllerResult {
        let broker = registration.broker;
        let existing = self.image.brokers.get(&broker);
        if let Some(existing) = existing {
            let other = existing.incarnation != registration.incarnation;
            if other && self.sessions.is_valid(broker, now) {
                return ControllerResult::Result(ErrorCode::DuplicateBrokerRegistration);
            }
        }
        let clean = existing.is_none_or(|existing| existing.epoch == registration.previous_epoch);
        let again = existing.is_some_and(|existing| existing.incarnation == registration.incarnation);
        if let Some(existing) = existing.filter(|_| again) {
            return ControllerResult::Registered { epoch: existing.epoch };
        }
        let epoch = self.image.next_offset;
        self.append(now, out, |image, batch| image.register(registration, clean, batch));
        let unfenced = self.image.brokers.get(&broker).is_some_and(|registered| !registered.fenced);
        self.sessions.begin(broker, epoch, now, unfenced);
        ControllerResult::Registered { epoch }
    }

    fn heartbeat(
        &mut self,
        now: Nanos,
        heartbeat: &Heartbeat,
        out: &mut Vec<ControllerOutput>,
    ) -> ControllerResult {
        let broker = heartbeat.broker;
        if let Err(error) = self.check_epoch(broker, heartbeat.epoch) {
            return ControllerResult::Result(error);
        }
        // Its own registration, not the end of the log: a busy cluster has no end that stands still.
        let registered = self.image.brokers.get(&broker).map_or(Offset::MAX, |broker| broker.registered_at);
        let caught_up = heartbeat.metadata_offset >= registered;
        if !heartbeat.offline_directories.is_empty() {
            let offline = &heartbeat.offline_directories;
            self.append(now, out, |image, batch| image.directories_offline(broker, offline, batch));
        }
        if heartbeat.tells_cordoned {
            let epoch = heartbeat.epoch;
            self.append(now, out, |image, batch| {
                image.write(MetadataRecord::CordonedDirectories { broker, epoch }, batch);
            });
        }
        let (current, next) = self.states(heartbeat);
        if current != next {
            self.append(now, out, |image, batch| write_state_change(image, broker, current, next, batch));
        }
        let fenced = matches!(next, BrokerControlState::Fenced | BrokerControlState::ShutdownNow);
        self.sessions.touch(heartbeat, now, !fenced);
        if next == BrokerControlState::ControlledShutdown {
            self.sessions.shut_down_at(broker, self.image.next_offset - 1);
        }
        ControllerResult::Heartbeat {
            fenced,
            should_shut_down: next == BrokerControlState::ShutdownNow,
            caught_up,
        }
    }

    fn states(&self, heartbeat: &Heartbeat) -> (BrokerControlState, BrokerControlState) {
        let contact = self.sessions.contact(heartbeat.broker);
        let Some(broker) = self.image.brokers.get(&heartbeat.broker) else {
            return (BrokerControlState::Fenced, BrokerControlState::Fenced);
        };
        // ZooKeeper knows no fencing: who is registered serves.
        let want_fence = heartbeat.want_fence && !self.image.profile.zookeeper;
        let heartbeat = &Heartbeat { want_fence, ..heartbeat.clone() };
        let leads = self.image.partitions.leaderships(heartbeat.broker) > 0;
        let lowest = || self.sessions.lowest_active_offset(&self.image.brokers);
        (current_state(broker, contact), next_state(broker, contact, heartbeat, leads, lowest))
    }

    fn check_epoch(&self, broker: BrokerId, epoch: BrokerEpoch) -> Result<(), ErrorCode> {
        let known = self.image.brokers.get(&broker).is_some_and(|registered| registered.epoch == epoch);
        if known { Ok(()) } else { Err(ErrorCode::StaleBrokerEpoch) }
    }

    /// Makes the records of one event and pushes them, if there are any.
    fn append<T>(
        &mut self,
        now: Nanos,
        out: &mut Vec<ControllerOutput>,
        event: impl FnOnce(&mut Image, &mut MetadataBatchBuilder) -> T,
    ) -> T {
        let mut batch = self.image.begin_batch();
        let result = event(&mut self.image, &mut batch);
        let MetadataBatchBuilder { base_offset, records } = batch;
        if !records.is_empty() {
            out.push(ControllerOutput::Append(MetadataBatch { base_offset, at: now, records }));
        }
        result
    }

    fn respond(&self, result: ControllerResult, out: &mut Vec<ControllerOutput>) {
        out.push(ControllerOutput::Response { after: self.image.next_offset - 1, result });
    }

    fn announce_active(&self, out: &mut Vec<ControllerOutput>) {
        let (node, epoch) = (self.quorum.active(), self.quorum.epoch());
        out.push(ControllerOutput::ActiveController { node, epoch });
    }
}

/// The records of a broker's change of state.
fn write_state_change(
    image: &mut Image,
    broker: BrokerId,
    from: BrokerControlState,
    to: BrokerControlState,
    batch: &mut MetadataBatchBuilder,
) {
    match to {
        BrokerControlState::Unfenced => image.unfence(broker, batch),
        BrokerControlState::ControlledShutdown => image.begin_controlled_shutdown(broker, batch),
        BrokerControlState::ShutdownNow if from == BrokerControlState::Fenced => {}
        BrokerControlState::Fenced | BrokerControlState::ShutdownNow => {
            image.fence(broker, Cause::BrokerLeft { broker }, batch);
        }
    }
}

/// What administrators ask for.
fn administer(
    image: &mut Image,
    request: ControllerInput,
    batch: &mut MetadataBatchBuilder,
) -> ControllerResult {
    match request {
        ControllerInput::CreateTopic { placement, config } => image.create_topic(&placement, config, batch),
        ControllerInput::AddPartitions { topic, placement } => image.add_partitions(topic, &placement, batch),
        ControllerInput::Reassign { partition, replicas } => {
            ControllerResult::Result(image.reassign(partition, &replicas, batch))
        }
        ControllerInput::SetReplicationFactor { topic, replication_factor } => {
            ControllerResult::Result(image.set_replication_factor(topic, replication_factor, batch))
        }
        ControllerInput::SetConfig { topic, config } => {
            ControllerResult::Result(image.set_config(topic, config, batch))
        }
        ControllerInput::SetElr(on) => {
            if image.profile.elr != on {
                image.write(MetadataRecord::ElrFeature { on }, batch);
            }
            ControllerResult::Result(ErrorCode::None)
        }
        ControllerInput::Elect { partitions, election } => {
            let mut first = ErrorCode::None;
            for ix in partitions {
                let error = image.elect_on_request(ix, election, batch);
                first = if first == ErrorCode::None { error } else { first };
            }
            ControllerResult::Result(first)
        }
        _ => ControllerResult::Result(ErrorCode::InvalidRequest),
    }
}
