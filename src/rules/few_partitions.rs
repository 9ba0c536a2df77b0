//! Chapter 13: not enough partitions.

pub(super) mod consumer_capacity_short;
pub(super) mod group_near_max_size;
pub(super) mod idle_consumers;
pub(super) mod partitions_fewer_than_brokers;
pub(super) mod single_partition_topic;
pub(super) mod uneven_assignment;
