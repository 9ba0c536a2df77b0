//! Producers and transactions against the oracle.

use super::answers::compare;
use super::*;
use crate::kafka::reads::{ProducerDescription, TransactionDescription};
use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::describe_producers_response as producing;
use kafka_protocol::messages::describe_transactions_response as transaction;
use kafka_protocol::messages::list_transactions_response::TransactionState;
use kafka_protocol::messages::{
    DescribeProducersRequest, DescribeProducersResponse, DescribeTransactionsRequest,
    DescribeTransactionsResponse, ListTransactionsRequest, ListTransactionsResponse, ProducerId, TopicName,
    TransactionalId,
};

pub(super) fn producers(draw: &mut Draw, _: i16) -> DescribeProducersResponse {
    let topics = draw.list(|draw| {
        let mut topic = producing::TopicResponse::default();
        topic.name = TopicName(draw.text());
        topic.partitions = draw.list(|draw| {
            let mut one = producing::PartitionResponse::default();
            (one.partition_index, one.error_code) = (draw.i32(), draw.code());
            one.error_message = draw.maybe_text();
            one.active_producers = draw.list(producer);
            one
        });
        topic
    });
    DescribeProducersResponse::default().with_topics(topics)
}

fn producer(draw: &mut Draw) -> producing::ProducerState {
    let mut one = producing::ProducerState::default();
    (one.producer_id, one.producer_epoch, one.last_sequence) =
        (ProducerId(draw.i64()), draw.i32(), draw.i32());
    (one.last_timestamp, one.coordinator_epoch) = (draw.i64(), draw.i32());
    one.current_txn_start_offset = draw.i64();
    one
}

pub(super) fn listed(draw: &mut Draw, _: i16) -> ListTransactionsResponse {
    let mut answer = ListTransactionsResponse::default();
    (answer.error_code, answer.unknown_state_filters) = (draw.code(), draw.list(Draw::text));
    answer.transaction_states = draw.list(|draw| {
        let mut one = TransactionState::default();
        (one.transactional_id, one.producer_id) = (TransactionalId(draw.text()), ProducerId(draw.i64()));
        one.transaction_state = draw.text();
        one
    });
    answer
}

pub(super) fn described(draw: &mut Draw, _: i16) -> DescribeTransactionsResponse {
    let states = draw.list(|draw| {
        let mut one = transaction::TransactionState::default();
        (one.error_code, one.transactional_id) = (draw.code(), TransactionalId(draw.text()));
        (one.transaction_state, one.transaction_timeout_ms) = (draw.text(), draw.i32());
        (one.transaction_start_time_ms, one.producer_id) = (draw.i64(), ProducerId(draw.i64()));
        one.producer_epoch = draw.i16();
        one.topics = draw.list(|draw| {
            let mut topic = transaction::TopicData::default();
            (topic.topic, topic.partitions) = (TopicName(draw.text()), draw.list(Draw::i32));
            topic
        });
        one
    });
    DescribeTransactionsResponse::default().with_transaction_states(states)
}

fn not_negative(number: i64) -> Option<i64> {
    Some(number).filter(|number| *number >= 0)
}

proptest! {
    #[test]
    fn producers_with_an_open_transaction(seed in any::<u64>()) {
        compare::<DescribeProducers<'_>, _>(seed, producers, |drawn, _, read| {
            let partitions = drawn.topics.iter().flat_map(|topic| topic.partitions.iter().map(|one| {
                let open = one.active_producers.iter().filter(|one| one.current_txn_start_offset >= 0);
                let open = open.map(|one| ProducerDescription {
                    producer_id: one.producer_id.0,
                    epoch: one.producer_epoch,
                    start_offset: one.current_txn_start_offset,
                    last_written_at: not_negative(one.last_timestamp),
                });
                let open: Vec<_> = open.collect();
                let coded = if one.error_code == 0 { Ok(open) } else { Err(one.error_code) };
                (Arc::from(topic.name.as_str()), one.partition_index, coded)
            }));
            assert_eq!(read, partitions.collect::<Vec<_>>());
        });
    }

    #[test]
    fn transactions_by_producer(seed in any::<u64>()) {
        compare::<ListTransactions<'_>, _>(seed, listed, |drawn, _, read| {
            let states = drawn.transaction_states.iter();
            let pairs = states.map(|one| (one.producer_id.0, Arc::from(one.transactional_id.as_str())));
            let expected = if drawn.error_code == 0 { Ok(pairs.collect()) } else { Err(drawn.error_code) };
            assert_eq!(read, expected);
        });
    }

    #[test]
    fn transactions_as_their_coordinators_describe_them(seed in any::<u64>()) {
        compare::<DescribeTransactions<'_>, _>(seed, described, |drawn, _, read| {
            let states = drawn.transaction_states.iter().map(|one| {
                let id: Arc<str> = one.transactional_id.as_str().into();
                let partitions = one.topics.iter().flat_map(|topic| {
                    let name: Arc<str> = topic.topic.as_str().into();
                    topic.partitions.iter().map(move |number| (name.clone(), *number))
                });
                let description = TransactionDescription {
                    producer_id: one.producer_id.0,
                    transactional_id: id.clone(),
                    started_at: not_negative(one.transaction_start_time_ms),
                    timeout_ms: one.transaction_timeout_ms.into(),
                    partitions: partitions.collect(),
                };
                (id, if one.error_code == 0 { Ok(description) } else { Err(one.error_code) })
            });
            assert_eq!(read, states.collect::<Vec<_>>());
        });
    }
}

#[test]
fn requests_about_transactions() {
    let topics: Vec<(Arc<str>, Vec<i32>)> = vec![("orders".into(), vec![0, 7]), ("größe".into(), vec![1])];
    assert_written(&DescribeProducers(&topics), |_| {
        let topic = |(name, partitions): &(Arc<str>, Vec<i32>)| {
            let name = TopicName(StrBytes::from_string(name.to_string()));
            TopicRequest::default().with_name(name).with_partition_indexes(partitions.clone())
        };
        DescribeProducersRequest::default().with_topics(topics.iter().map(topic).collect())
    });
    assert_written(&ListTransactions(&[4001, 7]), |_| {
        ListTransactionsRequest::default().with_producer_id_filters(vec![ProducerId(4001), ProducerId(7)])
    });
    let ids = names(&["orders-tx-1", "größe"]);
    assert_written(&DescribeTransactions(&ids), |_| {
        let id = |id: &Arc<str>| TransactionalId(StrBytes::from_string(id.to_string()));
        DescribeTransactionsRequest::default().with_transactional_ids(ids.iter().map(id).collect())
    });
}
