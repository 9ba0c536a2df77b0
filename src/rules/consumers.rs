//! Consumer hygiene, which cuts across chapters 1, 3 and 13; counted with chapter 3.

pub(super) mod check_crcs_off;
pub(super) mod client_rack_missing;
pub(super) mod consumer_refuses_to_start;
pub(super) mod eager_assignor;
pub(super) mod fetch_wait_above_request_timeout;
pub(super) mod group_session_ratio;
pub(super) mod heartbeat_ratio;
pub(super) mod kip848_ignored_configs;
pub(super) mod rack_selector_without_racks;
pub(super) mod session_timeout_high;
pub(super) mod session_timeout_low;
pub(super) mod session_timeout_refused;
