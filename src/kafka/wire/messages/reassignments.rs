//! ListPartitionReassignments: partitions that are being moved; the broker passes it on to the active controller.

use super::{Coded, by_topic, coded};
use crate::kafka::reads::PartitionMove;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::BrokerId;

pub(in crate::kafka::wire) struct ListReassignments {
    /// How long the controller may take.
    pub timeout_ms: i32,
}

impl ReadRequest for ListReassignments {
    const API: Api = Api::ListPartitionReassignments;
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = Coded<Vec<PartitionMove>>;

    fn encode(&self, out: &mut Encoder) {
        out.i32(self.timeout_ms);
        // Every topic.
        out.null_array();
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = answer.i16()?;
        answer.nullable_text()?;
        let moves = by_topic(answer, |partition, topic| {
            let number = partition.i32()?;
            // All replicas, which Metadata names, too.
            ids(partition)?;
            let (adding, removing) = (ids(partition)?, ids(partition)?);
            partition.tags()?;
            Ok(PartitionMove { topic, number, adding, removing })
        })?;
        answer.tags()?;
        Ok(coded(code, moves))
    }
}

fn ids(partition: &mut Decoder<'_>) -> Decoded<Vec<BrokerId>> {
    partition.array(|id| id.i32().map(BrokerId))
}
