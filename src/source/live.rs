//! A real cluster as a stream: one thread that reads each kind at its own pace and survives outages.

use crate::clock::now_ms;
use crate::kafka::{
    CallError, ConnectError, ConnectionSpec, Metadata, ObservedCluster, ReadAnswer, ReadKind, ReadTargets,
    Reader, unreachable,
};
use crate::model::{Assumptions, Cluster, Millis, complete_because};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Answers that come within this time make one snapshot.
const BATCH_WINDOW: Duration = Duration::from_millis(30);
/// The longest pause between two attempts to reach a cluster.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// What the client library's process was reading when it ended is read again after this.
const AFTER_AN_END: Duration = Duration::from_secs(1);
/// A topic that appears has its configuration read after this at the latest.
const NEW_TOPIC_CONFIGS: Duration = Duration::from_secs(30);

/// How often each kind of read is repeated, and what is assumed of what cannot be read.
#[derive(Clone, Debug)]
pub struct LiveOptions {
    pub metadata: Duration,
    /// High watermarks and committed offsets.
    pub offsets: Duration,
    pub groups: Duration,
    /// Configuration of topics and brokers.
    pub configs: Duration,
    /// Cluster id, racks and first offsets.
    pub description: Duration,
    /// Features, quorum and ELR.
    pub raw: Duration,
    /// How long a call may take.
    pub timeout: Duration,
    /// What is assumed of clients, load and failure rates; the default when `None`.
    pub assumed: Option<Assumptions>,
    /// What shows that no topic is hidden, where that is known beforehand.
    pub hides_nothing: Option<&'static str>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        LiveOptions {
            metadata: seconds(5),
            offsets: seconds(5),
            groups: seconds(12),
            configs: seconds(300),
            description: seconds(60),
            raw: seconds(15),
            timeout: seconds(5),
            assumed: None,
            hides_nothing: None,
        }
    }
}

impl LiveOptions {
    /// For a lab on this machine: everything several times a second or once.
    pub fn for_lab() -> Self {
        LiveOptions {
            metadata: Duration::from_millis(300),
            offsets: Duration::from_millis(500),
            groups: Duration::from_secs(1),
            configs: Duration::from_secs(2),
            description: Duration::from_secs(10),
            raw: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            hides_nothing: Some("the lab's brokers have no authorizer"),
            ..LiveOptions::default()
        }
    }

    fn pause(&self, kind: ReadKind) -> Duration {
        match kind {
            ReadKind::Metadata => self.metadata,
            ReadKind::LatestOffsets
            | ReadKind::LastStableOffsets
            | ReadKind::LogEnds
            | ReadKind::GroupOffsets => self.offsets,
            ReadKind::Groups => self.groups,
            ReadKind::TopicConfigs | ReadKind::BrokerConfigs => self.configs,
            ReadKind::Description | ReadKind::EarliestOffsets | ReadKind::LogDirs => self.description,
            ReadKind::Raw => self.raw,
        }
    }
}

/// What a stream reports.
#[derive(Clone, Debug)]
pub enum SourceEvent {
    /// The cluster as it is now.
    Snapshot(Arc<Cluster>),
    /// The client library's process ended, and why. Another is started; what it was reading is read again.
    ProcessEnded(String),
    /// No broker can be reached; the last snapshot stays valid as what was known. Sent at each attempt, and over with
    /// the next snapshot.
    Unreachable {
        since: Millis,
        message: String,
        hint: Option<String>,
        /// Until the next attempt.
        retry_in_ms: u64,
    },
}

/// Asks a stream to read again, from any thread.
#[derive(Clone)]
pub struct RefreshHandle(UnboundedSender<()>);

impl RefreshHandle {
    /// Reads everything that changes quickly now, and not when it is due.
    pub fn now(&self) {
        let _ = self.0.send(());
    }
}

/// The stream. Dropping it ends the thread, without waiting for it.
pub struct LiveStream {
    events: Receiver<SourceEvent>,
    /// Each message asks for a refresh; the end of the channel ends the thread.
    refresh_requests: UnboundedSender<()>,
}

impl LiveStream {
    /// Starts reading. A cluster that cannot be reached is reported as [`SourceEvent::Unreachable`], not here.
    ///
    /// # Errors
    /// When the client library refuses a property.
    pub fn start(spec: &ConnectionSpec, options: LiveOptions) -> Result<LiveStream, ConnectError> {
        let reader = Arc::new(Reader::open(spec, options.timeout)?);
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ConnectError::new(format!("cannot start: {error}")))?;
        let (sender, events) = channel();
        let (refresh_requests, requests) = unbounded_channel();
        let reads = ReadLoop::new(spec.clone(), reader, options, sender);
        let work = move || runtime.block_on(reads.run(requests));
        let thread = thread::Builder::new().name("klever-live".into()).spawn(work);
        thread.map_err(|error| ConnectError::new(format!("cannot start a thread: {error}")))?;
        Ok(LiveStream { events, refresh_requests })
    }

    /// What the stream tells: snapshots and failures to reach the cluster.
    pub fn events(&self) -> &Receiver<SourceEvent> {
        &self.events
    }

    /// Asks for a refresh from another thread than the one that receives the events.
    pub fn refresh_handle(&self) -> RefreshHandle {
        RefreshHandle(self.refresh_requests.clone())
    }
}

/// No broker answers Metadata.
#[derive(Clone, Copy)]
struct Outage {
    since: Millis,
    attempts: u32,
}

struct ReadLoop {
    spec: ConnectionSpec,
    reader: Arc<Reader>,
    options: LiveOptions,
    events: Sender<SourceEvent>,
    observed: ObservedCluster,
    due: BTreeMap<ReadKind, Instant>,
    running: JoinSet<(ReadKind, ReadTargets, Result<ReadAnswer, CallError>)>,
    in_flight: BTreeSet<ReadKind>,
    changed: Option<Instant>,
    outage: Option<Outage>,
}

impl ReadLoop {
    fn new(
        spec: ConnectionSpec,
        reader: Arc<Reader>,
        options: LiveOptions,
        events: Sender<SourceEvent>,
    ) -> Self {
        let mut observed = ObservedCluster::default();
        if let Some(assumed) = options.assumed.clone() {
            observed.assume(assumed);
        }
        if let Some(why) = options.hides_nothing {
            observed.names_every_topic(complete_because(why, now_ms()));
        }
        let now = Instant::now();
        // Committed offsets follow the list of groups.
        let due = ReadKind::OF_SCREEN
            .into_iter()
            .filter(|kind| *kind != ReadKind::GroupOffsets)
            .map(|kind| (kind, now))
            .collect();
        ReadLoop {
            spec,
            reader,
            options,
            events,
            observed,
            due,
            running: JoinSet::new(),
            in_flight: BTreeSet::new(),
            changed: None,
            outage: None,
        }
    }

    async fn run(mut self, mut requests: UnboundedReceiver<()>) {
        let mut ends = self.reader.process_ends();
        loop {
            self.start_due();
            let wake = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(()) => self.mark_due(),
                    None => return,
                },
                Some(answer) = self.running.join_next(), if !self.running.is_empty() => {
                    if let Ok((kind, targets, answer)) = answer && self.take(kind, &targets, answer).is_err() {
                        return;
                    }
                }
                Ok(()) = ends.changed() => {
                    let why = ends.borrow_and_update().clone();
                    if why.is_some_and(|why| self.send(SourceEvent::ProcessEnded(why)).is_err()) {
                        return;
                    }
                }
                () = sleep_until(wake) => {}
            }
            if self.publish_if_due().is_err() {
                return;
            }
        }
    }

    /// Nothing but Metadata is asked of a cluster that cannot be reached.
    fn ready(&self, kind: ReadKind) -> bool {
        let reachable = kind == ReadKind::Metadata || self.outage.is_none();
        reachable && self.observed.wants(kind) && !self.in_flight.contains(&kind)
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for kind in ReadKind::OF_SCREEN {
            let due = self.due.get(&kind).is_some_and(|due| *due <= now);
            if !due || !self.ready(kind) {
                continue;
            }
            self.in_flight.insert(kind);
            self.due.insert(kind, now + self.options.pause(kind));
            let (reader, targets) = (self.reader.clone(), self.observed.targets());
            self.running.spawn(async move {
                let answer = reader.read(kind, &targets).await;
                (kind, targets, answer)
            });
        }
    }

    fn next_wake(&self) -> Instant {
        let reads = self.due.iter().filter(|(kind, _)| self.ready(**kind)).map(|(_, due)| *due);
        let gathered = self.changed.map(|changed| changed + BATCH_WINDOW);
        reads.chain(gathered).min().unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }

    fn mark_due(&mut self) {
        let now = Instant::now();
        for kind in [ReadKind::Metadata, ReadKind::Groups, ReadKind::LatestOffsets, ReadKind::Raw] {
            self.due.insert(kind, now);
        }
    }

    fn take(
        &mut self,
        kind: ReadKind,
        targets: &ReadTargets,
        answer: Result<ReadAnswer, CallError>,
    ) -> Result<(), Disconnected> {
        self.in_flight.remove(&kind);
        let answer = answer.unwrap_or_else(|error| {
            self.due.insert(kind, Instant::now() + AFTER_AN_END);
            ReadAnswer::failed(kind, targets, &error)
        });
        if let ReadAnswer::Metadata(Err(error)) = &answer {
            return self.failed(&error.clone());
        }
        let first = self.observed.metadata_at().is_none();
        let before = self.observed.targets().metadata;
        self.observed.apply(answer, now_ms());
        match kind {
            ReadKind::Metadata => {
                self.outage = None;
                self.follow_changes(&before);
            }
            ReadKind::Groups => {
                self.due.insert(ReadKind::GroupOffsets, Instant::now());
            }
            _ => {}
        }
        if first {
            // The screen is waiting: what is there is worth showing at once.
            return self.publish();
        }
        // During an outage a snapshot would say that it is over.
        if self.outage.is_none() {
            self.changed.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    /// Brokers and topics that were not there before have racks and configurations to read.
    fn follow_changes(&mut self, before: &Metadata) {
        let now = Instant::now();
        let after = self.observed.targets().metadata;
        if after.nodes != before.nodes {
            self.due.insert(ReadKind::Description, now);
            self.due.insert(ReadKind::BrokerConfigs, now);
            self.due.insert(ReadKind::LatestOffsets, now);
        }
        if !after.topics.iter().map(|topic| &topic.name).eq(before.topics.iter().map(|topic| &topic.name)) {
            let soon = now + NEW_TOPIC_CONFIGS.min(self.options.configs);
            let due = self.due.entry(ReadKind::TopicConfigs).or_insert(soon);
            *due = (*due).min(soon);
        }
    }

    fn failed(&mut self, error: &CallError) -> Result<(), Disconnected> {
        let Outage { since, attempts } = self.outage.unwrap_or(Outage { since: now_ms(), attempts: 0 });
        self.outage = Some(Outage { since, attempts: attempts + 1 });
        self.changed = None;
        let pause = MAX_PAUSE.min(Duration::from_millis(500 << attempts.min(5)));
        self.due.insert(ReadKind::Metadata, Instant::now() + pause);
        let plain = unreachable(&self.spec, error);
        let retry_in_ms = pause.as_millis() as u64;
        self.send(SourceEvent::Unreachable { since, message: plain.message, hint: plain.hint, retry_in_ms })
    }

    fn publish_if_due(&mut self) -> Result<(), Disconnected> {
        match self.changed {
            Some(changed) if changed + BATCH_WINDOW <= Instant::now() => self.publish(),
            _ => Ok(()),
        }
    }

    fn publish(&mut self) -> Result<(), Disconnected> {
        self.changed = None;
        let cluster = self.observed.cluster(now_ms());
        self.send(SourceEvent::Snapshot(cluster))
    }

    fn send(&self, event: SourceEvent) -> Result<(), Disconnected> {
        self.events.send(event).map_err(|_| Disconnected)
    }
}

/// Nobody receives the events any more.
struct Disconnected;
