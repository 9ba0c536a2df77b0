//! What questions and answers about groups of the newer types have in common.

use super::groups::state_named;
use super::{Coded, coded};
use crate::kafka::reads::{GroupDescription, MemberDescription};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

/// A group, or the error in its place.
pub(super) type Described = (Arc<str>, Coded<GroupDescription>);

/// Asks about groups, and not for what may be done to them.
pub(super) fn encode(ids: &[Arc<str>], out: &mut Encoder) {
    out.array(ids, |out, id| out.text(id));
    out.bool(false);
    out.tags();
}

pub(super) fn decode(
    answer: &mut Decoder<'_>,
    group: impl FnMut(&mut Decoder<'_>) -> Decoded<Described>,
) -> Decoded<Vec<Described>> {
    answer.i32()?;
    let groups = answer.array(group)?;
    answer.tags()?;
    Ok(groups)
}

/// One group; `members` reads them and what stands before them.
pub(super) fn described(
    group: &mut Decoder<'_>,
    members: impl FnOnce(&mut Decoder<'_>) -> Decoded<Vec<MemberDescription>>,
) -> Decoded<Described> {
    let code = group.i16()?;
    group.nullable_text()?;
    let id: Arc<str> = group.text()?.into();
    let state = state_named(&group.text()?);
    // The epochs of the group and of its assignment.
    group.i32()?;
    group.i32()?;
    let members = members(group)?;
    group.i32()?;
    group.tags()?;
    let protocol_type = String::new();
    let description = GroupDescription { id: id.clone(), coordinator: None, state, protocol_type, members };
    Ok((id, coded(code, description)))
}
