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
mod verdicts;

mod consumers;
mod defaults;
mod durability;
mod few_partitions;
mod governance;
mod happy_path;
mod idempotent_consumer;
mod many_partitions;
mod ordering;
mod quorum;

#[cfg(test)]
mod tests;

pub use chapter::Chapter;
pub use evidence::Evidence;
pub use examine::examine;
pub use facts::{ClusterFacts, STATE_SUFFIXES, STATE_TOPICS};
pub use finding::{
    Finding, FindingStatus, FindingSubject, Findings, NotExamined, Severity, SubjectKind, Summary,
};
pub use verdicts::Verdicts;

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
    &idempotent_consumer::auto_commit_on::RULE,
    &idempotent_consumer::offset_reset_latest::RULE,
    &idempotent_consumer::eos_single_broker_txn_log::RULE,
    &consumers::consumer_refuses_to_start::RULE,
    &consumers::kip848_ignored_configs::RULE,
    &consumers::session_timeout_low::RULE,
    &consumers::heartbeat_ratio::RULE,
    &consumers::check_crcs_off::RULE,
    &governance::auto_create_topics::RULE,
    &governance::offsets_topic_not_compacted::RULE,
    &governance::schemas_topic_not_compacted::RULE,
    &defaults::leader_imbalance::RULE,
    &defaults::controlled_shutdown_off::RULE,
    &defaults::auto_leader_rebalance_off::RULE,
    &quorum::kraft_voters_count::RULE,
    &quorum::kraft_voters_one_rack::RULE,
    &quorum::kraft_no_leader::RULE,
    &quorum::kraft_voters_missing::RULE,
    &quorum::broker_session_timeout_low::RULE,
    &ordering::inflight_reorder::RULE,
    &many_partitions::broker_partitions_soft::RULE,
    &many_partitions::producer_buffer_vs_partitions::RULE,
    &few_partitions::idle_consumers::RULE,
];
