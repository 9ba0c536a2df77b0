//! OffsetFetch: everything that groups have committed, of many groups at once since 3.0 (KIP-709).

use super::{Coded, by_topic, coded};
use crate::kafka::reads::PartitionOffset;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

/// `OffsetFetchRequestGroup.MemberEpoch` of one who is no member.
const NO_MEMBER: i32 = -1;

pub(in crate::kafka::wire) struct FetchOffsets<'a>(pub &'a [Arc<str>]);

impl ReadRequest for FetchOffsets<'_> {
    const API: Api = Api::OffsetFetch;
    const VERSIONS: (i16, i16) = (8, 9);
    type Answer = Vec<(Arc<str>, Coded<Vec<PartitionOffset>>)>;

    fn encode(&self, out: &mut Encoder) {
        let has_member = out.version() >= 9;
        out.array(self.0, |out, id| {
            out.text(id);
            if has_member {
                out.null_array();
                out.i32(NO_MEMBER);
            }
            // Every topic.
            out.null_array();
            out.tags();
        });
        out.bool(false);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let groups = answer.array(|group| {
            let id = group.text()?.into();
            let offsets = by_topic(group, offset)?;
            let code = group.i16()?;
            group.tags()?;
            Ok((id, coded(code, offsets)))
        })?;
        answer.tags()?;
        Ok(groups)
    }
}

/// Of one group, for older brokers.
pub(in crate::kafka::wire) struct FetchOffsetsOfGroup<'a>(pub &'a str);

impl ReadRequest for FetchOffsetsOfGroup<'_> {
    const API: Api = Api::OffsetFetch;
    const VERSIONS: (i16, i16) = (2, 7);
    type Answer = Coded<Vec<PartitionOffset>>;

    fn encode(&self, out: &mut Encoder) {
        out.text(self.0);
        // Every topic.
        out.null_array();
        if out.version() >= 7 {
            out.bool(false);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        if answer.version() >= 3 {
            answer.i32()?;
        }
        let offsets = by_topic(answer, offset)?;
        let code = answer.i16()?;
        answer.tags()?;
        Ok(coded(code, offsets))
    }
}

fn offset(fields: &mut Decoder<'_>, topic: Arc<str>) -> Decoded<PartitionOffset> {
    let partition = fields.i32()?;
    let offset = fields.i64()?;
    let epoch = if fields.version() >= 5 { fields.i32()? } else { -1 };
    // What the one who committed wrote beside it.
    fields.nullable_text()?;
    let code = fields.i16()?;
    fields.tags()?;
    Ok(PartitionOffset::told(topic, partition, offset, epoch, code.into()))
}
