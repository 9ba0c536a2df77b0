//! What klever writes, a broker reads as what was meant.

use super::*;
use crate::kafka::reads::{OffsetSpec, ResourceKind};
use crate::kafka::wire::messages::topic_partitions::PartitionCursor;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_fetch_request::OffsetFetchRequestGroup;
use kafka_protocol::messages::{
    ApiVersionsRequest, BrokerId, ConsumerGroupDescribeRequest, DescribeAclsRequest, DescribeClusterRequest,
    DescribeConfigsRequest, DescribeGroupsRequest, DescribeLogDirsRequest, DescribeQuorumRequest,
    DescribeTopicPartitionsRequest, FindCoordinatorRequest, GroupId, ListGroupsRequest, ListOffsetsRequest,
    MetadataRequest, OffsetFetchRequest, TopicName,
};

fn str_bytes(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_string())
}

fn group(id: &str) -> GroupId {
    GroupId(str_bytes(id))
}

fn topic(name: &str) -> TopicName {
    TopicName(str_bytes(name))
}

#[test]
fn requests_about_the_cluster() {
    assert_written(&ApiVersions, |version| match version {
        0..3 => ApiVersionsRequest::default(),
        _ => ApiVersionsRequest::default()
            .with_client_software_name(str_bytes("klever"))
            .with_client_software_version(str_bytes(env!("CARGO_PKG_VERSION"))),
    });
    for (scope, topics) in [(TopicScope::All, None), (TopicScope::None, Some(Vec::new()))] {
        assert_written(&ReadMetadata(scope), |_| {
            MetadataRequest::default().with_topics(topics.clone()).with_allow_auto_topic_creation(false)
        });
    }
    assert_written(&DescribeCluster, |version| {
        DescribeClusterRequest::default().with_endpoint_type(1).with_include_fenced_brokers(version >= 2)
    });
    assert_written(&DescribeQuorum, |_| {
        let partition = PartitionData::default().with_partition_index(0);
        let topic = TopicData::default().with_topic_name(topic("__cluster_metadata"));
        DescribeQuorumRequest::default().with_topics(vec![topic.with_partitions(vec![partition])])
    });
    for (kind, code) in [(ResourceType::Topic, 2), (ResourceType::Cluster, 4)] {
        assert_written(&DescribeAcls(kind), |_| {
            let any = DescribeAclsRequest::default().with_pattern_type_filter(1).with_operation(1);
            let any = any.with_resource_name_filter(None).with_principal_filter(None).with_host_filter(None);
            any.with_permission_type(1).with_resource_type_filter(code)
        });
    }
    assert_written(&DescribeLogDirs, |_| DescribeLogDirsRequest::default().with_topics(None));
    let names = ["orders".to_string(), "".to_string()];
    for (kind, code) in [(ResourceKind::Topic, 2), (ResourceKind::Broker, 4)] {
        assert_written(&DescribeConfigs { kind, names: &names }, |_| {
            let resource = |name: &String| {
                let resource = DescribeConfigsResource::default().with_resource_type(code);
                resource.with_resource_name(str_bytes(name)).with_configuration_keys(None)
            };
            DescribeConfigsRequest::default().with_resources(names.iter().map(resource).collect())
        });
    }
}

#[test]
fn requests_about_groups() {
    let ids = names(&["billing", "größe"]);
    let groups = || ids.iter().map(|id| group(id)).collect::<Vec<_>>();
    assert_written(&ListGroups, |_| ListGroupsRequest::default());
    assert_written(&DescribeGroups(&ids), |_| DescribeGroupsRequest::default().with_groups(groups()));
    assert_written(&DescribeConsumerGroups(&ids), |_| {
        ConsumerGroupDescribeRequest::default().with_group_ids(groups())
    });
    assert_written(&FindCoordinators(&ids), |_| {
        let keys = ids.iter().map(|id| str_bytes(id)).collect();
        FindCoordinatorRequest::default().with_key_type(0).with_coordinator_keys(keys)
    });
    assert_written(&FindCoordinator("billing"), |_| {
        FindCoordinatorRequest::default().with_key_type(0).with_key(str_bytes("billing"))
    });
    assert_written(&FetchOffsets(&ids), |_| {
        let one = |id: &Arc<str>| {
            OffsetFetchRequestGroup::default()
                .with_group_id(group(id))
                .with_topics(None)
                .with_member_epoch(-1)
        };
        OffsetFetchRequest::default().with_groups(ids.iter().map(one).collect())
    });
    assert_written(&FetchOffsetsOfGroup("billing"), |_| {
        OffsetFetchRequest::default().with_group_id(group("billing")).with_topics(None)
    });
}

#[test]
fn requests_about_partitions() {
    let topics = [("orders".into(), vec![0, 7]), ("pay".into(), vec![2])];
    for (end, timestamp, asker, isolation) in [
        (OffsetSpec::Latest, -1, -1, 0),
        (OffsetSpec::Earliest, -2, -1, 0),
        (OffsetSpec::LastStable, -1, -1, 1),
        (OffsetSpec::LogEnd, -1, -2, 0),
    ] {
        assert_written(&ListOffsets { end, topics: &topics }, |_| {
            let partition = |number: &i32| {
                let partition = ListOffsetsPartition::default().with_partition_index(*number);
                partition.with_current_leader_epoch(-1).with_timestamp(timestamp)
            };
            let one = |(name, numbers): &(Arc<str>, Vec<i32>)| {
                let partitions = numbers.iter().map(partition).collect();
                ListOffsetsTopic::default().with_name(topic(name)).with_partitions(partitions)
            };
            ListOffsetsRequest::default()
                .with_replica_id(BrokerId(asker))
                .with_isolation_level(isolation)
                .with_topics(topics.iter().map(one).collect())
        });
    }
    let names = names(&["a", "b"]);
    for cursor in [None, Some(PartitionCursor { topic: "b".into(), partition: 3 })] {
        assert_written(
            &DescribeTopicPartitions { topics: &names, cursor: cursor.clone(), limit: 50 },
            |_| {
                let expected = cursor.as_ref().map(|cursor| {
                    Cursor::default()
                        .with_topic_name(topic(&cursor.topic))
                        .with_partition_index(cursor.partition)
                });
                DescribeTopicPartitionsRequest::default()
                    .with_topics(
                        names.iter().map(|name| TopicRequest::default().with_name(topic(name))).collect(),
                    )
                    .with_response_partition_limit(50)
                    .with_cursor(expected)
            },
        );
    }
}
