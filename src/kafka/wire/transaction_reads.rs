//! Who holds back the last stable offset of partitions: their leaders say which producer, its coordinator says which
//! transaction.

use super::concurrent::all;
use super::error_codes;
use super::messages::{Coded, DescribeProducers, DescribeTransactions, ListTransactions, PartitionProducers};
use super::reader::{Lane, WireReader};
use crate::kafka::CallError;
use crate::kafka::reads::{
    CallResult, OpenTransactionsRead, ProducersRead, ReadAnswer, ReadTargets, TransactionDescription,
};
use crate::model::BrokerId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Partitions of one leader, by topic.
type Asked = Vec<(Arc<str>, Vec<i32>)>;
type TransactionRead = (i64, CallResult<TransactionDescription>);

impl WireReader {
    pub(super) async fn open_transactions(&self, targets: &ReadTargets) -> ReadAnswer {
        let deadline = self.deadline();
        let asked = by_leader(targets).into_iter().map(|(leader, topics)| {
            let link = self.broker(targets, leader, Lane::Own);
            async move {
                match link {
                    Some(link) => told(&topics, link.call(&DescribeProducers(&topics), deadline).await),
                    None => told(&topics, Err(CallError::new(format!("broker {leader} is not up")))),
                }
            }
        });
        let partitions: Vec<ProducersRead> = all(asked).await.into_iter().flatten().collect();
        let producers = partitions.iter().filter_map(|(.., open)| open.as_ref().ok()).flatten();
        let ids: BTreeSet<i64> = producers.map(|producer| producer.producer_id).collect();
        let (transactions, unlisted) = self.transactions_of(targets, ids.into_iter().collect()).await;
        ReadAnswer::OpenTransactions(OpenTransactionsRead { partitions, transactions, unlisted })
    }

    /// The transactions of these producers: a transactional id has one coordinator, and who that is only the id tells.
    async fn transactions_of(
        &self,
        targets: &ReadTargets,
        producers: Vec<i64>,
    ) -> (Vec<TransactionRead>, Option<CallError>) {
        if producers.is_empty() {
            return (Vec::new(), None);
        }
        let (deadline, ids) = (self.deadline(), &producers);
        let asked = self.brokers(targets, Lane::Own).map(|(_, link)| async move {
            let listed = link.value(&ListTransactions(ids), deadline).await?;
            let names: Vec<Arc<str>> = listed.iter().map(|(_, name)| name.clone()).collect();
            if names.is_empty() {
                return Ok(Vec::new());
            }
            let described = link.call(&DescribeTransactions(&names), deadline).await;
            Ok(listed.into_iter().map(|(id, name)| (id, described_as(&name, &described))).collect())
        });
        let (mut transactions, mut unlisted) = (Vec::new(), None);
        for answer in all(asked).await {
            match answer {
                Ok(of_broker) => transactions.extend::<Vec<TransactionRead>>(of_broker),
                Err(error) => _ = unlisted.get_or_insert(error),
            }
        }
        (transactions, unlisted)
    }
}

/// Partitions that are held back and have a leader.
fn by_leader(targets: &ReadTargets) -> BTreeMap<BrokerId, Asked> {
    let mut led: BTreeMap<BrokerId, Asked> = BTreeMap::new();
    for (topic, number) in targets.held_back.iter() {
        let Some(leader) = targets.metadata.leader_of(topic, *number) else { continue };
        let topics = led.entry(leader).or_default();
        match topics.last_mut() {
            Some((name, numbers)) if name == topic => numbers.push(*number),
            _ => topics.push((topic.clone(), vec![*number])),
        }
    }
    led
}

/// What a leader told of each partition that it was asked about. One that it left out is not known.
fn told(asked: &Asked, answer: CallResult<Vec<PartitionProducers>>) -> Vec<ProducersRead> {
    let partitions =
        asked.iter().flat_map(|(topic, numbers)| numbers.iter().map(|number| (topic.clone(), *number)));
    let of_one = |(topic, number): (Arc<str>, i32)| {
        let open = match &answer {
            Err(error) => Err(error.clone()),
            Ok(told) => match told.iter().find(|(name, at, _)| (name, *at) == (&topic, number)) {
                Some((.., Ok(open))) => Ok(open.clone()),
                Some((.., Err(code))) => Err(refused(*code)),
                None => Err(CallError::new("its leader left it out of its answer")),
            },
        };
        (topic, number, open)
    };
    partitions.map(of_one).collect()
}

fn described_as(
    name: &Arc<str>,
    answer: &CallResult<Vec<(Arc<str>, Coded<TransactionDescription>)>>,
) -> CallResult<TransactionDescription> {
    let described = answer.as_ref().map_err(CallError::clone)?;
    match described.iter().find(|(id, _)| id == name) {
        Some((_, Ok(transaction))) => Ok(transaction.clone()),
        Some((_, Err(code))) => Err(refused(*code)),
        None => Err(CallError::new("its coordinator did not describe it")),
    }
}

fn refused(code: i16) -> CallError {
    CallError { code: code.into(), message: error_codes::words(code).into_owned(), hint: None }
}
