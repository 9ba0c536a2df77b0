//! The reads that make up a snapshot over klever's own connections: each asks all brokers at once, and a broker that
//! does not answer costs only what it alone can tell.

use super::api::ReadRequest;
use super::broker_link::{BrokerLink, ConnectionState};
use super::concurrent::{all, first_success};
use super::dial::{Address, Dialer};
use super::messages::{
    ClusterDescription, Coded, DescribeCluster, DescribeConfigs, ListOffsets, ReadMetadata, TopicScope,
};
use super::probe::{BrokerReport, ProbeAnswers, WireProbes};
use super::security::Security;
use crate::kafka::reads::{CallResult, ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::reads::{Metadata, OffsetSpec, PartitionOffset, ResourceConfig, ResourceKind};
use crate::kafka::{CallError, ConnectError, ConnectionSpec};
use crate::model::BrokerId;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// A bootstrap server is passed over by the next one when it has not answered by then.
const BOOTSTRAP_STAGGER: Duration = Duration::from_millis(50);
/// A broker that takes longer over what any broker can answer is passed over.
const BROKER_STAGGER: Duration = Duration::from_secs(1);
/// Topics in one DescribeConfigs.
const TOPICS_PER_REQUEST: usize = 250;
/// Partitions in one ListOffsets.
const PARTITIONS_PER_REQUEST: usize = 10_000;
/// How long a connection may take to be made, unless the properties say otherwise.
const SETUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Groups of other types than consumers make, with their types.
pub(super) type GroupTypes = BTreeMap<Arc<str>, Arc<str>>;

/// Connections to the brokers of one cluster. Nothing is sent before the first read.
pub(in crate::kafka) struct WireReader {
    bootstrap: Vec<Address>,
    pub(super) dialer: Arc<Dialer>,
    pub(super) timeout: Duration,
    links: Mutex<BTreeMap<(Lane, Address), Arc<BrokerLink>>>,
    /// How each broker answered its last probe, where there are probes.
    probed: ProbeAnswers,
    /// The brokers that Metadata named last.
    named: Mutex<Vec<Address>>,
    /// Who listed each group last, which is its coordinator.
    pub(super) coordinators: Mutex<BTreeMap<Arc<str>, BrokerId>>,
    /// Groups that are neither classic nor of KIP-848, as they were listed last.
    pub(super) group_types: Mutex<GroupTypes>,
}

/// Which of a broker's connections. A broker answers one request of a connection after the other: one that it passes
/// on to a controller that does not answer must not hold up the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Lane {
    /// What the broker answers itself.
    Own,
    /// What the active controller answers.
    Controller,
}

impl WireReader {
    /// Prepares the connections. `timeout` bounds each read but the first Metadata.
    ///
    /// # Errors
    /// When a property that is a time is none.
    pub(in crate::kafka) fn open(
        spec: &ConnectionSpec,
        security: Security,
        timeout: Duration,
    ) -> Result<WireReader, ConnectError> {
        let setup_timeout = spec.milliseconds("socket.connection.setup.timeout.ms")?;
        let dialer = Dialer::new(setup_timeout.unwrap_or(SETUP_TIMEOUT), security);
        Ok(WireReader {
            bootstrap: spec.bootstrap().iter().map(|server| Address::of(server)).collect(),
            dialer: Arc::new(dialer.through(spec.tunnels().clone())),
            timeout,
            links: Mutex::default(),
            probed: ProbeAnswers::default(),
            named: Mutex::default(),
            coordinators: Mutex::default(),
            group_types: Mutex::default(),
        })
    }

    /// Reads one kind of state; a failure says which and why.
    pub(in crate::kafka) async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> ReadAnswer {
        match kind {
            ReadKind::Metadata => ReadAnswer::Metadata(self.metadata(self.timeout).await),
            ReadKind::Description => self.description(targets).await,
            ReadKind::TopicConfigs => ReadAnswer::TopicConfigs(self.topic_configs(targets).await),
            ReadKind::BrokerConfigs => ReadAnswer::BrokerConfigs(self.broker_configs(targets).await),
            ReadKind::Groups => ReadAnswer::Groups(self.groups(targets).await),
            ReadKind::GroupOffsets => ReadAnswer::GroupOffsets(self.group_offsets(targets).await),
            ReadKind::LatestOffsets => self.ends(OffsetSpec::Latest, targets).await,
            ReadKind::EarliestOffsets => self.ends(OffsetSpec::Earliest, targets).await,
            ReadKind::LastStableOffsets => self.ends(OffsetSpec::LastStable, targets).await,
            ReadKind::LogEnds => self.ends(OffsetSpec::LogEnd, targets).await,
            ReadKind::Raw => ReadAnswer::Raw(Box::new(self.raw(targets).await)),
            ReadKind::Acls => ReadAnswer::Acls(self.acls(targets).await),
            ReadKind::OpenTransactions => self.open_transactions(targets).await,
            ReadKind::LogDirs => self.log_dirs(targets).await,
        }
    }

    /// Probes of brokers, which report here.
    pub(in crate::kafka) fn probes(&self, reports: UnboundedSender<BrokerReport>) -> WireProbes {
        WireProbes::new(self.dialer.clone(), self.probed.clone(), reports)
    }

    /// Requests that went out so far.
    pub(in crate::kafka) fn requests_sent(&self) -> u64 {
        self.dialer.sent.load(Ordering::Relaxed)
    }

    /// How a broker answers what it answers itself: its probe, or else the connection to it.
    pub(super) fn state_of(&self, address: &Address) -> ConnectionState {
        let probed = self.probed.of(address);
        let link = || lock(&self.links).get(&(Lane::Own, address.clone())).map(|link| link.state());
        probed.or_else(link).unwrap_or(ConnectionState::NotTried)
    }

    /// Every connection that was needed so far, by `HOST:PORT`, and what is known of it.
    pub(in crate::kafka) fn connections(&self) -> Vec<(String, ConnectionState)> {
        let links = lock(&self.links);
        let own = links.iter().filter(|((lane, _), _)| *lane == Lane::Own);
        own.map(|((_, address), link)| (address.to_string(), link.state())).collect()
    }

    /// All topics, of any broker. Those that Metadata named are asked first, then the bootstrap servers.
    pub(in crate::kafka) async fn metadata(&self, timeout: Duration) -> CallResult<Metadata> {
        let named = lock(&self.named).clone();
        let stagger = if named.is_empty() { BOOTSTRAP_STAGGER } else { BROKER_STAGGER };
        let mut addresses = named;
        addresses.extend(self.bootstrap.iter().cloned());
        let links = self.ranked(addresses, Lane::Own, 0);
        let request = ReadMetadata(TopicScope::All);
        let (_, metadata) = self.first(links, stagger, &request, Instant::now() + timeout).await?;
        self.follow(&metadata);
        Ok(metadata)
    }

    /// Connections to what is no broker of the cluster any more are closed.
    fn follow(&self, metadata: &Metadata) {
        let named: Vec<Address> = metadata.nodes.iter().map(Address::of_node).collect();
        lock(&self.links).retain(|(_, address), _| named.contains(address));
        *lock(&self.named) = named;
    }

    async fn description(&self, targets: &ReadTargets) -> ReadAnswer {
        let mut described = self.any(targets, 0, &DescribeCluster).await;
        if described.as_ref().is_err_and(CallError::is_unsupported) {
            let brokers = self.any(targets, 0, &ReadMetadata(TopicScope::None)).await;
            described = brokers.map(|(description, _)| description);
        }
        match described {
            Ok(ClusterDescription { id, racks, fenced }) => {
                ReadAnswer::Description(id, Some(Ok(racks)), fenced)
            }
            Err(error) => ReadAnswer::Description(None, Some(Err(error)), Vec::new()),
        }
    }

    async fn topic_configs(&self, targets: &ReadTargets) -> Vec<ResourceConfig> {
        let names: Vec<String> = targets.metadata.topics.iter().map(|topic| topic.name.to_string()).collect();
        let chunks = names.chunks(TOPICS_PER_REQUEST).enumerate();
        let asked = chunks.map(|(at, names)| async move {
            let request = DescribeConfigs { kind: ResourceKind::Topic, names };
            let links = self.candidates(targets, Lane::Own, at);
            let answer = first_call(links, BROKER_STAGGER, &request, self.deadline()).await;
            answer.unwrap_or_else(|error| unread(names, &error))
        });
        all(asked).await.into_iter().flatten().collect()
    }

    async fn broker_configs(&self, targets: &ReadTargets) -> Vec<(BrokerId, ResourceConfig)> {
        let asked = self.brokers(targets, Lane::Own).map(|(id, link)| async move {
            let name = id.to_string();
            let names = std::slice::from_ref(&name);
            let request = DescribeConfigs { kind: ResourceKind::Broker, names };
            let config = match link.call(&request, self.deadline()).await {
                Ok(found) => found.into_iter().next(),
                Err(error) => Some((name.clone(), Err(error))),
            };
            let silent =
                CallError { code: 0, message: "the broker did not describe itself".into(), hint: None };
            (id, config.unwrap_or((name, Err(silent))))
        });
        all(asked).await
    }

    async fn ends(&self, end: OffsetSpec, targets: &ReadTargets) -> ReadAnswer {
        ReadAnswer::Offsets(end, self.offsets(end, targets).await)
    }

    /// One end of every partition that has a leader, of each leader in one request. A request that fails leaves its
    /// partitions out.
    async fn offsets(&self, end: OffsetSpec, targets: &ReadTargets) -> Vec<PartitionOffset> {
        let led = led_partitions(&targets.metadata);
        let asked = led.iter().flat_map(|(leader, requests)| {
            let link = self.broker(targets, *leader, Lane::Own);
            let links = std::iter::repeat_n(link, requests.len());
            links.zip(requests).map(|(link, topics)| async move {
                let request = ListOffsets { end, topics };
                link?.call(&request, self.deadline()).await.ok()
            })
        });
        all(asked).await.into_iter().flatten().flatten().collect()
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Every broker with the way to it.
    pub(super) fn brokers<'a>(
        &'a self,
        targets: &'a ReadTargets,
        lane: Lane,
    ) -> impl Iterator<Item = (BrokerId, Arc<BrokerLink>)> + 'a {
        targets.metadata.nodes.iter().map(move |node| (node.id, self.link(lane, Address::of_node(node))))
    }

    pub(super) fn broker(&self, targets: &ReadTargets, id: BrokerId, lane: Lane) -> Option<Arc<BrokerLink>> {
        let node = targets.metadata.nodes.iter().find(|node| node.id == id)?;
        Some(self.link(lane, Address::of_node(node)))
    }

    fn link(&self, lane: Lane, address: Address) -> Arc<BrokerLink> {
        let mut links = lock(&self.links);
        let link = links.entry((lane, address.clone()));
        link.or_insert_with(|| Arc::new(BrokerLink::new(address, self.dialer.clone()))).clone()
    }

    /// The brokers in the order in which to ask them; `turn` spreads the work over those that answer.
    pub(super) fn candidates(&self, targets: &ReadTargets, lane: Lane, turn: usize) -> Vec<Arc<BrokerLink>> {
        self.ranked(targets.metadata.nodes.iter().map(Address::of_node).collect(), lane, turn)
    }

    fn ranked(&self, mut addresses: Vec<Address>, lane: Lane, turn: usize) -> Vec<Arc<BrokerLink>> {
        let mut seen = std::collections::BTreeSet::new();
        addresses.retain(|address| seen.insert(address.clone()));
        if !addresses.is_empty() {
            let first = turn % addresses.len();
            addresses.rotate_left(first);
        }
        let mut links: Vec<_> = addresses.into_iter().map(|address| self.link(lane, address)).collect();
        let rank = |link: &Arc<BrokerLink>| {
            let probed = self.probed.of(link.address()).map_or(0, |state| state.rank());
            link.state().rank().max(probed)
        };
        links.sort_by_key(rank);
        links
    }

    /// What any broker can answer.
    pub(super) async fn any<R, T>(&self, targets: &ReadTargets, turn: usize, request: &R) -> CallResult<T>
    where
        R: ReadRequest<Answer = Coded<T>>,
    {
        let links = self.candidates(targets, Lane::Own, turn);
        self.first(links, BROKER_STAGGER, request, self.deadline()).await
    }

    async fn first<R, T>(
        &self,
        links: Vec<Arc<BrokerLink>>,
        stagger: Duration,
        request: &R,
        deadline: Instant,
    ) -> CallResult<T>
    where
        R: ReadRequest<Answer = Coded<T>>,
    {
        let attempts = links.into_iter().map(|link| async move { link.value(request, deadline).await });
        first_success(attempts, stagger).await.map_err(|errors| combined(&errors))
    }
}

/// The first of these brokers that answers.
pub(super) async fn first_call<R: ReadRequest>(
    links: Vec<Arc<BrokerLink>>,
    stagger: Duration,
    request: &R,
    deadline: Instant,
) -> CallResult<R::Answer> {
    let attempts = links.into_iter().map(|link| async move { link.call(request, deadline).await });
    first_success(attempts, stagger).await.map_err(|errors| combined(&errors))
}

/// One error for those of several brokers: the first that says why, with the words of the others that say something
/// else.
fn combined(errors: &[CallError]) -> CallError {
    let Some(first) = errors.first() else {
        return CallError {
            code: CallError::ALL_BROKERS_DOWN,
            message: "no broker is up".into(),
            hint: None,
        };
    };
    let mut messages: Vec<&str> = Vec::new();
    for error in errors {
        if !messages.contains(&error.message.as_str()) {
            messages.push(&error.message);
        }
    }
    CallError { code: first.code, message: messages.join("; "), hint: None }
}

fn unread(names: &[String], error: &CallError) -> Vec<ResourceConfig> {
    names.iter().map(|name| (name.clone(), Err(error.clone()))).collect()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Partitions of one request, by topic.
type AskedPartitions = Vec<(Arc<str>, Vec<i32>)>;

/// What each leader is asked for, in requests of a bounded size.
fn led_partitions(metadata: &Metadata) -> BTreeMap<BrokerId, Vec<AskedPartitions>> {
    let mut led: BTreeMap<BrokerId, (usize, Vec<AskedPartitions>)> = BTreeMap::new();
    for topic in &metadata.topics {
        for partition in &topic.partitions {
            let Some(leader) = partition.leader else { continue };
            let (count, requests) = led.entry(leader).or_default();
            if count.is_multiple_of(PARTITIONS_PER_REQUEST) {
                requests.push(Vec::new());
            }
            *count += 1;
            let Some(topics) = requests.last_mut() else { continue };
            match topics.last_mut() {
                Some((name, numbers)) if *name == topic.name => numbers.push(partition.number),
                _ => topics.push((topic.name.clone(), vec![partition.number])),
            }
        }
    }
    led.into_iter().map(|(leader, (_, requests))| (leader, requests)).collect()
}
