//! Which partitions an open transaction holds back, and whose it is.

use super::ObservedCluster;
use crate::kafka::CallError;
use crate::kafka::reads::ProducerDescription;
use crate::model::{Datum, Millis, NamedTransaction, OpenProducer, OpenTransaction, Origin, Topic, Unknown};
use std::sync::Arc;

/// So many partitions are asked about at the most.
const MOST: usize = 1_000;
/// ListTransactions leaves out what the user may not describe, and a transaction that hangs is on nobody's list
/// (KIP-664).
const NOT_LISTED: &str = "no coordinator lists its transactional id: that needs Describe on TransactionalId *, or the transaction hangs";

/// What `kafka-transactions.sh find-hanging` goes by.
const NOT_OPEN_THERE: &str =
    "has no transaction open here: it has just ended, or it hangs (kafka-transactions.sh find-hanging)";
const NONE_OPEN: &str = "its leader has none open: it has ended, or the two offsets were read apart";

impl ObservedCluster {
    /// Partitions whose last stable offset lies before their high watermark.
    pub(super) fn held_back(&self) -> Arc<[(Arc<str>, i32)]> {
        let mut held = Vec::new();
        for topic in self.metadata.topics.iter().filter(|_| !self.last_stable.is_empty()) {
            let ends = self.last_stable.get(&topic.name).zip(self.latest.get(&topic.name));
            let Some((stable, latest)) = ends else { continue };
            for (partition, (stable, latest)) in topic.partitions.iter().zip(stable.iter().zip(latest)) {
                if stable.0.zip(latest.0).is_some_and(|(stable, latest)| stable < latest) {
                    held.push((topic.name.clone(), partition.number));
                }
            }
        }
        held.truncate(MOST);
        held.into()
    }

    /// What was told of them, for those that still are held back.
    pub(super) fn open_transactions(&self, topics: &[Topic], at: Millis) -> Arc<[OpenTransaction]> {
        let held = self.held_back();
        let is_held = |topic: &Arc<str>, number: i32| held.iter().any(|one| one == &(topic.clone(), number));
        let mut open = Vec::new();
        for (topic, number, producers) in &self.open_transactions.partitions {
            let Some(partition) = self.place(topics, topic, *number).filter(|_| is_held(topic, *number))
            else {
                continue;
            };
            let first = producers.as_ref().map(|all| all.iter().min_by_key(|one| one.start_offset));
            let producer = match first {
                Ok(Some(first)) => {
                    Datum::known(self.producer(first, (topic, *number), at), at, Origin::Broker)
                }
                Ok(None) => Datum::unknown(Unknown::NotExposed(NONE_OPEN.into())),
                Err(error) => Datum::unknown(error.unknown(format!("Read on Topic {topic}"))),
            };
            open.push(OpenTransaction { partition, producer });
        }
        open.sort_by_key(|one| one.partition);
        open.into()
    }

    /// `place` is the partition that it has a transaction open in.
    fn producer(&self, told: &ProducerDescription, place: (&Arc<str>, i32), at: Millis) -> OpenProducer {
        OpenProducer {
            producer_id: told.producer_id,
            epoch: told.epoch,
            start_offset: told.start_offset,
            last_written_at: told.last_written_at,
            transaction: self.transaction(told.producer_id, place, at),
        }
    }

    fn transaction(
        &self,
        producer_id: i64,
        (topic, number): (&Arc<str>, i32),
        at: Millis,
    ) -> Datum<NamedTransaction> {
        let acl = "Describe on TransactionalId *";
        let read = &self.open_transactions;
        match read.transactions.iter().find(|(id, _)| *id == producer_id) {
            Some((_, Ok(told))) => {
                let is_of_it = told.partitions.iter().any(|(name, at)| (name, *at) == (topic, number));
                if told.producer_id != producer_id || !is_of_it {
                    let why = format!("the coordinator of {} {NOT_OPEN_THERE}", told.transactional_id);
                    return Datum::unknown(Unknown::NotExposed(why));
                }
                let named = NamedTransaction {
                    transactional_id: told.transactional_id.clone(),
                    started_at: told.started_at,
                    timeout_ms: told.timeout_ms,
                };
                Datum::known(named, at, Origin::Broker)
            }
            Some((_, Err(error))) => Datum::unknown(error.unknown(acl)),
            None => Datum::unknown(match &read.unlisted {
                Some(error) => CallError::unknown(error, acl),
                None => Unknown::NotExposed(NOT_LISTED.into()),
            }),
        }
    }
}
