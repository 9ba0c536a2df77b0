//! Chapter 3: reading twice, reading never, and committing at the right time.

pub(super) mod auto_commit_on;
pub(super) mod eos_single_broker_txn_log;
pub(super) mod offset_reset_latest;
