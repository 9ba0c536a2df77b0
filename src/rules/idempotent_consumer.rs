//! Chapter 3: reading twice, reading never, and committing at the right time.

pub(super) mod auto_commit_on;
pub(super) mod commit_interval_long;
pub(super) mod eos_single_broker_txn_log;
pub(super) mod never_commits;
pub(super) mod offset_reset_latest;
pub(super) mod offsets_retention_short;
pub(super) mod txn_timeout_long;
pub(super) mod txn_timeout_refused;
