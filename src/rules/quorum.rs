//! Chapter 9: the controllers.

pub(super) mod broker_session_timeout_low;
pub(super) mod kraft_no_leader;
pub(super) mod kraft_voters_count;
pub(super) mod kraft_voters_missing;
pub(super) mod kraft_voters_one_rack;
