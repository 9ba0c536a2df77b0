//! The C functions of librdkafka 2.12.1 that klever calls: those that read, and nothing else.
//!
//! They are declared here again, and not taken from `rdkafka-sys`, because its bindings turn C enums into
//! Rust enums: a broker error code that the crate does not list would be undefined behaviour
//! (rust-rdkafka issue 127). Here every enum is a `c_int`. No function that writes is declared.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_void};
use std::marker::{PhantomData, PhantomPinned};

macro_rules! opaque {
    ($($name:ident),* $(,)?) => { $(
        #[repr(C)]
        pub(super) struct $name {
            _bytes: [u8; 0],
            _marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )* };
}

opaque!(
    Rk,
    Queue,
    Event,
    Options,
    Node,
    RkError,
    Listing,
    GroupDescription,
    MemberDescription,
    MemberAssignment,
    OffsetInfo,
    GroupResult,
    GroupOffsetsQuery,
    ConfigResource,
    ConfigEntry,
    Answer,
);

/// `rd_kafka_topic_partition_t`.
#[repr(C)]
pub(super) struct TopicPartition {
    pub topic: *mut c_char,
    pub partition: i32,
    pub offset: i64,
    pub metadata: *mut c_void,
    pub metadata_size: usize,
    pub opaque: *mut c_void,
    pub err: c_int,
    pub private: *mut c_void,
}

/// `rd_kafka_topic_partition_list_t`.
#[repr(C)]
pub(super) struct TopicPartitionList {
    pub cnt: c_int,
    pub size: c_int,
    pub elems: *mut TopicPartition,
}

/// `rd_kafka_metadata_broker_t`.
#[repr(C)]
pub(super) struct MetadataBroker {
    pub id: i32,
    pub host: *mut c_char,
    pub port: c_int,
}

/// `rd_kafka_metadata_partition_t`.
#[repr(C)]
pub(super) struct MetadataPartition {
    pub id: i32,
    pub err: c_int,
    pub leader: i32,
    pub replica_cnt: c_int,
    pub replicas: *mut i32,
    pub isr_cnt: c_int,
    pub isrs: *mut i32,
}

/// `rd_kafka_metadata_topic_t`.
#[repr(C)]
pub(super) struct MetadataTopic {
    pub topic: *mut c_char,
    pub partition_cnt: c_int,
    pub partitions: *mut MetadataPartition,
    pub err: c_int,
}

/// `rd_kafka_metadata_t`.
#[repr(C)]
pub(super) struct RkMetadata {
    pub broker_cnt: c_int,
    pub brokers: *mut MetadataBroker,
    pub topic_cnt: c_int,
    pub topics: *mut MetadataTopic,
    pub orig_broker_id: i32,
    pub orig_broker_name: *mut c_char,
}

/// `struct rd_kafka_group_member_info`.
#[repr(C)]
pub(super) struct GroupMemberInfo {
    pub member_id: *mut c_char,
    pub client_id: *mut c_char,
    pub client_host: *mut c_char,
    pub member_metadata: *mut c_void,
    pub member_metadata_size: c_int,
    pub member_assignment: *mut c_void,
    pub member_assignment_size: c_int,
}

/// `struct rd_kafka_group_info`.
#[repr(C)]
pub(super) struct GroupInfo {
    pub broker: MetadataBroker,
    pub group: *mut c_char,
    pub err: c_int,
    pub state: *mut c_char,
    pub protocol_type: *mut c_char,
    pub protocol: *mut c_char,
    pub members: *mut GroupMemberInfo,
    pub member_cnt: c_int,
}

/// `struct rd_kafka_group_list`.
#[repr(C)]
pub(super) struct GroupList {
    pub groups: *mut GroupInfo,
    pub group_cnt: c_int,
}

unsafe extern "C" {
    pub(super) fn rd_kafka_version() -> c_int;
    pub(super) fn rd_kafka_err2str(code: c_int) -> *const c_char;
    pub(super) fn rd_kafka_error_code(error: *const RkError) -> c_int;
    pub(super) fn rd_kafka_error_string(error: *const RkError) -> *const c_char;
    pub(super) fn rd_kafka_error_destroy(error: *mut RkError);

    pub(super) fn rd_kafka_queue_new(rk: *mut Rk) -> *mut Queue;
    pub(super) fn rd_kafka_queue_destroy(queue: *mut Queue);
    pub(super) fn rd_kafka_queue_poll(queue: *mut Queue, timeout_ms: c_int) -> *mut Event;
    pub(super) fn rd_kafka_queue_yield(queue: *mut Queue);
    pub(super) fn rd_kafka_event_destroy(event: *mut Event);
    pub(super) fn rd_kafka_event_error(event: *mut Event) -> c_int;
    pub(super) fn rd_kafka_event_error_string(event: *mut Event) -> *const c_char;
    pub(super) fn rd_kafka_event_opaque(event: *mut Event) -> *mut c_void;

    pub(super) fn rd_kafka_AdminOptions_new(rk: *mut Rk, api: c_int) -> *mut Options;
    pub(super) fn rd_kafka_AdminOptions_destroy(options: *mut Options);
    pub(super) fn rd_kafka_AdminOptions_set_opaque(options: *mut Options, opaque: *mut c_void);
    pub(super) fn rd_kafka_AdminOptions_set_request_timeout(
        options: *mut Options,
        timeout_ms: c_int,
        message: *mut c_char,
        size: usize,
    ) -> c_int;
    pub(super) fn rd_kafka_AdminOptions_set_broker(
        options: *mut Options,
        broker: i32,
        message: *mut c_char,
        size: usize,
    ) -> c_int;
    pub(super) fn rd_kafka_AdminOptions_set_isolation_level(
        options: *mut Options,
        level: c_int,
    ) -> *mut RkError;

    pub(super) fn rd_kafka_metadata(
        rk: *mut Rk,
        all_topics: c_int,
        only: *mut c_void,
        metadata: *mut *const RkMetadata,
        timeout_ms: c_int,
    ) -> c_int;
    pub(super) fn rd_kafka_metadata_destroy(metadata: *const RkMetadata);

    pub(super) fn rd_kafka_list_groups(
        rk: *mut Rk,
        group: *const c_char,
        list: *mut *const GroupList,
        timeout_ms: c_int,
    ) -> c_int;
    pub(super) fn rd_kafka_group_list_destroy(list: *const GroupList);

    pub(super) fn rd_kafka_DescribeCluster(rk: *mut Rk, options: *const Options, queue: *mut Queue);
    pub(super) fn rd_kafka_event_DescribeCluster_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_DescribeCluster_result_nodes(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const Node;
    pub(super) fn rd_kafka_Node_id(node: *const Node) -> c_int;
    pub(super) fn rd_kafka_Node_rack(node: *const Node) -> *const c_char;

    pub(super) fn rd_kafka_ConfigResource_new(kind: c_int, name: *const c_char) -> *mut ConfigResource;
    pub(super) fn rd_kafka_ConfigResource_destroy(resource: *mut ConfigResource);
    pub(super) fn rd_kafka_ConfigResource_name(resource: *const ConfigResource) -> *const c_char;
    pub(super) fn rd_kafka_ConfigResource_error(resource: *const ConfigResource) -> c_int;
    pub(super) fn rd_kafka_ConfigResource_error_string(resource: *const ConfigResource) -> *const c_char;
    pub(super) fn rd_kafka_ConfigResource_configs(
        resource: *const ConfigResource,
        n: *mut usize,
    ) -> *mut *const ConfigEntry;
    pub(super) fn rd_kafka_ConfigEntry_name(entry: *const ConfigEntry) -> *const c_char;
    pub(super) fn rd_kafka_ConfigEntry_value(entry: *const ConfigEntry) -> *const c_char;
    pub(super) fn rd_kafka_ConfigEntry_source(entry: *const ConfigEntry) -> c_int;
    pub(super) fn rd_kafka_ConfigEntry_is_sensitive(entry: *const ConfigEntry) -> c_int;
    pub(super) fn rd_kafka_DescribeConfigs(
        rk: *mut Rk,
        resources: *mut *mut ConfigResource,
        n: usize,
        options: *const Options,
        queue: *mut Queue,
    );
    pub(super) fn rd_kafka_event_DescribeConfigs_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_DescribeConfigs_result_resources(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const ConfigResource;

    pub(super) fn rd_kafka_ListConsumerGroups(rk: *mut Rk, options: *const Options, queue: *mut Queue);
    pub(super) fn rd_kafka_event_ListConsumerGroups_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_ListConsumerGroups_result_valid(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const Listing;
    pub(super) fn rd_kafka_ListConsumerGroups_result_errors(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const RkError;
    pub(super) fn rd_kafka_ConsumerGroupListing_group_id(listing: *const Listing) -> *const c_char;
    pub(super) fn rd_kafka_ConsumerGroupListing_state(listing: *const Listing) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupListing_type(listing: *const Listing) -> c_int;

    pub(super) fn rd_kafka_DescribeConsumerGroups(
        rk: *mut Rk,
        groups: *mut *const c_char,
        n: usize,
        options: *const Options,
        queue: *mut Queue,
    );
    pub(super) fn rd_kafka_event_DescribeConsumerGroups_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_DescribeConsumerGroups_result_groups(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const GroupDescription;
    pub(super) fn rd_kafka_ConsumerGroupDescription_error(group: *const GroupDescription) -> *const RkError;
    pub(super) fn rd_kafka_ConsumerGroupDescription_state(group: *const GroupDescription) -> c_int;
    pub(super) fn rd_kafka_ConsumerGroupDescription_member_count(group: *const GroupDescription) -> usize;
    pub(super) fn rd_kafka_ConsumerGroupDescription_member(
        group: *const GroupDescription,
        at: usize,
    ) -> *const MemberDescription;
    pub(super) fn rd_kafka_MemberDescription_client_id(member: *const MemberDescription) -> *const c_char;
    pub(super) fn rd_kafka_MemberDescription_group_instance_id(
        member: *const MemberDescription,
    ) -> *const c_char;
    pub(super) fn rd_kafka_MemberDescription_host(member: *const MemberDescription) -> *const c_char;
    pub(super) fn rd_kafka_MemberDescription_assignment(
        member: *const MemberDescription,
    ) -> *const MemberAssignment;
    pub(super) fn rd_kafka_MemberAssignment_partitions(
        assignment: *const MemberAssignment,
    ) -> *const TopicPartitionList;

    pub(super) fn rd_kafka_topic_partition_list_new(size: c_int) -> *mut TopicPartitionList;
    pub(super) fn rd_kafka_topic_partition_list_add(
        list: *mut TopicPartitionList,
        topic: *const c_char,
        partition: i32,
    ) -> *mut TopicPartition;
    pub(super) fn rd_kafka_topic_partition_list_destroy(list: *mut TopicPartitionList);
    pub(super) fn rd_kafka_topic_partition_get_leader_epoch(partition: *const TopicPartition) -> i32;

    pub(super) fn rd_kafka_ListOffsets(
        rk: *mut Rk,
        list: *mut TopicPartitionList,
        options: *const Options,
        queue: *mut Queue,
    );
    pub(super) fn rd_kafka_event_ListOffsets_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_ListOffsets_result_infos(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const OffsetInfo;
    pub(super) fn rd_kafka_ListOffsetsResultInfo_topic_partition(
        info: *const OffsetInfo,
    ) -> *const TopicPartition;

    pub(super) fn rd_kafka_ListConsumerGroupOffsets_new(
        group: *const c_char,
        partitions: *const TopicPartitionList,
    ) -> *mut GroupOffsetsQuery;
    pub(super) fn rd_kafka_ListConsumerGroupOffsets_destroy(query: *mut GroupOffsetsQuery);
    pub(super) fn rd_kafka_ListConsumerGroupOffsets(
        rk: *mut Rk,
        queries: *mut *mut GroupOffsetsQuery,
        n: usize,
        options: *const Options,
        queue: *mut Queue,
    );
    pub(super) fn rd_kafka_event_ListConsumerGroupOffsets_result(event: *mut Event) -> *const Answer;
    pub(super) fn rd_kafka_ListConsumerGroupOffsets_result_groups(
        answer: *const Answer,
        n: *mut usize,
    ) -> *mut *const GroupResult;
    pub(super) fn rd_kafka_group_result_error(group: *const GroupResult) -> *const RkError;
    pub(super) fn rd_kafka_group_result_partitions(group: *const GroupResult) -> *const TopicPartitionList;
}
