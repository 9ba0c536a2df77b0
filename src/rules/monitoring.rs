//! Chapter 11: what nobody watches.

pub(super) mod client_id_missing;
pub(super) mod client_jmx_reporter_dropped;
pub(super) mod group_empty_with_lag;
pub(super) mod jmx_reporter_dropped;
pub(super) mod metrics_recording_debug;
pub(super) mod partition_unassigned;
pub(super) mod topic_without_consumer;
