//! The settings in force for one topic, each with its source, as inputs of a derivation.

use crate::consequences::SettingLine;
use crate::consequences::cases::value;
use crate::consequences::figure::Input;
use crate::knobs::{Scope, Value};
use crate::model::{Cluster, Datum, Origin, TopicIx};

/// What every assessment states, in this order.
const KEYS: &[(Scope, &str)] = &[
    (Scope::Producer, "acks"),
    (Scope::Producer, "enable.idempotence"),
    (Scope::Producer, "retries"),
    (Scope::Producer, "max.in.flight.requests.per.connection"),
    (Scope::Producer, "linger.ms"),
    (Scope::Producer, "batch.size"),
    (Scope::Producer, "compression.type"),
    (Scope::Producer, "delivery.timeout.ms"),
    (Scope::Producer, "buffer.memory"),
    (Scope::Producer, "max.block.ms"),
    (Scope::Topic, "replication.factor"),
    (Scope::Topic, "partitions"),
    (Scope::Topic, "min.insync.replicas"),
    (Scope::Topic, "unclean.leader.election.enable"),
    (Scope::Topic, "flush.messages"),
    (Scope::Topic, "retention.ms"),
    (Scope::Topic, "retention.bytes"),
    (Scope::Topic, "segment.bytes"),
    (Scope::Topic, "segment.ms"),
    (Scope::Broker, "replica.lag.time.max.ms"),
    (Scope::Broker, "broker.session.timeout.ms"),
    (Scope::Broker, "broker.heartbeat.interval.ms"),
    (Scope::Broker, "num.replica.fetchers"),
    (Scope::Broker, "num.io.threads"),
    (Scope::Broker, "num.recovery.threads.per.data.dir"),
    (Scope::Consumer, "fetch.min.bytes"),
    (Scope::Consumer, "fetch.max.wait.ms"),
    (Scope::Consumer, "isolation.level"),
    (Scope::Consumer, "group.protocol"),
    (Scope::Consumer, "session.timeout.ms"),
    (Scope::Consumer, "max.poll.records"),
    (Scope::Consumer, "max.poll.interval.ms"),
    (Scope::Consumer, "enable.auto.commit"),
    (Scope::Consumer, "auto.commit.interval.ms"),
    (Scope::Consumer, "auto.offset.reset"),
    (Scope::Consumer, "fetch.max.bytes"),
    (Scope::Consumer, "max.partition.fetch.bytes"),
    (Scope::Cluster, "brokers"),
    (Scope::Cluster, "racks"),
    (Scope::Cluster, "kafka.version"),
    (Scope::Cluster, "eligible.leader.replicas.version"),
    (Scope::Load, "records_per_s"),
    (Scope::Load, "record_bytes"),
    (Scope::Load, "producers"),
    (Scope::Load, "keyed"),
    (Scope::Load, "consumers"),
    (Scope::Load, "processing_ms"),
    (Scope::Load, "on_poison"),
    (Scope::Load, "standby_replicas"),
    (Scope::Load, "state_gib"),
    (Scope::Load, "restore_mb_per_s"),
    (Scope::Net, "client_rtt_ms"),
    (Scope::Net, "rack_rtt_ms"),
    (Scope::Net, "same_rack_rtt_ms"),
    (Scope::Env, "preset"),
    (Scope::Env, "outages_per_year"),
    (Scope::Env, "outage_minutes"),
    (Scope::Env, "restarts_per_year"),
    (Scope::Env, "restart_minutes"),
    (Scope::Env, "disk_losses_per_year"),
    (Scope::Env, "rebuild_hours"),
    (Scope::Env, "page_cache_loss_share"),
    (Scope::Env, "rack_outages_per_year"),
    (Scope::Env, "rack_outage_minutes"),
    (Scope::Env, "power_share"),
    (Scope::Env, "site_outages_per_year"),
    (Scope::Env, "catch_up_minutes"),
    (Scope::Env, "guarded_restarts"),
    (Scope::Env, "broker_cores"),
    (Scope::Env, "network_mb_per_s"),
    (Scope::Env, "disk_mb_per_s"),
    (Scope::Env, "flush_ms"),
    (Scope::Env, "broker_memory_gib"),
    (Scope::Env, "heap_gib"),
    (Scope::Env, "writeback_s"),
    (Scope::Env, "map_limit"),
    (Scope::Env, "file_limit"),
    (Scope::Env, "append_ms"),
    (Scope::Env, "local_ms"),
    (Scope::Env, "follower_append_ms"),
    (Scope::Env, "fetch_partition_us"),
    (Scope::Env, "stall_share"),
    (Scope::Env, "stall_ms"),
];

/// The settings in force for one topic.
pub(super) struct Setting {
    /// By key, in the order of the list above.
    pub lines: Vec<SettingLine>,
}

impl Setting {
    /// Those of a topic, or of the cluster alone when it has no topic.
    pub(super) fn of(cluster: &Cluster, topic: Option<TopicIx>) -> Self {
        let line = |(scope, name): &(Scope, &str)| SettingLine {
            key: format!("{scope}:{name}"),
            value: value(cluster, topic, *scope, name),
        };
        Setting { lines: KEYS.iter().map(line).collect() }
    }

    /// A setting by its full name.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.line(key).and_then(|line| line.value.get())
    }

    pub(super) fn float(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::float)
    }

    pub(super) fn word(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::word)
    }

    /// As an input of a derivation.
    pub(super) fn input(&self, key: &str) -> Input {
        match self.line(key) {
            Some(line) => Input {
                name: key.to_string(),
                value: line.value.get().map_or("?".into(), ToString::to_string),
                source: source_of(&line.value),
            },
            None => Input { name: key.to_string(), value: "?".into(), source: "not a setting".into() },
        }
    }

    pub(super) fn inputs(&self, keys: &[&str]) -> Vec<Input> {
        keys.iter().map(|key| self.input(key)).collect()
    }

    /// A setting as a number, or why it is not known, in words.
    pub(super) fn known(&self, key: &str) -> Result<f64, String> {
        self.float(key).ok_or_else(|| self.why_unknown(key))
    }

    /// Why a setting is not known, in words.
    pub(super) fn why_unknown(&self, key: &str) -> String {
        let line = self.line(key).and_then(|line| line.value.reason());
        format!("{key} is {}", line.map_or("unknown".into(), ToString::to_string))
    }

    fn line(&self, key: &str) -> Option<&SettingLine> {
        self.lines.iter().find(|line| line.key == key)
    }
}

/// Where a value comes from, in words.
pub(super) fn source_of<T>(datum: &Datum<T>) -> String {
    match datum {
        Datum::Unknown { reason } => format!("unknown: {reason}"),
        Datum::Known { from, .. } => match from {
            Origin::Broker => "read from a broker".into(),
            Origin::Default => "default of the version".into(),
            Origin::File(path) => format!("file {path}"),
            Origin::Assumed => "assumed".into(),
            Origin::Simulated => "the simulator".into(),
            Origin::WhatIf => "what-if".into(),
            Origin::Derived(from) => format!("derived from {from}"),
        },
    }
}
