//! Chapter 9: the controllers.

pub(super) mod broker_session_timeout_long;
pub(super) mod broker_session_timeout_low;
pub(super) mod fenced_broker_registered;
pub(super) mod kraft_no_leader;
pub(super) mod kraft_static_quorum;
pub(super) mod kraft_voters_count;
pub(super) mod kraft_voters_missing;
pub(super) mod kraft_voters_one_rack;
pub(super) mod migration_unfinished;
pub(super) mod quorum_timeouts_short;
pub(super) mod zk_admin_server_open;
pub(super) mod zk_ensemble_even;
pub(super) mod zk_four_letter_words;
pub(super) mod zk_limits_short;
pub(super) mod zk_log_same_disk;
pub(super) mod zk_no_autopurge;
pub(super) mod zk_session_capped;
pub(super) mod zk_session_short;
pub(super) mod zk_voters_count;
pub(super) mod zookeeper_mode;
