//! Chapter 12: too many partitions.

pub(super) mod broker_partitions_soft;
pub(super) mod cluster_partitions_zk;
pub(super) mod consumer_fetch_memory;
pub(super) mod fetch_session_slots;
pub(super) mod offsets_topic_resized;
pub(super) mod producer_buffer_vs_partitions;
pub(super) mod tiny_topic_many_partitions;
