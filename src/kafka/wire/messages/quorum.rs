//! DescribeQuorum: the controllers and how current each is; the broker passes it on to the active controller.

use super::{Coded, coded};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder, Malformed};
use crate::kafka::wire::encoder::Encoder;
use crate::model::{BrokerId, Millis};

pub(in crate::kafka::wire) struct DescribeQuorum;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) struct QuorumState {
    pub leader: Option<BrokerId>,
    /// Each voter, and when it last had everything that the leader had, by the leader's clock.
    pub voters: Vec<(BrokerId, Millis)>,
}

const METADATA_TOPIC: &str = "__cluster_metadata";

impl ReadRequest for DescribeQuorum {
    const API: Api = Api::DescribeQuorum;
    /// Version 0 does not tell when a voter was last current.
    const VERSIONS: (i16, i16) = (1, 2);
    type Answer = Coded<QuorumState>;

    fn encode(&self, out: &mut Encoder) {
        out.array(&[METADATA_TOPIC], |out, topic| {
            out.text(topic);
            out.array(&[0], |out, partition| {
                out.i32(*partition);
                out.tags();
            });
            out.tags();
        });
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        let code = answer.i16()?;
        if answer.version() >= 2 {
            answer.nullable_text()?;
        }
        let mut partitions = Vec::new();
        answer.each(|topic| {
            topic.text()?;
            partitions.extend(topic.array(partition)?);
            topic.tags()
        })?;
        if answer.version() >= 2 {
            answer.each(node)?;
        }
        answer.tags()?;
        let first = partitions.into_iter().next();
        match (code, first) {
            (0, Some(partition)) => Ok(partition),
            (0, None) => Err(Malformed("it names no quorum")),
            (code, _) => Ok(Err(code)),
        }
    }
}

fn partition(partition: &mut Decoder<'_>) -> Decoded<Coded<QuorumState>> {
    partition.i32()?;
    let code = partition.i16()?;
    if partition.version() >= 2 {
        partition.nullable_text()?;
    }
    let leader = partition.i32()?;
    partition.i32()?;
    partition.i64()?;
    let voters = partition.array(replica)?;
    partition.each(|observer| replica(observer).map(|_| ()))?;
    partition.tags()?;
    Ok(coded(code, QuorumState { leader: (leader >= 0).then_some(BrokerId(leader)), voters }))
}

fn replica(replica: &mut Decoder<'_>) -> Decoded<(BrokerId, Millis)> {
    let id = BrokerId(replica.i32()?);
    if replica.version() >= 2 {
        replica.skip_uuid()?;
    }
    // The log end, and the time of the last fetch.
    replica.i64()?;
    replica.i64()?;
    let caught_up_at = replica.i64()?;
    replica.tags()?;
    Ok((id, caught_up_at))
}

fn node(node: &mut Decoder<'_>) -> Decoded<()> {
    node.i32()?;
    node.each(|listener| {
        listener.text()?;
        listener.text()?;
        // A port is two bytes here.
        listener.i16()?;
        listener.tags()
    })?;
    node.tags()
}
