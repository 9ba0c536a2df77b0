//! A broker: its replicas, its own view of the metadata and its life, stepped by time and messages.

mod append;
mod cleaner;
mod delayed_fetch;
mod directories;
mod events;
mod fetch_responses;
mod fetcher;
mod io;
mod isr_changes;
mod lifecycle;
mod log_directory;
mod metadata;
mod process;
mod produce;
mod queries;
mod replica;
mod replication;
mod retention;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
mod timers;
mod truncation;

pub(crate) use crate::protocol::broker_lifecycle::BrokerState;
pub(crate) use crate::protocol::follower::TruncationCause;
pub(crate) use crate::protocol::leader::OutOfSyncReplica;
pub(crate) use crate::protocol::storage::{FlushCause, SurvivingTail};
pub(crate) use events::{BrokerEvent, HwCause, LogLossCause};
pub(crate) use io::{BrokerInput, BrokerOutput, BrokerRegistration, MetadataUpdate};
pub(crate) use replica::Replica;
#[cfg(test)]
pub(crate) use replica::Role;
pub(crate) use settings::{BrokerSettings, TopicSettings};

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::messages::{BrokerRequest, BrokerResponse, Peer};
use crate::protocol::profile::Profile;
use crate::protocol::timers::Timers;
use crate::protocol::wire::{Batch, BrokerEpoch, Offset, PartitionRegistration};
use log_directory::LogDirectory;
use process::Process;

const NO_REPLICA: u32 = u32::MAX;
/// Low bits of a correlation tell who in the broker waits for the answer.
const OWNER_BITS: u32 = 24;
const OWNER_LIFECYCLE: u32 = 0;
const OWNER_ALTER: u32 = 1;
const OWNER_DIRECTORIES: u32 = 2;
const OWNER_FETCHERS: u32 = 3;

/// A broker with its disk. The disk outlives the process; everything else is gone when that ends.
///
/// A driver feeds it with [`Broker::step`] and carries out what comes back. It pauses a broker by holding
/// inputs back, and models the time of disks and processors by holding outputs back. A broker starts
/// without a process: step it with [`BrokerInput::Start`].
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    settings: BrokerSettings,
    profile: Profile,
    detail: bool,
    replicas: Vec<Replica>,
    /// Places in `replicas` by partition.
    index: Vec<u32>,
    log_directory: LogDirectory,
    timers: Timers,
    serial: u64,
    process: Process,
    /// Emptied lists to use again.
    spare: Vec<Vec<Batch>>,
    appended: Vec<(u32, u32, Offset)>,
}

/// One step: its time, and what it wants done.
struct Step<'a> {
    now: Nanos,
    out: &'a mut Vec<BrokerOutput>,
    bytes: u64,
    fsyncs: u32,
}

impl Step<'_> {
    fn event(&mut self, event: BrokerEvent) {
        self.out.push(BrokerOutput::Event(event));
    }

    fn respond(&mut self, to: Peer, correlation: u64, response: BrokerResponse) {
        self.out.push(BrokerOutput::Response { to, correlation, response });
    }
}

impl Broker {
    /// A broker with an empty disk and no process.
    pub(crate) fn new(settings: BrokerSettings, profile: Profile) -> Self {
        let log_directory = LogDirectory::new(settings.id);
        Broker {
            settings,
            profile,
            detail: false,
            replicas: Vec::new(),
            index: Vec::new(),
            log_directory,
            timers: Timers::default(),
            serial: 0,
            process: Process::default(),
            spare: Vec::new(),
            appended: Vec::new(),
        }
    }

    pub(crate) fn settings(&self) -> &BrokerSettings {
        &self.settings
    }

    /// Switches the events of the hot paths (append, high watermark, flush) on or off.
    #[cfg(test)]
    pub(crate) fn set_detail(&mut self, detail: bool) {
        self.detail = detail;
    }

    /// Where it is in its life.
    pub(crate) fn state(&self) -> BrokerState {
        self.process.lifecycle.state()
    }

    /// The epoch of its registration, -1 before.
    pub(crate) fn broker_epoch(&self) -> BrokerEpoch {
        self.process.lifecycle.broker_epoch()
    }

    /// Whether its disk was replaced at some time: the controller may know its replicas in the old one.
    pub(crate) fn is_on_new_disk(&self) -> bool {
        self.log_directory.is_replaced()
    }

    /// Whether its listeners are open: under KRaft only once it has caught up with the metadata
    /// (`BrokerServer.startup`, kafka.md#broker-life-cycle).
    pub(crate) fn accepts_connections(&self) -> bool {
        self.profile.zookeeper || self.state() != BrokerState::Starting
    }

    /// The brokers that it names to clients (`KRaftMetadataCache.getAliveBrokerNodes`).
    pub(crate) fn unfenced_brokers(&self) -> Vec<BrokerId> {
        let known = self.process.metadata.brokers.iter();
        known.filter(|(_, registration)| !registration.fenced).map(|(id, _)| *id).collect()
    }

    /// A partition as this broker believes it is.
    pub(crate) fn known_partition(&self, partition: PartitionIx) -> Option<&PartitionRegistration> {
        self.process.metadata.partition(partition).map(AsRef::as_ref)
    }

    /// Its replica of a partition, which it has as long as its disk has the log.
    pub(crate) fn replica(&self, partition: PartitionIx) -> Option<&Replica> {
        self.place(partition).map(|place| &self.replicas[place as usize])
    }

    #[cfg(test)]
    pub(crate) fn replicas(&self) -> impl Iterator<Item = &Replica> {
        let kept = |(at, replica): &(usize, &Replica)| self.place(replica.partition) == Some(*at as u32);
        self.replicas.iter().enumerate().filter(kept).map(|(_, replica)| replica)
    }

    /// Correlations of this broker's requests to `to` that have no answer yet, for a driver that breaks
    /// the connection.
    #[cfg(test)]
    pub(crate) fn waiting_for(&self, to: BrokerId) -> impl Iterator<Item = u64> + '_ {
        let fetchers = self.process.fetchers.iter().filter(move |fetcher| fetcher.source == to);
        fetchers.filter_map(|fetcher| fetcher.outstanding.map(|outstanding| outstanding.correlation))
    }

    /// From which brokers it fetches a partition: at most one.
    pub(crate) fn fetch_sources(&self, partition: PartitionIx) -> impl Iterator<Item = BrokerId> + '_ {
        let place = self.place(partition);
        let fetchers = self.process.fetchers.iter();
        fetchers.filter(move |one| place.is_some_and(|at| one.members.contains(&at))).map(|one| one.source)
    }

    /// Merges what was appended below `offset` into spans, as far as it is flushed and committed. Call it with
    /// an offset that every replica and every reader has passed: sizes and times below it are then averages.
    pub(crate) fn merge_below(&mut self, partition: PartitionIx, offset: Offset) {
        if let Some(place) = self.place(partition) {
            let replica = &mut self.replicas[place as usize];
            let offset = offset.min(replica.last_stable_offset());
            replica.storage.merge_below(offset);
            replica.producers.forget_commits_below(offset);
        }
    }

    /// Deletes what is below `offset` of a partition that the broker leads, at most up to the high watermark:
    /// retention, or `DeleteRecords`. Followers delete with their next fetch.
    #[cfg(test)]
    pub(crate) fn delete_records_below(&mut self, partition: PartitionIx, offset: Offset) {
        let Some(place) = self.place(partition) else { return };
        let replica = &mut self.replicas[place as usize];
        if matches!(replica.role, Role::Leader(_)) {
            replica.storage.advance_start(offset.min(replica.high_watermark));
            self.log_start_moved(place);
        }
    }

    /// Takes one input at `now`, which never goes back, and appends what it wants done to `out`.
    pub(crate) fn step(&mut self, now: Nanos, input: BrokerInput, out: &mut Vec<BrokerOutput>) {
        let mut step = Step { now, out, bytes: 0, fsyncs: 0 };
        self.take(&mut step, input);
        self.run_follow_ups(&mut step);
        if step.bytes > 0 || step.fsyncs > 0 {
            step.out.push(BrokerOutput::Disk { bytes: step.bytes, fsyncs: step.fsyncs });
        }
        if let Some(at) = self.timers.announce() {
            step.out.push(BrokerOutput::WakeAt(at));
        }
    }

    fn take(&mut self, step: &mut Step<'_>, input: BrokerInput) {
        match input {
            BrokerInput::Wake => self.wake(step),
            BrokerInput::Start { incarnation, ready_after } => self.start(step, incarnation, ready_after),
            BrokerInput::Kill => self.kill(step),
            BrokerInput::PowerLoss { surviving_tail } => self.lose_power(step, surviving_tail),
            BrokerInput::DiskLost => self.lose_disk(step),
            _ if self.state() == BrokerState::NotRunning => {}
            BrokerInput::Request { from, correlation, request } => {
                self.serve_request(step, from, correlation, request);
            }
            BrokerInput::Response { correlation, response } => {
                self.handle_response(step, correlation, response)
            }
            BrokerInput::ControllerResponse { correlation, response } => {
                self.handle_controller_response(step, correlation, response);
            }
            BrokerInput::Failed { correlation } => self.handle_failed_request(step, correlation),
            BrokerInput::Disconnected { peer } => self.close_peer_sessions(peer),
            BrokerInput::Metadata { offset, updates } => self.apply_metadata(step, offset, updates),
            BrokerInput::Keys { partition, keyed } => self.clean_log(step, partition, &keyed),
            BrokerInput::Stop => self.stop(step),
        }
    }

    fn serve_request(&mut self, step: &mut Step<'_>, from: Peer, correlation: u64, request: BrokerRequest) {
        match request {
            BrokerRequest::Produce(request) => self.produce(step, from, correlation, request),
            BrokerRequest::Fetch(request) => self.serve_fetch(step, from, correlation, request),
            BrokerRequest::OffsetsForLeaderEpoch(asked) => {
                self.serve_epoch_ends(step, from, correlation, &asked)
            }
            BrokerRequest::ListOffsets(asked) => self.serve_offsets(step, from, correlation, &asked),
            BrokerRequest::Metadata(asked) => self.serve_metadata(step, from, correlation, &asked),
        }
    }

    /// What one input stirred up: parked fetches to answer, fetches and ISR changes to send.
    fn run_follow_ups(&mut self, step: &mut Step<'_>) {
        let mut at = 0;
        while let Some(&session) = self.process.woken_sessions.get(at) {
            self.try_complete_delayed_fetch(step, session);
            at += 1;
        }
        self.process.woken_sessions.clear();
        at = 0;
        while let Some(&fetcher) = self.process.fetchers_to_run.get(at) {
            self.run_fetcher(step, fetcher);
            at += 1;
        }
        self.process.fetchers_to_run.clear();
        self.send_isr_changes(step);
    }

    fn place(&self, partition: PartitionIx) -> Option<u32> {
        self.index.get(partition.at()).copied().filter(|place| *place != NO_REPLICA)
    }

    fn correlation(&mut self, owner: u32) -> u64 {
        self.serial += 1;
        self.serial << OWNER_BITS | u64::from(owner)
    }

    fn id(&self) -> BrokerId {
        self.settings.id
    }
}
