//! Chapter 14: how records are spread over partitions.

pub(super) mod adaptive_partitioning_off;
pub(super) mod custom_partitioner;
pub(super) mod empty_partition_among_hot;
pub(super) mod hot_partition;
pub(super) mod partitioner_class_removed;
pub(super) mod round_robin_partitioner;
