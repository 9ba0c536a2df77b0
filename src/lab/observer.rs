//! What the brokers say of the cluster, asked every few milliseconds: leaders, ISRs, who is alive.

use crate::lab::connection::Connection;
use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiVersionsRequest, BrokerId as NodeId, DescribeQuorumRequest, ListOffsetsRequest, MetadataRequest,
    MetadataResponse, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Between two questions to one broker.
const PERIOD: Duration = Duration::from_millis(30);
/// A broker that does not answer within this is silent: paused, starting or gone.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

/// One partition as a broker sees it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct PartitionView {
    /// Who leads; `None` for nobody.
    pub leader: Option<i32>,
    pub epoch: i32,
    /// Who is in sync, in order of id.
    pub isr: Vec<i32>,
}

/// What one broker says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct BrokerView {
    alive: BTreeSet<i32>,
    partitions: BTreeMap<(String, i32), PartitionView>,
}

/// A view and since when it is like that.
#[derive(Clone, Debug)]
struct TimedView {
    view: BrokerView,
    changed: Instant,
}

type Views = Arc<Mutex<BTreeMap<i32, TimedView>>>;

/// Asks all brokers, past the proxies, until it is dropped.
pub(super) struct Observer {
    views: Views,
    runtime: Runtime,
}

impl Observer {
    /// Asks the brokers at these ports of loopback about these topics.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(brokers: &[(i32, u16)], topics: &[String]) -> std::io::Result<Observer> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let views = Views::default();
        for (id, port) in brokers.iter().copied() {
            runtime.spawn(ask_for_ever(id, port, topics.to_vec(), views.clone()));
        }
        Ok(Observer { views, runtime })
    }

    /// A partition as the best informed broker sees it: of the highest leader epoch, and of those the one
    /// whose view changed last. A broker that is cut off from the controllers keeps an old view.
    pub(super) fn partition(&self, topic: &str, number: i32) -> Option<PartitionView> {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (topic.to_string(), number);
        let found =
            views.values().filter_map(|dated| Some((dated.changed, dated.view.partitions.get(&key)?)));
        found.max_by_key(|(changed, seen)| (seen.epoch, *changed)).map(|(_, seen)| seen.clone())
    }

    /// Who is not fenced, as the broker sees it whose view changed last.
    pub(super) fn alive(&self) -> BTreeSet<i32> {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views
            .values()
            .max_by_key(|dated| dated.changed)
            .map(|dated| dated.view.alive.clone())
            .unwrap_or_default()
    }
}

impl Observer {
    /// A partition's high watermark as the broker at this port tells it; `None` when it does not.
    pub(super) fn high_watermark(&self, port: u16, topic: &str, number: i32) -> Option<i64> {
        let partition = ListOffsetsPartition::default().with_partition_index(number).with_timestamp(-1);
        let partition = partition.with_current_leader_epoch(-1);
        let topic = ListOffsetsTopic::default()
            .with_name(TopicName(StrBytes::from_string(topic.to_string())))
            .with_partitions(vec![partition]);
        let request = ListOffsetsRequest::default().with_replica_id(NodeId(-1)).with_topics(vec![topic]);
        let answer = self.once(port, request)?;
        let found = answer.topics.first()?.partitions.first()?;
        (found.error_code == 0).then_some(found.offset)
    }

    /// The active controller as the broker at this port learns it.
    pub(super) fn active_controller(&self, port: u16) -> Option<i32> {
        let topic = TopicData::default()
            .with_topic_name(TopicName(StrBytes::from_static_str("__cluster_metadata")))
            .with_partitions(vec![PartitionData::default().with_partition_index(0)]);
        let answer = self.once(port, DescribeQuorumRequest::default().with_topics(vec![topic]))?;
        let leader = answer.topics.first()?.partitions.first()?.leader_id.0;
        (leader >= 0).then_some(leader)
    }

    fn once<Q>(&self, port: u16, request: Q) -> Option<Q::Response>
    where
        Q: Request + HeaderVersion + Encodable,
        Q::Response: Decodable + HeaderVersion,
    {
        self.runtime.block_on(async {
            let mut connection = tokio::time::timeout(ANSWER_TIMEOUT, connect(port)).await.ok()?.ok()?;
            tokio::time::timeout(ANSWER_TIMEOUT * 4, connection.send(request)).await.ok()?.ok()?
        })
    }
}

async fn ask_for_ever(id: i32, port: u16, topics: Vec<String>, views: Views) {
    loop {
        if let Ok(Ok(mut connection)) = tokio::time::timeout(ANSWER_TIMEOUT, connect(port)).await {
            while let Ok(Some(answer)) = ask(&mut connection, &topics).await {
                note(&views, id, view(&answer));
                tokio::time::sleep(PERIOD).await;
            }
        }
        views.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        tokio::time::sleep(PERIOD).await;
    }
}

async fn connect(port: u16) -> Result<Connection, String> {
    let mut connection = Connection::open("127.0.0.1", port).await.map_err(|error| error.to_string())?;
    let request = ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str("klever-lab"))
        .with_client_software_version(StrBytes::from_static_str("1"));
    connection.versions(request).await.map_err(|error| error.to_string())?;
    Ok(connection)
}

async fn ask(connection: &mut Connection, topics: &[String]) -> Result<Option<MetadataResponse>, String> {
    let named = |name: &String| {
        MetadataRequestTopic::default().with_name(Some(TopicName(StrBytes::from_string(name.clone()))))
    };
    let request = MetadataRequest::default()
        .with_topics(Some(topics.iter().map(named).collect()))
        .with_allow_auto_topic_creation(false);
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, connection.send(request)).await;
    answer.map_err(|_| "silent".to_string())?.map_err(|error| error.to_string())
}

fn note(views: &Views, id: i32, view: BrokerView) {
    let mut views = views.lock().unwrap_or_else(PoisonError::into_inner);
    if views.get(&id).is_none_or(|dated| dated.view != view) {
        views.insert(id, TimedView { view, changed: Instant::now() });
    }
}

fn view(answer: &MetadataResponse) -> BrokerView {
    let mut partitions = BTreeMap::new();
    for topic in &answer.topics {
        let Some(name) = &topic.name else { continue };
        for partition in &topic.partitions {
            let leader = partition.leader_id.0;
            let mut isr: Vec<i32> = partition.isr_nodes.iter().map(|id| id.0).collect();
            isr.sort_unstable();
            let seen =
                PartitionView { leader: (leader >= 0).then_some(leader), epoch: partition.leader_epoch, isr };
            partitions.insert((name.to_string(), partition.partition_index), seen);
        }
    }
    BrokerView { alive: answer.brokers.iter().map(|broker| broker.node_id.0).collect(), partitions }
}
