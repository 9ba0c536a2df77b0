//! From a scenario's Kafka keys to the settings of the machines.

use crate::knobs::{KeyScope, broker_key_of, set_or_default, whole_number};
use crate::model::{BrokerId, KafkaVersion, Nanos};
use crate::protocol::broker::{BrokerSettings, TopicSettings};
use crate::protocol::client::ConnectionSettings;
use crate::protocol::compaction::Compaction;
use crate::protocol::consumer::{CommitStrategy, ConsumerSettings, ConsumerWork};
use crate::protocol::controller::machine::ControllerSettings;
use crate::protocol::controller::{TopicConfig, quorum::QuorumTiming};
use crate::protocol::group::GroupSettings;
use crate::protocol::producer::{ProducerSettings, Transactional, partitioner_rack, transactional_id};
use crate::protocol::profile::Profile;
use crate::protocol::segments::{Retention, RollPolicy};
use crate::protocol::transaction::TransactionSettings;
use crate::scenario::{CommitMode, GroupSpec, ProducerSpec, Scenario, TopicSpec, setting_text};
use crate::sim::quota::QuotaWindow;
use std::collections::BTreeMap;

const MS: Nanos = 1_000_000;

/// Settings by Kafka's key.
pub(super) type Config = BTreeMap<String, toml::Value>;

/// A setting as text: set, or the version's default; `None` when it is null or the version has no such key.
fn text(config: &Config, scope: KeyScope, key: &str, version: KafkaVersion) -> Option<String> {
    let set = config.get(key).map(setting_text);
    set_or_default(set.as_deref(), scope, key, version).filter(|text| *text != "null").map(String::from)
}

/// A whole number of the brokers' settings.
fn int(scenario: &Scenario, key: &str, version: KafkaVersion) -> Option<i64> {
    whole_number(&text(&scenario.cluster.config, KeyScope::Broker, key, version)?)
}

fn ms(scenario: &Scenario, key: &str, version: KafkaVersion) -> Option<Nanos> {
    let millis = int(scenario, key, version)?;
    (0..i64::MAX).contains(&millis).then(|| (millis as Nanos).saturating_mul(MS))
}

/// Rack names by number: the order in which they first stand in the scenario.
pub(super) fn rack_number(scenario: &Scenario, name: &str) -> Option<u32> {
    scenario.cluster.racks.iter().position(|rack| rack == name).map(|at| at as u32)
}

pub(super) fn broker(scenario: &Scenario, id: BrokerId, version: KafkaVersion) -> BrokerSettings {
    let base = BrokerSettings::new(id);
    let time = |key: &str, otherwise: Nanos| ms(scenario, key, version).unwrap_or(otherwise);
    let size = |key: &str, otherwise: u64| int(scenario, key, version).map_or(otherwise, |n| n as u64);
    let writeback = (scenario.disk.writeback_s * 1e9) as Nanos;
    let text = |key: &str| text(&scenario.cluster.config, KeyScope::Broker, key, version);
    BrokerSettings {
        rack: scenario.cluster.rack_of(id).and_then(|rack| rack_number(scenario, rack)),
        replica_lag_time_max_ns: time("replica.lag.time.max.ms", base.replica_lag_time_max_ns),
        replica_fetch_wait_max_ns: time("replica.fetch.wait.max.ms", base.replica_fetch_wait_max_ns),
        replica_fetch_min_bytes: size("replica.fetch.min.bytes", 1) as u32,
        replica_fetch_max_bytes: size("replica.fetch.max.bytes", 1 << 20) as u32,
        replica_fetch_response_max_bytes: size("replica.fetch.response.max.bytes", 10 << 20) as u32,
        replica_fetch_backoff_ns: time("replica.fetch.backoff.ms", base.replica_fetch_backoff_ns),
        replica_socket_timeout_ns: time("replica.socket.timeout.ms", base.replica_socket_timeout_ns),
        num_replica_fetchers: size("num.replica.fetchers", 1) as u32,
        broker_session_timeout_ns: time("broker.session.timeout.ms", base.broker_session_timeout_ns),
        broker_heartbeat_interval_ns: time("broker.heartbeat.interval.ms", base.broker_heartbeat_interval_ns),
        controlled_shutdown: text("controlled.shutdown.enable").as_deref() != Some("false"),
        log_initial_task_delay_ns: time("log.initial.task.delay.ms", base.log_initial_task_delay_ns),
        log_retention_check_interval_ns: time(
            "log.retention.check.interval.ms",
            base.log_retention_check_interval_ns,
        ),
        log_cleaner_backoff_ns: (text("log.cleaner.enable").as_deref() != Some("false"))
            .then(|| time("log.cleaner.backoff.ms", 15_000 * MS)),
        log_flush_scheduler_interval_ns: ms(scenario, "log.flush.scheduler.interval.ms", version),
        high_watermark_checkpoint_interval_ns: time(
            "replica.high.watermark.checkpoint.interval.ms",
            base.high_watermark_checkpoint_interval_ns,
        ),
        os_writeback_ns: (writeback > 0).then_some(writeback),
        rack_aware_reads: text("replica.selector.class").is_some_and(|class| class.contains("RackAware")),
        ..base
    }
}

/// A topic's settings, resolved against the brokers'.
pub(super) fn topic(scenario: &Scenario, config: &Config, version: KafkaVersion) -> TopicSettings {
    let text = |key: &str| match config.get(key) {
        Some(value) => Some(setting_text(value)),
        None => text(&scenario.cluster.config, KeyScope::Broker, broker_key_of(key)?, version),
    };
    let number = |key: &str| text(key).as_deref().and_then(whole_number);
    let flush_ms = number("flush.ms").filter(|ms| (0..i64::MAX / MS as i64).contains(ms));
    TopicSettings {
        min_insync_replicas: number("min.insync.replicas").unwrap_or(1).max(1) as u32,
        flush_messages: number("flush.messages").map_or(u64::MAX, |n| n as u64),
        flush_ns: flush_ms.map(|ms| ms as Nanos * MS),
        max_message_bytes: number("max.message.bytes").unwrap_or(1_048_588) as u32,
        unclean_leader_election: text("unclean.leader.election.enable").as_deref() == Some("true"),
        roll: RollPolicy {
            bytes: number("segment.bytes").map_or(1 << 30, |n| n as u64),
            ns: longest_segment(scenario, config, version),
        },
        retention: retention(scenario, config, version),
        compaction: compaction(scenario, config, version),
        log_append_time: of_topic_or_brokers(scenario, config, TIMESTAMP_TYPE, version).as_deref()
            == Some("LogAppendTime"),
    }
}

/// A topic's key, and the brokers' key that stands behind it.
type TopicKey = (&'static str, &'static str);
/// A topic's key in milliseconds, and the brokers' keys behind it, the first that is set, with their milliseconds.
type TimeKey = (&'static str, &'static [(&'static str, i64)]);

const TIMESTAMP_TYPE: TopicKey = ("message.timestamp.type", "log.message.timestamp.type");
const CLEANUP_POLICY: TopicKey = ("cleanup.policy", "log.cleanup.policy");
const RETENTION_AGES: &[(&str, i64)] =
    &[("log.retention.ms", 1), ("log.retention.minutes", 60_000), ("log.retention.hours", 3_600_000)];
const SEGMENT_AGES: &[(&str, i64)] = &[("log.roll.ms", 1), ("log.roll.hours", 3_600_000)];

fn of_topic_or_brokers(
    scenario: &Scenario,
    config: &Config,
    (topic, brokers): TopicKey,
    version: KafkaVersion,
) -> Option<String> {
    let own = config.get(topic).map(setting_text);
    own.or_else(|| text(&scenario.cluster.config, KeyScope::Broker, brokers, version))
}

/// A length of time that a topic sets, or its brokers; `None` is for ever.
fn lasting(
    scenario: &Scenario,
    config: &Config,
    (topic, brokers): TimeKey,
    version: KafkaVersion,
) -> Option<Nanos> {
    let own = config.get(topic).and_then(|value| whole_number(&setting_text(value)));
    let millis = own.or_else(|| {
        let set = |(key, unit): &(&str, i64)| Some(int(scenario, key, version)?.saturating_mul(*unit));
        brokers.iter().find_map(set)
    });
    let millis = u64::try_from(millis?).ok()?;
    Some(millis.saturating_mul(MS))
}

/// What `cleanup.policy=delete` keeps of a topic.
fn retention(scenario: &Scenario, config: &Config, version: KafkaVersion) -> Retention {
    let policy = of_topic_or_brokers(scenario, config, CLEANUP_POLICY, version);
    let deletes = policy.is_none_or(|policy| policy.contains("delete"));
    if !deletes {
        return Retention::default();
    }
    let bytes = of_topic_or_brokers(scenario, config, ("retention.bytes", "log.retention.bytes"), version);
    Retention {
        ns: lasting(scenario, config, ("retention.ms", RETENTION_AGES), version),
        bytes: bytes.as_deref().and_then(whole_number).and_then(|limit| u64::try_from(limit).ok()),
    }
}

/// What `cleanup.policy=compact` does to a topic; `None` where it is not compacted.
fn compaction(scenario: &Scenario, config: &Config, version: KafkaVersion) -> Option<Compaction> {
    let of = |key: TopicKey| of_topic_or_brokers(scenario, config, key, version);
    of(CLEANUP_POLICY).filter(|policy| policy.contains("compact"))?;
    let time = |topic, brokers| {
        let millis = of((topic, brokers)).as_deref().and_then(whole_number);
        millis.and_then(|millis| u64::try_from(millis).ok()).map(|millis| millis.saturating_mul(MS))
    };
    let ratio = of(("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"));
    let ratio = ratio.and_then(|ratio| ratio.parse::<f64>().ok()).unwrap_or(0.5);
    let max_lag = time("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms");
    Some(Compaction {
        min_dirty_ppm: (ratio * 1e6) as u64,
        min_lag_ns: time("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms").unwrap_or(0),
        max_lag_ns: max_lag.filter(|limit| *limit < i64::MAX as u64),
        delete_retention_ns: time("delete.retention.ms", "log.cleaner.delete.retention.ms")
            .unwrap_or(24 * 3_600_000 * MS),
    })
}

/// `segment.ms`, or `max.compaction.lag.ms` where that is shorter (`LogConfig.maxSegmentMs`).
fn longest_segment(scenario: &Scenario, config: &Config, version: KafkaVersion) -> Option<Nanos> {
    let set = lasting(scenario, config, ("segment.ms", SEGMENT_AGES), version);
    let lag = compaction(scenario, config, version).and_then(|compaction| compaction.max_lag_ns);
    set.into_iter().chain(lag).min()
}

/// What the controller decides by: what the topic sets itself.
pub(super) fn topic_config(config: &Config) -> TopicConfig {
    let set = |key: &str| config.get(key).map(setting_text);
    TopicConfig {
        min_isr: set("min.insync.replicas").and_then(|text| text.parse().ok()),
        unclean: set("unclean.leader.election.enable").map(|text| text == "true"),
    }
}

/// What topics get that set nothing themselves.
pub(super) fn cluster_config(scenario: &Scenario, version: KafkaVersion) -> TopicConfig {
    let settings = topic(scenario, &BTreeMap::new(), version);
    TopicConfig {
        min_isr: Some(settings.min_insync_replicas as usize),
        unclean: Some(settings.unclean_leader_election),
    }
}

pub(super) fn controller(scenario: &Scenario, profile: &Profile) -> ControllerSettings {
    let version = profile.version;
    let base = ControllerSettings::defaults(profile);
    let session = match profile.zookeeper {
        true => ms(scenario, "zookeeper.session.timeout.ms", version),
        false => ms(scenario, "broker.session.timeout.ms", version),
    };
    let rebalance = text(&scenario.cluster.config, KeyScope::Broker, "auto.leader.rebalance.enable", version);
    let every = int(scenario, "leader.imbalance.check.interval.seconds", version).unwrap_or(300);
    let quorum = QuorumTiming::default();
    ControllerSettings {
        nodes: scenario.cluster.controllers as usize,
        quorum: QuorumTiming {
            fetch_timeout: ms(scenario, "controller.quorum.fetch.timeout.ms", version)
                .unwrap_or(quorum.fetch_timeout),
            election_timeout: ms(scenario, "controller.quorum.election.timeout.ms", version)
                .unwrap_or(quorum.election_timeout),
        },
        broker_session_timeout: session.unwrap_or(base.broker_session_timeout),
        leader_imbalance_check_interval: (rebalance.as_deref() != Some("false"))
            .then_some(every as Nanos * 1000 * MS),
        unclean_election_interval: ms(scenario, "unclean.leader.election.interval.ms", version)
            .unwrap_or(base.unclean_election_interval),
        cluster_config: cluster_config(scenario, version),
        ..base
    }
}

pub(super) fn producer(scenario: &Scenario, spec: &ProducerSpec, version: KafkaVersion) -> ProducerSettings {
    let client = spec.profile(version);
    let rack = partitioner_rack(&client).and_then(|name| rack_number(scenario, name));
    ProducerSettings { rack, record_age: spec.record_age.0, ..ProducerSettings::of(&client) }
}

/// The same for these brokers: with version 1 on their side clients speak version 1 too.
pub(super) fn producer_of(scenario: &Scenario, spec: &ProducerSpec, profile: &Profile) -> ProducerSettings {
    let settings = producer(scenario, spec, profile.version);
    let spoken = |own: Transactional| Transactional { v2: own.v2 && profile.transactions_v2, ..own };
    ProducerSettings { transactional: settings.transactional.map(spoken), ..settings }
}

/// How a producer connects to brokers.
pub(super) fn producer_connections(spec: &ProducerSpec, version: KafkaVersion) -> ConnectionSettings {
    ConnectionSettings::of(&spec.profile(version), KeyScope::Producer)
}

/// How a member of a group connects to brokers.
pub(super) fn member_connections(spec: &GroupSpec, version: KafkaVersion) -> ConnectionSettings {
    ConnectionSettings::of(&spec.profile(version), KeyScope::Consumer)
}

/// A group member's settings. Members with a `group.instance.id` get one each.
pub(super) fn consumer(spec: &GroupSpec, member: u32, version: KafkaVersion) -> ConsumerSettings {
    let work = ConsumerWork {
        per_record: (spec.processing_ms * 1e6) as Nanos,
        commit: match spec.commit {
            CommitMode::Auto => CommitStrategy::Auto,
            CommitMode::SyncAfter => CommitStrategy::AfterProcessing,
            CommitMode::AsyncAfter => CommitStrategy::AsyncAfterProcessing { retry: false },
            CommitMode::AsyncRetry => CommitStrategy::AsyncAfterProcessing { retry: true },
            CommitMode::EachRecord => CommitStrategy::EachRecord,
            CommitMode::EachRecordPolled => CommitStrategy::EachRecordPolled,
            CommitMode::Before => CommitStrategy::BeforeProcessing,
            CommitMode::Never => CommitStrategy::Never,
        },
        worker_pool: spec.worker_threads,
        one_by_one: spec.works_one_by_one(),
        attempts: spec.attempts,
        retry_pause: spec.retry_after.0,
        on_poison: spec.on_poison,
    };
    let mut settings = ConsumerSettings::of(&spec.profile(version), work);
    settings.instance = spec.config.contains_key("group.instance.id").then_some(member);
    settings
}

/// What the brokers do with groups.
pub(super) fn group(scenario: &Scenario, version: KafkaVersion) -> GroupSettings {
    let base = GroupSettings::default();
    GroupSettings {
        initial_rebalance_delay: ms(scenario, "group.initial.rebalance.delay.ms", version)
            .unwrap_or(base.initial_rebalance_delay),
        commit_timeout: ms(scenario, "offsets.commit.timeout.ms", version).unwrap_or(base.commit_timeout),
        ..base
    }
}

/// Over which time the brokers measure their clients.
pub(super) fn quota_window(scenario: &Scenario, version: KafkaVersion) -> QuotaWindow {
    let number =
        |key: &str, otherwise: u64| int(scenario, key, version).map_or(otherwise, |n| n.max(1) as u64);
    QuotaWindow {
        samples: number("quota.window.num", 11),
        sample_ms: number("quota.window.size.seconds", 1).saturating_mul(1000),
    }
}

/// Copies of the internal offsets topic.
pub(super) fn offsets_replication_factor(scenario: &Scenario, version: KafkaVersion) -> u32 {
    int(scenario, "offsets.topic.replication.factor", version).unwrap_or(3) as u32
}

/// The internal offsets topic as a topic of the scenario, one partition for each group.
pub(super) fn offsets_topic(scenario: &Scenario, version: KafkaVersion) -> TopicSpec {
    TopicSpec {
        name: OFFSETS_TOPIC.into(),
        partitions: scenario.groups.len() as u32,
        replication_factor: offsets_replication_factor(scenario, version),
        placement: Vec::new(),
        config: BTreeMap::from([("cleanup.policy".to_string(), "compact".into())]),
    }
}

/// The transactional ids of the producers, in the order in which they first stand in the scenario.
pub(super) fn transactional_ids(scenario: &Scenario, version: KafkaVersion) -> Vec<String> {
    let mut ids = Vec::new();
    for spec in &scenario.producers {
        if let Some(id) =
            transactional_id(&spec.profile(version)).filter(|id| !ids.iter().any(|known| known == id))
        {
            ids.push(id.to_string());
        }
    }
    ids
}

/// The internal topic of transactions as a topic of the scenario, one partition for each transactional id.
pub(super) fn state_topic(scenario: &Scenario, version: KafkaVersion) -> TopicSpec {
    let replicas = int(scenario, "transaction.state.log.replication.factor", version).unwrap_or(3);
    let min_isr = int(scenario, "transaction.state.log.min.isr", version).unwrap_or(2);
    TopicSpec {
        name: STATE_TOPIC.into(),
        partitions: transactional_ids(scenario, version).len() as u32,
        replication_factor: replicas as u32,
        placement: Vec::new(),
        config: BTreeMap::from([
            ("cleanup.policy".to_string(), "compact".into()),
            ("min.insync.replicas".to_string(), min_isr.into()),
        ]),
    }
}

/// What the brokers do with transactions.
pub(super) fn transactions(scenario: &Scenario, profile: &Profile) -> TransactionSettings {
    let base = TransactionSettings::of(profile);
    let sweep = "transaction.abort.timed.out.transaction.cleanup.interval.ms";
    TransactionSettings {
        sweep_interval: ms(scenario, sweep, profile.version).unwrap_or(base.sweep_interval),
        max_timeout: ms(scenario, "transaction.max.timeout.ms", profile.version).unwrap_or(base.max_timeout),
        ..base
    }
}

/// Where coordinators keep what they know of transactions.
pub(super) const STATE_TOPIC: &str = "__transaction_state";

/// Where groups keep their offsets.
pub(super) const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// The switches of the scenario's cluster.
pub(super) fn profile(scenario: &Scenario, version: KafkaVersion) -> Profile {
    let elr = scenario.cluster.features.get("eligible.leader.replicas.version").map(|level| *level > 0);
    let of = Profile::of(version, elr);
    let v2 = scenario.cluster.features.get("transaction.version").map(|level| *level >= 2);
    Profile { transactions_v2: of.transactions_v2 && v2.unwrap_or(true), ..of }
}
