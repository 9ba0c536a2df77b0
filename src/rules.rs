//! Anti-patterns: each rule declared once, with its evidence, its reason and its fix, and assessed on a cluster.
//!
//! A rule is a constant in a file of its chapter and one line in [`ALL`]. It sees a [`Cluster`] and
//! says what it found through a [`Verdicts`]. Evidence that was asked for and not obtained makes the
//! rule `unknown`; evidence that nobody asked for makes its chapter `not_examined`. Neither is a pass.

mod chapter;
mod clients;
mod evidence;
mod examine;
mod facts;
mod finding;
mod surroundings;
mod verdicts;
mod waivers;

mod consumers;
mod defaults;
mod durability;
mod exception_handling;
mod few_partitions;
mod governance;
mod happy_path;
mod idempotent_consumer;
mod many_partitions;
mod monitoring;
mod operating_system;
mod ordering;
mod partition_keys;
mod quorum;
mod security;
mod streams;
mod topics;

#[cfg(test)]
mod tests;

pub use chapter::Chapter;
pub use evidence::Evidence;
pub use examine::{examine, examine_within};
pub use facts::{ClusterFacts, STATE_SUFFIXES, STATE_TOPICS};
pub use finding::{
    Acceptance, FilePlace, Finding, FindingStatus, FindingSubject, Findings, NotExamined, Severity,
    SubjectKind, Summary,
};
pub use surroundings::Surroundings;
pub use verdicts::Verdicts;
pub use waivers::{KnownFinding, Waiver, WaiverError, parse_waivers};

use crate::model::KafkaVersion;

/// One anti-pattern: what it needs to see, how it is recognised, why it matters and what to do.
#[derive(Debug)]
pub struct Rule {
    /// Its name for ever: `min-isr-one`.
    pub id: &'static str,
    pub chapter: Chapter,
    /// How bad it is, unless a finding says otherwise.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    pub scope: SubjectKind,
    pub why: &'static str,
    /// What to do; `{name}` stands for the subject.
    pub fix: &'static str,
    /// What it must know.
    pub needs: &'static [Evidence],
    /// First Kafka version that it applies to.
    pub since: Option<KafkaVersion>,
    /// First Kafka version that it no longer applies to.
    pub until: Option<KafkaVersion>,
    /// Looks at the cluster.
    pub check: fn(&ClusterFacts<'_>, &mut Verdicts<'_>),
}

impl Rule {
    /// Whether the rule applies to a version of Kafka.
    pub fn applies_to(&self, version: KafkaVersion) -> bool {
        self.since.is_none_or(|since| version >= since) && self.until.is_none_or(|until| version < until)
    }
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// Every rule, by chapter.
pub static ALL: &[&Rule] = &[
    &durability::topic_rf_one::RULE,
    &durability::topic_rf_two::RULE,
    &durability::rf_exceeds_live_brokers::RULE,
    &durability::internal_topic_rf_low::RULE,
    &durability::default_rf_one::RULE,
    &durability::min_isr_one::RULE,
    &durability::min_isr_equals_rf::RULE,
    &durability::min_isr_exceeds_rf::RULE,
    &durability::elr_disabled::RULE,
    &durability::elr_nonempty::RULE,
    &durability::unclean_election_enabled::RULE,
    &durability::acks_zero::RULE,
    &durability::acks_one::RULE,
    &durability::acks_all_min_isr_one::RULE,
    &durability::rack_missing::RULE,
    &durability::rack_partial::RULE,
    &durability::replicas_one_rack::RULE,
    &durability::replicas_rack_minority::RULE,
    &durability::two_racks_rf3_min2::RULE,
    &durability::rack_size_imbalance::RULE,
    &durability::single_broker::RULE,
    &durability::fsync_every_message::RULE,
    &durability::under_replicated::RULE,
    &durability::under_min_isr::RULE,
    &durability::at_min_isr::RULE,
    &durability::offline_partition::RULE,
    &durability::replica_lag_time_extreme::RULE,
    &durability::replica_fetch_wait_vs_lag::RULE,
    &durability::log_dir_tmp::RULE,
    &durability::dead_broker_not_replaced::RULE,
    &durability::retention_below_lag::RULE,
    &durability::committed_beyond_end::RULE,
    &durability::throttle_left_on::RULE,
    &durability::tiered_local_retention_unset::RULE,
    &durability::offsets_commit_acks::RULE,
    &durability::fsync_by_time::RULE,
    &durability::offsets_rf_one::RULE,
    &happy_path::retries_zero::RULE,
    &happy_path::retries_finite::RULE,
    &happy_path::delivery_timeout_short::RULE,
    &happy_path::delivery_timeout_invalid::RULE,
    &happy_path::producer_refuses_to_start::RULE,
    &happy_path::request_timeout_vs_replica_lag::RULE,
    &happy_path::idempotence_off::RULE,
    &happy_path::idempotence_silently_off::RULE,
    &happy_path::bootstrap_single::RULE,
    &happy_path::no_rebootstrap::RULE,
    &happy_path::max_block_short::RULE,
    &happy_path::metadata_max_age_long::RULE,
    &happy_path::idle_timeout_above_broker::RULE,
    &happy_path::buffer_memory_outage::RULE,
    &idempotent_consumer::auto_commit_on::RULE,
    &idempotent_consumer::offset_reset_latest::RULE,
    &idempotent_consumer::eos_single_broker_txn_log::RULE,
    &consumers::consumer_refuses_to_start::RULE,
    &consumers::kip848_ignored_configs::RULE,
    &consumers::session_timeout_low::RULE,
    &consumers::heartbeat_ratio::RULE,
    &consumers::check_crcs_off::RULE,
    &idempotent_consumer::offsets_retention_short::RULE,
    &idempotent_consumer::txn_timeout_refused::RULE,
    &idempotent_consumer::txn_timeout_long::RULE,
    &idempotent_consumer::commit_interval_long::RULE,
    &idempotent_consumer::never_commits::RULE,
    &consumers::eager_assignor::RULE,
    &consumers::session_timeout_refused::RULE,
    &consumers::session_timeout_high::RULE,
    &consumers::group_session_ratio::RULE,
    &consumers::fetch_wait_above_request_timeout::RULE,
    &consumers::client_rack_missing::RULE,
    &consumers::rack_selector_without_racks::RULE,
    &exception_handling::dlq_retention_short::RULE,
    &exception_handling::dlq_compacted::RULE,
    &exception_handling::dlq_unwatched::RULE,
    &exception_handling::dlq_record_size::RULE,
    &exception_handling::poll_budget_breach::RULE,
    &exception_handling::api_timeout_short::RULE,
    &exception_handling::retry_backoff_zero::RULE,
    &exception_handling::reconnect_storm::RULE,
    &exception_handling::max_poll_interval_long::RULE,
    &exception_handling::share_group_silent_archive::RULE,
    &governance::auto_create_topics::RULE,
    &governance::offsets_topic_not_compacted::RULE,
    &governance::schemas_topic_not_compacted::RULE,
    &governance::oversized_records::RULE,
    &governance::infinite_retention::RULE,
    &governance::retention_ineffective::RULE,
    &governance::compact_never_cleans::RULE,
    &governance::tombstones_short_lived::RULE,
    &governance::log_cleaner_off::RULE,
    &governance::future_timestamps_allowed::RULE,
    &security::plaintext_client_listener::RULE,
    &security::sasl_plain_no_tls::RULE,
    &security::inter_broker_plaintext::RULE,
    &security::controller_listener_plaintext::RULE,
    &security::no_authorizer::RULE,
    &security::allow_if_no_acl::RULE,
    &security::tls_legacy::RULE,
    &security::hostname_check_off::RULE,
    &security::ssl_without_client_auth::RULE,
    &security::no_reauthentication::RULE,
    &security::client_password_in_clear::RULE,
    &security::client_hostname_check_off::RULE,
    &security::client_tls_legacy::RULE,
    &security::group_sprawl::RULE,
    &defaults::leader_imbalance::RULE,
    &defaults::controlled_shutdown_off::RULE,
    &defaults::auto_leader_rebalance_off::RULE,
    &defaults::advertised_localhost::RULE,
    &defaults::recovery_threads_low::RULE,
    &defaults::replica_fetchers_low::RULE,
    &defaults::segment_too_small::RULE,
    &defaults::replica_imbalance::RULE,
    &defaults::broker_recompression::RULE,
    &defaults::producer_gzip::RULE,
    &defaults::batch_size_tiny::RULE,
    &defaults::compression_without_linger::RULE,
    &defaults::message_above_fetch::RULE,
    &defaults::request_limit_below_message_limit::RULE,
    &defaults::combined_mode::RULE,
    &defaults::jbod_old_kraft::RULE,
    &defaults::metadata_version_behind::RULE,
    &defaults::version_old::RULE,
    &defaults::initial_rebalance_delay_zero::RULE,
    &defaults::thread_pools_small::RULE,
    &defaults::protocol_version_behind::RULE,
    &defaults::broker_config_drift::RULE,
    &operating_system::tcp_buffers_small::RULE,
    &operating_system::backlog_small::RULE,
    &operating_system::preallocate_on::RULE,
    &operating_system::segment_delete_delay_long::RULE,
    &operating_system::index_fills_before_segment::RULE,
    &operating_system::many_segments::RULE,
    &operating_system::nofile_low::RULE,
    &operating_system::fds_near_limit::RULE,
    &operating_system::max_map_count_low::RULE,
    &operating_system::file_max_low::RULE,
    &operating_system::swappiness::RULE,
    &operating_system::swap_in_use::RULE,
    &operating_system::page_cache_starved::RULE,
    &operating_system::dirty_ratio_default::RULE,
    &operating_system::thp_always::RULE,
    &operating_system::fs_type::RULE,
    &operating_system::data_on_root_disk::RULE,
    &operating_system::shared_data_disk::RULE,
    &operating_system::atime_mount::RULE,
    &operating_system::kernel_caps_sockets::RULE,
    &quorum::kraft_voters_count::RULE,
    &quorum::kraft_voters_one_rack::RULE,
    &quorum::kraft_no_leader::RULE,
    &quorum::kraft_voters_missing::RULE,
    &quorum::broker_session_timeout_low::RULE,
    &quorum::zookeeper_mode::RULE,
    &quorum::zk_session_short::RULE,
    &quorum::zk_ensemble_even::RULE,
    &quorum::zk_voters_count::RULE,
    &quorum::zk_no_autopurge::RULE,
    &quorum::zk_log_same_disk::RULE,
    &quorum::zk_session_capped::RULE,
    &quorum::zk_limits_short::RULE,
    &quorum::zk_four_letter_words::RULE,
    &quorum::zk_admin_server_open::RULE,
    &quorum::migration_unfinished::RULE,
    &quorum::kraft_static_quorum::RULE,
    &quorum::quorum_timeouts_short::RULE,
    &quorum::broker_session_timeout_long::RULE,
    &quorum::fenced_broker_registered::RULE,
    &ordering::inflight_reorder::RULE,
    &ordering::partitioner_ignores_keys::RULE,
    &ordering::producers_partition_differently::RULE,
    &ordering::retry_topic_breaks_order::RULE,
    &ordering::share_group_ordering::RULE,
    &ordering::logappendtime_streams::RULE,
    &monitoring::group_empty_with_lag::RULE,
    &monitoring::partition_unassigned::RULE,
    &monitoring::topic_without_consumer::RULE,
    &monitoring::jmx_reporter_dropped::RULE,
    &monitoring::client_jmx_reporter_dropped::RULE,
    &monitoring::metrics_recording_debug::RULE,
    &monitoring::client_id_missing::RULE,
    &many_partitions::broker_partitions_soft::RULE,
    &many_partitions::producer_buffer_vs_partitions::RULE,
    &many_partitions::cluster_partitions_zk::RULE,
    &many_partitions::consumer_fetch_memory::RULE,
    &many_partitions::fetch_session_slots::RULE,
    &many_partitions::offsets_topic_resized::RULE,
    &many_partitions::tiny_topic_many_partitions::RULE,
    &few_partitions::idle_consumers::RULE,
    &few_partitions::uneven_assignment::RULE,
    &few_partitions::consumer_capacity_short::RULE,
    &few_partitions::single_partition_topic::RULE,
    &few_partitions::partitions_fewer_than_brokers::RULE,
    &few_partitions::group_near_max_size::RULE,
    &partition_keys::hot_partition::RULE,
    &partition_keys::empty_partition_among_hot::RULE,
    &partition_keys::round_robin_partitioner::RULE,
    &partition_keys::partitioner_class_removed::RULE,
    &partition_keys::adaptive_partitioning_off::RULE,
    &partition_keys::custom_partitioner::RULE,
    &topics::topic_per_entity::RULE,
    &topics::topic_count_high::RULE,
    &topics::unused_topics::RULE,
    &topics::environments_mixed::RULE,
    &topics::topic_twins::RULE,
    &streams::repartition_retention_finite::RULE,
    &streams::repartition_compacted::RULE,
    &streams::changelog_compacts_late::RULE,
    &streams::streams_no_static_membership::RULE,
    &streams::streams_topics_many::RULE,
    &streams::streams_topics_orphaned::RULE,
];
