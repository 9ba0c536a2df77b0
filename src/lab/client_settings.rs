//! A scenario's settings, which are the Java client's, as librdkafka's.

use crate::knobs::{Idempotence, KeyScope, idempotence_of, set_or_default};
use crate::model::{ClientProfile, KafkaVersion};
use rdkafka::config::ClientConfig;
use std::collections::BTreeMap;
use std::time::Duration;

/// A client's properties: Kafka's own, and those that start with `lab.`.
pub(super) struct Settings {
    kafka: BTreeMap<String, String>,
    lab: BTreeMap<String, String>,
}

/// Keys whose defaults librdkafka has otherwise than the Java client.
const PRODUCER: [&str; 5] = ["acks", "linger.ms", "delivery.timeout.ms", "batch.size", "request.timeout.ms"];
const CONSUMER: [&str; 2] = ["auto.offset.reset", "isolation.level"];

/// Settings that librdkafka has not: what they bound, it bounds otherwise or not at all. The first three are kept all the
/// same, by [`producer_config`] and by the lab's application.
const JAVA_ONLY: [&str; 6] = [
    "buffer.memory",
    "max.block.ms",
    "max.poll.records",
    "partitioner.adaptive.partitioning.enable",
    "partitioner.availability.timeout.ms",
    "partitioner.ignore.keys",
];

/// The same setting by another name.
const RENAMED: [(&str, &str); 1] = [("fetch.max.wait.ms", "fetch.wait.max.ms")];

impl Settings {
    /// Reads a properties file of the lab: `key=value` in each line.
    pub(super) fn parse(text: &str) -> Settings {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let owned = pairs.map(|(key, value)| (key.trim().to_string(), value.trim().to_string()));
        let (lab, kafka): (BTreeMap<_, _>, BTreeMap<_, _>) =
            owned.partition(|(key, _)| key.starts_with("lab."));
        Settings { kafka, lab }
    }

    /// A `lab.` property by its name without that.
    pub(super) fn lab(&self, name: &str, default: &str) -> String {
        self.lab.get(&format!("lab.{name}")).map_or(default, String::as_str).to_string()
    }

    /// A `lab.` property that is a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.lab.get(&format!("lab.{name}"))?.parse().ok()
    }

    /// A setting of Kafka's that is a number.
    pub(super) fn kafka_number(&self, name: &str) -> Option<usize> {
        self.kafka.get(name)?.parse().ok()
    }

    /// A producer's number: what is set, else the default of its release.
    fn kafka_or_default(&self, key: &str) -> Option<u64> {
        let set = self.kafka.get(key).map(String::as_str);
        set_or_default(set, KeyScope::Producer, key, self.version())?.parse().ok()
    }

    /// The release whose Java client this one is to be like.
    fn version(&self) -> KafkaVersion {
        self.lab("version", "").parse().unwrap_or(KafkaVersion::REFERENCE)
    }

    fn config(&self, scope: KeyScope, differing: &[&str]) -> ClientConfig {
        let mut config = ClientConfig::new();
        for key in differing {
            if let Some(default) = set_or_default(None, scope, key, self.version()) {
                config.set(*key, default);
            }
        }
        for (key, value) in self.kafka.iter().filter(|(key, _)| !JAVA_ONLY.contains(&key.as_str())) {
            let name = RENAMED.iter().find(|(java, _)| java == key).map_or(key.as_str(), |(_, name)| name);
            config.set(name, value);
        }
        config
    }
}

/// A producer's settings. Like the Java client, it is idempotent unless something speaks against it.
pub(super) fn producer_config(settings: &Settings) -> ClientConfig {
    let mut config = settings.config(KeyScope::Producer, &PRODUCER);
    // Java's client waits that long for an answer; librdkafka tells the broker so, and itself waits this long.
    if let Some(wait) = config.get("request.timeout.ms").map(String::from) {
        config.set("socket.timeout.ms", wait);
    }
    if config.get("enable.idempotence").is_none() {
        let client =
            ClientProfile { settings: settings.kafka.clone(), ..ClientProfile::defaults(settings.version()) };
        config.set("enable.idempotence", (idempotence_of(&client) == Idempotence::On).to_string());
    }
    keep_buffer_memory(settings, &mut config);
    config
}

/// `buffer.memory` in librdkafka's words; what it bounds is bytes only, not records too.
fn keep_buffer_memory(settings: &Settings, config: &mut ClientConfig) {
    let bytes = settings.kafka_or_default("buffer.memory").unwrap_or(33_554_432);
    let kib = bytes.div_ceil(1024).clamp(1, i32::MAX as u64);
    config.set("queue.buffering.max.kbytes", kib.to_string());
    config.set("queue.buffering.max.messages", "0");
}

/// `max.block.ms`: how long the application waits where Java's `send()` would.
pub(super) fn max_block(settings: &Settings) -> Duration {
    Duration::from_millis(settings.kafka_or_default("max.block.ms").unwrap_or(60_000))
}

pub(super) fn consumer_config(settings: &Settings) -> ClientConfig {
    let mut config = settings.config(KeyScope::Consumer, &CONSUMER);
    if config.get("partition.assignment.strategy").is_none() {
        // The first of the Java client's two, in librdkafka's word for it.
        config.set("partition.assignment.strategy", "range");
    }
    if settings.lab("commit", "auto") != "auto" {
        config.set("enable.auto.commit", "false");
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_with_the_java_client() {
        let config = |text: &str| producer_config(&Settings::parse(text));
        assert_eq!(config("lab.topic=t\n").get("enable.idempotence"), Some("true"));
        assert_eq!(config("acks=1\n").get("enable.idempotence"), Some("false"));
        assert_eq!(config("retries=0\n").get("enable.idempotence"), Some("false"));
        let many = "max.in.flight.requests.per.connection=6\nlab.version=3.9.1\n";
        assert_eq!(config(many).get("enable.idempotence"), Some("false"));
        assert_eq!(config("").get("linger.ms"), Some("5"));
        assert_eq!(config("lab.version=3.9.1\n").get("linger.ms"), Some("0"));
        let small = config("buffer.memory=65537\nlinger.ms=0\n");
        assert_eq!(small.get("buffer.memory"), None);
        assert_eq!(small.get("queue.buffering.max.kbytes"), Some("65"));
        assert_eq!(config("").get("queue.buffering.max.kbytes"), Some("32768"));
        let waits = |text: &str| max_block(&Settings::parse(text));
        assert_eq!(waits("max.block.ms=1500\n"), Duration::from_millis(1500));
        assert_eq!(waits(""), Duration::from_secs(60));
        assert_eq!(config("linger.ms=0\n").get("linger.ms"), Some("0"));
        assert_eq!(config("request.timeout.ms=3000\n").get("socket.timeout.ms"), Some("3000"));
        let consumer = consumer_config(&Settings::parse("lab.commit=never\nfetch.max.wait.ms=7\n"));
        assert_eq!(consumer.get("fetch.wait.max.ms"), Some("7"));
        assert_eq!(consumer.get("enable.auto.commit"), Some("false"));
    }
}
