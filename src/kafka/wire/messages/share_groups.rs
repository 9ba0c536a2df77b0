//! ShareGroupDescribe and DescribeShareGroupOffsets: groups whose members share partitions (KIP-932), and where they
//! start to read.

use super::consumer_groups::assignment;
use super::described_groups::{self, Described};
use super::groups::host_of;
use super::{Coded, coded};
use crate::kafka::reads::{MemberDescription, PartitionOffset};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

pub(in crate::kafka::wire) struct DescribeShareGroups<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeShareGroups<'_> {
    const API: Api = Api::ShareGroupDescribe;
    /// Version 0 was never more than a preview.
    const VERSIONS: (i16, i16) = (1, 1);
    type Answer = Vec<Described>;

    fn encode(&self, out: &mut Encoder) {
        described_groups::encode(self.0, out);
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        described_groups::decode(answer, described)
    }
}

fn described(group: &mut Decoder<'_>) -> Decoded<Described> {
    described_groups::described(group, |group| {
        // The assignor.
        group.text()?;
        group.array(member)
    })
}

fn member(member: &mut Decoder<'_>) -> Decoded<MemberDescription> {
    member.text()?;
    // The rack and the epoch of the member.
    member.nullable_text()?;
    member.i32()?;
    let client_id = member.string()?;
    let host = host_of(&member.text()?);
    // What it subscribes to.
    member.each(|topic| topic.text().map(|_| ()))?;
    let assigned = assignment(member)?;
    member.tags()?;
    Ok(MemberDescription { client_id, host, instance_id: None, assigned })
}

/// Of every partition that the groups read.
pub(in crate::kafka::wire) struct DescribeShareGroupOffsets<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeShareGroupOffsets<'_> {
    const API: Api = Api::DescribeShareGroupOffsets;
    /// Since version 1 (4.2, KIP-1226) with the lag.
    const VERSIONS: (i16, i16) = (0, 1);
    /// The offset is where a group starts to read: what lies before it is done with.
    type Answer = Vec<(Arc<str>, Coded<Vec<PartitionOffset>>)>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.0, |out, id| {
            out.text(id);
            // Every topic.
            out.null_array();
            out.tags();
        });
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let groups = answer.array(offsets)?;
        answer.tags()?;
        Ok(groups)
    }
}

fn offsets(group: &mut Decoder<'_>) -> Decoded<(Arc<str>, Coded<Vec<PartitionOffset>>)> {
    let id = group.text()?.into();
    let mut all = Vec::new();
    group.each(|topic| {
        let name = topic.name()?;
        topic.skip_uuid()?;
        topic.each(|partition| {
            all.push(offset(partition, name.clone())?);
            Ok(())
        })?;
        topic.tags()
    })?;
    let code = group.i16()?;
    group.nullable_text()?;
    group.tags()?;
    Ok((id, coded(code, all)))
}

fn offset(fields: &mut Decoder<'_>, topic: Arc<str>) -> Decoded<PartitionOffset> {
    let partition = fields.i32()?;
    let start = fields.i64()?;
    let epoch = fields.i32()?;
    let lag = if fields.version() >= 1 { fields.i64()? } else { -1 };
    let code = fields.i16()?;
    fields.nullable_text()?;
    fields.tags()?;
    Ok(PartitionOffset::told(topic, partition, start, epoch, code.into()).with_lag(lag))
}
