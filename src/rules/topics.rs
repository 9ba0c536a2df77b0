//! Chapter 15: how data is cut into topics.

pub(super) mod environments_mixed;
pub(super) mod topic_count_high;
pub(super) mod topic_per_entity;
pub(super) mod topic_twins;
pub(super) mod unused_topics;
