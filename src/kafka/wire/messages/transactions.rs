//! DescribeProducers, ListTransactions and DescribeTransactions: who has a transaction open in a partition, under which
//! transactional id, and since when (KIP-664).

use super::{Coded, by_topic, coded};
use crate::kafka::reads::{ProducerDescription, TransactionDescription};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

/// Of partitions that the broker leads, by topic.
pub(in crate::kafka::wire) struct DescribeProducers<'a>(pub &'a [(Arc<str>, Vec<i32>)]);

/// A partition with the producers that have a transaction open in it.
pub(in crate::kafka::wire) type PartitionProducers = (Arc<str>, i32, Coded<Vec<ProducerDescription>>);

impl ReadRequest for DescribeProducers<'_> {
    const API: Api = Api::DescribeProducers;
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = Vec<PartitionProducers>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.0, |out, (topic, partitions)| {
            out.text(topic);
            out.array(partitions, |out, partition| out.i32(*partition));
            out.tags();
        });
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let partitions = by_topic(answer, producers)?;
        answer.tags()?;
        Ok(partitions)
    }
}

fn producers(fields: &mut Decoder<'_>, topic: Arc<str>) -> Decoded<PartitionProducers> {
    let partition = fields.i32()?;
    let code = fields.i16()?;
    fields.nullable_text()?;
    let mut open = Vec::new();
    // Most producers have no transaction open.
    fields.each(|one| {
        open.extend(producer(one)?);
        Ok(())
    })?;
    fields.tags()?;
    Ok((topic, partition, coded(code, open)))
}

fn producer(fields: &mut Decoder<'_>) -> Decoded<Option<ProducerDescription>> {
    let producer_id = fields.i64()?;
    let epoch = fields.i32()?;
    // The last sequence number.
    fields.i32()?;
    let last_written_at = fields.i64()?;
    // The epoch of the coordinator.
    fields.i32()?;
    let start_offset = fields.i64()?;
    fields.tags()?;
    Ok((start_offset >= 0).then(|| ProducerDescription {
        producer_id,
        epoch,
        start_offset,
        last_written_at: (last_written_at >= 0).then_some(last_written_at),
    }))
}

/// Of these producer ids, those that the broker coordinates and the user may describe.
pub(in crate::kafka::wire) struct ListTransactions<'a>(pub &'a [i64]);

impl ReadRequest for ListTransactions<'_> {
    const API: Api = Api::ListTransactions;
    const VERSIONS: (i16, i16) = (0, 0);
    /// Producer ids with their transactional ids.
    type Answer = Coded<Vec<(i64, Arc<str>)>>;

    fn encode(&self, out: &mut Encoder) {
        // In any state.
        out.array(&[], |_, (): &()| {});
        out.array(self.0, |out, id| out.i64(*id));
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = answer.i16()?;
        answer.each(|state| state.text().map(|_| ()))?;
        let listed = answer.array(|one| {
            let transactional_id = one.text()?.into();
            let producer_id = one.i64()?;
            one.text()?;
            one.tags()?;
            Ok((producer_id, transactional_id))
        })?;
        answer.tags()?;
        Ok(coded(code, listed))
    }
}

/// Of transactional ids that the broker coordinates.
pub(in crate::kafka::wire) struct DescribeTransactions<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeTransactions<'_> {
    const API: Api = Api::DescribeTransactions;
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = Vec<(Arc<str>, Coded<TransactionDescription>)>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.0, |out, id| out.text(id));
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let described = answer.array(transaction)?;
        answer.tags()?;
        Ok(described)
    }
}

fn transaction(fields: &mut Decoder<'_>) -> Decoded<(Arc<str>, Coded<TransactionDescription>)> {
    let code = fields.i16()?;
    let transactional_id: Arc<str> = fields.text()?.into();
    // The state in words.
    fields.text()?;
    let timeout_ms = fields.i32()?;
    let started_at = fields.i64()?;
    let producer_id = fields.i64()?;
    fields.i16()?;
    let mut partitions = Vec::new();
    fields.each(|topic| {
        let name: Arc<str> = topic.text()?.into();
        topic.each(|partition| {
            partitions.push((name.clone(), partition.i32()?));
            Ok(())
        })?;
        topic.tags()
    })?;
    fields.tags()?;
    let description = TransactionDescription {
        producer_id,
        transactional_id: transactional_id.clone(),
        started_at: (started_at >= 0).then_some(started_at),
        timeout_ms: timeout_ms.into(),
        partitions,
    };
    Ok((transactional_id, coded(code, description)))
}
