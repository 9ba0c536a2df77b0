//! All-topics Metadata and the racks of brokers.
#![allow(unsafe_code)]

use super::ffi;
use super::handle::{Handle, blocking};
use super::queue::{AdminQueue, CallLimits};
use super::text::{code_text, counted, optional_text, slice, text};
use crate::kafka::CallError;
use crate::kafka::reads::{Metadata, Node, PartitionMetadata, Racks, TopicMetadata};
use crate::model::BrokerId;
use std::ffi::c_int;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

/// Asks any usable broker for all topics. Never names a topic, hence never creates one.
pub(crate) fn metadata(
    handle: &Arc<Handle>,
    timeout: Duration,
) -> impl Future<Output = Result<Metadata, CallError>> + Send + 'static + use<> {
    blocking(handle, move |handle| read_metadata(handle, timeout))
}

fn read_metadata(handle: &Handle, timeout: Duration) -> Result<Metadata, CallError> {
    let timeout_ms = c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX);
    let mut answer: *const ffi::RkMetadata = null();
    // SAFETY: the handle is alive; librdkafka writes a pointer that is ours to destroy, or leaves null.
    let code = unsafe { ffi::rd_kafka_metadata(handle.rk(), 1, null_mut(), &raw mut answer, timeout_ms) };
    if code != 0 || answer.is_null() {
        return Err(CallError { code, message: code_text(code) });
    }
    // SAFETY: a complete answer, copied before it is destroyed.
    unsafe {
        let metadata = copy(&*answer);
        ffi::rd_kafka_metadata_destroy(answer);
        Ok(metadata)
    }
}

/// # Safety
/// `answer` is a complete metadata structure of librdkafka.
unsafe fn copy(answer: &ffi::RkMetadata) -> Metadata {
    // SAFETY: counts and arrays of a complete answer belong together.
    let (brokers, topics) =
        unsafe { (counted(answer.brokers, answer.broker_cnt), counted(answer.topics, answer.topic_cnt)) };
    let node = |broker: &ffi::MetadataBroker| Node {
        id: BrokerId(broker.id),
        // SAFETY: a terminated string of the answer.
        host: unsafe { text(broker.host) },
        port: u16::try_from(broker.port).unwrap_or(0),
    };
    let mut nodes: Vec<Node> = brokers.iter().map(node).collect();
    nodes.sort_by_key(|node| node.id);
    // SAFETY: topics of a complete answer.
    let mut topics: Vec<TopicMetadata> = topics.iter().map(|topic| unsafe { copy_topic(topic) }).collect();
    // A topic that is being deleted or created is listed with an error and nothing else.
    topics.retain(|topic| !topic.partitions.is_empty());
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Metadata { nodes, topics }
}

/// # Safety
/// `topic` belongs to a complete metadata structure.
unsafe fn copy_topic(topic: &ffi::MetadataTopic) -> TopicMetadata {
    // SAFETY: name, counts and arrays of a complete answer belong together.
    let (name, rows) = unsafe { (text(topic.topic), counted(topic.partitions, topic.partition_cnt)) };
    let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect();
    let partition = |row: &ffi::MetadataPartition| PartitionMetadata {
        number: row.id,
        leader: (row.leader >= 0).then_some(BrokerId(row.leader)),
        // SAFETY: as above.
        replicas: ids(unsafe { counted(row.replicas, row.replica_cnt) }),
        // SAFETY: as above.
        isr: ids(unsafe { counted(row.isrs, row.isr_cnt) }),
    };
    let mut partitions: Vec<PartitionMetadata> = rows.iter().map(partition).collect();
    partitions.sort_by_key(|partition| partition.number);
    TopicMetadata { name: name.into(), partitions }
}

/// The rack of every live broker. Only to be called once the cluster's id is known: librdkafka 2.12.1
/// crashes in this call on a cluster without one (`rd_kafka_DescribeClusterResponse_parse` copies a null).
pub(crate) fn describe_cluster(
    admin: &AdminQueue,
    limits: CallLimits,
) -> impl Future<Output = Result<Racks, CallError>> + Send + 'static + use<> {
    admin.call(
        limits,
        // SAFETY: arguments of a call that is being issued.
        |start| unsafe { ffi::rd_kafka_DescribeCluster(start.rk, start.options, start.queue) },
        // SAFETY: the event is this call's answer.
        |event| unsafe { nodes(event) },
    )
}

/// # Safety
/// `event` is a live answer to DescribeCluster.
unsafe fn nodes(event: *mut ffi::Event) -> Racks {
    // SAFETY: the answer's accessors return arrays of live nodes, or null.
    unsafe {
        let answer = ffi::rd_kafka_event_DescribeCluster_result(event);
        if answer.is_null() {
            return Vec::new();
        }
        let mut count = 0;
        let nodes = ffi::rd_kafka_DescribeCluster_result_nodes(answer, &raw mut count);
        let live = slice(nodes, count).iter().filter(|node| !node.is_null());
        live.map(|node| {
            let rack = optional_text(ffi::rd_kafka_Node_rack(*node)).filter(|rack| !rack.is_empty());
            (BrokerId(ffi::rd_kafka_Node_id(*node)), rack)
        })
        .collect()
    }
}
