//! Answers with drawn content, as brokers of each version could give them.

use super::*;
use kafka_protocol::messages::api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey};
use kafka_protocol::messages::consumer_group_describe_response as modern;
use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::describe_log_dirs_response as log_dir;
use kafka_protocol::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use kafka_protocol::messages::describe_topic_partitions_response as partitions;
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::offset_fetch_response as offsets;
use kafka_protocol::messages::{self as kafka, BrokerId, GroupId, TopicName};

/// One of each kind, in drawn versions.
pub(super) fn answers(draw: &mut Draw) -> Vec<Vec<u8>> {
    fn one<R: ReadRequest, T: Encodable + Message>(
        draw: &mut Draw,
        answer: fn(&mut Draw, i16) -> T,
    ) -> Vec<u8> {
        let (first, last) = versions_of::<R, T>().into_inner();
        let version = first + draw.below((last - first + 1) as u64) as i16;
        let answer = answer(draw, version);
        written(R::API, &answer, version)
    }
    vec![
        one::<ApiVersions, _>(draw, api_versions),
        one::<DescribeAcls, _>(draw, acls::answer),
        one::<DescribeCluster, _>(draw, cluster),
        one::<DescribeConfigs<'_>, _>(draw, configs),
        one::<DescribeConsumerGroups<'_>, _>(draw, consumer_groups),
        one::<DescribeGroups<'_>, _>(draw, described_groups),
        one::<DescribeLogDirs, _>(draw, log_dirs),
        one::<DescribeProducers<'_>, _>(draw, transactions::producers),
        one::<DescribeQuorum, _>(draw, quorum),
        one::<DescribeTopicPartitions<'_>, _>(draw, topic_partitions),
        one::<DescribeShareGroups<'_>, _>(draw, other_groups::described),
        one::<DescribeShareGroupOffsets<'_>, _>(draw, other_groups::start_offsets),
        one::<DescribeTransactions<'_>, _>(draw, transactions::described),
        one::<FetchOffsets<'_>, _>(draw, group_offsets),
        one::<FetchOffsetsOfGroup<'_>, _>(draw, group_offsets),
        one::<FindCoordinator<'_>, _>(draw, coordinators),
        one::<FindCoordinators<'_>, _>(draw, coordinators),
        one::<ListGroups, _>(draw, listed_groups),
        one::<ListOffsets<'_>, _>(draw, list_offsets),
        one::<ListReassignments, _>(draw, moves::answer),
        one::<ListTransactions<'_>, _>(draw, transactions::listed),
        one::<ReadMetadata, _>(draw, metadata),
    ]
}

fn broker(draw: &mut Draw) -> BrokerId {
    BrokerId(draw.i32())
}

fn topic(draw: &mut Draw) -> TopicName {
    TopicName(draw.text())
}

pub(super) fn api_versions(draw: &mut Draw, version: i16) -> kafka::ApiVersionsResponse {
    let mut answer = kafka::ApiVersionsResponse::default();
    answer.error_code = draw.code();
    answer.api_keys = draw.list(|draw| {
        let mut api = ApiVersion::default();
        (api.api_key, api.min_version, api.max_version) = (draw.i16(), draw.i16(), draw.i16());
        api
    });
    if version >= 3 {
        answer.supported_features = draw.list(|draw| {
            let mut feature = SupportedFeatureKey::default();
            (feature.name, feature.max_version) = (draw.text(), draw.i16());
            feature
        });
        answer.finalized_features_epoch = if draw.bool() { -1 } else { 12 };
        answer.finalized_features = draw.list(|draw| {
            let mut feature = FinalizedFeatureKey::default();
            (feature.name, feature.max_version_level) = (draw.text(), draw.i16());
            feature
        });
        answer.zk_migration_ready = draw.bool();
    }
    answer
}

pub(super) fn metadata(draw: &mut Draw, version: i16) -> kafka::MetadataResponse {
    let mut answer = kafka::MetadataResponse::default();
    answer.brokers = draw.list(|draw| {
        let mut one = MetadataResponseBroker::default();
        (one.node_id, one.host, one.port, one.rack) =
            (broker(draw), draw.text(), draw.i32(), draw.maybe_text());
        one
    });
    answer.cluster_id = draw.maybe_text();
    answer.controller_id = broker(draw);
    answer.topics = draw.list(|draw| {
        let mut one = MetadataResponseTopic::default();
        (one.error_code, one.is_internal) = (draw.code(), draw.bool());
        one.name = if version >= 12 { draw.maybe_text().map(TopicName) } else { Some(topic(draw)) };
        one.partitions = draw.list(|draw| partition(draw, version));
        one
    });
    answer.error_code = if version >= 13 { draw.code() } else { 0 };
    answer
}

fn partition(draw: &mut Draw, version: i16) -> MetadataResponsePartition {
    let mut one = MetadataResponsePartition::default();
    (one.error_code, one.partition_index, one.leader_id) = (draw.code(), draw.i32(), broker(draw));
    (one.replica_nodes, one.isr_nodes) = (draw.list(broker), draw.list(broker));
    if version >= 7 {
        one.leader_epoch = draw.i32();
    }
    if version >= 5 {
        one.offline_replicas = draw.list(broker);
    }
    one
}

pub(super) fn log_dirs(draw: &mut Draw, version: i16) -> kafka::DescribeLogDirsResponse {
    let mut answer = kafka::DescribeLogDirsResponse::default();
    answer.error_code = if version >= 3 { draw.code() } else { 0 };
    answer.results = draw.list(|draw| {
        let mut one = log_dir::DescribeLogDirsResult::default();
        (one.error_code, one.log_dir) = (draw.code(), draw.text());
        one.topics = draw.list(|draw| {
            let mut one = log_dir::DescribeLogDirsTopic::default();
            one.name = topic(draw);
            one.partitions = draw.list(|draw| {
                let mut one = log_dir::DescribeLogDirsPartition::default();
                (one.partition_index, one.partition_size, one.offset_lag) =
                    (draw.i32(), draw.i64(), draw.i64());
                one.is_future_key = draw.bool();
                one
            });
            one
        });
        if version >= 4 {
            (one.total_bytes, one.usable_bytes) = (draw.i64(), draw.i64());
        }
        one
    });
    answer
}

pub(super) fn cluster(draw: &mut Draw, version: i16) -> kafka::DescribeClusterResponse {
    let mut answer = kafka::DescribeClusterResponse::default();
    (answer.error_code, answer.error_message) = (draw.code(), draw.maybe_text());
    (answer.cluster_id, answer.controller_id) = (draw.text(), broker(draw));
    answer.brokers = draw.list(|draw| {
        let mut one = DescribeClusterBroker::default();
        (one.broker_id, one.host, one.port, one.rack) =
            (broker(draw), draw.text(), draw.i32(), draw.maybe_text());
        one.is_fenced = version >= 2 && draw.bool();
        one
    });
    answer
}

pub(super) fn configs(draw: &mut Draw, version: i16) -> kafka::DescribeConfigsResponse {
    let mut answer = kafka::DescribeConfigsResponse::default();
    answer.results = draw.list(|draw| {
        let mut one = DescribeConfigsResult::default();
        (one.error_code, one.error_message) = (draw.code(), draw.maybe_text());
        (one.resource_type, one.resource_name) = (draw.i8(), draw.text());
        one.configs = draw.list(|draw| config(draw, version));
        one
    });
    answer
}

fn config(draw: &mut Draw, version: i16) -> DescribeConfigsResourceResult {
    let mut one = DescribeConfigsResourceResult::default();
    (one.name, one.value, one.read_only) = (draw.text(), draw.maybe_text(), draw.bool());
    (one.config_source, one.is_sensitive) = (draw.below(10) as i8, draw.bool());
    one.synonyms = draw.list(|draw| {
        let mut synonym = DescribeConfigsSynonym::default();
        (synonym.name, synonym.value, synonym.source) = (draw.text(), draw.maybe_text(), draw.i8());
        synonym
    });
    if version >= 3 {
        (one.config_type, one.documentation) = (draw.i8(), draw.maybe_text());
    }
    one
}

pub(super) fn listed_groups(draw: &mut Draw, version: i16) -> kafka::ListGroupsResponse {
    let mut answer = kafka::ListGroupsResponse::default();
    answer.error_code = draw.code();
    answer.groups = draw.list(|draw| {
        let mut one = ListedGroup::default();
        (one.group_id, one.protocol_type) = (GroupId(draw.text()), draw.text());
        if version >= 4 {
            one.group_state = draw.text();
        }
        if version >= 5 {
            one.group_type = draw.text();
        }
        one
    });
    answer
}

pub(super) fn described_groups(draw: &mut Draw, version: i16) -> kafka::DescribeGroupsResponse {
    let mut answer = kafka::DescribeGroupsResponse::default();
    answer.groups = draw.list(|draw| {
        let mut one = DescribedGroup::default();
        (one.error_code, one.group_id) = (draw.code(), GroupId(draw.text()));
        (one.group_state, one.protocol_type, one.protocol_data) = (draw.text(), draw.text(), draw.text());
        one.error_message = if version >= 6 { draw.maybe_text() } else { None };
        one.members = draw.list(|draw| {
            let mut member = DescribedGroupMember::default();
            (member.member_id, member.client_id, member.client_host) =
                (draw.text(), draw.text(), draw.text());
            (member.member_metadata, member.member_assignment) = (draw.bytes(), draw.bytes());
            member.group_instance_id = if version >= 4 { draw.maybe_text() } else { None };
            member
        });
        one
    });
    answer
}

pub(super) fn consumer_groups(draw: &mut Draw, version: i16) -> kafka::ConsumerGroupDescribeResponse {
    let mut answer = kafka::ConsumerGroupDescribeResponse::default();
    answer.groups = draw.list(|draw| {
        let mut one = modern::DescribedGroup::default();
        (one.error_code, one.error_message) = (draw.code(), draw.maybe_text());
        (one.group_id, one.group_state, one.assignor_name) = (GroupId(draw.text()), draw.text(), draw.text());
        (one.group_epoch, one.assignment_epoch) = (draw.i32(), draw.i32());
        one.members = draw.list(|draw| consumer(draw, version));
        one
    });
    answer
}

fn consumer(draw: &mut Draw, version: i16) -> modern::Member {
    let mut one = modern::Member::default();
    (one.member_id, one.instance_id, one.rack_id) = (draw.text(), draw.maybe_text(), draw.maybe_text());
    (one.client_id, one.client_host, one.member_epoch) = (draw.text(), draw.text(), draw.i32());
    (one.subscribed_topic_names, one.subscribed_topic_regex) = (draw.list(topic), draw.maybe_text());
    (one.assignment, one.target_assignment) = (assignment(draw), assignment(draw));
    if version >= 1 {
        one.member_type = draw.i8();
    }
    one
}

fn assignment(draw: &mut Draw) -> modern::Assignment {
    let mut one = modern::Assignment::default();
    one.topic_partitions = draw.list(|draw| {
        let mut owned = modern::TopicPartitions::default();
        (owned.topic_name, owned.partitions) = (topic(draw), draw.list(Draw::i32));
        owned
    });
    one
}

/// Of groups since version 8, of one group before.
pub(super) fn group_offsets(draw: &mut Draw, version: i16) -> kafka::OffsetFetchResponse {
    let mut answer = kafka::OffsetFetchResponse::default();
    if version < 8 {
        answer.error_code = draw.code();
        answer.topics = draw.list(|draw| {
            let mut one = offsets::OffsetFetchResponseTopic::default();
            one.name = topic(draw);
            one.partitions = draw.list(|draw| {
                let mut one = offsets::OffsetFetchResponsePartition::default();
                (one.partition_index, one.committed_offset) = (draw.i32(), draw.i64());
                (one.error_code, one.metadata) = (draw.code(), draw.maybe_text());
                one.committed_leader_epoch = if version >= 5 { draw.i32() } else { -1 };
                one
            });
            one
        });
        return answer;
    }
    answer.groups = draw.list(|draw| {
        let mut group = offsets::OffsetFetchResponseGroup::default();
        (group.group_id, group.error_code) = (GroupId(draw.text()), draw.code());
        group.topics = draw.list(|draw| {
            let mut one = offsets::OffsetFetchResponseTopics::default();
            one.name = topic(draw);
            one.partitions = draw.list(|draw| {
                let mut one = offsets::OffsetFetchResponsePartitions::default();
                (one.partition_index, one.committed_offset) = (draw.i32(), draw.i64());
                (one.error_code, one.metadata) = (draw.code(), draw.maybe_text());
                one.committed_leader_epoch = draw.i32();
                one
            });
            one
        });
        group
    });
    answer
}

pub(super) fn list_offsets(draw: &mut Draw, version: i16) -> kafka::ListOffsetsResponse {
    let mut answer = kafka::ListOffsetsResponse::default();
    answer.topics = draw.list(|draw| {
        let mut one = ListOffsetsTopicResponse::default();
        one.name = topic(draw);
        one.partitions = draw.list(|draw| {
            let mut one = ListOffsetsPartitionResponse::default();
            (one.partition_index, one.error_code) = (draw.i32(), draw.code());
            (one.timestamp, one.offset) = (draw.i64(), draw.i64());
            one.leader_epoch = if version >= 4 { draw.i32() } else { -1 };
            one
        });
        one
    });
    answer
}

/// Of groups since version 4, of one group before.
pub(super) fn coordinators(draw: &mut Draw, version: i16) -> kafka::FindCoordinatorResponse {
    let mut answer = kafka::FindCoordinatorResponse::default();
    if version < 4 {
        (answer.error_code, answer.error_message) = (draw.code(), draw.maybe_text());
        (answer.node_id, answer.host, answer.port) = (broker(draw), draw.text(), draw.i32());
        return answer;
    }
    answer.coordinators = draw.list(|draw| {
        let mut one = Coordinator::default();
        (one.key, one.node_id, one.host, one.port) = (draw.text(), broker(draw), draw.text(), draw.i32());
        (one.error_code, one.error_message) = (draw.code(), draw.maybe_text());
        one
    });
    answer
}

pub(super) fn quorum(draw: &mut Draw, version: i16) -> kafka::DescribeQuorumResponse {
    let mut answer = kafka::DescribeQuorumResponse::default();
    answer.error_code = draw.code();
    let mut partition = PartitionData::default();
    (partition.error_code, partition.leader_id) = (draw.code(), broker(draw));
    partition.current_voters = draw.list(voter);
    partition.observers = draw.list(voter);
    let mut topic = TopicData::default();
    topic.partitions = vec![partition];
    answer.topics = vec![topic];
    if version >= 2 {
        answer.nodes = draw.list(|draw| {
            let mut listener = Listener::default();
            (listener.name, listener.host, listener.port) = (draw.text(), draw.text(), draw.i16() as u16);
            let mut node = Node::default();
            node.node_id = broker(draw);
            node.listeners = vec![listener];
            node
        });
    }
    answer
}

fn voter(draw: &mut Draw) -> ReplicaState {
    let mut one = ReplicaState::default();
    (one.replica_id, one.log_end_offset) = (broker(draw), draw.i64());
    (one.last_fetch_timestamp, one.last_caught_up_timestamp) = (draw.i64(), draw.i64());
    one
}

pub(super) fn topic_partitions(draw: &mut Draw, _: i16) -> kafka::DescribeTopicPartitionsResponse {
    let mut answer = kafka::DescribeTopicPartitionsResponse::default();
    answer.topics = draw.list(|draw| {
        let mut one = partitions::DescribeTopicPartitionsResponseTopic::default();
        (one.error_code, one.name) = (draw.code(), draw.maybe_text().map(TopicName));
        one.partitions = draw.list(|draw| {
            let mut one = partitions::DescribeTopicPartitionsResponsePartition::default();
            (one.error_code, one.partition_index, one.leader_id) = (draw.code(), draw.i32(), broker(draw));
            (one.replica_nodes, one.isr_nodes) = (draw.list(broker), draw.list(broker));
            one.eligible_leader_replicas = draw.bool().then(|| draw.list(broker));
            one.last_known_elr = draw.bool().then(|| draw.list(broker));
            one.offline_replicas = draw.list(broker);
            one
        });
        one
    });
    answer.next_cursor = draw.bool().then(|| {
        let mut cursor = partitions::Cursor::default();
        (cursor.topic_name, cursor.partition_index) = (topic(draw), draw.i32());
        cursor
    });
    answer
}
