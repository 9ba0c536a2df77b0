//! ListGroups, which says what a broker coordinates, and DescribeGroups of groups of the classic protocol.

use super::{Coded, coded};
use crate::kafka::assignment::assigned_partitions;
use crate::kafka::reads::{GroupDescription, MemberDescription};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use crate::model::GroupState;
use std::sync::Arc;

pub(in crate::kafka::wire) struct ListGroups;

/// A group as its coordinator lists it, of whatever kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) struct ListedGroup {
    pub id: Arc<str>,
    /// `consumer`, `connect`, `share`...; empty for a group that only holds commits.
    pub protocol_type: Arc<str>,
    /// `Unknown` from brokers before 2.6.
    pub state: GroupState,
    /// `classic`, `consumer`, `share`, `streams`; `None` from brokers before 3.8.
    pub group_type: Option<Arc<str>>,
}

impl ReadRequest for ListGroups {
    const API: Api = Api::ListGroups;
    const VERSIONS: (i16, i16) = (0, 5);
    type Answer = Coded<Vec<ListedGroup>>;

    fn encode(&self, out: &mut Encoder) {
        // Of every state, and of every type.
        if out.version() >= 4 {
            out.length(0);
        }
        if out.version() >= 5 {
            out.length(0);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        if answer.version() >= 1 {
            answer.i32()?;
        }
        let code = answer.i16()?;
        let groups = answer.array(listed)?;
        answer.tags()?;
        Ok(coded(code, groups))
    }
}

fn listed(group: &mut Decoder<'_>) -> Decoded<ListedGroup> {
    let id = group.text()?.into();
    let protocol_type = group.name()?;
    let state = if group.version() >= 4 { state_named(&group.text()?) } else { GroupState::Unknown };
    let group_type = if group.version() >= 5 { Some(group.name()?) } else { None };
    group.tags()?;
    Ok(ListedGroup { id, protocol_type, state, group_type: group_type.filter(|kind| !kind.is_empty()) })
}

/// A state as Kafka spells it.
pub(super) fn state_named(name: &str) -> GroupState {
    match name {
        "PreparingRebalance" => GroupState::PreparingRebalance,
        "CompletingRebalance" => GroupState::CompletingRebalance,
        "Assigning" => GroupState::Assigning,
        "Reconciling" => GroupState::Reconciling,
        "Stable" => GroupState::Stable,
        "Dead" => GroupState::Dead,
        "Empty" => GroupState::Empty,
        "NotReady" => GroupState::NotReady,
        _ => GroupState::Unknown,
    }
}

pub(in crate::kafka::wire) struct DescribeGroups<'a>(pub &'a [Arc<str>]);

impl ReadRequest for DescribeGroups<'_> {
    const API: Api = Api::DescribeGroups;
    const VERSIONS: (i16, i16) = (0, 6);
    type Answer = Vec<(Arc<str>, Coded<GroupDescription>)>;

    fn encode(&self, out: &mut Encoder) {
        out.array(self.0, |out, id| out.text(id));
        if out.version() >= 3 {
            out.bool(false);
        }
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        if answer.version() >= 1 {
            answer.i32()?;
        }
        let groups = answer.array(described)?;
        answer.tags()?;
        Ok(groups)
    }
}

fn described(group: &mut Decoder<'_>) -> Decoded<(Arc<str>, Coded<GroupDescription>)> {
    let code = group.i16()?;
    if group.version() >= 6 {
        group.nullable_text()?;
    }
    let id: Arc<str> = group.text()?.into();
    let state = state_named(&group.text()?);
    let protocol_type = group.string()?;
    group.text()?;
    let members = group.array(member)?;
    if group.version() >= 3 {
        group.i32()?;
    }
    group.tags()?;
    let description = GroupDescription { id: id.clone(), coordinator: None, state, protocol_type, members };
    Ok((id, coded(code, description)))
}

fn member(member: &mut Decoder<'_>) -> Decoded<MemberDescription> {
    member.text()?;
    let instance_id = if member.version() >= 4 { member.nullable_string()? } else { None };
    let client_id = member.string()?;
    let host = host_of(&member.text()?);
    member.bytes()?;
    let assigned = assigned_partitions(member.bytes()?);
    member.tags()?;
    Ok(MemberDescription { client_id, host, instance_id, assigned })
}

/// Java prints an address without a name as `/10.0.0.1`.
pub(super) fn host_of(text: &str) -> String {
    text.trim_start_matches('/').to_string()
}
