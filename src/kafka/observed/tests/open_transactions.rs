//! Whose an open transaction is, and where that is not known.

use super::*;
use crate::kafka::reads::{OpenTransactionsRead, ProducerDescription, TransactionDescription};
use crate::model::OpenProducer;

/// What is said of the producer that holds partition 0 of `t` back at 5, if its leader tells of these producers and a
/// coordinator of a transaction of producer 7 in this partition.
fn held_by(producers: Vec<i64>, partition: i32) -> Datum<OpenProducer> {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    observed.apply(ReadAnswer::Offsets(OffsetSpec::Latest, vec![fact(Some(9), 0)]), 2);
    observed.apply(ReadAnswer::Offsets(OffsetSpec::LastStable, vec![fact(Some(5), 0)]), 2);
    let producer = |producer_id: i64| ProducerDescription {
        producer_id,
        epoch: 0,
        start_offset: 5,
        last_written_at: None,
    };
    let transaction = TransactionDescription {
        producer_id: 7,
        transactional_id: "tx".into(),
        started_at: Some(1),
        timeout_ms: 60_000,
        partitions: vec![("t".into(), partition)],
    };
    let read = OpenTransactionsRead {
        partitions: vec![("t".into(), 0, Ok(producers.into_iter().map(producer).collect()))],
        transactions: vec![(7, Ok(transaction))],
        unlisted: None,
    };
    observed.apply(ReadAnswer::OpenTransactions(read), 3);
    observed.cluster(4).open_transactions[0].producer.clone()
}

#[test]
fn a_transaction_is_named_only_where_its_coordinator_has_it_open() {
    let open = held_by(vec![7], 0);
    let named = open.get().unwrap().transaction.get().unwrap();
    assert_eq!(&*named.transactional_id, "tx");
    let elsewhere = held_by(vec![7], 1);
    let reason = elsewhere.get().unwrap().transaction.reason().unwrap().to_string();
    assert!(reason.contains("the coordinator of tx") && reason.contains("it hangs"), "{reason}");
}

#[test]
fn a_leader_that_has_none_open_was_asked() {
    let reason = held_by(Vec::new(), 0).reason().unwrap().to_string();
    assert!(reason.contains("its leader has none open"), "{reason}");
}
