//! Reassignments as a controller writes them.

use super::answers::{coded_as, compare};
use super::*;
use crate::kafka::reads::PartitionMove;
use crate::model::BrokerId;
use kafka_protocol::messages::list_partition_reassignments_response::{
    OngoingPartitionReassignment, OngoingTopicReassignment,
};
use kafka_protocol::messages::{self as kafka, TopicName};

pub(super) fn answer(draw: &mut Draw, _: i16) -> kafka::ListPartitionReassignmentsResponse {
    let mut answer = kafka::ListPartitionReassignmentsResponse::default();
    (answer.error_code, answer.error_message) = (draw.code(), draw.maybe_text());
    answer.topics = draw.list(|draw| {
        let mut one = OngoingTopicReassignment::default();
        one.name = TopicName(draw.text());
        one.partitions = draw.list(|draw| {
            let mut one = OngoingPartitionReassignment::default();
            let id = |draw: &mut Draw| kafka::BrokerId(draw.i32());
            (one.partition_index, one.replicas) = (draw.i32(), draw.list(id));
            (one.adding_replicas, one.removing_replicas) = (draw.list(id), draw.list(id));
            one
        });
        one
    });
    answer
}

proptest! {
    #[test]
    fn reassignments_are_read_as_they_are_written(seed in any::<u64>()) {
        compare::<ListReassignments, _>(seed, answer, |drawn, _, read| {
            let ids = |ids: &[kafka::BrokerId]| ids.iter().map(|id| BrokerId(id.0)).collect();
            let expected = drawn.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(move |one| PartitionMove {
                    topic: topic.name.as_str().into(),
                    number: one.partition_index,
                    adding: ids(&one.adding_replicas),
                    removing: ids(&one.removing_replicas),
                })
            });
            assert_eq!(read, coded_as(drawn.error_code, expected.collect()));
        });
    }
}

#[test]
fn all_reassignments_are_asked_for() {
    assert_written(&ListReassignments { timeout_ms: 5000 }, |_| {
        kafka::ListPartitionReassignmentsRequest::default().with_timeout_ms(5000).with_topics(None)
    });
}
