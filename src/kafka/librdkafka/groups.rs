//! Groups of one broker, groups of the old listing, and members of groups.
#![allow(unsafe_code)]

use super::ffi;
use super::handle::{Handle, blocking};
use super::offsets::partitions_of;
use super::queue::{AdminQueue, CallLimits};
use super::text::{c_string, call_error, code_text, counted, optional_text, slice, text};
use crate::kafka::CallError;
use crate::kafka::assignment::assigned_partitions;
use crate::kafka::reads::{GroupDescription, GroupListing, MemberDescription};
use crate::model::{BrokerId, GroupState};
use std::ffi::c_int;
use std::ptr::null;
use std::sync::Arc;
use std::time::Duration;

/// `RD_KAFKA_RESP_ERR__PARTIAL`: some brokers did not answer, and the list holds what the others said.
const PARTIAL: c_int = -158;

/// The consumer groups that one broker coordinates. Groups of other kinds (Connect, share, streams) are
/// left out by librdkafka; [`list_groups`] shows those that describe themselves in the old way.
pub(crate) fn list_consumer_groups(
    admin: &AdminQueue,
    limits: CallLimits,
) -> impl Future<Output = Result<Vec<GroupListing>, CallError>> + Send + 'static + use<> {
    let answer = admin.call(
        limits,
        // SAFETY: arguments of a call that is being issued.
        |start| unsafe { ffi::rd_kafka_ListConsumerGroups(start.rk, start.options, start.queue) },
        // SAFETY: the event is this call's answer.
        |event| unsafe { listings(event) },
    );
    async move { answer.await? }
}

/// # Safety
/// `event` is a live answer to ListConsumerGroups.
unsafe fn listings(event: *mut ffi::Event) -> Result<Vec<GroupListing>, CallError> {
    // SAFETY: the answer's accessors return arrays of live values, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_ListConsumerGroups_result(event);
        if answer.is_null() {
            return Ok(Vec::new());
        }
        let mut count = 0;
        let errors = ffi::rd_kafka_ListConsumerGroups_result_errors(answer, &raw mut count);
        if let Some(error) = slice(errors, count).iter().find_map(|error| call_error(*error)) {
            return Err(error);
        }
        let mut count = 0;
        let valid = ffi::rd_kafka_ListConsumerGroups_result_valid(answer, &raw mut count);
        let live = slice(valid, count).iter().filter(|listing| !listing.is_null());
        Ok(live.map(|listing| listed(*listing)).collect())
    }
}

/// # Safety
/// `listing` is a live listing of an answer.
unsafe fn listed(listing: *const ffi::Listing) -> GroupListing {
    // SAFETY: the listing's accessors return strings that live with it, or null.
    unsafe {
        GroupListing {
            id: text(ffi::rd_kafka_ConsumerGroupListing_group_id(listing)).into(),
            state: state_of(ffi::rd_kafka_ConsumerGroupListing_state(listing)),
            group_type: match ffi::rd_kafka_ConsumerGroupListing_type(listing) {
                1 => Some("consumer".into()),
                2 => Some("classic".into()),
                _ => None,
            },
        }
    }
}

/// `rd_kafka_consumer_group_state_t`; KIP-848's own states arrive as unknown.
fn state_of(code: c_int) -> GroupState {
    match code {
        1 => GroupState::PreparingRebalance,
        2 => GroupState::CompletingRebalance,
        3 => GroupState::Stable,
        4 => GroupState::Dead,
        5 => GroupState::Empty,
        _ => GroupState::Unknown,
    }
}

/// A state as the old DescribeGroups spells it.
fn state_named(name: &str) -> GroupState {
    match name {
        "PreparingRebalance" => GroupState::PreparingRebalance,
        "CompletingRebalance" => GroupState::CompletingRebalance,
        "Stable" => GroupState::Stable,
        "Dead" => GroupState::Dead,
        "Empty" => GroupState::Empty,
        _ => GroupState::Unknown,
    }
}

/// Every group of every broker with its members, by the old ListGroups and DescribeGroups: two requests a
/// broker whatever the number of groups. KIP-848 and share groups appear as dead. The flag says whether
/// every broker answered.
pub(crate) fn list_groups(
    handle: &Arc<Handle>,
    timeout: Duration,
) -> impl Future<Output = Result<(Vec<GroupDescription>, bool), CallError>> + Send + 'static + use<> {
    blocking(handle, move |handle| read_groups(handle, timeout))
}

fn read_groups(handle: &Handle, timeout: Duration) -> Result<(Vec<GroupDescription>, bool), CallError> {
    let timeout_ms = c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX);
    let mut list: *const ffi::GroupList = null();
    // SAFETY: the handle is alive; null asks for all groups; the list is ours to destroy, if there is one.
    let code = unsafe { ffi::rd_kafka_list_groups(handle.rk(), null(), &raw mut list, timeout_ms) };
    if list.is_null() || (code != 0 && code != PARTIAL) {
        return Err(CallError { code, message: code_text(code), hint: None });
    }
    // SAFETY: a complete list, copied before it is destroyed.
    unsafe {
        let groups = counted((*list).groups, (*list).group_cnt);
        let copied = groups.iter().filter(|group| group.err == 0).map(|group| described(group)).collect();
        ffi::rd_kafka_group_list_destroy(list);
        Ok((copied, code == 0))
    }
}

/// # Safety
/// `group` belongs to a complete list.
unsafe fn described(group: &ffi::GroupInfo) -> GroupDescription {
    // SAFETY: strings and arrays of a complete list belong together; strings may be null.
    unsafe {
        let members = counted(group.members, group.member_cnt);
        GroupDescription {
            id: text(group.group).into(),
            coordinator: (group.broker.id >= 0).then_some(BrokerId(group.broker.id)),
            state: state_named(&text(group.state)),
            protocol_type: text(group.protocol_type),
            members: members.iter().map(|member| old_member(member)).collect(),
        }
    }
}

/// # Safety
/// `member` belongs to a complete list.
unsafe fn old_member(member: &ffi::GroupMemberInfo) -> MemberDescription {
    // SAFETY: as for `described`.
    unsafe {
        let bytes = counted(member.member_assignment.cast::<u8>(), member.member_assignment_size);
        MemberDescription {
            client_id: text(member.client_id),
            host: text(member.client_host).trim_start_matches('/').to_string(),
            instance_id: None,
            assigned: assigned_partitions(bytes),
        }
    }
}

/// One group's members, for groups of KIP-848's protocol (ConsumerGroupDescribe).
pub(crate) fn describe_consumer_group(
    admin: &AdminQueue,
    group: &str,
    limits: CallLimits,
) -> impl Future<Output = Result<GroupDescription, CallError>> + Send + 'static + use<> {
    let name = c_string(group);
    let id: Arc<str> = group.into();
    let answer = admin.call(
        limits,
        // SAFETY: the name lives during the call, which copies it.
        |start| unsafe {
            let mut names = [name.as_ptr()];
            let list = names.as_mut_ptr();
            ffi::rd_kafka_DescribeConsumerGroups(start.rk, list, 1, start.options, start.queue);
        },
        // SAFETY: the event is this call's answer.
        move |event| unsafe { description(event, id) },
    );
    async move { answer.await? }
}

/// # Safety
/// `event` is a live answer to DescribeConsumerGroups.
unsafe fn description(event: *mut ffi::Event, id: Arc<str>) -> Result<GroupDescription, CallError> {
    // SAFETY: the answer's accessors return arrays of live values, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_DescribeConsumerGroups_result(event);
        let mut count = 0;
        let groups = if answer.is_null() {
            std::ptr::null_mut()
        } else {
            ffi::rd_kafka_DescribeConsumerGroups_result_groups(answer, &raw mut count)
        };
        let Some(group) = slice(groups, count).iter().copied().find(|group| !group.is_null()) else {
            return Err(CallError {
                code: 0,
                message: "the broker did not describe the group".into(),
                hint: None,
            });
        };
        if let Some(error) = call_error(ffi::rd_kafka_ConsumerGroupDescription_error(group)) {
            return Err(error);
        }
        let members = 0..ffi::rd_kafka_ConsumerGroupDescription_member_count(group);
        let member = |at| member_facts(ffi::rd_kafka_ConsumerGroupDescription_member(group, at));
        Ok(GroupDescription {
            id,
            coordinator: None,
            state: state_of(ffi::rd_kafka_ConsumerGroupDescription_state(group)),
            protocol_type: String::new(),
            members: members.filter_map(member).collect(),
        })
    }
}

/// # Safety
/// `member` is null or a live member of an answer.
unsafe fn member_facts(member: *const ffi::MemberDescription) -> Option<MemberDescription> {
    if member.is_null() {
        return None;
    }
    // SAFETY: the member's accessors return values that live with it, or null.
    unsafe {
        let assignment = ffi::rd_kafka_MemberDescription_assignment(member);
        let owned = if assignment.is_null() {
            Vec::new()
        } else {
            partitions_of(ffi::rd_kafka_MemberAssignment_partitions(assignment))
        };
        Some(MemberDescription {
            client_id: text(ffi::rd_kafka_MemberDescription_client_id(member)),
            host: text(ffi::rd_kafka_MemberDescription_host(member)).trim_start_matches('/').to_string(),
            instance_id: optional_text(ffi::rd_kafka_MemberDescription_group_instance_id(member))
                .filter(|id| !id.is_empty()),
            assigned: owned.into_iter().map(|offset| (offset.topic, offset.partition)).collect(),
        })
    }
}
