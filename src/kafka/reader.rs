//! The reads that make up a snapshot over librdkafka, each asynchronous, bounded in time and in requests in flight.

use crate::kafka::native::{self, AdminQueue, CallLimits, Handle, Metadata, OffsetSpec, PartitionOffset};
use crate::kafka::native::{ResourceConfig, ResourceKind};
use crate::kafka::reads::{
    CallResult, GroupOffsets, GroupsRead, RawReads, ReadAnswer, ReadKind, ReadTargets,
};
use crate::kafka::{CallError, ConnectError, ConnectionSpec};
use crate::model::{BrokerId, Unknown};
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
const ALL_BROKERS_DOWN: i32 = CallError::ALL_BROKERS_DOWN;
/// Why three kinds of state are unknown.
const NOT_READ: &str = "librdkafka reads no features, no quorum and no ELR";

/// The connection that the reads go through.
pub(super) struct LibrdkafkaReader {
    admin: AdminQueue,
    timeout: Duration,
}

impl LibrdkafkaReader {
    /// Prepares a connection; nothing is sent yet. `timeout` bounds each call but the first Metadata.
    ///
    /// # Errors
    /// When the client library refuses a property.
    pub(super) fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<LibrdkafkaReader, ConnectError> {
        let handle = Arc::new(Handle::open(spec)?);
        Ok(LibrdkafkaReader { admin: AdminQueue::new(handle)?, timeout })
    }

    /// The handle that all reads share.
    fn handle(&self) -> &Arc<Handle> {
        self.admin.handle()
    }

    /// Reads one kind of state; a failure says which and why.
    pub(super) async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> ReadAnswer {
        match kind {
            ReadKind::Metadata => ReadAnswer::Metadata(self.metadata(self.timeout).await),
            ReadKind::Description => self.description(targets).await,
            ReadKind::TopicConfigs => ReadAnswer::TopicConfigs(self.topic_configs(targets).await),
            ReadKind::BrokerConfigs => ReadAnswer::BrokerConfigs(self.broker_configs(targets).await),
            ReadKind::Groups => ReadAnswer::Groups(self.groups(targets).await),
            ReadKind::GroupOffsets => ReadAnswer::GroupOffsets(self.group_offsets(targets).await),
            ReadKind::LatestOffsets => {
                ReadAnswer::Offsets(OffsetSpec::Latest, self.offsets(OffsetSpec::Latest, targets).await)
            }
            ReadKind::EarliestOffsets => {
                ReadAnswer::Offsets(OffsetSpec::Earliest, self.offsets(OffsetSpec::Earliest, targets).await)
            }
            ReadKind::Raw => {
                ReadAnswer::Raw(Box::new(RawReads::unknown(Unknown::NotExposed(NOT_READ.into()))))
            }
        }
    }

    /// All topics. Fails early when no broker can be reached.
    pub(super) async fn metadata(&self, timeout: Duration) -> CallResult<Metadata> {
        let health = self.handle().health();
        if health.all_brokers_down() {
            // librdkafka reports this once; while it lasts, only a short wait is worth it.
            let answer = native::metadata(self.handle(), timeout.min(Duration::from_secs(2))).await;
            return self.explained(answer);
        }
        let all_brokers_down = async {
            health.until_all_brokers_down().await;
            tokio::time::sleep(ALL_DOWN_GRACE).await;
        };
        let answer = tokio::select! {
            answer = self.first_answer(timeout) => answer,
            () = all_brokers_down => Err(CallError { code: ALL_BROKERS_DOWN, message: "all brokers are down".into() }),
        };
        self.explained(answer)
    }

    /// librdkafka asks any one broker; should that one hang, a second question goes to another.
    async fn first_answer(&self, timeout: Duration) -> CallResult<Metadata> {
        let first = native::metadata(self.handle(), timeout);
        tokio::pin!(first);
        if let Ok(answer) = tokio::time::timeout(SECOND_QUESTION_AFTER, &mut first).await {
            return answer;
        }
        let second = native::metadata(self.handle(), timeout.saturating_sub(SECOND_QUESTION_AFTER));
        tokio::pin!(second);
        tokio::select! {
            Ok(answer) = &mut first => Ok(answer),
            Ok(answer) = &mut second => Ok(answer),
            else => Err(CallError { code: TIMED_OUT, message: "no broker answered in time".into() }),
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
                Err(CallError { code: error.code, message })
            }
        }
    }

    async fn description(&self, targets: &ReadTargets) -> ReadAnswer {
        let timeout = self.timeout;
        let id = native::blocking(self.handle(), move |handle| Ok(handle.cluster_id(timeout))).await;
        let Ok(Some(id)) = id else { return ReadAnswer::Description(None, None) };
        // Asking "the controller" means a random broker under KRaft; a broker of our choice that hangs is passed over.
        let mut racks = Err(CallError { code: ALL_BROKERS_DOWN, message: "no broker is up".into() });
        for broker in targets.brokers().take(3) {
            racks = native::describe_cluster(&self.admin, self.limits(Some(broker))).await;
            if racks.is_ok() {
                break;
            }
        }
        ReadAnswer::Description(Some(id), Some(racks))
    }

    async fn topic_configs(&self, targets: &ReadTargets) -> Vec<ResourceConfig> {
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

    async fn broker_configs(&self, targets: &ReadTargets) -> Vec<(BrokerId, ResourceConfig)> {
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
                let silent = CallError { code: 0, message: "the broker did not describe itself".into() };
                match answer.await {
                    Ok(found) => (broker, found.into_iter().next().unwrap_or((name, Err(silent)))),
                    Err(error) => (broker, (name, Err(error))),
                }
            }
        });
        in_flight(HEAVY_IN_FLIGHT, calls).await
    }

    async fn groups(&self, targets: &ReadTargets) -> GroupsRead {
        let calls = targets.brokers().map(|broker| {
            let answer = native::list_consumer_groups(&self.admin, self.limits(Some(broker)));
            async move { (broker, answer.await) }
        });
        let classic = native::list_groups(self.handle(), self.timeout);
        let (listed, classic) = tokio::join!(in_flight(HEAVY_IN_FLIGHT, calls), classic);
        let mut answer = GroupsRead { listed, ..GroupsRead::default() };
        match classic {
            Ok((groups, _)) => {
                answer.described = groups.into_iter().map(|group| (group.id.clone(), group)).collect();
            }
            Err(error) => answer.classic_error = Some(error),
        }
        if targets.has_offsets_topic() {
            self.describe_kip_848_groups(&mut answer).await;
        }
        answer
    }

    /// The old DescribeGroups shows KIP-848 groups as dead: these are asked for one by one.
    async fn describe_kip_848_groups(&self, answer: &mut GroupsRead) {
        let listed = answer.listed.iter().filter_map(|(_, groups)| groups.as_ref().ok()).flatten();
        let modern = listed.filter(|group| group.consumer_protocol == Some(true));
        let ids: Vec<Arc<str>> = modern.map(|group| group.id.clone()).take(KIP_848_GROUPS_PER_READ).collect();
        let calls = ids.iter().map(|id| native::describe_consumer_group(&self.admin, id, self.limits(None)));
        for group in in_flight(GROUPS_IN_FLIGHT, calls).await.into_iter().flatten() {
            answer.described.insert(group.id.clone(), group);
        }
    }

    async fn group_offsets(&self, targets: &ReadTargets) -> GroupOffsets {
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
    async fn offsets(&self, end: OffsetSpec, targets: &ReadTargets) -> Vec<PartitionOffset> {
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
