//! DescribeTopicPartitions: the eligible leader replicas (KIP-966).

use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::BrokerId;
use std::sync::Arc;

/// Where the next answer goes on: a topic and a partition of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::kafka::wire) struct PartitionCursor {
    pub topic: Arc<str>,
    pub partition: i32,
}

pub(in crate::kafka::wire) struct DescribeTopicPartitions<'a> {
    pub topics: &'a [Arc<str>],
    pub cursor: Option<PartitionCursor>,
    /// Partitions in one answer; Kafka has a limit of its own, too.
    pub limit: i32,
}

/// A topic with the ELR of its partitions.
type TopicElr = (Arc<str>, Vec<(i32, Vec<BrokerId>)>);

/// ELRs that are not empty, by topic and partition.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::kafka::wire) struct TopicElrs {
    pub topics: Vec<TopicElr>,
    pub next: Option<PartitionCursor>,
}

impl ReadRequest for DescribeTopicPartitions<'_> {
    const API: Api = Api::DescribeTopicPartitions;
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = TopicElrs;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.topics, |out, name| {
            out.text(name);
            out.tags();
        });
        out.i32(self.limit);
        match &self.cursor {
            None => out.i8(-1),
            Some(cursor) => {
                out.i8(1);
                out.text(&cursor.topic);
                out.i32(cursor.partition);
                out.tags();
            }
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let topics = answer.array(topic)?;
        let next = if answer.i8()? < 0 { None } else { Some(cursor(answer)?) };
        answer.tags()?;
        Ok(TopicElrs { topics: topics.into_iter().flatten().collect(), next })
    }
}

fn topic(topic: &mut Decoder<'_>) -> Decoded<Option<TopicElr>> {
    let code = topic.i16()?;
    let name = topic.nullable_text()?;
    topic.skip_uuid()?;
    topic.bool()?;
    let mut partitions = topic.array(partition)?;
    topic.i32()?;
    topic.tags()?;
    partitions.retain(|(_, elr)| !elr.is_empty());
    Ok(name.filter(|_| code == 0).map(|name| (name.into(), partitions)))
}

fn partition(partition: &mut Decoder<'_>) -> Decoded<(i32, Vec<BrokerId>)> {
    partition.i16()?;
    let number = partition.i32()?;
    // The leader and its epoch, replicas and ISR.
    partition.i32()?;
    partition.i32()?;
    skip_ids(partition)?;
    skip_ids(partition)?;
    let elr = partition.array(|id| id.i32().map(BrokerId))?;
    // The last known ELR and offline replicas.
    skip_ids(partition)?;
    skip_ids(partition)?;
    partition.tags()?;
    Ok((number, elr))
}

fn skip_ids(partition: &mut Decoder<'_>) -> Decoded<()> {
    partition.each(|id| id.i32().map(|_| ()))
}

fn cursor(cursor: &mut Decoder<'_>) -> Decoded<PartitionCursor> {
    let topic = cursor.text()?.into();
    let partition = cursor.i32()?;
    cursor.tags()?;
    Ok(PartitionCursor { topic, partition })
}
