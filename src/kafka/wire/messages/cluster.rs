//! DescribeCluster: the cluster's id and the racks of its brokers, of fenced ones too where the broker tells.

use super::{Coded, coded};
use crate::kafka::reads::Node;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::BrokerId;

pub(in crate::kafka::wire) struct DescribeCluster;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::kafka::wire) struct ClusterDescription {
    pub id: Option<String>,
    pub racks: Vec<(BrokerId, Option<String>)>,
    /// Brokers that are registered and may not lead, where the broker tells.
    pub fenced: Vec<Node>,
}

/// `EndpointType.BROKER`.
const BROKERS: i8 = 1;

impl ReadRequest for DescribeCluster {
    const API: Api = Api::DescribeCluster;
    const VERSIONS: (i16, i16) = (0, 2);
    type Answer = Coded<ClusterDescription>;

    fn encode(&self, out: &mut Encoder) {
        out.bool(false);
        if out.version() >= 1 {
            out.i8(BROKERS);
        }
        if out.version() >= 2 {
            // Fenced brokers too: one that has just died keeps its rack.
            out.bool(true);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = answer.i16()?;
        answer.nullable_text()?;
        if answer.version() >= 1 {
            answer.i8()?;
        }
        let id = answer.nullable_string()?.filter(|id| !id.is_empty());
        answer.i32()?;
        let brokers = answer.array(broker)?;
        answer.i32()?;
        answer.tags()?;
        let mut description = ClusterDescription { id, ..ClusterDescription::default() };
        for (node, rack, is_fenced) in brokers {
            description.racks.push((node.id, rack));
            description.fenced.extend(is_fenced.then_some(node));
        }
        Ok(coded(code, description))
    }
}

/// A broker, its rack, and whether it is fenced.
fn broker(broker: &mut Decoder<'_>) -> Decoded<(Node, Option<String>, bool)> {
    let id = BrokerId(broker.i32()?);
    let host = broker.string()?;
    let port = u16::try_from(broker.i32()?).unwrap_or(0);
    let rack = broker.nullable_string()?.filter(|rack| !rack.is_empty());
    let is_fenced = if broker.version() >= 2 { broker.bool()? } else { false };
    broker.tags()?;
    Ok((Node { id, host, port }, rack, is_fenced))
}
