//! A connection to a real cluster for programs that want one snapshot: blocking, read-only.

use crate::clock::now_ms;
use crate::kafka::observed::ObservedCluster;
use crate::kafka::reads::{ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::{CallError, ConnectError, ConnectionSpec, Reader};
use crate::model::Cluster;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long the first answer may take.
const FIRST_ANSWER: Duration = Duration::from_secs(10);
/// Metadata this recent is not asked for again.
const FRESH_MS: i64 = 1000;

/// What a snapshot should hold. What is not asked for is `Unknown::NotAsked` in it.
#[derive(Clone, Debug)]
pub struct SnapshotRequest {
    /// The cluster's id and its brokers' racks.
    pub description: bool,
    /// Configuration of topics and brokers, and with it the version.
    pub configs: bool,
    /// Consumer groups with committed offsets.
    pub groups: bool,
    /// First and last offsets of partitions.
    pub offsets: bool,
    /// Where settings do not settle whether topics are hidden: one look a session at ACLs, and where these do not
    /// either, into the brokers' log directories.
    pub hidden_topics: bool,
    /// Last stable offsets, and ends of the leaders' own logs (not over librdkafka).
    pub log_ends: bool,
    /// Features, quorum and ELR (not over librdkafka).
    pub raw: bool,
    /// How long each call may take.
    pub timeout: Duration,
}

impl SnapshotRequest {
    /// All that klever can read.
    pub fn everything() -> Self {
        SnapshotRequest {
            description: true,
            configs: true,
            groups: true,
            offsets: true,
            hidden_topics: true,
            log_ends: true,
            raw: true,
            timeout: Duration::from_secs(10),
        }
    }

    /// Brokers, topics, leaders and ISR.
    pub fn metadata_only(timeout: Duration) -> Self {
        SnapshotRequest {
            description: false,
            configs: false,
            groups: false,
            offsets: false,
            hidden_topics: false,
            log_ends: false,
            raw: false,
            timeout,
        }
    }

    /// What decides about a restart: no groups and no offsets.
    pub fn for_restarts(timeout: Duration) -> Self {
        let everything = SnapshotRequest { timeout, ..Self::everything() };
        SnapshotRequest { groups: false, offsets: false, hidden_topics: false, log_ends: false, ..everything }
    }

    /// Groups, what they have committed, and both ends of logs; `settings` too or as they were.
    pub fn for_lag(timeout: Duration, settings: bool) -> Self {
        let everything = SnapshotRequest { timeout, raw: false, ..Self::everything() };
        SnapshotRequest { description: settings, configs: settings, hidden_topics: settings, ..everything }
    }

    fn kinds(&self) -> Vec<ReadKind> {
        let optional = [
            (self.description, ReadKind::Description),
            (self.configs, ReadKind::TopicConfigs),
            (self.configs, ReadKind::BrokerConfigs),
            (self.raw, ReadKind::Raw),
        ];
        optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| kind).collect()
    }

    /// Read after what groups have committed: an end that is older than a commit would make a lag below zero.
    fn ends(&self) -> Vec<ReadKind> {
        let optional = [
            (self.offsets, ReadKind::LatestOffsets),
            (self.offsets, ReadKind::EarliestOffsets),
            (self.log_ends, ReadKind::LastStableOffsets),
            (self.log_ends, ReadKind::LogEnds),
        ];
        optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, kind)| kind).collect()
    }
}

/// A connected client. Several snapshots of one client keep what could not be read again, with its age.
pub struct Client {
    spec: ConnectionSpec,
    reader: Reader,
    observed: Mutex<ObservedCluster>,
    runtime: Runtime,
}

impl Client {
    /// Connects and reads Metadata once.
    ///
    /// # Errors
    /// When a property is refused or no broker answers; quickly where nothing listens.
    pub fn connect(spec: &ConnectionSpec) -> Result<Client, ConnectError> {
        let client = Client::open(spec, SnapshotRequest::everything().timeout)?;
        let answer = client.runtime.block_on(client.reader.metadata(FIRST_ANSWER));
        let metadata = answer.map_err(|error| unreachable(spec, &error))?;
        client.observed().apply(ReadAnswer::Metadata(Ok(metadata)), now_ms());
        Ok(client)
    }

    fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Client, ConnectError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ConnectError::new(format!("cannot start: {error}")))?;
        let reader = Reader::open(spec, timeout)?;
        Ok(Client { spec: spec.clone(), reader, observed: Mutex::default(), runtime })
    }

    /// The cluster as it is now. Parts that are denied or do not answer are unknown in it, with the reason.
    ///
    /// # Errors
    /// When no broker answers at all.
    pub fn snapshot(&self, request: &SnapshotRequest) -> Result<Arc<Cluster>, ConnectError> {
        self.runtime.block_on(self.read_all(request))?;
        Ok(self.observed().cluster(now_ms()))
    }

    /// The same, where nothing of an earlier one stands for groups, commits and ends of logs that do not answer now.
    ///
    /// # Errors
    /// When no broker answers at all.
    pub fn fresh_lag(&self, request: &SnapshotRequest) -> Result<Arc<Cluster>, ConnectError> {
        self.observed().forget_lag();
        self.snapshot(request)
    }

    /// The same of a whole cluster: what does not answer now is unknown, whatever it said before.
    ///
    /// # Errors
    /// When no broker answers at all.
    pub fn fresh(&self, request: &SnapshotRequest) -> Result<Arc<Cluster>, ConnectError> {
        self.observed().begin_anew();
        self.snapshot(request)
    }

    async fn read_all(&self, request: &SnapshotRequest) -> Result<(), ConnectError> {
        self.refresh_metadata(request).await?;
        let targets = self.observed().targets();
        let groups_and_ends = async {
            if request.groups {
                self.apply(self.read(ReadKind::Groups, &targets).await);
                let with_groups = self.observed().targets();
                self.apply(self.read(ReadKind::GroupOffsets, &with_groups).await);
            }
            self.read_each(&request.ends(), &targets).await;
            if request.log_ends {
                self.look_for_open_transactions().await;
            }
        };
        let kinds = request.kinds();
        tokio::join!(groups_and_ends, self.read_each(&kinds, &targets));
        if request.hidden_topics {
            self.look_for_hidden(request).await;
        }
        Ok(())
    }

    async fn read_each(&self, kinds: &[ReadKind], targets: &ReadTargets) {
        let mut running = Vec::new();
        for kind in kinds {
            running.push(self.read(*kind, targets));
        }
        join_all(running, |answer| self.apply(answer)).await;
    }

    /// Who holds back the partitions in which something committed cannot be read yet; nobody is asked where there are
    /// none.
    async fn look_for_open_transactions(&self) {
        let targets = self.observed().targets();
        if !targets.held_back.is_empty() {
            self.apply(self.read(ReadKind::OpenTransactions, &targets).await);
        }
    }

    /// Once a session, where the brokers' settings do not say that no topic is hidden.
    async fn look_for_hidden(&self, request: &SnapshotRequest) {
        let targets = self.observed().targets();
        if self.observed().wants(ReadKind::Acls) {
            self.apply(self.read(ReadKind::Acls, &targets).await);
        }
        if !self.observed().wants(ReadKind::LogDirs) {
            return;
        }
        self.apply(self.read(ReadKind::LogDirs, &targets).await);
        // Names what was created meanwhile.
        if let Ok(metadata) = self.reader.metadata(request.timeout).await {
            self.apply(ReadAnswer::Metadata(Ok(metadata)));
        }
    }

    async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> ReadAnswer {
        let answer = self.reader.read(kind, targets).await;
        answer.unwrap_or_else(|error| ReadAnswer::failed(kind, targets, &error))
    }

    async fn refresh_metadata(&self, request: &SnapshotRequest) -> Result<(), ConnectError> {
        let fresh = self.observed().metadata_at().is_some_and(|at| now_ms() - at < FRESH_MS);
        if fresh {
            return Ok(());
        }
        let answer = self.reader.metadata(request.timeout).await;
        let metadata = answer.map_err(|error| unreachable(&self.spec, &error))?;
        self.apply(ReadAnswer::Metadata(Ok(metadata)));
        Ok(())
    }

    fn apply(&self, answer: ReadAnswer) {
        self.observed().apply(answer, now_ms());
    }

    fn observed(&self) -> MutexGuard<'_, ObservedCluster> {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Polls all futures together and hands on each answer when it comes.
async fn join_all<T>(futures: Vec<impl Future<Output = T>>, mut each: impl FnMut(T)) {
    let mut running: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        running.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                each(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Words of the transports' messages, and what helps then; the first that fits.
const HINTS: [(&[&str], &str); 8] = [
    (&["web server"], "give the port of a Kafka listener, not that of a web page"),
    (&["speaks TLS"], "set security.protocol=SSL or SASL_SSL in the file of -F, or with -X"),
    (&["refused"], "nothing listens there: check host and port, or whether Kafka runs"),
    (&["resolve"], "the host name cannot be resolved: check its spelling and the DNS"),
    (&["is not Kafka"], "check host and port: give a listener that is meant for clients"),
    (&["SSL", "certificate"], "check ssl.ca.location, and that the port speaks TLS"),
    (&["uthentication", "SASL"], "check sasl.mechanism, user name and password"),
    (
        &["Disconnected", "closes the connection"],
        "the broker closes the connection: check that security.protocol is the one of that port",
    ),
];

/// One plain line for a cluster that does not answer, and what may help.
pub fn unreachable(spec: &ConnectionSpec, error: &CallError) -> ConnectError {
    if error.is_process_end() {
        // That says nothing of the brokers.
        return ConnectError::new(error.message.clone());
    }
    let (servers, why) = (spec.bootstrap().join(", "), error.message.as_str());
    let fitting = HINTS.iter().find(|(words, _)| words.iter().any(|word| why.contains(word)));
    let otherwise = "check host, port and security.protocol; a firewall may drop packets silently";
    ConnectError::new(format!("cannot reach a broker at {servers}: {why}"))
        .with_hint(error.hint.as_deref().unwrap_or(fitting.map_or(otherwise, |(_, hint)| hint)))
}
