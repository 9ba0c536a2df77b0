//! A cluster of 10,000 topics, 100,000 partitions and 10,000 groups, as three fake brokers tell it: how much is asked for,
//! and that all of it arrives.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::messages::describe_groups_response::DescribedGroup;
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, BrokerId as KafkasId, DescribeClusterResponse, DescribeConfigsRequest,
    DescribeConfigsResponse, DescribeGroupsRequest, DescribeGroupsResponse, GroupId, ListGroupsResponse,
    ListOffsetsRequest, ListOffsetsResponse, ListPartitionReassignmentsResponse, MetadataResponse,
    OffsetFetchRequest, OffsetFetchResponse, RequestHeader, ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use klever::kafka::{Client, ConnectionSpec, SnapshotRequest};
use klever::model::{Cluster, Lag};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOPICS: usize = 10_000;
const PARTITIONS: i32 = 10;
const GROUPS: usize = 10_000;
const BROKERS: i32 = 3;
/// Records in each partition, and how many of them a group has read.
const END: i64 = 100;
const COMMITTED: i64 = 90;

const KNOWN: [ApiKey; 9] = [
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetFetch,
    ApiKey::DescribeGroups,
    ApiKey::ListGroups,
    ApiKey::ApiVersions,
    ApiKey::DescribeConfigs,
    ApiKey::DescribeCluster,
    ApiKey::ListPartitionReassignments,
];

fn text(text: String) -> StrBytes {
    StrBytes::from_string(text)
}

fn topic_name(topic: usize) -> TopicName {
    TopicName(text(format!("topic-{topic:05}")))
}

/// The topic that a group reads.
fn topic_of(group: &GroupId) -> TopicName {
    TopicName(text(group.0.as_str().replace("group", "topic")))
}

/// Requests of one kind: how many, and how many bytes they and their answers had.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Asked {
    requests: usize,
    bytes: usize,
    answered: usize,
}

type Counts = Arc<Mutex<BTreeMap<i16, Asked>>>;

/// Three brokers, and what they were asked.
struct Fake {
    ports: Vec<u16>,
    counts: Counts,
}

impl Fake {
    fn start() -> Fake {
        let listeners: Vec<TcpListener> =
            (0..BROKERS).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
        let counts = Counts::default();
        for (listener, id) in listeners.into_iter().zip(1..) {
            let (ports, counts) = (ports.clone(), counts.clone());
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let (ports, counts) = (ports.clone(), counts.clone());
                    std::thread::spawn(move || serve(stream, id, &ports, &counts));
                }
            });
        }
        Fake { ports, counts }
    }

    fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.ports[0])
    }

    /// What was asked since the last time, by kind.
    fn asked(&self) -> BTreeMap<i16, Asked> {
        std::mem::take(&mut self.counts.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, id: i32, ports: &[u16], counts: &Counts) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).ok()?;
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut frame).ok()?;
        let (size, mut body) = (frame.len(), Bytes::from(frame));
        let (key, version) = (i16::from_be_bytes([body[0], body[1]]), i16::from_be_bytes([body[2], body[3]]));
        let api = ApiKey::try_from(key).ok()?;
        let header = RequestHeader::decode(&mut body, api.request_header_version(version)).ok()?;
        let mut answer = BytesMut::from(&[0; 4][..]);
        let head = ResponseHeader::default().with_correlation_id(header.correlation_id);
        head.encode(&mut answer, api.response_header_version(version)).ok()?;
        put_answer(api, version, body, (id, ports), &mut answer)?;
        let answered = answer.len() - 4;
        answer[..4].copy_from_slice(&(answered as u32).to_be_bytes());
        stream.write_all(&answer).ok()?;
        let mut counts = counts.lock().unwrap();
        let asked = counts.entry(key).or_default();
        *asked = Asked {
            requests: asked.requests + 1,
            bytes: asked.bytes + size,
            answered: asked.answered + answered,
        };
    }
}

fn put_answer(
    api: ApiKey,
    version: i16,
    mut body: Bytes,
    (id, ports): (i32, &[u16]),
    out: &mut BytesMut,
) -> Option<()> {
    match api {
        ApiKey::ApiVersions => versions().encode(out, version),
        ApiKey::Metadata => metadata(ports).encode(out, version),
        ApiKey::DescribeCluster => cluster(ports).encode(out, version),
        ApiKey::ListGroups => listed(id).encode(out, version),
        ApiKey::ListPartitionReassignments => {
            ListPartitionReassignmentsResponse::default().encode(out, version)
        }
        ApiKey::DescribeConfigs => {
            configs(DescribeConfigsRequest::decode(&mut body, version).ok()?).encode(out, version)
        }
        ApiKey::DescribeGroups => {
            described(DescribeGroupsRequest::decode(&mut body, version).ok()?).encode(out, version)
        }
        ApiKey::OffsetFetch => {
            commits(OffsetFetchRequest::decode(&mut body, version).ok()?).encode(out, version)
        }
        ApiKey::ListOffsets => {
            ends(ListOffsetsRequest::decode(&mut body, version).ok()?).encode(out, version)
        }
        _ => return None,
    }
    .ok()
}

fn versions() -> ApiVersionsResponse {
    let range = |key: &ApiKey| {
        let valid = key.valid_versions();
        let api = ApiVersion::default().with_api_key(*key as i16);
        // Since version 10 topics go by their ids there.
        let last = if *key == ApiKey::OffsetFetch { valid.max.min(9) } else { valid.max };
        api.with_min_version(valid.min).with_max_version(last)
    };
    ApiVersionsResponse::default().with_api_keys(KNOWN.iter().map(range).collect())
}

fn metadata(ports: &[u16]) -> MetadataResponse {
    let broker = |(port, id): (&u16, i32)| {
        let broker = MetadataResponseBroker::default().with_node_id(KafkasId(id));
        broker.with_host(text("127.0.0.1".into())).with_port(i32::from(*port))
    };
    let partition = |topic: usize, number: i32| {
        let replicas: Vec<KafkasId> =
            (0..BROKERS).map(|copy| KafkasId((topic as i32 + number + copy) % BROKERS + 1)).collect();
        let partition = MetadataResponsePartition::default().with_partition_index(number);
        partition.with_leader_id(replicas[0]).with_isr_nodes(replicas.clone()).with_replica_nodes(replicas)
    };
    let topic = |topic: usize, name: TopicName, count: i32| {
        let partitions = (0..count).map(|number| partition(topic, number)).collect();
        MetadataResponseTopic::default().with_name(Some(name)).with_partitions(partitions)
    };
    let mut topics: Vec<_> = (0..TOPICS).map(|at| topic(at, topic_name(at), PARTITIONS)).collect();
    topics.push(topic(0, TopicName(text("__consumer_offsets".into())), 50));
    MetadataResponse::default()
        .with_brokers(ports.iter().zip(1..).map(broker).collect())
        .with_cluster_id(Some(text("large".into())))
        .with_topics(topics)
}

fn cluster(ports: &[u16]) -> DescribeClusterResponse {
    let broker = |(port, id): (&u16, i32)| {
        let broker = DescribeClusterBroker::default().with_broker_id(KafkasId(id));
        broker.with_host(text("127.0.0.1".into())).with_port(i32::from(*port))
    };
    let brokers = ports.iter().zip(1..).map(broker).collect();
    DescribeClusterResponse::default().with_cluster_id(text("large".into())).with_brokers(brokers)
}

fn configs(request: DescribeConfigsRequest) -> DescribeConfigsResponse {
    let entry = |name: &str, value: &str| {
        let entry = DescribeConfigsResourceResult::default().with_name(text(name.into()));
        entry.with_value(Some(text(value.into()))).with_config_source(5)
    };
    let resource = |asked: kafka_protocol::messages::describe_configs_request::DescribeConfigsResource| {
        let entries =
            [("authorizer.class.name", ""), ("min.insync.replicas", "2"), ("retention.ms", "604800000")];
        DescribeConfigsResult::default()
            .with_resource_type(asked.resource_type)
            .with_resource_name(asked.resource_name)
            .with_configs(entries.map(|(name, value)| entry(name, value)).to_vec())
    };
    DescribeConfigsResponse::default().with_results(request.resources.into_iter().map(resource).collect())
}

fn listed(id: i32) -> ListGroupsResponse {
    let own = (0..GROUPS).filter(|group| *group as i32 % BROKERS + 1 == id);
    let group = |group: usize| {
        let group = ListedGroup::default().with_group_id(GroupId(text(format!("group-{group:05}"))));
        group.with_protocol_type(text("consumer".into())).with_group_state(text("Empty".into()))
    };
    ListGroupsResponse::default().with_groups(own.map(group).collect())
}

fn described(request: DescribeGroupsRequest) -> DescribeGroupsResponse {
    let group = |id: GroupId| {
        let group = DescribedGroup::default().with_group_id(id).with_group_state(text("Empty".into()));
        group.with_protocol_type(text("consumer".into()))
    };
    DescribeGroupsResponse::default().with_groups(request.groups.into_iter().map(group).collect())
}

fn commits(request: OffsetFetchRequest) -> OffsetFetchResponse {
    let partition = |number: i32| {
        let partition = OffsetFetchResponsePartitions::default().with_partition_index(number);
        partition.with_committed_offset(COMMITTED).with_metadata(Some(StrBytes::default()))
    };
    let group = |id: GroupId| {
        let topic = OffsetFetchResponseTopics::default().with_name(topic_of(&id));
        let topic = topic.with_partitions((0..PARTITIONS).map(partition).collect());
        OffsetFetchResponseGroup::default().with_group_id(id).with_topics(vec![topic])
    };
    let groups = request.groups.into_iter().map(|asked| group(asked.group_id)).collect();
    OffsetFetchResponse::default().with_groups(groups)
}

fn ends(request: ListOffsetsRequest) -> ListOffsetsResponse {
    // `EARLIEST_TIMESTAMP` of Kafka.
    const EARLIEST: i64 = -2;
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|asked| {
            let offset = if asked.timestamp == EARLIEST { 0 } else { END };
            let partition =
                ListOffsetsPartitionResponse::default().with_partition_index(asked.partition_index);
            partition.with_offset(offset).with_timestamp(-1)
        });
        ListOffsetsTopicResponse::default()
            .with_name(topic.name.clone())
            .with_partitions(partitions.collect())
    });
    ListOffsetsResponse::default().with_topics(topics.collect())
}

/// The most that may be asked of each kind for one look at the whole: by batches of 500 groups, 10,000 partitions and
/// 250 topics, on three brokers.
const MOST: [(ApiKey, usize); 7] = [
    (ApiKey::ListOffsets, 4 * 12),
    (ApiKey::Metadata, 2),
    (ApiKey::OffsetFetch, 21),
    (ApiKey::DescribeGroups, 21),
    (ApiKey::ListGroups, 3),
    (ApiKey::DescribeConfigs, 41 + 3),
    (ApiKey::ListPartitionReassignments, 1),
];

fn assert_frugal(asked: &BTreeMap<i16, Asked>, what: &str) {
    for (api, most) in MOST {
        let asked = asked.get(&(api as i16)).copied().unwrap_or_default();
        assert!(asked.requests <= most, "{what}: {} {api:?}, {most} are enough", asked.requests);
    }
    // A partition costs some 8 bytes in each of four questions about ends of logs, a topic and a group their names.
    let sent: usize = asked.values().map(|one| one.bytes).sum();
    assert!(sent < 20 * 1024 * 1024, "{what}: {sent} bytes of questions");
    let unknown: Vec<i16> =
        asked.keys().copied().filter(|key| !KNOWN.iter().any(|api| *api as i16 == *key)).collect();
    assert!(unknown.is_empty(), "{what}: {unknown:?}");
}

fn assert_whole(cluster: &Cluster) {
    assert_eq!(cluster.partitions.len(), TOPICS * PARTITIONS as usize + 50);
    let groups = cluster.groups.get().unwrap();
    assert_eq!(groups.len(), GROUPS);
    let lag = Lag::Records(i64::from(PARTITIONS) * (END - COMMITTED));
    let other = groups.iter().find(|group| cluster.lag_of_group(group) != lag);
    assert!(other.is_none(), "{other:?}: {:?}", other.map(|group| cluster.lag_of_group(group)));
    assert!(cluster.topics.iter().all(|topic| topic.config.get().is_some()));
    let seen = cluster.completeness();
    assert!(
        seen.topics.get().is_some() && seen.groups.get().is_some() && seen.offsets.get().is_some(),
        "{seen:?}"
    );
}

#[test]
fn a_large_cluster_is_read_in_few_requests_and_whole() {
    let fake = Fake::start();
    let client = Client::connect(&ConnectionSpec::plaintext(&fake.bootstrap()).unwrap()).unwrap();
    // Unoptimised fakes are slow.
    let request = SnapshotRequest { timeout: Duration::from_secs(120), ..SnapshotRequest::everything() };
    assert_whole(&client.snapshot(&request).unwrap());
    assert_frugal(&fake.asked(), "the first look");
    assert_whole(&client.snapshot(&request).unwrap());
    assert_frugal(&fake.asked(), "the next look");
}

/// As a process that may not have more memory than a small machine has.
#[test]
fn the_lag_of_ten_thousand_groups_is_told_within_bounds() {
    const KIB: usize = 1 << 20;
    let fake = Fake::start();
    let limited = format!("ulimit -v {KIB}; exec \"$0\" lag -b {} --format json", fake.bootstrap());
    let ran = Command::new("sh").args(["-c", &limited, env!("CARGO_BIN_EXE_klever")]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(String::from_utf8(ran.stdout).unwrap().matches("\"group-").count() >= GROUPS);
    assert_frugal(&fake.asked(), "klever lag");
}
