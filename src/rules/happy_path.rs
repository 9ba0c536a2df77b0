//! Chapter 2: what a producer does when something fails.

pub(super) mod bootstrap_single;
pub(super) mod buffer_memory_outage;
pub(super) mod delivery_timeout_invalid;
pub(super) mod delivery_timeout_short;
pub(super) mod idempotence_off;
pub(super) mod idempotence_silently_off;
pub(super) mod idle_timeout_above_broker;
pub(super) mod max_block_short;
pub(super) mod metadata_max_age_long;
pub(super) mod no_rebootstrap;
pub(super) mod producer_refuses_to_start;
pub(super) mod request_timeout_vs_replica_lag;
pub(super) mod retries_finite;
pub(super) mod retries_zero;
