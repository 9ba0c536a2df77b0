//! Chapter 7: what a cluster keeps because nobody decided.

pub(super) mod advertised_localhost;
pub(super) mod auto_leader_rebalance_off;
pub(super) mod batch_size_tiny;
pub(super) mod broker_config_drift;
pub(super) mod broker_recompression;
pub(super) mod combined_mode;
pub(super) mod compression_without_linger;
pub(super) mod controlled_shutdown_off;
pub(super) mod initial_rebalance_delay_zero;
pub(super) mod jbod_old_kraft;
pub(super) mod leader_imbalance;
pub(super) mod message_above_fetch;
pub(super) mod metadata_version_behind;
pub(super) mod producer_gzip;
pub(super) mod protocol_version_behind;
pub(super) mod recovery_threads_low;
pub(super) mod replica_fetchers_low;
pub(super) mod replica_imbalance;
pub(super) mod request_limit_below_message_limit;
pub(super) mod segment_too_small;
pub(super) mod thread_pools_small;
pub(super) mod version_old;
