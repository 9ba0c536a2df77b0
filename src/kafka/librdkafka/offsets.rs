//! ListOffsets of partitions and committed offsets of groups.
#![allow(unsafe_code)]

use super::ffi;
use super::queue::{AdminQueue, CallLimits};
use super::text::{c_string, call_error, counted, slice, text};
use crate::kafka::CallError;
use crate::kafka::reads::{OffsetSpec, PartitionOffset};
use std::ffi::c_int;
use std::ptr::null;
use std::sync::Arc;

/// A list of partitions that is freed when it goes.
struct PartitionList(*mut ffi::TopicPartitionList);

impl PartitionList {
    fn new(partitions: &[(Arc<str>, i32)], end: OffsetSpec) -> Self {
        let offset = match end {
            OffsetSpec::Earliest => -2,
            // Nobody asks this way for the other two: the isolation level would have to be another.
            OffsetSpec::Latest | OffsetSpec::LastStable | OffsetSpec::LogEnd => -1,
        };
        let size = c_int::try_from(partitions.len()).unwrap_or(c_int::MAX);
        // SAFETY: the list is ours until it is destroyed; `add` copies the name and returns a live element.
        unsafe {
            let list = ffi::rd_kafka_topic_partition_list_new(size);
            for (topic, partition) in partitions {
                let element =
                    ffi::rd_kafka_topic_partition_list_add(list, c_string(topic).as_ptr(), *partition);
                (*element).offset = offset;
            }
            PartitionList(list)
        }
    }
}

impl Drop for PartitionList {
    fn drop(&mut self) {
        // SAFETY: made by `new` and destroyed once.
        unsafe { ffi::rd_kafka_topic_partition_list_destroy(self.0) }
    }
}

/// One end of each partition. All partitions should have one leader: librdkafka 2.12.1 merges answers of
/// several leaders in quadratic time, and reports those of a leader that did not answer as successes
/// with a negative offset (`rd_kafka_ListOffsets_response_merge`), hence `offset: None` whatever the code.
pub(crate) fn list_offsets(
    admin: &AdminQueue,
    partitions: &[(Arc<str>, i32)],
    end: OffsetSpec,
    limits: CallLimits,
) -> impl Future<Output = Result<Vec<PartitionOffset>, CallError>> + Send + 'static + use<> {
    let list = PartitionList::new(partitions, end);
    admin.call(
        limits,
        // SAFETY: arguments of a call that is being issued; the list is copied by it. Level 0 is
        // read_uncommitted; a refusal would be returned as an error object, which is freed.
        |start| unsafe {
            let refused = ffi::rd_kafka_AdminOptions_set_isolation_level(start.options, 0);
            if !refused.is_null() {
                ffi::rd_kafka_error_destroy(refused);
            }
            ffi::rd_kafka_ListOffsets(start.rk, list.0, start.options, start.queue);
        },
        // SAFETY: the event is this call's answer.
        |event| unsafe { infos(event) },
    )
}

/// # Safety
/// `event` is a live answer to ListOffsets.
unsafe fn infos(event: *mut ffi::Event) -> Vec<PartitionOffset> {
    // SAFETY: the answer's accessors return arrays of live infos, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_ListOffsets_result(event);
        if answer.is_null() {
            return Vec::new();
        }
        let mut count = 0;
        let infos = ffi::rd_kafka_ListOffsets_result_infos(answer, &raw mut count);
        let live = slice(infos, count).iter().filter(|info| !info.is_null());
        let partition = |info: &*const ffi::OffsetInfo| {
            fact(ffi::rd_kafka_ListOffsetsResultInfo_topic_partition(*info).as_ref()?)
        };
        live.filter_map(partition).collect()
    }
}

/// # Safety
/// `partition` is a live element of an answer.
unsafe fn fact(partition: &ffi::TopicPartition) -> Option<PartitionOffset> {
    if partition.topic.is_null() {
        return None;
    }
    // SAFETY: a live element, its name is a terminated string.
    let (topic, epoch) =
        unsafe { (text(partition.topic), ffi::rd_kafka_topic_partition_get_leader_epoch(partition)) };
    Some(PartitionOffset::told(topic.into(), partition.partition, partition.offset, epoch, partition.err))
}

/// All offsets that a group has committed. Looks the group's coordinator up, which makes a broker create
/// `__consumer_offsets` where it does not exist: only to be called when it does.
pub(crate) fn group_offsets(
    admin: &AdminQueue,
    group: &str,
    limits: CallLimits,
) -> impl Future<Output = Result<Vec<PartitionOffset>, CallError>> + Send + 'static + use<> {
    let name = c_string(group);
    let answer = admin.call(
        limits,
        // SAFETY: the query is copied by the call and freed once; null partitions mean all committed ones.
        |start| unsafe {
            let mut query = ffi::rd_kafka_ListConsumerGroupOffsets_new(name.as_ptr(), null());
            ffi::rd_kafka_ListConsumerGroupOffsets(start.rk, &raw mut query, 1, start.options, start.queue);
            ffi::rd_kafka_ListConsumerGroupOffsets_destroy(query);
        },
        // SAFETY: the event is this call's answer.
        |event| unsafe { committed(event) },
    );
    async move { answer.await? }
}

/// # Safety
/// `event` is a live answer to ListConsumerGroupOffsets.
unsafe fn committed(event: *mut ffi::Event) -> Result<Vec<PartitionOffset>, CallError> {
    // SAFETY: the answer's accessors return arrays of live results, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_ListConsumerGroupOffsets_result(event);
        if answer.is_null() {
            return Ok(Vec::new());
        }
        let mut count = 0;
        let groups = ffi::rd_kafka_ListConsumerGroupOffsets_result_groups(answer, &raw mut count);
        let mut facts = Vec::new();
        for group in slice(groups, count).iter().filter(|group| !group.is_null()) {
            if let Some(error) = call_error(ffi::rd_kafka_group_result_error(*group)) {
                return Err(error);
            }
            facts.extend(partitions_of(ffi::rd_kafka_group_result_partitions(*group)));
        }
        Ok(facts)
    }
}

/// The partitions of a list with their offsets.
///
/// # Safety
/// `list` is null or a live list.
pub(super) unsafe fn partitions_of(list: *const ffi::TopicPartitionList) -> Vec<PartitionOffset> {
    // SAFETY: the caller's promise; count and elements of a list belong together.
    unsafe {
        let Some(list) = list.as_ref() else { return Vec::new() };
        counted(list.elems, list.cnt).iter().filter_map(|element| fact(element)).collect()
    }
}
