//! The reads that make up a snapshot, each asynchronous, bounded in time and in requests in flight.

use crate::kafka::native::{self, AdminQueue, Described, End, Handle, Limits, Listed, Metadata, OffsetFact};
use crate::kafka::native::{ResourceConfig, ResourceKind};
use crate::kafka::{CallError, ConnectError, ConnectionSpec, raw};
use crate::model::BrokerId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Committed-offset look-ups in flight (measured: 32 to 64 is where more stops helping).
const GROUPS_IN_FLIGHT: usize = 48;
/// Requests in flight for everything heavier.
const HEAVY_IN_FLIGHT: usize = 8;
/// Partitions in one ListOffsets; librdkafka's time for one grows with the square of it.
const OFFSETS_PER_CALL: usize = 1000;
/// Topics in one DescribeConfigs.
const TOPICS_PER_CALL: usize = 250;
/// KIP-848 groups described in one refresh: each costs a request of its own.
const MODERN_GROUPS_PER_REFRESH: usize = 500;
/// After all brokers are down, how long a first answer may still come: a host name can have several addresses.
const LAST_CHANCE: Duration = Duration::from_millis(700);
/// A Metadata answer that takes longer is asked for a second time.
const STALL: Duration = Duration::from_secs(1);
/// `RD_KAFKA_RESP_ERR__TIMED_OUT`.
const TIMED_OUT: i32 = -185;
/// `RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN`.
const ALL_BROKERS_DOWN: i32 = -187;
/// The topic whose absence means that no group ever committed, and that a look-up would create it.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// What can be read on its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// Brokers, topics, leaders, ISR.
    Metadata,
    /// Cluster id and racks.
    Description,
    TopicConfigs,
    BrokerConfigs,
    /// Groups, their states and members.
    Groups,
    /// Committed offsets of groups.
    GroupOffsets,
    Latest,
    Earliest,
    /// What only the raw connection can read: features, quorum, ELR.
    Deep,
}

/// What a part's read is about: the cluster as last seen.
#[derive(Clone, Default)]
pub struct Targets {
    pub metadata: Arc<Metadata>,
    /// Groups known so far.
    pub groups: Arc<[Arc<str>]>,
}

impl Targets {
    fn has_offsets_topic(&self) -> bool {
        self.metadata.topics.iter().any(|topic| &*topic.name == OFFSETS_TOPIC)
    }

    fn brokers(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.metadata.nodes.iter().map(|node| node.id)
    }
}

/// What a call told, or why it did not.
pub(super) type Told<T> = Result<T, CallError>;
/// Brokers with their racks.
pub(super) type Racks = Vec<(BrokerId, Option<String>)>;
/// Committed offsets by group.
pub(super) type GroupOffsets = Vec<(Arc<str>, Told<Vec<OffsetFact>>)>;

/// The answer to one part.
pub enum Answer {
    /// To [`Part::Metadata`].
    Metadata(Result<Metadata, CallError>),
    /// To [`Part::Description`]: the id, and the racks unless there is no id to ask by.
    Description(Option<String>, Option<Told<Racks>>),
    /// To [`Part::TopicConfigs`].
    TopicConfigs(Vec<ResourceConfig>),
    /// To [`Part::BrokerConfigs`].
    BrokerConfigs(Vec<(BrokerId, ResourceConfig)>),
    /// To [`Part::Groups`].
    Groups(GroupsAnswer),
    /// To [`Part::GroupOffsets`].
    GroupOffsets(GroupOffsets),
    /// To [`Part::Latest`] and [`Part::Earliest`].
    Offsets(End, Vec<OffsetFact>),
    /// To [`Part::Deep`].
    Deep(Box<raw::Deep>),
}

/// Groups as each broker lists them, and with members as far as they could be had.
#[derive(Default)]
pub struct GroupsAnswer {
    pub listed: Vec<(BrokerId, Result<Vec<Listed>, CallError>)>,
    /// Groups of the classic protocol, Connect's included.
    pub classic: Option<CallError>,
    /// Those that were described, by id.
    pub described: BTreeMap<Arc<str>, Described>,
}

/// The connection that the reads go through.
pub struct Reader {
    admin: AdminQueue,
    spec: ConnectionSpec,
    timeout: Duration,
}

impl Reader {
    /// Prepares a connection; nothing is sent yet. `timeout` bounds each call but the first Metadata.
    ///
    /// # Errors
    /// When the client library refuses a property.
    pub fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Reader, ConnectError> {
        let handle = Arc::new(Handle::open(spec)?);
        Ok(Reader { admin: AdminQueue::new(handle)?, spec: spec.clone(), timeout })
    }

    pub fn handle(&self) -> &Arc<Handle> {
        self.admin.handle()
    }

    pub async fn read(&self, part: Part, targets: &Targets) -> Answer {
        match part {
            Part::Metadata => Answer::Metadata(self.metadata(self.timeout).await),
            Part::Description => self.description(targets).await,
            Part::TopicConfigs => Answer::TopicConfigs(self.topic_configs(targets).await),
            Part::BrokerConfigs => Answer::BrokerConfigs(self.broker_configs(targets).await),
            Part::Groups => Answer::Groups(self.groups(targets).await),
            Part::GroupOffsets => Answer::GroupOffsets(self.group_offsets(targets).await),
            Part::Latest => Answer::Offsets(End::Latest, self.offsets(End::Latest, targets).await),
            Part::Earliest => Answer::Offsets(End::Earliest, self.offsets(End::Earliest, targets).await),
            Part::Deep => Answer::Deep(Box::new(raw::read(&self.spec, targets, self.timeout).await)),
        }
    }

    /// All topics. Fails early when no broker can be reached.
    pub async fn metadata(&self, timeout: Duration) -> Result<Metadata, CallError> {
        let journal = self.handle().journal();
        if journal.all_down() {
            // librdkafka tells this once; while it lasts, only a short wait is worth it.
            let answer = native::metadata(self.handle(), timeout.min(Duration::from_secs(2))).await;
            return self.judge(answer);
        }
        let hopeless = async {
            journal.gave_up().await;
            tokio::time::sleep(LAST_CHANCE).await;
        };
        let answer = tokio::select! {
            answer = self.ask(timeout) => answer,
            () = hopeless => Err(CallError { code: ALL_BROKERS_DOWN, message: "all brokers are down".into() }),
        };
        self.judge(answer)
    }

    /// librdkafka asks any one broker; should that one hang, a second question goes to another.
    async fn ask(&self, timeout: Duration) -> Told<Metadata> {
        let first = native::metadata(self.handle(), timeout);
        tokio::pin!(first);
        if let Ok(answer) = tokio::time::timeout(STALL, &mut first).await {
            return answer;
        }
        let second = native::metadata(self.handle(), timeout.saturating_sub(STALL));
        tokio::pin!(second);
        tokio::select! {
            Ok(answer) = &mut first => Ok(answer),
            Ok(answer) = &mut second => Ok(answer),
            else => Err(CallError { code: TIMED_OUT, message: "no broker answered in time".into() }),
        }
    }

    /// The last complaint says more than a timeout does.
    fn judge(&self, answer: Result<Metadata, CallError>) -> Result<Metadata, CallError> {
        let journal = self.handle().journal();
        match answer {
            Ok(metadata) => {
                journal.recovered();
                Ok(metadata)
            }
            Err(error) => {
                let message = journal.last_error().unwrap_or(error.message);
                Err(CallError { code: error.code, message })
            }
        }
    }

    async fn description(&self, targets: &Targets) -> Answer {
        let timeout = self.timeout;
        let id = native::blocking(self.handle(), move |handle| Ok(handle.cluster_id(timeout))).await;
        let Ok(Some(id)) = id else { return Answer::Description(None, None) };
        // Asking "the controller" means a random broker under KRaft; a chosen one that hangs is passed over.
        let mut racks = Err(CallError { code: ALL_BROKERS_DOWN, message: "no broker is up".into() });
        for broker in targets.brokers().take(3) {
            racks = native::describe_cluster(&self.admin, self.limits(Some(broker))).await;
            if racks.is_ok() {
                break;
            }
        }
        Answer::Description(Some(id), Some(racks))
    }

    async fn topic_configs(&self, targets: &Targets) -> Vec<ResourceConfig> {
        let names: Vec<String> = targets.metadata.topics.iter().map(|topic| topic.name.to_string()).collect();
        let calls = names.chunks(TOPICS_PER_CALL).enumerate().map(|(at, chunk)| {
            let broker =
                targets.metadata.nodes.get(at % targets.metadata.nodes.len().max(1)).map(|node| node.id);
            let answer =
                native::describe_configs(&self.admin, ResourceKind::Topic, chunk, self.limits(broker));
            let asked = chunk.to_vec();
            async move {
                let error = match answer.await {
                    Ok(found) => return found,
                    Err(error) => error,
                };
                asked.into_iter().map(|name| (name, Err(error.clone()))).collect()
            }
        });
        in_flight(HEAVY_IN_FLIGHT, calls).await.into_iter().flatten().collect()
    }

    async fn broker_configs(&self, targets: &Targets) -> Vec<(BrokerId, ResourceConfig)> {
        let calls = targets.brokers().map(|broker| {
            let name = broker.to_string();
            let limits = self.limits(Some(broker));
            let answer = native::describe_configs(
                &self.admin,
                ResourceKind::Broker,
                std::slice::from_ref(&name),
                limits,
            );
            async move {
                let silent =
                    CallError { code: 0, message: "the broker left itself out of the answer".into() };
                match answer.await {
                    Ok(found) => (broker, found.into_iter().next().unwrap_or((name, Err(silent)))),
                    Err(error) => (broker, (name, Err(error))),
                }
            }
        });
        in_flight(HEAVY_IN_FLIGHT, calls).await
    }

    async fn groups(&self, targets: &Targets) -> GroupsAnswer {
        let calls = targets.brokers().map(|broker| {
            let answer = native::list_consumer_groups(&self.admin, self.limits(Some(broker)));
            async move { (broker, answer.await) }
        });
        let classic = native::list_groups(self.handle(), self.timeout);
        let (listed, classic) = tokio::join!(in_flight(HEAVY_IN_FLIGHT, calls), classic);
        let mut answer = GroupsAnswer { listed, ..GroupsAnswer::default() };
        match classic {
            Ok((groups, _)) => {
                answer.described = groups.into_iter().map(|group| (group.id.clone(), group)).collect();
            }
            Err(error) => answer.classic = Some(error),
        }
        if targets.has_offsets_topic() {
            self.describe_modern(&mut answer).await;
        }
        answer
    }

    /// The old DescribeGroups shows KIP-848 groups as dead: these are asked for one by one.
    async fn describe_modern(&self, answer: &mut GroupsAnswer) {
        let listed = answer.listed.iter().filter_map(|(_, groups)| groups.as_ref().ok()).flatten();
        let modern = listed.filter(|group| group.consumer_protocol == Some(true));
        let ids: Vec<Arc<str>> =
            modern.map(|group| group.id.clone()).take(MODERN_GROUPS_PER_REFRESH).collect();
        let calls = ids.iter().map(|id| native::describe_consumer_group(&self.admin, id, self.limits(None)));
        for group in in_flight(GROUPS_IN_FLIGHT, calls).await.into_iter().flatten() {
            answer.described.insert(group.id.clone(), group);
        }
    }

    async fn group_offsets(&self, targets: &Targets) -> GroupOffsets {
        if !targets.has_offsets_topic() {
            return Vec::new();
        }
        let calls = targets.groups.iter().map(|group| {
            let answer = native::group_offsets(&self.admin, group, self.limits(None));
            let group = group.clone();
            async move { (group, answer.await) }
        });
        in_flight(GROUPS_IN_FLIGHT, calls).await
    }

    /// One end of every partition that has a leader, in chunks of one leader each: a hung broker costs its
    /// own chunks only. A call that fails leaves its partitions out.
    async fn offsets(&self, end: End, targets: &Targets) -> Vec<OffsetFact> {
        let mut by_leader: BTreeMap<BrokerId, Vec<(Arc<str>, i32)>> = BTreeMap::new();
        for topic in &targets.metadata.topics {
            for partition in &topic.partitions {
                if let Some(leader) = partition.leader {
                    by_leader.entry(leader).or_default().push((topic.name.clone(), partition.number));
                }
            }
        }
        let chunks = by_leader.values().flat_map(|partitions| partitions.chunks(OFFSETS_PER_CALL));
        let calls = chunks.map(|chunk| native::list_offsets(&self.admin, chunk, end, self.limits(None)));
        in_flight(HEAVY_IN_FLIGHT, calls).await.into_iter().flatten().flatten().collect()
    }

    fn limits(&self, broker: Option<BrokerId>) -> Limits {
        Limits { timeout: self.timeout, broker: broker.map(|id| id.0) }
    }
}

/// Runs calls, at most `width` at once; each starts when the iterator yields it. The order of the answers is
/// the order in which they came.
async fn in_flight<T, F>(width: usize, calls: impl Iterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut answers = Vec::new();
    for call in calls {
        running.spawn(call);
        if running.len() >= width
            && let Some(Ok(answer)) = running.join_next().await
        {
            answers.push(answer);
        }
    }
    while let Some(answer) = running.join_next().await {
        answers.extend(answer.ok());
    }
    answers
}
