//! What a broker writes, klever reads as what was meant.

use super::*;
use crate::kafka::reads::{Node, PartitionMetadata, PartitionOffset};
use crate::model::{BrokerId, GroupState};
use kafka_protocol::messages as kafka;

fn ids(ids: &[kafka::BrokerId]) -> Vec<BrokerId> {
    ids.iter().map(|id| BrokerId(id.0)).collect()
}

fn text(text: &StrBytes) -> String {
    text.as_str().to_string()
}

fn not_empty(text: &Option<StrBytes>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_string()).filter(|text| !text.is_empty())
}

pub(super) fn coded_as<T>(code: i16, value: T) -> Coded<T> {
    if code == 0 { Ok(value) } else { Err(code) }
}

/// One drawn answer of every version, and klever's reading of it.
pub(super) fn compare<R: ReadRequest, T: Encodable + Message>(
    seed: u64,
    answer: fn(&mut Draw, i16) -> T,
    check: impl Fn(&T, i16, R::Answer),
) {
    for version in versions_of::<R, T>() {
        let drawn = answer(&mut Draw::new(seed), version);
        let bytes = written(R::API, &drawn, version);
        match answer_of::<R>(&bytes, version) {
            Ok(read) => check(&drawn, version, read),
            Err(error) => panic!("{:?} version {version}: {error}\n{bytes:?}", R::API),
        }
    }
}

fn offset(topic: &str, partition: i32, offset: i64, epoch: i32, code: i16) -> PartitionOffset {
    PartitionOffset {
        topic: topic.into(),
        partition,
        offset: (code == 0 && offset >= 0).then_some(offset),
        leader_epoch: (epoch >= 0).then_some(epoch),
        code: code.into(),
        lag: None,
    }
}

proptest! {
    #[test]
    fn versions_and_features(seed in any::<u64>()) {
        compare::<ApiVersions, _>(seed, drawn::api_versions, |drawn, _, read| {
            let ranges = drawn.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version)));
            let levels = drawn.finalized_features.iter().map(|one| (text(&one.name), one.max_version_level));
            let features = (drawn.finalized_features_epoch >= 0).then(|| levels.collect());
            let expected = BrokerVersions { ranges: ranges.collect(), features };
            assert_eq!(read, coded_as(drawn.error_code, expected));
        });
    }

    #[test]
    fn topics_and_brokers(seed in any::<u64>()) {
        compare::<ReadMetadata, _>(seed, drawn::metadata, |drawn, _, read| {
            let Ok((description, read)) = read else {
                return assert_ne!(drawn.error_code, 0);
            };
            assert_eq!(drawn.error_code, 0);
            assert_eq!(description.id, drawn.cluster_id.as_ref().map(text));
            let mut nodes: Vec<Node> = drawn.brokers.iter().map(|one| Node {
                id: BrokerId(one.node_id.0),
                host: text(&one.host),
                port: u16::try_from(one.port).unwrap_or(0),
            }).collect();
            nodes.sort_by_key(|node| node.id);
            assert_eq!(read.nodes, nodes);
            let racks: Vec<_> =
                drawn.brokers.iter().map(|one| (BrokerId(one.node_id.0), not_empty(&one.rack))).collect();
            assert_eq!(description.racks, racks);
            let mut topics: Vec<_> = drawn.topics.iter().filter(|one| !one.partitions.is_empty()).collect();
            topics.retain(|one| one.name.is_some());
            topics.sort_by_key(|one| text(&one.name.as_ref().unwrap().0));
            assert_eq!(read.topics.len(), topics.len());
            for (read, drawn) in read.topics.iter().zip(topics) {
                assert_eq!(&*read.name, drawn.name.as_ref().unwrap().as_str());
                let mut partitions: Vec<_> = drawn.partitions.iter().map(partition).collect();
                partitions.sort_by_key(|partition| partition.number);
                assert_eq!(read.partitions, partitions);
            }
        });
    }

    #[test]
    fn racks(seed in any::<u64>()) {
        compare::<DescribeCluster, _>(seed, drawn::cluster, |drawn, _, read| {
            let racks = drawn.brokers.iter().map(|one| (BrokerId(one.broker_id.0), not_empty(&one.rack)));
            let id = not_empty(&Some(drawn.cluster_id.clone()));
            let fenced = drawn.brokers.iter().filter(|one| one.is_fenced).map(|one| Node {
                id: BrokerId(one.broker_id.0),
                host: text(&one.host),
                port: u16::try_from(one.port).unwrap_or(0),
            });
            let expected = ClusterDescription { id, racks: racks.collect(), fenced: fenced.collect() };
            assert_eq!(read, coded_as(drawn.error_code, expected));
        });
    }

    #[test]
    fn what_is_on_disks(seed in any::<u64>()) {
        compare::<DescribeLogDirs, _>(seed, drawn::log_dirs, |drawn, _, read| {
            let held = drawn.results.iter().flat_map(|dir| &dir.topics).flat_map(|topic| {
                topic.partitions.iter().map(|one| (Arc::from(topic.name.as_str()), one.partition_index))
            });
            let of_dirs = drawn.results.iter().map(|dir| dir.error_code);
            let refused = if drawn.results.is_empty() { 31 } else { 0 };
            let codes = std::iter::once(drawn.error_code).chain(of_dirs).chain([refused]);
            let code = codes.into_iter().find(|code| *code != 0).unwrap_or(0);
            assert_eq!(read, coded_as(code, held.collect()));
        });
    }

    #[test]
    fn configurations(seed in any::<u64>()) {
        compare::<DescribeConfigs<'_>, _>(seed, drawn::configs, |drawn, _, read| {
            assert_eq!(read.len(), drawn.results.len());
            for ((name, config), drawn) in read.iter().zip(&drawn.results) {
                assert_eq!(*name, text(&drawn.resource_name));
                let Ok(config) = config else {
                    assert_eq!(config.as_ref().unwrap_err().code, i32::from(drawn.error_code));
                    continue;
                };
                assert_eq!(drawn.error_code, 0);
                for (key, entry) in config {
                    let last = drawn.configs.iter().rfind(|one| one.name.as_str() == key).unwrap();
                    let value = last.value.as_ref().filter(|_| !last.is_sensitive).map(text);
                    assert_eq!(entry.value, value);
                }
                assert!(drawn.configs.iter().all(|one| config.contains_key(one.name.as_str())));
            }
        });
    }

    #[test]
    fn groups_as_they_are_listed(seed in any::<u64>()) {
        compare::<ListGroups, _>(seed, drawn::listed_groups, |drawn, version, read| {
            let groups = drawn.groups.iter().map(|one| ListedGroup {
                id: one.group_id.as_str().into(),
                protocol_type: one.protocol_type.as_str().into(),
                state: state(if version >= 4 { one.group_state.as_str() } else { "" }),
                group_type: Some(one.group_type.as_str()).filter(|one| !one.is_empty()).map(Arc::from),
            });
            assert_eq!(read, coded_as(drawn.error_code, groups.collect()));
        });
    }

    #[test]
    fn groups_of_the_classic_protocol(seed in any::<u64>()) {
        compare::<DescribeGroups<'_>, _>(seed, drawn::described_groups, |drawn, _, read| {
            assert_eq!(read.len(), drawn.groups.len());
            for ((id, read), drawn) in read.iter().zip(&drawn.groups) {
                assert_eq!(&**id, drawn.group_id.as_str());
                let Ok(read) = read else {
                    assert_eq!(*read, Err(drawn.error_code));
                    continue;
                };
                assert_eq!((drawn.error_code, read.state), (0, state(drawn.group_state.as_str())));
                assert_eq!((&read.protocol_type, read.members.len()), (&text(&drawn.protocol_type), drawn.members.len()));
                for (read, drawn) in read.members.iter().zip(&drawn.members) {
                    assert_eq!(read.client_id, text(&drawn.client_id));
                    assert_eq!(read.host, drawn.client_host.as_str().trim_start_matches('/'));
                    assert_eq!(read.instance_id, drawn.group_instance_id.as_ref().map(text));
                }
            }
        });
    }

    #[test]
    fn groups_of_kip_848(seed in any::<u64>()) {
        compare::<DescribeConsumerGroups<'_>, _>(seed, drawn::consumer_groups, |drawn, _, read| {
            assert_eq!(read.len(), drawn.groups.len());
            for ((id, read), drawn) in read.iter().zip(&drawn.groups) {
                assert_eq!(&**id, drawn.group_id.as_str());
                let Ok(read) = read else {
                    assert_eq!(*read, Err(drawn.error_code));
                    continue;
                };
                assert_eq!((drawn.error_code, read.state), (0, state(drawn.group_state.as_str())));
                assert_eq!(read.members.len(), drawn.members.len());
                for (read, drawn) in read.members.iter().zip(&drawn.members) {
                    assert_eq!(read.client_id, text(&drawn.client_id));
                    assert_eq!(read.instance_id, not_empty(&drawn.instance_id));
                    let owned = drawn.assignment.topic_partitions.iter().flat_map(|one| {
                        one.partitions.iter().map(|number| (Arc::from(one.topic_name.as_str()), *number))
                    });
                    assert_eq!(read.assigned, owned.collect::<Vec<_>>());
                }
            }
        });
    }

    #[test]
    fn commits(seed in any::<u64>()) {
        compare::<FetchOffsets<'_>, _>(seed, drawn::group_offsets, |drawn, _, read| {
            let groups = drawn.groups.iter().map(|group| {
                let offsets = group.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| {
                    offset(topic.name.as_str(), one.partition_index, one.committed_offset, one.committed_leader_epoch, one.error_code)
                }));
                (Arc::from(group.group_id.as_str()), coded_as(group.error_code, offsets.collect()))
            });
            assert_eq!(read, groups.collect::<Vec<_>>());
        });
        compare::<FetchOffsetsOfGroup<'_>, _>(seed, drawn::group_offsets, |drawn, _, read| {
            let offsets = drawn.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| {
                offset(topic.name.as_str(), one.partition_index, one.committed_offset, one.committed_leader_epoch, one.error_code)
            }));
            assert_eq!(read, coded_as(drawn.error_code, offsets.collect()));
        });
    }

    #[test]
    fn ends_of_logs(seed in any::<u64>()) {
        compare::<ListOffsets<'_>, _>(seed, drawn::list_offsets, |drawn, _, read| {
            let offsets = drawn.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| {
                offset(topic.name.as_str(), one.partition_index, one.offset, one.leader_epoch, one.error_code)
            }));
            assert_eq!(read, offsets.collect::<Vec<_>>());
        });
    }

    #[test]
    fn coordinators(seed in any::<u64>()) {
        compare::<FindCoordinators<'_>, _>(seed, drawn::coordinators, |drawn, _, read| {
            let found = drawn.coordinators.iter().map(|one| {
                (Arc::from(one.key.as_str()), coded_as(one.error_code, BrokerId(one.node_id.0)))
            });
            assert_eq!(read, found.collect::<Vec<_>>());
        });
        compare::<FindCoordinator<'_>, _>(seed, drawn::coordinators, |drawn, _, read| {
            assert_eq!(read, coded_as(drawn.error_code, BrokerId(drawn.node_id.0)));
        });
    }

    #[test]
    fn quorums(seed in any::<u64>()) {
        compare::<DescribeQuorum, _>(seed, drawn::quorum, |drawn, _, read| {
            let partition = &drawn.topics[0].partitions[0];
            let leader = Some(BrokerId(partition.leader_id.0)).filter(|leader| leader.0 >= 0);
            let voter = |one: &kafka::describe_quorum_response::ReplicaState| {
                (BrokerId(one.replica_id.0), one.last_caught_up_timestamp)
            };
            let state = QuorumState { leader, voters: partition.current_voters.iter().map(voter).collect() };
            let inner = coded_as(partition.error_code, state);
            let code = drawn.error_code;
            assert_eq!(read, if code == 0 { inner } else { Err(code) });
        });
    }

    #[test]
    fn eligible_leaders(seed in any::<u64>()) {
        compare::<DescribeTopicPartitions<'_>, _>(seed, drawn::topic_partitions, |drawn, _, read| {
            let described = drawn.topics.iter().filter(|one| one.error_code == 0 && one.name.is_some());
            let elrs = described.map(|one| {
                let elr = one.partitions.iter().filter_map(|partition| {
                    let elr = partition.eligible_leader_replicas.as_ref().filter(|elr| !elr.is_empty())?;
                    Some((partition.partition_index, ids(elr)))
                });
                (Arc::from(one.name.as_ref().unwrap().as_str()), elr.collect::<Vec<_>>())
            });
            assert_eq!(read.topics, elrs.collect::<Vec<_>>());
            let next = drawn.next_cursor.as_ref().map(|one| (one.topic_name.as_str(), one.partition_index));
            assert_eq!(read.next.as_ref().map(|one| (&*one.topic, one.partition)), next);
        });
    }
}

fn partition(drawn: &kafka::metadata_response::MetadataResponsePartition) -> PartitionMetadata {
    PartitionMetadata {
        number: drawn.partition_index,
        leader: Some(BrokerId(drawn.leader_id.0)).filter(|leader| leader.0 >= 0),
        replicas: ids(&drawn.replica_nodes),
        isr: ids(&drawn.isr_nodes),
    }
}

fn state(name: &str) -> GroupState {
    match name {
        "Stable" => GroupState::Stable,
        "Dead" => GroupState::Dead,
        _ => GroupState::Unknown,
    }
}
