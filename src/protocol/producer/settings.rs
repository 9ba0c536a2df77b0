//! A producer's configuration, resolved for its version.

use crate::knobs::{Idempotence, KeyScope, LIBRDKAFKA_PARTITIONER, acks_of, idempotence_of};
use crate::model::{ClientProfile, KafkaVersion, Nanos};
use crate::protocol::client::Config;
use crate::protocol::producer::{Codec, KeyHash};
use crate::protocol::wire::Acks;

/// How records without a key find their partition, or those whose key is not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Partitioner {
    /// Up to 2.3 (`DefaultPartitioner`): in turn.
    RoundRobin,
    /// 2.4 to 3.2 (KIP-480): one partition until its batch is closed.
    StickyBatch,
    /// Since 3.3 (KIP-794): one partition until `batch.size` bytes went to it.
    UniformSticky,
    /// librdkafka's `*_random`: one partition for a while.
    StickyTime,
    /// librdkafka's `random`: any partition each time.
    Random,
    /// librdkafka's `consistent`, `murmur2` and `fnv1a`: as if the key had no bytes.
    EmptyKey(KeyHash),
}

/// A producer's configuration. Times in nanoseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProducerSettings {
    /// `acks`
    pub acks: Acks,
    /// What `enable.idempotence` comes to.
    pub idempotent: bool,
    /// `retries`
    pub retries: u32,
    /// `delivery.timeout.ms`, raised to linger + request timeout; without that key (2.0) the request timeout.
    pub delivery_timeout: Nanos,
    /// `request.timeout.ms`
    pub request_timeout: Nanos,
    /// `max.in.flight.requests.per.connection`
    pub max_in_flight: usize,
    /// `linger.ms`
    pub linger: Nanos,
    /// `batch.size`
    pub batch_size: u32,
    /// `compression.type`
    pub codec: Codec,
    /// `buffer.memory`
    pub buffer_memory: u64,
    /// `max.block.ms`
    pub max_block: Nanos,
    /// `max.request.size`
    pub max_request_size: u32,
    /// `retry.backoff.ms`
    pub retry_backoff: Nanos,
    /// `retry.backoff.max.ms`; equal to `retry_backoff` before 3.7, where back-off is constant.
    pub retry_backoff_max: Nanos,
    /// `reconnect.backoff.ms`
    pub reconnect_backoff: Nanos,
    /// `reconnect.backoff.max.ms`
    pub reconnect_backoff_max: Nanos,
    /// `metadata.max.age.ms`
    pub metadata_max_age: Nanos,
    /// Kafka's `partitioner.class`, as far as the version's own ones go, or librdkafka's `partitioner`.
    pub partitioner: Partitioner,
    /// How a key's partition is found; `None` where keys are not looked at (`partitioner.ignore.keys`, and partitioners
    /// that know none).
    pub key_hash: Option<KeyHash>,
    /// `partitioner.adaptive.partitioning.enable`
    pub adaptive_partitioning: bool,
    /// The rack that records without a key stay in where a partition is led there (`partitioner.rack.aware` and
    /// `client.rack`, KIP-1123, 4.4), by the same number as [`crate::protocol::messages::PartitionLeader::leader_rack`].
    pub rack: Option<u32>,
    /// So much older than the moment of its `send()` each record says that it is (`CreateTime`).
    pub record_age: Nanos,
    /// A failed batch finds the new leader in the answer and is sent again at once (KIP-951, 3.7).
    pub leader_in_answer: bool,
    /// An idempotent producer bumps its epoch by itself (KIP-360, 2.5); before, it gets a new id.
    pub bumps_epoch: bool,
    /// How late the sender thread wakes up after a linger ran out; a batch that does not linger wakes it at once
    /// (`KafkaProducer.doSend`: a new batch calls `sender.wakeup()`, and `RecordAccumulator.batchReady` finds it
    /// expired after 0 ms).
    pub sender_slack: Nanos,
    /// `transactional.id` is set: how its transactions are.
    pub transactional: Option<Transactional>,
}

/// How a producer with a `transactional.id` works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Transactional {
    /// `transaction.timeout.ms`
    pub timeout: Nanos,
    /// Brokers and client speak version 2 (KIP-890): partitions need not be added, each end brings a new epoch.
    pub v2: bool,
}

/// Where the classes of Kafka's own partitioners lie.
const KAFKAS_PARTITIONERS: &str = "org.apache.kafka.clients.producer.";
/// Kafka's own partitioners that do not look at keys.
const KEYLESS_CLASSES: [&str; 2] = ["RoundRobinPartitioner", "UniformStickyPartitioner"];

/// How late a linger ends, by the measured table of batching (see the tests of `producer`): 5 to 100 ms of linger
/// on a real 4.1 producer. The figures take it from here too.
pub(crate) const SENDER_SLACK: Nanos = 500_000;

impl ProducerSettings {
    /// The settings of a client: what it sets, else its version's defaults.
    pub(crate) fn of(client: &ClientProfile) -> Self {
        let config = Config { client, scope: KeyScope::Producer };
        let since = |major, minor| client.version.is_at_least(major, minor);
        let (linger, request_timeout) = (config.ms("linger.ms", 0), config.ms("request.timeout.ms", 30_000));
        let retry_backoff = config.ms("retry.backoff.ms", 100);
        let retry_backoff_max =
            if since(3, 7) { config.ms("retry.backoff.max.ms", 1000) } else { retry_backoff };
        ProducerSettings {
            acks: acks(&config),
            idempotent: idempotence_of(client) == Idempotence::On,
            retries: config.count("retries", i32::MAX as u32),
            delivery_timeout: delivery_timeout(&config, linger, request_timeout),
            request_timeout,
            max_in_flight: config.count("max.in.flight.requests.per.connection", 5).max(1) as usize,
            linger,
            batch_size: config.count("batch.size", 16_384),
            codec: Codec::named(config.text("compression.type").unwrap_or("none")),
            buffer_memory: config.int("buffer.memory", 33_554_432) as u64,
            max_block: config.ms("max.block.ms", 60_000),
            max_request_size: config.count("max.request.size", 1_048_576),
            retry_backoff,
            retry_backoff_max: retry_backoff_max.max(retry_backoff),
            reconnect_backoff: config.ms("reconnect.backoff.ms", 50),
            reconnect_backoff_max: config.ms("reconnect.backoff.max.ms", 1000),
            metadata_max_age: config.ms("metadata.max.age.ms", 300_000),
            partitioner: partitioner(client),
            key_hash: key_hash(&config),
            adaptive_partitioning: librdkafka_partitioner(client).is_none()
                && config.text("partitioner.adaptive.partitioning.enable") == Some("true"),
            rack: None,
            record_age: 0,
            leader_in_answer: since(3, 7),
            bumps_epoch: since(2, 5),
            sender_slack: if linger > 0 { SENDER_SLACK } else { 0 },
            transactional: transactional_id(client).map(|_| Transactional {
                timeout: config.ms("transaction.timeout.ms", 60_000),
                v2: since(4, 0),
            }),
        }
    }
}

/// The client's `transactional.id`, if it has one.
pub(crate) fn transactional_id(client: &ClientProfile) -> Option<&str> {
    client.settings.get("transactional.id").map(|id| id.trim()).filter(|id| !id.is_empty())
}

/// The rack that a producer keeps its records without a key in, by its name, if it is to (KIP-1123).
pub(crate) fn partitioner_rack(client: &ClientProfile) -> Option<&str> {
    let config = Config { client, scope: KeyScope::Producer };
    let aware = client.version.is_at_least(4, 4) && config.text("partitioner.rack.aware") == Some("true");
    let rack = client.settings.get("client.rack").map(|rack| rack.trim());
    rack.filter(|rack| aware && !rack.is_empty())
}

impl Default for ProducerSettings {
    fn default() -> Self {
        ProducerSettings::of(&ClientProfile::defaults(KafkaVersion::REFERENCE))
    }
}

/// Raised to the sum as `KafkaProducer.configureDeliveryTimeout` does; an explicit violation does not start
/// at all (`knobs::producer_errors`), so that raising it here too does no harm.
fn delivery_timeout(config: &Config<'_>, linger: Nanos, request_timeout: Nanos) -> Nanos {
    if config.client.version < KafkaVersion::new(2, 1, 0) {
        return linger.saturating_add(request_timeout);
    }
    config.ms("delivery.timeout.ms", 120_000).max(linger.saturating_add(request_timeout))
}

fn acks(config: &Config<'_>) -> Acks {
    match acks_of(config.client) {
        Some("0") => Acks::Zero,
        Some("1") => Acks::One,
        _ => Acks::All,
    }
}

/// What librdkafka's producer calls [`LIBRDKAFKA_PARTITIONER`], if the client sets it, or is one of librdkafka's.
fn librdkafka_partitioner(client: &ClientProfile) -> Option<&str> {
    let set = client.settings.get(LIBRDKAFKA_PARTITIONER).map(|name| name.trim());
    set.or_else(|| partitioner_class(client).strip_prefix("librdkafka."))
}

fn partitioner_class(client: &ClientProfile) -> &str {
    let told =
        client.settings.get("partitioner.class").or_else(|| client.library_defaults.get("partitioner.class"));
    told.map(|class| class.trim()).unwrap_or_default()
}

/// A partitioner that is neither Kafka's nor librdkafka's: what it does with a key nobody here knows.
pub(crate) fn foreign_partitioner(client: &ClientProfile) -> Option<&str> {
    let class = partitioner_class(client);
    let is_known = class.is_empty() || class.starts_with(KAFKAS_PARTITIONERS);
    (librdkafka_partitioner(client).is_none() && !is_known).then_some(class)
}

/// `partitioner.ignore.keys` says something about Kafka's built-in partitioner only (`KafkaProducer.partition`).
fn key_hash(config: &Config<'_>) -> Option<KeyHash> {
    let class = partitioner_class(config.client);
    match librdkafka_partitioner(config.client) {
        Some("random") => None,
        Some(name) if name.starts_with("murmur2") => Some(KeyHash::Murmur2),
        Some(name) if name.starts_with("fnv1a") => Some(KeyHash::Fnv1a),
        Some(_) => Some(KeyHash::Crc32),
        None if KEYLESS_CLASSES.iter().any(|known| class.ends_with(known)) => None,
        None if class.is_empty() && config.text("partitioner.ignore.keys") == Some("true") => None,
        None => Some(KeyHash::Murmur2),
    }
}

fn partitioner(client: &ClientProfile) -> Partitioner {
    match librdkafka_partitioner(client) {
        Some("random") => return Partitioner::Random,
        Some("consistent") => return Partitioner::EmptyKey(KeyHash::Crc32),
        Some("murmur2") => return Partitioner::EmptyKey(KeyHash::Murmur2),
        Some("fnv1a") => return Partitioner::EmptyKey(KeyHash::Fnv1a),
        Some(_) => return Partitioner::StickyTime,
        None => {}
    }
    let class = partitioner_class(client);
    match client.version {
        _ if class.ends_with("RoundRobinPartitioner") => Partitioner::RoundRobin,
        version if version < KafkaVersion::new(2, 4, 0) => Partitioner::RoundRobin,
        version if version < KafkaVersion::new(3, 3, 0) => Partitioner::StickyBatch,
        _ if class.ends_with("DefaultPartitioner") || class.ends_with("StickyPartitioner") => {
            Partitioner::StickyBatch
        }
        _ => Partitioner::UniformSticky,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults(version: &str) -> ProducerSettings {
        ProducerSettings::of(&ClientProfile::defaults(version.parse().unwrap()))
    }

    #[test]
    fn defaults_follow_the_version() {
        const MS: Nanos = 1_000_000;
        let old = defaults("2.8");
        assert_eq!((old.acks, old.idempotent, old.linger), (Acks::One, false, 0));
        let inert = defaults("3.1.0");
        assert_eq!((inert.acks, inert.idempotent), (Acks::All, false));
        let new = defaults("4.1");
        assert_eq!((new.acks, new.idempotent, new.linger), (Acks::All, true, 5 * MS));
        assert_eq!((new.retry_backoff_max, defaults("3.6").retry_backoff_max), (1000 * MS, 100 * MS));
        assert_eq!(defaults("2.0").delivery_timeout, 30_000 * MS);
        assert_eq!(new.delivery_timeout, 120_000 * MS);
        let styles = ["2.3", "3.2", "3.3"].map(|version| defaults(version).partitioner);
        assert_eq!(styles, [Partitioner::RoundRobin, Partitioner::StickyBatch, Partitioner::UniformSticky]);
    }

    #[test]
    fn which_partitioners_look_at_keys_and_how() {
        let of = |key: &str, value: &str| {
            let mut client = ClientProfile::defaults(KafkaVersion::REFERENCE);
            client.settings.insert(key.into(), value.into());
            let settings = ProducerSettings::of(&client);
            (settings.key_hash, settings.partitioner)
        };
        let java = (Some(KeyHash::Murmur2), Partitioner::UniformSticky);
        assert_eq!(of("acks", "all"), java);
        assert_eq!(of("partitioner.ignore.keys", "true"), (None, Partitioner::UniformSticky));
        let class =
            |name: &str| of("partitioner.class", &format!("org.apache.kafka.clients.producer.{name}"));
        assert_eq!(class("RoundRobinPartitioner"), (None, Partitioner::RoundRobin));
        assert_eq!(class("UniformStickyPartitioner"), (None, Partitioner::StickyBatch));
        assert_eq!(class("internals.DefaultPartitioner"), (Some(KeyHash::Murmur2), Partitioner::StickyBatch));
        let librdkafka = |name: &str| of(LIBRDKAFKA_PARTITIONER, name);
        assert_eq!(librdkafka("consistent_random"), (Some(KeyHash::Crc32), Partitioner::StickyTime));
        assert_eq!(librdkafka("murmur2_random"), (Some(KeyHash::Murmur2), Partitioner::StickyTime));
        assert_eq!(librdkafka("fnv1a"), (Some(KeyHash::Fnv1a), Partitioner::EmptyKey(KeyHash::Fnv1a)));
        assert_eq!(librdkafka("random"), (None, Partitioner::Random));
    }

    #[test]
    fn a_rack_counts_since_4_4_and_if_it_was_asked_for() {
        let rack = |version: &str, settings: &[(&str, &str)]| {
            let mut client = ClientProfile::defaults(version.parse().unwrap());
            client.settings.extend(settings.iter().map(|(key, value)| ((*key).into(), (*value).into())));
            partitioner_rack(&client).map(String::from)
        };
        let aware = [("client.rack", "a"), ("partitioner.rack.aware", "true")];
        assert_eq!(rack("4.4", &aware).as_deref(), Some("a"));
        assert_eq!(
            (rack("4.3", &aware), rack("4.4", &aware[..1]), rack("4.4", &aware[1..])),
            (None, None, None)
        );
    }

    #[test]
    fn delivery_timeout_is_at_least_linger_and_request_timeout() {
        let mut client = ClientProfile::defaults(KafkaVersion::REFERENCE);
        client.settings.insert("request.timeout.ms".into(), "130000".into());
        assert_eq!(ProducerSettings::of(&client).delivery_timeout, 130_005_000_000);
    }
}
