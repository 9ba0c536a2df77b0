//! Metadata: brokers, topics, leaders and ISR; never of named topics, hence never creating one.

use super::{ClusterDescription, Coded, coded};
use crate::kafka::reads::{Metadata, Node, PartitionMetadata, TopicMetadata};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::BrokerId;

/// Which topics an answer names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) enum TopicScope {
    All,
    /// Brokers and the cluster's id only.
    None,
}

pub(in crate::kafka::wire) struct ReadMetadata(pub TopicScope);

impl ReadRequest for ReadMetadata {
    const API: Api = Api::Metadata;
    /// Since version 4 a request says that no topic is to be created.
    const VERSIONS: (i16, i16) = (4, 13);
    type Answer = Coded<(ClusterDescription, Metadata)>;

    fn encode(&self, out: &mut Encoder) {
        match self.0 {
            TopicScope::All => out.null_array(),
            TopicScope::None => out.length(0),
        }
        out.bool(false);
        if (8..=10).contains(&out.version()) {
            out.bool(false);
        }
        if out.version() >= 8 {
            out.bool(false);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let brokers = answer.array(broker)?;
        let cluster_id = answer.nullable_string()?;
        answer.i32()?;
        let topics = answer.array(topic)?;
        if (8..=10).contains(&answer.version()) {
            answer.i32()?;
        }
        let code = if answer.version() >= 13 { answer.i16()? } else { 0 };
        answer.tags()?;
        let (mut nodes, racks): (Vec<_>, Vec<_>) =
            brokers.into_iter().map(|(node, rack)| (node.clone(), (node.id, rack))).unzip();
        nodes.sort_by_key(|node: &Node| node.id);
        // A topic that is being deleted or created is listed with an error and nothing else.
        let mut topics: Vec<TopicMetadata> = topics.into_iter().flatten().collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        let description = ClusterDescription { id: cluster_id, racks, fenced: Vec::new() };
        Ok(coded(code, (description, Metadata { nodes, topics })))
    }
}

fn broker(broker: &mut Decoder<'_>) -> Decoded<(Node, Option<String>)> {
    let id = BrokerId(broker.i32()?);
    let host = broker.string()?;
    let port = u16::try_from(broker.i32()?).unwrap_or(0);
    let rack = broker.nullable_string()?.filter(|rack| !rack.is_empty());
    broker.tags()?;
    Ok((Node { id, host, port }, rack))
}

fn topic(topic: &mut Decoder<'_>) -> Decoded<Option<TopicMetadata>> {
    topic.i16()?;
    let name = topic.nullable_text()?;
    if topic.version() >= 10 {
        topic.skip_uuid()?;
    }
    topic.bool()?;
    let mut partitions = topic.array(partition)?;
    if topic.version() >= 8 {
        topic.i32()?;
    }
    topic.tags()?;
    partitions.sort_by_key(|partition| partition.number);
    let name = name.filter(|_| !partitions.is_empty());
    Ok(name.map(|name| TopicMetadata { name: name.into(), partitions }))
}

fn partition(partition: &mut Decoder<'_>) -> Decoded<PartitionMetadata> {
    partition.i16()?;
    let number = partition.i32()?;
    let leader = partition.i32()?;
    if partition.version() >= 7 {
        partition.i32()?;
    }
    let replicas = partition.array(broker_id)?;
    let isr = partition.array(broker_id)?;
    if partition.version() >= 5 {
        // Offline replicas.
        partition.each(|id| id.i32().map(|_| ()))?;
    }
    partition.tags()?;
    Ok(PartitionMetadata { number, leader: (leader >= 0).then_some(BrokerId(leader)), replicas, isr })
}

fn broker_id(id: &mut Decoder<'_>) -> Decoded<BrokerId> {
    id.i32().map(BrokerId)
}
