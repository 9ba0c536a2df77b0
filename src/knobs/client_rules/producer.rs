//! What a producer's settings come to together, and which ones the Java client does not start with.

use super::settings::Settings;
use super::{addresses, interceptors, security};
use crate::knobs::Idempotence;
use crate::model::{ClientProfile, KafkaVersion};

const ACKS: &str = "acks";
const IDEMPOTENCE: &str = "enable.idempotence";
const RETRIES: &str = "retries";
const IN_FLIGHT: &str = "max.in.flight.requests.per.connection";
const TRANSACTIONAL_ID: &str = "transactional.id";
const DELIVERY: &str = "delivery.timeout.ms";

/// librdkafka's word for what Kafka's own producer calls `partitioner.class`.
pub const LIBRDKAFKA_PARTITIONER: &str = "partitioner";
/// What librdkafka takes for it; `consistent_random` is its default.
pub const LIBRDKAFKA_PARTITIONERS: [&str; 7] =
    ["random", "consistent", "consistent_random", "murmur2", "murmur2_random", "fnv1a", "fnv1a_random"];

/// Kafka's own partitioners that 4.0 removed (KAFKA-18053).
const REMOVED_PARTITIONERS: [&str; 2] = [
    "org.apache.kafka.clients.producer.internals.DefaultPartitioner",
    "org.apache.kafka.clients.producer.UniformStickyPartitioner",
];

/// Resolves idempotence as the Java client does (`ProducerConfig.postProcessAndValidateIdempotenceConfigs`).
pub fn idempotence_of(producer: &ClientProfile) -> Idempotence {
    let settings = Settings::producer(producer);
    if settings.sets(IDEMPOTENCE) && settings.on(IDEMPOTENCE) == Some(false) {
        return Idempotence::Off;
    }
    if is_asked_for(settings) {
        return Idempotence::On;
    }
    if !is_default_in_force(settings) {
        return Idempotence::Off;
    }
    silently_off(settings).map_or(Idempotence::On, Idempotence::SilentlyOff)
}

/// Named in the settings, or, before it was the default, implied by a transactional id.
fn is_asked_for(settings: Settings<'_>) -> bool {
    let implied = !is_default_in_force(settings) && settings.sets(TRANSACTIONAL_ID);
    if settings.sets(IDEMPOTENCE) { settings.on(IDEMPOTENCE).unwrap_or(true) } else { implied }
}

/// 3.0.0 and 3.1.0 have the default `true` without effect (KAFKA-13598); other libraries have `false`.
fn is_default_in_force(settings: Settings<'_>) -> bool {
    let inert = [KafkaVersion::new(3, 0, 0), KafkaVersion::new(3, 1, 0)];
    settings.version().is_at_least(3, 0)
        && !inert.contains(&settings.version())
        && settings.default(IDEMPOTENCE) != Some("false")
}

fn silently_off(settings: Settings<'_>) -> Option<&'static str> {
    let strict = settings.version().is_at_least(4, 0);
    if settings.int(RETRIES) == Some(0) {
        Some("retries=0")
    } else if !acks_is_all(settings).unwrap_or(false) {
        Some(ACKS)
    } else {
        (has_many_in_flight(settings) && !strict).then_some(IN_FLIGHT)
    }
}

fn acks_is_all(settings: Settings<'_>) -> Option<bool> {
    settings.text(ACKS).map(|acks| matches!(acks, "all" | "-1"))
}

fn has_many_in_flight(settings: Settings<'_>) -> bool {
    settings.int(IN_FLIGHT).is_some_and(|count| count > 5)
}

/// The `acks` in force: a producer that is idempotent by its own setting waits for all replicas unless told otherwise.
pub fn acks_of(producer: &ClientProfile) -> Option<&str> {
    let settings = Settings::producer(producer);
    if !settings.sets(ACKS) && idempotence_of(producer) == Idempotence::On {
        return Some("all");
    }
    settings.text(ACKS).map(|acks| if acks == "-1" { "all" } else { acks })
}

/// The delivery timeout in force in milliseconds: the default is raised to what one attempt may take.
///
/// # Errors
/// The least that the client takes, where the setting is below it. `None` where a part of it is unknown.
pub fn delivery_timeout_of(producer: &ClientProfile) -> Option<Result<i64, i64>> {
    let settings = Settings::producer(producer);
    let delivery = settings.int(DELIVERY)?;
    // The client adds up in whole numbers of 32 bits and stops at the largest.
    let most = i64::from(i32::MAX);
    let attempt = settings.int("linger.ms")?.min(most) + settings.int("request.timeout.ms")?;
    let least = attempt.min(most);
    Some(if delivery < least && settings.sets(DELIVERY) { Err(least) } else { Ok(delivery.max(least)) })
}

/// What the Java producer would throw for, a line each; empty when it starts.
pub fn producer_errors(producer: &ClientProfile) -> Vec<String> {
    let mut errors = producer_conflicts(producer);
    if let Some(Err(least)) = delivery_timeout_of(producer) {
        errors.push(format!("delivery.timeout.ms must be at least linger.ms + request.timeout.ms ({least})"));
    }
    errors
}

/// The same without the delivery timeout.
pub fn producer_conflicts(producer: &ClientProfile) -> Vec<String> {
    let settings = Settings::producer(producer);
    let mut errors = settings.refused_values();
    errors.extend(idempotence_errors(settings));
    errors.extend(transaction_errors(settings, &idempotence_of(producer)));
    errors.extend(partitioner_error(settings));
    errors.extend(allocation_error(settings).map(str::to_string));
    errors.extend(addresses::error(settings));
    errors.extend(interceptors::error(settings));
    errors.extend(security::mechanism_error(settings));
    errors.extend(security::store_errors(settings));
    errors
}

fn idempotence_errors(settings: Settings<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    let asked_for = is_asked_for(settings);
    if asked_for && settings.int(RETRIES) == Some(0) {
        errors.push("enable.idempotence=true needs retries above 0".to_string());
    }
    if asked_for && settings.sets(ACKS) && acks_is_all(settings) == Some(false) {
        errors.push("enable.idempotence=true needs acks=all".to_string());
    }
    // From 4.0 before acks=1 or retries=0 could switch idempotence off (KAFKA-17927).
    let strict = settings.version().is_at_least(4, 0) && settings.on(IDEMPOTENCE) == Some(true);
    if has_many_in_flight(settings) && (asked_for || strict) {
        errors.push("an idempotent producer has at most 5 requests in flight".to_string());
    }
    errors
}

fn transaction_errors(settings: Settings<'_>, idempotence: &Idempotence) -> Vec<String> {
    let mut errors = Vec::new();
    let known = acks_is_all(settings).is_some();
    if settings.sets(TRANSACTIONAL_ID) && known && *idempotence != Idempotence::On {
        errors.push("transactional.id needs idempotence".to_string());
    }
    if settings.on("transaction.two.phase.commit.enable") == Some(true)
        && settings.sets("transaction.timeout.ms")
    {
        errors.push("transaction.two.phase.commit.enable=true takes no transaction.timeout.ms".to_string());
    }
    errors
}

/// `client.rack` is empty unless it is set.
fn partitioner_error(settings: Settings<'_>) -> Option<String> {
    if settings.on("partitioner.rack.aware") == Some(true) && settings.text("client.rack") == Some("") {
        return Some("partitioner.rack.aware=true needs a client.rack".into());
    }
    let class = settings.set("partitioner.class").filter(|_| settings.version().is_at_least(4, 0))?;
    REMOVED_PARTITIONERS
        .contains(&class)
        .then(|| format!("partitioner.class={class} is not in Kafka 4.0 and later any more"))
}

/// Batches below 16 KiB are not allocated in parts.
fn allocation_error(settings: Settings<'_>) -> Option<&'static str> {
    let in_parts = settings.int("batch.size").is_some_and(|bytes| bytes >= 16_384);
    let incremental = settings.is("buffer.memory.allocation.strategy", "incremental");
    let compressed = settings.text("compression.type").is_some_and(|codec| codec != "none");
    (incremental && compressed && in_parts)
        .then_some("buffer.memory.allocation.strategy=incremental needs compression.type=none")
}
