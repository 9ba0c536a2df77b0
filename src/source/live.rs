//! A real cluster as a stream: one thread that reads each part at its own pace and survives outages.

use crate::clock::now_ms;
use crate::kafka::{Answer, CallError, ConnectError, ConnectionSpec, Part, Reader, Survey, unreachable};
use crate::model::{Assumptions, Millis};
use crate::source::SourceEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Answers that come together make one snapshot.
const GATHER: Duration = Duration::from_millis(30);
/// The longest pause between two attempts to reach a cluster.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A topic that appears has its configuration read after this at the latest.
const NEW_TOPIC_CONFIGS: Duration = Duration::from_secs(30);

/// How often each part is read.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    pub metadata: Duration,
    /// High watermarks and committed offsets.
    pub offsets: Duration,
    pub groups: Duration,
    /// Configuration of topics and brokers.
    pub configs: Duration,
    /// Cluster id, racks and first offsets.
    pub description: Duration,
    /// Features, quorum and ELR.
    pub deep: Duration,
    /// How long a call may take.
    pub timeout: Duration,
    /// What is assumed of clients, load and failure rates; the default when `None`.
    pub assumed: Option<Assumptions>,
}

impl Default for LiveSettings {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        LiveSettings {
            metadata: seconds(5),
            offsets: seconds(5),
            groups: seconds(12),
            configs: seconds(300),
            description: seconds(60),
            deep: seconds(15),
            timeout: seconds(5),
            assumed: None,
        }
    }
}

impl LiveSettings {
    /// For a lab on this machine: everything several times a second or once.
    pub fn brisk() -> Self {
        LiveSettings {
            metadata: Duration::from_millis(300),
            offsets: Duration::from_millis(500),
            groups: Duration::from_secs(1),
            configs: Duration::from_secs(2),
            description: Duration::from_secs(10),
            deep: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            ..LiveSettings::default()
        }
    }

    fn pause(&self, part: Part) -> Duration {
        match part {
            Part::Metadata => self.metadata,
            Part::Latest | Part::GroupOffsets => self.offsets,
            Part::Groups => self.groups,
            Part::TopicConfigs | Part::BrokerConfigs => self.configs,
            Part::Description | Part::Earliest => self.description,
            Part::Deep => self.deep,
        }
    }
}

/// All parts, in the order in which they are wanted on a screen.
const PARTS: [Part; 9] = [
    Part::Metadata,
    Part::Groups,
    Part::Latest,
    Part::Description,
    Part::TopicConfigs,
    Part::BrokerConfigs,
    Part::Deep,
    Part::Earliest,
    Part::GroupOffsets,
];

/// Asks a stream to read again, from any thread.
#[derive(Clone)]
pub struct Refresh(UnboundedSender<()>);

impl Refresh {
    /// Reads everything that changes quickly now, and not when it is due.
    pub fn now(&self) {
        let _ = self.0.send(());
    }
}

/// The stream. Dropping it ends the thread, without waiting for it.
pub struct Live {
    events: Receiver<SourceEvent>,
    /// Each message asks for a refresh; the end of the channel ends the thread.
    wishes: UnboundedSender<()>,
}

impl Live {
    /// Starts reading. A cluster that cannot be reached is told as [`SourceEvent::SourceError`], not here.
    ///
    /// # Errors
    /// When the client library refuses a property.
    pub fn start(spec: &ConnectionSpec, settings: LiveSettings) -> Result<Live, ConnectError> {
        let reader = Arc::new(Reader::open(spec, settings.timeout)?);
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ConnectError::new(format!("cannot start: {error}")))?;
        let (sender, events) = channel();
        let (wishes, wished) = unbounded_channel();
        let stream = Stream::new(spec.clone(), reader, settings, sender);
        let work = move || runtime.block_on(stream.run(wished));
        let thread = thread::Builder::new().name("klever-live".into()).spawn(work);
        thread.map_err(|error| ConnectError::new(format!("cannot start a thread: {error}")))?;
        Ok(Live { events, wishes })
    }

    pub fn events(&self) -> &Receiver<SourceEvent> {
        &self.events
    }

    /// Reads everything that changes quickly now, and not when it is due.
    pub fn refresh(&self) {
        let _ = self.wishes.send(());
    }

    /// To ask for that from another thread than the one that listens.
    pub fn refresher(&self) -> Refresh {
        Refresh(self.wishes.clone())
    }
}

struct Stream {
    spec: ConnectionSpec,
    reader: Arc<Reader>,
    settings: LiveSettings,
    events: Sender<SourceEvent>,
    survey: Survey,
    due: BTreeMap<Part, Instant>,
    running: JoinSet<(Part, Answer)>,
    in_flight: BTreeSet<Part>,
    changed: Option<Instant>,
    trouble: Option<(Millis, u32)>,
}

impl Stream {
    fn new(
        spec: ConnectionSpec,
        reader: Arc<Reader>,
        settings: LiveSettings,
        events: Sender<SourceEvent>,
    ) -> Self {
        let mut survey = Survey::default();
        if let Some(assumed) = settings.assumed.clone() {
            survey.assume(assumed);
        }
        let now = Instant::now();
        // Committed offsets follow the list of groups.
        let due =
            PARTS.into_iter().filter(|part| *part != Part::GroupOffsets).map(|part| (part, now)).collect();
        Stream {
            spec,
            reader,
            settings,
            events,
            survey,
            due,
            running: JoinSet::new(),
            in_flight: BTreeSet::new(),
            changed: None,
            trouble: None,
        }
    }

    async fn run(mut self, mut wished: UnboundedReceiver<()>) {
        loop {
            self.start_due();
            let wake = self.next_wake();
            tokio::select! {
                wish = wished.recv() => match wish {
                    Some(()) => self.hurry(),
                    None => return,
                },
                Some(answer) = self.running.join_next(), if !self.running.is_empty() => {
                    if let Ok((part, answer)) = answer && self.take(part, answer).is_err() {
                        return;
                    }
                }
                () = sleep_until(wake) => {}
            }
            if self.tell_if_due().is_err() {
                return;
            }
        }
    }

    /// Nothing but Metadata is asked of a cluster that cannot be reached.
    fn ready(&self, part: Part) -> bool {
        let reachable = part == Part::Metadata || self.trouble.is_none();
        reachable && self.survey.wants(part) && !self.in_flight.contains(&part)
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for part in PARTS {
            let due = self.due.get(&part).is_some_and(|due| *due <= now);
            if !due || !self.ready(part) {
                continue;
            }
            self.in_flight.insert(part);
            self.due.insert(part, now + self.settings.pause(part));
            let (reader, targets) = (self.reader.clone(), self.survey.targets());
            self.running.spawn(async move { (part, reader.read(part, &targets).await) });
        }
    }

    fn next_wake(&self) -> Instant {
        let parts = self.due.iter().filter(|(part, _)| self.ready(**part)).map(|(_, due)| *due);
        let gathered = self.changed.map(|changed| changed + GATHER);
        parts.chain(gathered).min().unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }

    fn hurry(&mut self) {
        let now = Instant::now();
        for part in [Part::Metadata, Part::Groups, Part::Latest, Part::Deep] {
            self.due.insert(part, now);
        }
    }

    fn take(&mut self, part: Part, answer: Answer) -> Result<(), Gone> {
        self.in_flight.remove(&part);
        if let Answer::Metadata(Err(error)) = &answer {
            return self.failed(&error.clone());
        }
        let first = self.survey.metadata_at().is_none();
        let before = self.survey.targets().metadata;
        self.survey.take(answer, now_ms());
        match part {
            Part::Metadata => {
                self.trouble = None;
                self.follow_changes(&before);
            }
            Part::Groups => {
                self.due.insert(Part::GroupOffsets, Instant::now());
            }
            _ => {}
        }
        match first {
            // The screen is waiting: what is there is worth showing at once.
            true => self.tell(),
            // During trouble a snapshot would say that it is over.
            false if self.trouble.is_none() => {
                self.changed.get_or_insert_with(Instant::now);
                Ok(())
            }
            false => Ok(()),
        }
    }

    /// Brokers and topics that were not there before have racks and configurations to read.
    fn follow_changes(&mut self, before: &crate::kafka::Metadata) {
        let now = Instant::now();
        let after = self.survey.targets().metadata;
        if after.nodes != before.nodes {
            self.due.insert(Part::Description, now);
            self.due.insert(Part::BrokerConfigs, now);
            self.due.insert(Part::Latest, now);
        }
        let names = |metadata: &crate::kafka::Metadata| -> Vec<Arc<str>> {
            metadata.topics.iter().map(|topic| topic.name.clone()).collect()
        };
        if names(&after) != names(before) {
            let soon = now + NEW_TOPIC_CONFIGS.min(self.settings.configs);
            let due = self.due.entry(Part::TopicConfigs).or_insert(soon);
            *due = (*due).min(soon);
        }
    }

    fn failed(&mut self, error: &CallError) -> Result<(), Gone> {
        let (since, attempts) = self.trouble.unwrap_or((now_ms(), 0));
        self.trouble = Some((since, attempts + 1));
        self.changed = None;
        let pause = LONGEST_PAUSE.min(Duration::from_millis(500 << attempts.min(5)));
        self.due.insert(Part::Metadata, Instant::now() + pause);
        let plain = unreachable(&self.spec, error);
        let retry_in_ms = pause.as_millis() as u64;
        self.send(SourceEvent::SourceError { since, message: plain.message, hint: plain.hint, retry_in_ms })
    }

    fn tell_if_due(&mut self) -> Result<(), Gone> {
        match self.changed {
            Some(changed) if changed + GATHER <= Instant::now() => self.tell(),
            _ => Ok(()),
        }
    }

    fn tell(&mut self) -> Result<(), Gone> {
        self.changed = None;
        let cluster = self.survey.cluster(now_ms());
        self.send(SourceEvent::Snapshot(cluster))
    }

    fn send(&self, event: SourceEvent) -> Result<(), Gone> {
        self.events.send(event).map_err(|_| Gone)
    }
}

/// Nobody listens any more.
struct Gone;
