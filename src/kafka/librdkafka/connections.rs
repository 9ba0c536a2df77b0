//! The reads that make up a snapshot, each asynchronous, bounded in time and in requests in flight.

use super::configs::describe_configs;
use super::groups::{describe_consumer_group, list_consumer_groups, list_groups};
use super::handle::{Handle, blocking};
use super::metadata::{describe_cluster, metadata};
use super::offsets::{group_offsets, list_offsets};
use super::queue::{AdminQueue, CallLimits};
use crate::kafka::reads::{
    CallResult, GroupOffsets, GroupsRead, Metadata, OffsetSpec, PartitionOffset, ReadAnswer, ReadKind,
    ReadTargets, ResourceConfig, ResourceKind,
};
use crate::kafka::secrets::Secrets;
use crate::kafka::{CallError, ConnectError};
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
const KIP_848_GROUPS_PER_READ: usize = 500;
/// After all brokers are down, how long a first answer may still come: a host name can have several addresses.
const ALL_DOWN_GRACE: Duration = Duration::from_millis(700);
/// A Metadata answer that takes longer is asked for a second time.
const SECOND_QUESTION_AFTER: Duration = Duration::from_secs(1);
/// `RD_KAFKA_RESP_ERR__TIMED_OUT`.
const TIMED_OUT: i32 = -185;
/// `RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN`.
const ALL_BROKERS_DOWN: i32 = -187;

/// librdkafka's connections to a cluster.
#[derive(Clone)]
pub(super) struct Connections(Arc<AdminQueue>);

impl Connections {
    /// Prepares connections; nothing is sent yet.
    ///
    /// # Errors
    /// When librdkafka refuses a property.
    pub(super) fn open(properties: Vec<(String, String)>, secrets: Secrets) -> Result<Self, ConnectError> {
        let handle = Arc::new(Handle::open(properties, secrets)?);
        Ok(Connections(Arc::new(AdminQueue::new(handle)?)))
    }

    /// Reads one kind of state; a failure says which and why. `timeout` bounds each call that it takes. Features,
    /// quorum and ELR are not to be had here: `None`.
    pub(super) async fn read(
        &self,
        kind: ReadKind,
        targets: &ReadTargets,
        timeout: Duration,
    ) -> Option<ReadAnswer> {
        let reads = Reads { admin: &self.0, targets, timeout };
        Some(match kind {
            ReadKind::Metadata => ReadAnswer::Metadata(reads.metadata().await),
            ReadKind::Description => reads.description().await,
            ReadKind::TopicConfigs => ReadAnswer::TopicConfigs(reads.topic_configs().await),
            ReadKind::BrokerConfigs => ReadAnswer::BrokerConfigs(reads.broker_configs().await),
            ReadKind::Groups => ReadAnswer::Groups(reads.groups().await),
            ReadKind::GroupOffsets => ReadAnswer::GroupOffsets(reads.group_offsets().await),
            ReadKind::LatestOffsets => reads.offsets(OffsetSpec::Latest).await,
            ReadKind::EarliestOffsets => reads.offsets(OffsetSpec::Earliest).await,
            ReadKind::Raw
            | ReadKind::LastStableOffsets
            | ReadKind::LogEnds
            | ReadKind::Acls
            | ReadKind::OpenTransactions
            | ReadKind::LogDirs => return None,
        })
    }
}

/// What one read needs.
struct Reads<'a> {
    admin: &'a AdminQueue,
    targets: &'a ReadTargets,
    timeout: Duration,
}

impl Reads<'_> {
    fn handle(&self) -> &Arc<Handle> {
        self.admin.handle()
    }

    /// All topics. Fails early when no broker can be reached.
    async fn metadata(&self) -> CallResult<Metadata> {
        let health = self.handle().health();
        if health.all_brokers_down() {
            // librdkafka reports this once; while it lasts, only a short wait is worth it.
            let answer = metadata(self.handle(), self.timeout.min(Duration::from_secs(2))).await;
            return self.explained(answer);
        }
        let all_brokers_down = async {
            health.until_all_brokers_down().await;
            tokio::time::sleep(ALL_DOWN_GRACE).await;
        };
        let answer = tokio::select! {
            answer = self.first_answer() => answer,
            () = all_brokers_down => Err(CallError { code: ALL_BROKERS_DOWN, message: "all brokers are down".into(), hint: None }),
        };
        self.explained(answer)
    }

    /// librdkafka asks any one broker; should that one hang, a second question goes to another.
    async fn first_answer(&self) -> CallResult<Metadata> {
        let first = metadata(self.handle(), self.timeout);
        tokio::pin!(first);
        if let Ok(answer) = tokio::time::timeout(SECOND_QUESTION_AFTER, &mut first).await {
            return answer;
        }
        let second = metadata(self.handle(), self.timeout.saturating_sub(SECOND_QUESTION_AFTER));
        tokio::pin!(second);
        tokio::select! {
            Ok(answer) = &mut first => Ok(answer),
            Ok(answer) = &mut second => Ok(answer),
            else => Err(CallError { code: TIMED_OUT, message: "no broker answered in time".into(), hint: None }),
        }
    }

    /// A timeout says less than the last error that librdkafka logged.
    fn explained(&self, answer: CallResult<Metadata>) -> CallResult<Metadata> {
        let health = self.handle().health();
        match answer {
            Ok(metadata) => {
                health.recovered();
                Ok(metadata)
            }
            Err(error) => {
                let message = health.last_error().unwrap_or(error.message);
                Err(CallError { code: error.code, message, hint: None })
            }
        }
    }

    async fn description(&self) -> ReadAnswer {
        let timeout = self.timeout;
        let id = blocking(self.handle(), move |handle| Ok(handle.cluster_id(timeout))).await;
        let Ok(Some(id)) = id else { return ReadAnswer::Description(None, None, Vec::new()) };
        // Asking "the controller" means a random broker under KRaft; a broker of our choice that hangs is passed over.
        let mut racks =
            Err(CallError { code: ALL_BROKERS_DOWN, message: "no broker is up".into(), hint: None });
        for broker in self.targets.brokers().take(3) {
            racks = describe_cluster(self.admin, self.limits(Some(broker))).await;
            if racks.is_ok() {
                break;
            }
        }
        ReadAnswer::Description(Some(id), Some(racks), Vec::new())
    }

    async fn topic_configs(&self) -> Vec<ResourceConfig> {
        let names: Vec<String> =
            self.targets.metadata.topics.iter().map(|topic| topic.name.to_string()).collect();
        let calls = names.chunks(TOPICS_PER_CALL).enumerate().map(|(at, chunk)| {
            let broker = self
                .targets
                .metadata
                .nodes
                .get(at % self.targets.metadata.nodes.len().max(1))
                .map(|node| node.id);
            let answer = describe_configs(self.admin, ResourceKind::Topic, chunk, self.limits(broker));
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

    async fn broker_configs(&self) -> Vec<(BrokerId, ResourceConfig)> {
        let calls = self.targets.brokers().map(|broker| {
            let name = broker.to_string();
            let limits = self.limits(Some(broker));
            let answer =
                describe_configs(self.admin, ResourceKind::Broker, std::slice::from_ref(&name), limits);
            async move {
                let silent =
                    CallError { code: 0, message: "the broker did not describe itself".into(), hint: None };
                match answer.await {
                    Ok(found) => (broker, found.into_iter().next().unwrap_or((name, Err(silent)))),
                    Err(error) => (broker, (name, Err(error))),
                }
            }
        });
        in_flight(HEAVY_IN_FLIGHT, calls).await
    }

    async fn groups(&self) -> GroupsRead {
        let calls = self.targets.brokers().map(|broker| {
            let answer = list_consumer_groups(self.admin, self.limits(Some(broker)));
            async move { (broker, answer.await) }
        });
        let classic = list_groups(self.handle(), self.timeout);
        let (listed, classic) = tokio::join!(in_flight(HEAVY_IN_FLIGHT, calls), classic);
        let mut answer = GroupsRead { listed, ..GroupsRead::default() };
        match classic {
            Ok((groups, _)) => {
                answer.described = groups.into_iter().map(|group| (group.id.clone(), group)).collect();
            }
            Err(error) => answer.classic_error = Some(error),
        }
        if self.targets.has_offsets_topic() {
            self.describe_kip_848_groups(&mut answer).await;
        }
        answer
    }

    /// The old DescribeGroups shows KIP-848 groups as dead: these are asked for one by one.
    async fn describe_kip_848_groups(&self, answer: &mut GroupsRead) {
        let listed = answer.listed.iter().filter_map(|(_, groups)| groups.as_ref().ok()).flatten();
        let modern = listed.filter(|group| group.is_modern());
        let ids: Vec<Arc<str>> = modern.map(|group| group.id.clone()).take(KIP_848_GROUPS_PER_READ).collect();
        let calls = ids.iter().map(|id| describe_consumer_group(self.admin, id, self.limits(None)));
        for group in in_flight(GROUPS_IN_FLIGHT, calls).await.into_iter().flatten() {
            answer.described.insert(group.id.clone(), group);
        }
    }

    async fn group_offsets(&self) -> GroupOffsets {
        if !self.targets.has_offsets_topic() {
            return Vec::new();
        }
        let calls = self.targets.groups.iter().map(|group| {
            let answer = group_offsets(self.admin, group, self.limits(None));
            let group = group.clone();
            async move { (group, answer.await) }
        });
        in_flight(GROUPS_IN_FLIGHT, calls).await
    }

    /// One end of every partition that has a leader, in chunks of one leader each: a hung broker costs its
    /// own chunks only. A call that fails leaves its partitions out.
    async fn offsets(&self, end: OffsetSpec) -> ReadAnswer {
        let mut by_leader: BTreeMap<BrokerId, Vec<(Arc<str>, i32)>> = BTreeMap::new();
        for topic in &self.targets.metadata.topics {
            for partition in &topic.partitions {
                if let Some(leader) = partition.leader {
                    by_leader.entry(leader).or_default().push((topic.name.clone(), partition.number));
                }
            }
        }
        let chunks = by_leader.values().flat_map(|partitions| partitions.chunks(OFFSETS_PER_CALL));
        let calls = chunks.map(|chunk| list_offsets(self.admin, chunk, end, self.limits(None)));
        let answers = in_flight(HEAVY_IN_FLIGHT, calls).await;
        ReadAnswer::Offsets(end, answers.into_iter().flatten().flatten().collect::<Vec<PartitionOffset>>())
    }

    fn limits(&self, broker: Option<BrokerId>) -> CallLimits {
        CallLimits { timeout: self.timeout, broker: broker.map(|id| id.0) }
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
