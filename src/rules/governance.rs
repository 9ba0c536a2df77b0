//! Chapter 5: topics that nobody decided on and state that must be compacted.

pub(super) mod auto_create_topics;
pub(super) mod compact_never_cleans;
pub(super) mod future_timestamps_allowed;
pub(super) mod infinite_retention;
pub(super) mod log_cleaner_off;
pub(super) mod offsets_topic_not_compacted;
pub(super) mod oversized_records;
pub(super) mod retention_ineffective;
pub(super) mod schemas_topic_not_compacted;
pub(super) mod tombstones_short_lived;
