//! What librdkafka cannot read, over a second connection of klever's own: features, controller quorum, ELR.
//!
//! Plaintext only so far; with TLS or SASL these parts are unknown, with that reason.

use crate::clock::now_ms;
use crate::kafka::ConnectionSpec;
use crate::kafka::reads::{ElrByTopic, RawReads, ReadTargets};
use crate::model::{BrokerId, Datum, Features, Millis, Origin, Quorum, Unknown};
use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::describe_quorum_response::ReplicaState;
use kafka_protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, DescribeQuorumRequest, DescribeTopicPartitionsRequest, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use std::time::Duration;

pub(crate) mod connection;

use connection::{Connection, RawError};

/// Topics in one DescribeTopicPartitions.
const TOPICS_PER_REQUEST: usize = 500;
/// Kafka's own limit of partitions in one answer (`max.request.partition.size.limit`).
const PARTITIONS_PER_ANSWER: i32 = 2000;
/// `ReplicaState` of a voter that fetched within this time counts as online; Kafka's own
/// `controller.quorum.fetch.timeout.ms` is 2 s.
const ONLINE_WITHIN_MS: i64 = 5_000;

/// Reads everything over one short-lived connection to a live broker; a second one is tried when the first
/// does not answer within half of `timeout`.
pub(super) async fn read(spec: &ConnectionSpec, targets: &ReadTargets, timeout: Duration) -> RawReads {
    if !spec.is_plaintext() {
        let why = "features, quorum and ELR are read on plaintext connections only";
        return RawReads::unknown(Unknown::NotExposed(why.into()));
    }
    let addresses = targets.metadata.nodes.iter().map(|node| (node.host.clone(), node.port));
    let mut failure = "no broker is up".to_string();
    for (host, port) in addresses.take(2) {
        match tokio::time::timeout(timeout / 2, read_from(&host, port, targets)).await {
            Ok(Ok(reads)) => return reads,
            Ok(Err(error)) => failure = error.to_string(),
            Err(_) => failure = format!("{host}:{port} did not answer in time"),
        }
    }
    RawReads::unknown(Unknown::Unreachable(failure))
}

async fn read_from(host: &str, port: u16, targets: &ReadTargets) -> Result<RawReads, RawError> {
    let mut connection = Connection::open(host, port).await?;
    let features = features(&mut connection).await?;
    let quorum = quorum(&mut connection).await?;
    let elr = match features.elr.get() {
        Some(true) => elr(&mut connection, targets).await?,
        Some(false) => {
            let off = Origin::Derived("eligible.leader.replicas.version is 0".into());
            Datum::known(ElrByTopic::new(), now_ms(), off)
        }
        None => Datum::unknown(Unknown::Unsupported("brokers that report no features".into())),
    };
    Ok(RawReads { features, quorum, elr })
}

async fn features(connection: &mut Connection) -> Result<Features, RawError> {
    let request = ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str("klever"))
        .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
    let answer = connection.versions(request).await?;
    let at = now_ms();
    if answer.finalized_features_epoch < 0 {
        let reason = Unknown::Unsupported("brokers that report no features".into());
        return Ok(Features { elr: Datum::unknown(reason.clone()), metadata_level: Datum::unknown(reason) });
    }
    Ok(Features {
        elr: Datum::known(level(&answer, "eligible.leader.replicas.version") > 0, at, Origin::Broker),
        metadata_level: Datum::known(level(&answer, "metadata.version"), at, Origin::Broker),
    })
}

/// A feature that is not finalised is at level 0.
fn level(answer: &ApiVersionsResponse, name: &str) -> i16 {
    let found = answer.finalized_features.iter().find(|feature| feature.name.as_str() == name);
    found.map_or(0, |feature| feature.max_version_level)
}

async fn quorum(connection: &mut Connection) -> Result<Datum<Quorum>, RawError> {
    let partition = PartitionData::default().with_partition_index(0);
    let topic = TopicData::default()
        .with_topic_name(topic_name("__cluster_metadata"))
        .with_partitions(vec![partition]);
    let Some(answer) = connection.send(DescribeQuorumRequest::default().with_topics(vec![topic])).await?
    else {
        return Ok(Datum::unknown(Unknown::Unsupported("brokers without KRaft".into())));
    };
    let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
    let code = partition.map_or(answer.error_code, |partition| partition.error_code.max(answer.error_code));
    let partition = match (code, partition) {
        (0, Some(partition)) => partition,
        (31, _) => return Ok(Datum::unknown(Unknown::Denied("Describe on Cluster".into()))),
        _ => return Ok(Datum::unknown(Unknown::Unreachable(format!("DescribeQuorum answered code {code}")))),
    };
    let at = now_ms();
    let leader = partition.leader_id.0;
    let voters = &partition.current_voters;
    let online = voters.iter().filter(|voter| voter.replica_id.0 == leader || is_fetching(voter, at));
    let quorum = Quorum {
        leader: (leader >= 0).then_some(BrokerId(leader)),
        voters: voters.iter().map(|voter| BrokerId(voter.replica_id.0)).collect(),
        online: online.map(|voter| BrokerId(voter.replica_id.0)).collect(),
    };
    Ok(Datum::known(quorum, at, Origin::Broker))
}

fn is_fetching(voter: &ReplicaState, at: Millis) -> bool {
    at - voter.last_caught_up_timestamp < ONLINE_WITHIN_MS
}

async fn elr(connection: &mut Connection, targets: &ReadTargets) -> Result<Datum<ElrByTopic>, RawError> {
    let mut elr = ElrByTopic::new();
    for chunk in targets.metadata.topics.chunks(TOPICS_PER_REQUEST) {
        let names = chunk.iter().map(|topic| TopicRequest::default().with_name(topic_name(&topic.name)));
        let mut request = DescribeTopicPartitionsRequest::default()
            .with_topics(names.collect())
            .with_response_partition_limit(PARTITIONS_PER_ANSWER);
        loop {
            let Some(answer) = connection.send(request.clone()).await? else {
                return Ok(Datum::unknown(Unknown::Unsupported("brokers before 3.7".into())));
            };
            for topic in answer.topics.iter().filter(|topic| topic.error_code == 0) {
                let Some(name) = &topic.name else { continue };
                let members = topic.partitions.iter().filter_map(|partition| {
                    let members =
                        partition.eligible_leader_replicas.as_ref().filter(|elr| !elr.is_empty())?;
                    Some((partition.partition_index, members.iter().map(|id| BrokerId(id.0)).collect()))
                });
                elr.entry(name.as_str().into()).or_default().extend(members);
            }
            let Some(next) = answer.next_cursor else { break };
            let cursor =
                Cursor::default().with_topic_name(next.topic_name).with_partition_index(next.partition_index);
            request = request.with_cursor(Some(cursor));
        }
    }
    Ok(Datum::known(elr, now_ms(), Origin::Broker))
}

fn topic_name(name: &str) -> TopicName {
    TopicName(StrBytes::from_string(name.to_string()))
}
