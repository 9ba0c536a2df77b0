//! A real cluster as a stream: one thread that reads each kind at its own pace and survives outages.

use crate::clock::now_ms;
use crate::kafka::{
    BrokerReport, CallError, ConnectError, ConnectionSpec, ConnectionState, Metadata, ObservedCluster,
    Probes, ReadAnswer, ReadKind, ReadTargets, Reader, unreachable,
};
use crate::model::{BrokerStatus, Cluster, Millis, complete_because};
use budget::{RequestBudget, RequestMeter, rest_after};
pub use options::LiveOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

mod budget;
mod options;

/// Answers that come within this time make one snapshot.
const BATCH_WINDOW: Duration = Duration::from_millis(30);
/// The longest pause between two attempts to reach a cluster.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// What the client library's process was reading when it ended is read again after this.
const AFTER_AN_END: Duration = Duration::from_secs(1);
/// How often Metadata and the quorum are read while a broker does not answer, or has just gone or come.
const IN_TROUBLE: Duration = Duration::from_secs(1);
/// A topic that appears has its configuration read after this at the latest.
const NEW_TOPIC_CONFIGS: Duration = Duration::from_secs(30);

/// What a stream reports.
#[derive(Clone, Debug)]
pub enum SourceEvent {
    /// The cluster as it is now.
    Snapshot(Arc<Cluster>),
    /// While no broker tells: the cluster as it was told last, with what the brokers' own connections show now.
    Stale(Arc<Cluster>),
    /// How many requests a second klever sends, when that has changed.
    RequestRate(u64),
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

/// A read that has ended.
struct Done {
    kind: ReadKind,
    targets: ReadTargets,
    took: Duration,
    answer: Result<ReadAnswer, CallError>,
}

struct ReadLoop {
    spec: ConnectionSpec,
    reader: Arc<Reader>,
    probes: Probes,
    reports: UnboundedReceiver<BrokerReport>,
    budget: RequestBudget,
    meter: RequestMeter,
    options: LiveOptions,
    events: Sender<SourceEvent>,
    observed: ObservedCluster,
    due: BTreeMap<ReadKind, Instant>,
    running: JoinSet<Done>,
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
        let (probes, reports) = reader.probes();
        ReadLoop {
            spec,
            reader,
            probes,
            reports,
            budget: RequestBudget::new(now),
            meter: RequestMeter::default(),
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
        let mut seconds = interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.start_due();
            let wake = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(()) => self.mark_due(),
                    None => return,
                },
                Some(done) = self.running.join_next(), if !self.running.is_empty() => {
                    if done.is_ok_and(|done| self.take(done).is_err()) {
                        return;
                    }
                }
                Some(report) = self.reports.recv() => self.take_report(report),
                _ = seconds.tick() => if self.measure().is_err() {
                    return;
                },
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
        if let Some(sent) = self.reader.requests_sent() {
            self.budget.settle(now, sent, self.observed.known_brokers().len());
        }
        for kind in ReadKind::OF_SCREEN {
            let due = self.due_at(kind).is_some_and(|due| due <= now);
            if !due || !self.ready(kind) {
                continue;
            }
            self.in_flight.insert(kind);
            self.due.insert(kind, now + self.pause(kind));
            let (reader, targets) = (self.reader.clone(), self.observed.targets());
            self.running.spawn(async move {
                let answer = reader.read(kind, &targets).await;
                Done { kind, targets, took: now.elapsed(), answer }
            });
        }
    }

    /// When a read is to start: all but Metadata wait for the budget, too.
    fn due_at(&self, kind: ReadKind) -> Option<Instant> {
        let due = *self.due.get(&kind)?;
        Some(if kind == ReadKind::Metadata { due } else { due.max(self.budget.open_at()) })
    }

    /// What the cluster makes of a broker that has gone is soon to be seen.
    fn pause(&self, kind: ReadKind) -> Duration {
        let pause = self.options.pause(kind);
        let tells = matches!(kind, ReadKind::Metadata | ReadKind::Raw);
        if tells && self.observed.is_in_trouble(now_ms()) { pause.min(IN_TROUBLE) } else { pause }
    }

    fn next_wake(&self) -> Instant {
        let reads = self.due.keys().filter(|kind| self.ready(**kind)).filter_map(|kind| self.due_at(*kind));
        let gathered = self.changed.map(|changed| changed + BATCH_WINDOW);
        reads.chain(gathered).min().unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }

    fn mark_due(&mut self) {
        let now = Instant::now();
        for kind in [ReadKind::Metadata, ReadKind::Groups, ReadKind::LatestOffsets, ReadKind::Raw] {
            self.due.insert(kind, now);
        }
    }

    /// A broker answers its probe in another way than before: what depends on it is read again.
    fn take_report(&mut self, report: BrokerReport) {
        let is_well = report.1 == ConnectionState::Connected;
        let first = self.observed.state_of(report.0) == BrokerStatus::Up && is_well;
        self.observed.apply_report(report, now_ms());
        self.changed.get_or_insert_with(Instant::now);
        if first {
            return;
        }
        let now = Instant::now();
        self.due.insert(ReadKind::Metadata, now);
        self.due.insert(ReadKind::Raw, now);
        if is_well {
            self.mark_due();
        }
    }

    fn measure(&mut self) -> Result<(), Disconnected> {
        let Some(sent) = self.reader.requests_sent() else { return Ok(()) };
        match self.meter.newer(Instant::now(), sent) {
            Some(rate) => self.send(SourceEvent::RequestRate(rate)),
            None => Ok(()),
        }
    }

    fn take(&mut self, done: Done) -> Result<(), Disconnected> {
        let Done { kind, targets, took, answer } = done;
        self.in_flight.remove(&kind);
        // What one broker alone holds up says nothing of the others, nor do controllers that do not answer.
        if kind != ReadKind::Raw && self.observed.every_broker_answers() {
            let rested = Instant::now() + rest_after(took);
            self.due.entry(kind).and_modify(|due| *due = (*due).max(rested));
        }
        let answer = answer.unwrap_or_else(|error| {
            self.due.insert(kind, Instant::now() + AFTER_AN_END);
            ReadAnswer::failed(kind, &targets, &error)
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
                self.probes.follow(&self.observed.known_brokers());
                self.follow_changes(&before);
            }
            // It names brokers that are fenced.
            ReadKind::Description => self.probes.follow(&self.observed.known_brokers()),
            ReadKind::Groups => {
                self.due.insert(ReadKind::GroupOffsets, Instant::now());
            }
            _ => {}
        }
        if first {
            // The screen is waiting: what is there is worth showing at once.
            return self.publish();
        }
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

    /// No broker answers Metadata.
    fn failed(&mut self, error: &CallError) -> Result<(), Disconnected> {
        let Outage { since, attempts } = self.outage.unwrap_or(Outage { since: now_ms(), attempts: 0 });
        self.outage = Some(Outage { since, attempts: attempts + 1 });
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
        // A snapshot would say that the outage is over, and what is old stays old.
        let event = match self.outage {
            None => SourceEvent::Snapshot(self.observed.cluster(now_ms())),
            Some(outage) => {
                let told_at = self.observed.metadata_at().unwrap_or(outage.since);
                SourceEvent::Stale(self.observed.cluster(told_at))
            }
        };
        self.send(event)
    }

    fn send(&self, event: SourceEvent) -> Result<(), Disconnected> {
        self.events.send(event).map_err(|_| Disconnected)
    }
}

/// Nobody receives the events any more.
struct Disconnected;
