//! Chapter 10: order within a partition.

pub(super) mod inflight_reorder;
