//! Chapter 4: what becomes of records and calls that fail.

pub(super) mod api_timeout_short;
pub(super) mod dlq_compacted;
pub(super) mod dlq_record_size;
pub(super) mod dlq_retention_short;
pub(super) mod dlq_unwatched;
pub(super) mod max_poll_interval_long;
pub(super) mod poll_budget_breach;
pub(super) mod reconnect_storm;
pub(super) mod retry_backoff_zero;
pub(super) mod share_group_silent_archive;
