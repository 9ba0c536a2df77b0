//! Chapter 12: too many partitions.

pub(super) mod broker_partitions_soft;
pub(super) mod producer_buffer_vs_partitions;
