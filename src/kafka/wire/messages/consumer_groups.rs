//! ConsumerGroupDescribe: groups of KIP-848's protocol with their members.

use super::described_groups::{self, Described};
use super::groups::host_of;
use crate::kafka::reads::MemberDescription;
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

pub(in crate::kafka::wire) struct DescribeConsumerGroups<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeConsumerGroups<'_> {
    const API: Api = Api::ConsumerGroupDescribe;
    const VERSIONS: (i16, i16) = (0, 1);
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
    let instance_id = member.nullable_string()?.filter(|id| !id.is_empty());
    // The rack and the epoch of the member.
    member.nullable_text()?;
    member.i32()?;
    let client_id = member.string()?;
    let host = host_of(&member.text()?);
    // What it subscribes to, by name and by expression.
    member.each(|topic| topic.text().map(|_| ()))?;
    member.nullable_text()?;
    let assigned = assignment(member)?;
    // The assignment that it moves to.
    assignment(member)?;
    if member.version() >= 1 {
        member.i8()?;
    }
    member.tags()?;
    Ok(MemberDescription { client_id, host, instance_id, assigned })
}

pub(super) fn assignment(member: &mut Decoder<'_>) -> Decoded<Vec<(Arc<str>, i32)>> {
    let mut assigned = Vec::new();
    member.each(|topic| {
        topic.skip_uuid()?;
        let name = topic.name()?;
        topic.each(|partition| {
            assigned.push((name.clone(), partition.i32()?));
            Ok(())
        })?;
        topic.tags()
    })?;
    member.tags()?;
    Ok(assigned)
}
