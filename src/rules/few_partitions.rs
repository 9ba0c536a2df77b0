//! Chapter 13: not enough partitions.

pub(super) mod idle_consumers;
