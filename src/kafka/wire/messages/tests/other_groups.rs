//! Share groups against the oracle, and Streams groups, which the oracle does not know, against bytes of Kafka's own.

use super::answers::compare;
use super::*;
use crate::kafka::reads::PartitionOffset;
use crate::model::GroupState;
use kafka_protocol::messages::describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup;
use kafka_protocol::messages::describe_share_group_offsets_response as offsets;
use kafka_protocol::messages::share_group_describe_response as share;
use kafka_protocol::messages::{
    DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, GroupId, ShareGroupDescribeRequest,
    ShareGroupDescribeResponse, TopicName,
};

pub(super) fn described(draw: &mut Draw, _: i16) -> ShareGroupDescribeResponse {
    let groups = draw.list(|draw| {
        let mut one = share::DescribedGroup::default();
        (one.error_code, one.error_message) = (draw.code(), draw.maybe_text());
        (one.group_id, one.group_state, one.assignor_name) = (GroupId(draw.text()), draw.text(), draw.text());
        (one.group_epoch, one.assignment_epoch) = (draw.i32(), draw.i32());
        one.members = draw.list(member);
        one
    });
    ShareGroupDescribeResponse::default().with_groups(groups)
}

fn member(draw: &mut Draw) -> share::Member {
    let mut one = share::Member::default();
    (one.member_id, one.rack_id, one.member_epoch) = (draw.text(), draw.maybe_text(), draw.i32());
    (one.client_id, one.client_host) = (draw.text(), draw.text());
    one.subscribed_topic_names = draw.list(|draw| TopicName(draw.text()));
    one.assignment.topic_partitions = draw.list(|draw| {
        let mut owned = share::TopicPartitions::default();
        (owned.topic_name, owned.partitions) = (TopicName(draw.text()), draw.list(Draw::i32));
        owned
    });
    one
}

pub(super) fn start_offsets(draw: &mut Draw, _: i16) -> DescribeShareGroupOffsetsResponse {
    let groups = draw.list(|draw| {
        let mut group = offsets::DescribeShareGroupOffsetsResponseGroup::default();
        (group.group_id, group.error_code) = (GroupId(draw.text()), draw.code());
        group.error_message = draw.maybe_text();
        group.topics = draw.list(|draw| {
            let mut topic = offsets::DescribeShareGroupOffsetsResponseTopic::default();
            topic.topic_name = TopicName(draw.text());
            topic.partitions = draw.list(|draw| {
                let mut one = offsets::DescribeShareGroupOffsetsResponsePartition::default();
                (one.partition_index, one.start_offset, one.leader_epoch) =
                    (draw.i32(), draw.i64(), draw.i32());
                (one.error_code, one.error_message) = (draw.code(), draw.maybe_text());
                one
            });
            topic
        });
        group
    });
    DescribeShareGroupOffsetsResponse::default().with_groups(groups)
}

proptest! {
    #[test]
    fn members_of_share_groups(seed in any::<u64>()) {
        compare::<DescribeShareGroups<'_>, _>(seed, described, |drawn, _, read| {
            assert_eq!(read.len(), drawn.groups.len());
            for ((id, read), drawn) in read.iter().zip(&drawn.groups) {
                assert_eq!(&**id, drawn.group_id.as_str());
                let Ok(read) = read else {
                    assert_eq!(*read, Err(drawn.error_code));
                    continue;
                };
                assert_eq!((drawn.error_code, read.members.len()), (0, drawn.members.len()));
                for (read, drawn) in read.members.iter().zip(&drawn.members) {
                    assert_eq!(read.client_id, drawn.client_id.as_str());
                    let owned = drawn.assignment.topic_partitions.iter().flat_map(|one| {
                        one.partitions.iter().map(|number| (Arc::from(one.topic_name.as_str()), *number))
                    });
                    assert_eq!(read.assigned, owned.collect::<Vec<_>>());
                }
            }
        });
    }

    #[test]
    fn where_share_groups_start_to_read(seed in any::<u64>()) {
        compare::<DescribeShareGroupOffsets<'_>, _>(seed, start_offsets, |drawn, _, read| {
            let groups = drawn.groups.iter().map(|group| {
                let partitions = group.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| {
                    let (name, code) = (topic.topic_name.as_str().into(), one.error_code.into());
                    PartitionOffset::told(name, one.partition_index, one.start_offset, one.leader_epoch, code)
                }));
                let partitions: Vec<_> = partitions.collect();
                let coded = if group.error_code == 0 { Ok(partitions) } else { Err(group.error_code) };
                (Arc::from(group.group_id.as_str()), coded)
            });
            assert_eq!(read, groups.collect::<Vec<_>>());
        });
    }
}

#[test]
fn requests_about_share_groups() {
    let ids = names(&["billing", "größe"]);
    let group = |id: &Arc<str>| GroupId(StrBytes::from_string(id.to_string()));
    assert_written(&DescribeShareGroups(&ids), |_| {
        ShareGroupDescribeRequest::default().with_group_ids(ids.iter().map(group).collect())
    });
    assert_written(&DescribeShareGroupOffsets(&ids), |_| {
        let one = |id: &Arc<str>| {
            DescribeShareGroupOffsetsRequestGroup::default().with_group_id(group(id)).with_topics(None)
        };
        DescribeShareGroupOffsetsRequest::default().with_groups(ids.iter().map(one).collect())
    });
}

/// As `DescribeShareGroupOffsetsResponseData` of Kafka 4.2.0 and of 4.4.0 writes it in version 1: the group `share` starts
/// to read `orders-2` at 7 with a lag of 5, and has no start offset of `orders-3`.
const SHARE_OFFSETS: &str = "000000000206736861726502076f726465727300000000000000000000000000000000030000000200000000000\
    000070000000300000000000000050000000000000003ffffffffffffffff00000000ffffffffffffffff00000000000000000000";

#[test]
fn since_version_1_a_share_group_tells_its_lag() {
    let mut bytes = vec![0];
    bytes.extend(bytes_of(SHARE_OFFSETS));
    let read = answer_of::<DescribeShareGroupOffsets<'_>>(&bytes, 1).unwrap();
    let told = |number: i32, start: i64, epoch: i32, lag: i64| {
        PartitionOffset::told("orders".into(), number, start, epoch, 0).with_lag(lag)
    };
    let expected = vec![told(2, 7, 3, 5), told(3, -1, 0, -1)];
    assert_eq!((expected[0].lag, expected[1].lag), (Some(5), None));
    assert_eq!(read, [(Arc::from("share"), Ok(expected))]);
    let frame = request_frame(&DescribeShareGroupOffsets(&names(&["share"])), 1, 42);
    // `DescribeShareGroupOffsetsRequestData` of Kafka 4.2.0, after the header.
    assert!(frame.ends_with(&bytes_of("02067368617265000000")), "{frame:?}");
}

/// As `StreamsGroupDescribeResponseData` of Kafka 4.1.0 and of 4.4.0 writes it in version 0: a group `app` with one
/// member that has the tasks 0 and 4 of a part which reads `orders` and `repartition`.
const STREAMS_GROUP: &str = "00000000000200000004617070094e6f7452656164790000000300000003010000000102023002076f726465\
    72730101020c7265706172746974696f6e00000000000002026b02760000000002036d31000000070000066170702d310a2f31302e302e302\
    e31000000010870726f636573730105686f737423840002057a6f6e6502610002023000000000000000000000000000010202300300000000\
    0000000400010100020230030000000000000004000101000000800000000000";
/// Where its topology stands, which may be missing.
const TOPOLOGY: std::ops::Range<usize> = 30..76;

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.bytes().filter_map(|digit| (digit as char).to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn a_streams_group_is_read_with_the_partitions_of_its_active_tasks() {
    let mut bytes = bytes_of(STREAMS_GROUP);
    let read = answer_of::<DescribeStreamsGroups<'_>>(&bytes, 0).unwrap();
    let (id, group) = &read[0];
    let group = group.as_ref().unwrap();
    assert_eq!((&**id, group.state, group.members.len()), ("app", GroupState::NotReady, 1));
    let member = &group.members[0];
    assert_eq!((&*member.client_id, &*member.host), ("app-1", "10.0.0.1"));
    let owned: Vec<(&str, i32)> = member.assigned.iter().map(|(topic, number)| (&**topic, *number)).collect();
    assert_eq!(owned, [("orders", 0), ("repartition", 0), ("orders", 4), ("repartition", 4)]);

    bytes.splice(TOPOLOGY, [0xff]);
    let without = answer_of::<DescribeStreamsGroups<'_>>(&bytes, 0).unwrap();
    let members = &without[0].1.as_ref().unwrap().members;
    assert!(members[0].assigned.is_empty(), "a topology that is not there reads nothing");
}

#[test]
fn a_request_for_streams_groups_is_what_kafka_writes() {
    let frame = request_frame(&DescribeStreamsGroups(&names(&["app"])), 0, 42);
    // `StreamsGroupDescribeRequestData` of Kafka 4.1.0, after the header.
    assert!(frame.ends_with(&bytes_of("02046170700000")), "{frame:?}");
    assert_eq!(frame[4..8], [0, 89, 0, 0]);
}
