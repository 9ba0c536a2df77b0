//! Consumer hygiene, which cuts across chapters 1, 3 and 13; counted with chapter 3.

pub(super) mod check_crcs_off;
pub(super) mod consumer_refuses_to_start;
pub(super) mod heartbeat_ratio;
pub(super) mod kip848_ignored_configs;
pub(super) mod session_timeout_low;
