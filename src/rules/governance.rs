//! Chapter 5: topics that nobody decided on and state that must be compacted.

pub(super) mod auto_create_topics;
pub(super) mod offsets_topic_not_compacted;
pub(super) mod schemas_topic_not_compacted;
