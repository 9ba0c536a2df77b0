//! A connection to a real cluster for programs that want one snapshot: blocking, read-only.

use crate::clock::now_ms;
use crate::kafka::journal::Entry;
use crate::kafka::native::Metadata;
use crate::kafka::reader::{Answer, Part, Reader};
use crate::kafka::survey::Survey;
use crate::kafka::{CallError, ConnectError, ConnectionSpec};
use crate::model::{Assumptions, Cluster};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long the first answer may take.
const FIRST_ANSWER: Duration = Duration::from_secs(10);
/// Metadata this young is not asked for again.
const YOUNG_MS: i64 = 1000;

/// What a snapshot should hold. What is not asked for is `Unknown::NotAsked` in it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The cluster's id and its brokers' racks.
    pub description: bool,
    /// Configuration of topics and brokers, and with it the version.
    pub configs: bool,
    /// Consumer groups with committed offsets.
    pub groups: bool,
    /// First and last offsets of partitions.
    pub offsets: bool,
    /// Features, quorum and ELR (plaintext connections only).
    pub deep: bool,
    /// How long each call may take.
    pub timeout: Duration,
}

impl Request {
    /// All that klever can read.
    pub fn everything() -> Self {
        Request {
            description: true,
            configs: true,
            groups: true,
            offsets: true,
            deep: true,
            timeout: Duration::from_secs(10),
        }
    }

    /// Brokers, topics, leaders and ISR.
    pub fn metadata_only(timeout: Duration) -> Self {
        Request { description: false, configs: false, groups: false, offsets: false, deep: false, timeout }
    }

    fn parts(&self) -> Vec<Part> {
        let optional = [
            (self.description, Part::Description),
            (self.configs, Part::TopicConfigs),
            (self.configs, Part::BrokerConfigs),
            (self.offsets, Part::Latest),
            (self.offsets, Part::Earliest),
            (self.deep, Part::Deep),
        ];
        optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, part)| part).collect()
    }
}

/// A connected client. Several snapshots of one client keep what could not be read again, with its age.
pub struct Client {
    spec: ConnectionSpec,
    reader: Reader,
    survey: Mutex<Survey>,
    runtime: Runtime,
}

impl Client {
    /// Connects and reads Metadata once.
    ///
    /// # Errors
    /// When a property is refused or no broker answers; quickly where nothing listens.
    pub fn connect(spec: &ConnectionSpec) -> Result<Client, ConnectError> {
        let client = Client::open(spec, Request::everything().timeout)?;
        let answer = client.runtime.block_on(client.reader.metadata(FIRST_ANSWER));
        let metadata = answer.map_err(|error| unreachable(spec, &error))?;
        client.survey().take(Answer::Metadata(Ok(metadata)), now_ms());
        Ok(client)
    }

    fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Client, ConnectError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ConnectError::new(format!("cannot start: {error}")))?;
        let reader = Reader::open(spec, timeout)?;
        Ok(Client { spec: spec.clone(), reader, survey: Mutex::default(), runtime })
    }

    /// The cluster as it is now. Parts that are denied or do not answer are unknown in it, with the reason.
    ///
    /// # Errors
    /// When no broker answers at all.
    pub fn snapshot(&self, request: &Request) -> Result<Arc<Cluster>, ConnectError> {
        self.runtime.block_on(self.read_all(request))?;
        Ok(self.survey().cluster(now_ms()))
    }

    /// Replaces what snapshots assume about clients, load and failure rates.
    pub fn assume(&self, assumed: Assumptions) {
        self.survey().assume(assumed);
    }

    /// What the client library said after this sequence number; 0 for everything that is still kept.
    pub fn journal(&self, after: u64) -> Vec<Entry> {
        self.reader.handle().journal().since(after)
    }

    async fn read_all(&self, request: &Request) -> Result<(), ConnectError> {
        self.renew_metadata(request).await?;
        let targets = self.survey().targets();
        let parts = request.parts();
        let mut running = Vec::new();
        for part in &parts {
            running.push(self.reader.read(*part, &targets));
        }
        let groups = async {
            if request.groups {
                self.take(self.reader.read(Part::Groups, &targets).await);
                let with_groups = self.survey().targets();
                self.take(self.reader.read(Part::GroupOffsets, &with_groups).await);
            }
        };
        let rest = join_all(running, |answer| self.take(answer));
        tokio::join!(groups, rest);
        Ok(())
    }

    async fn renew_metadata(&self, request: &Request) -> Result<(), ConnectError> {
        let young = self.survey().metadata_at().is_some_and(|at| now_ms() - at < YOUNG_MS);
        if young {
            return Ok(());
        }
        let answer: Result<Metadata, CallError> = self.reader.metadata(request.timeout).await;
        let metadata = answer.map_err(|error| unreachable(&self.spec, &error))?;
        self.take(Answer::Metadata(Ok(metadata)));
        Ok(())
    }

    fn take(&self, answer: Answer) {
        self.survey().take(answer, now_ms());
    }

    fn survey(&self) -> MutexGuard<'_, Survey> {
        self.survey.lock().unwrap_or_else(PoisonError::into_inner)
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

/// One plain line for a cluster that does not answer, and what may help.
pub fn unreachable(spec: &ConnectionSpec, error: &CallError) -> ConnectError {
    let servers = spec.bootstrap().join(", ");
    let why = error.message.as_str();
    let connect = ConnectError::new(format!("cannot reach a broker at {servers}: {why}"));
    let hint = match why {
        _ if why.contains("refused") => "nothing listens there: check host and port, or whether Kafka runs",
        _ if why.contains("resolve") => "the host name is not known here: check its spelling or the DNS",
        _ if why.contains("SSL") || why.contains("certificate") => {
            "check ssl.ca.location, and that the port speaks TLS"
        }
        _ if why.contains("uthentication") || why.contains("SASL") => {
            "check sasl.mechanism, user name and password"
        }
        _ if why.contains("Disconnected") => "the broker hangs up: does security.protocol fit that port?",
        _ => "check host, port and security.protocol; a firewall swallows packets without a word",
    };
    connect.with_hint(hint)
}
