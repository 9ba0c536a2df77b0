//! ConsumerGroupDescribe: groups of KIP-848's protocol with their members.

use super::groups::{host_of, state_named};
use super::{Coded, coded};
use crate::kafka::reads::{GroupDescription, MemberDescription};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

pub(in crate::kafka::wire) struct DescribeConsumerGroups<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeConsumerGroups<'_> {
    const API: Api = Api::ConsumerGroupDescribe;
    const VERSIONS: (i16, i16) = (0, 1);
    type Answer = Vec<(Arc<str>, Coded<GroupDescription>)>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.0, |out, id| out.text(id));
        out.bool(false);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let groups = answer.array(described)?;
        answer.tags()?;
        Ok(groups)
    }
}

fn described(group: &mut Decoder<'_>) -> Decoded<(Arc<str>, Coded<GroupDescription>)> {
    let code = group.i16()?;
    group.nullable_text()?;
    let id: Arc<str> = group.text()?.into();
    let state = state_named(&group.text()?);
    // The epochs of the group and of its assignment, and the assignor.
    group.i32()?;
    group.i32()?;
    group.text()?;
    let members = group.array(member)?;
    group.i32()?;
    group.tags()?;
    let protocol_type = String::new();
    let description = GroupDescription { id: id.clone(), coordinator: None, state, protocol_type, members };
    Ok((id, coded(code, description)))
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
