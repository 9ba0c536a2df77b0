//! Chapter 10: order within a partition.

pub(super) mod inflight_reorder;
pub(super) mod logappendtime_streams;
pub(super) mod partitioner_ignores_keys;
pub(super) mod producers_partition_differently;
pub(super) mod retry_topic_breaks_order;
pub(super) mod share_group_ordering;
