//! How a producer's settings combine: what idempotence comes to, and what the client refuses to start with.

use crate::knobs::{Knob, Value, client_value, producer};
use crate::model::{ClientProfile, KafkaVersion};

/// What `enable.idempotence` comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Idempotence {
    On,
    /// Switched off by its own setting or by the version's default.
    Off,
    /// On by default, but silently switched off by this other setting.
    SilentlyOff(&'static str),
}

/// Resolves idempotence as the Java client does (`ProducerConfig.postProcessAndValidateIdempotenceConfigs`).
///
/// 3.0.0 and 3.1.0 have the default `true` without effect (KAFKA-13598).
pub fn idempotence_of(producer: &ClientProfile) -> Idempotence {
    let explicit = sets(producer, &producer::ENABLE_IDEMPOTENCE);
    let on = value(producer, &producer::ENABLE_IDEMPOTENCE).bool().unwrap_or(false);
    let inert = [KafkaVersion::new(3, 0, 0), KafkaVersion::new(3, 1, 0)].contains(&producer.version);
    if !on || (inert && !explicit) {
        return Idempotence::Off;
    }
    if explicit {
        return Idempotence::On;
    }
    match () {
        () if value(producer, &producer::RETRIES).int() == Some(0) => Idempotence::SilentlyOff("retries=0"),
        () if value(producer, &producer::ACKS).word() != Some("all") => Idempotence::SilentlyOff("acks"),
        () if in_flight(producer) > 5 && producer.version < KafkaVersion::new(4, 0, 0) => {
            Idempotence::SilentlyOff("max.in.flight.requests.per.connection")
        }
        () => Idempotence::On,
    }
}

/// What the Java producer would throw a ConfigException for, a line each; empty when it starts.
pub fn producer_errors(producer: &ClientProfile) -> Vec<String> {
    let mut errors = Vec::new();
    let idempotent = value(producer, &producer::ENABLE_IDEMPOTENCE).bool() == Some(true);
    if idempotent && sets(producer, &producer::ENABLE_IDEMPOTENCE) {
        if value(producer, &producer::RETRIES).int() == Some(0) {
            errors.push("enable.idempotence=true needs retries above 0".into());
        }
        if value(producer, &producer::ACKS).word() != Some("all") {
            errors.push("enable.idempotence=true needs acks=all".into());
        }
    }
    let strict =
        producer.version >= KafkaVersion::new(4, 0, 0) || sets(producer, &producer::ENABLE_IDEMPOTENCE);
    if idempotence_of(producer) == Idempotence::On && in_flight(producer) > 5 && strict {
        errors.push("an idempotent producer has at most 5 requests in flight".into());
    }
    if producer.settings.contains_key("transactional.id") && idempotence_of(producer) != Idempotence::On {
        errors.push("transactional.id needs idempotence".into());
    }
    let int = |knob: &Knob| value(producer, knob).int().unwrap_or(0);
    let sum = int(&producer::LINGER_MS) + int(&producer::REQUEST_TIMEOUT_MS);
    if sets(producer, &producer::DELIVERY_TIMEOUT_MS) && int(&producer::DELIVERY_TIMEOUT_MS) < sum {
        errors.push(format!("delivery.timeout.ms must be at least linger.ms + request.timeout.ms ({sum})"));
    }
    errors
}

fn in_flight(producer: &ClientProfile) -> i64 {
    value(producer, &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION).int().unwrap_or(5)
}

fn sets(client: &ClientProfile, knob: &Knob) -> bool {
    client.settings.contains_key(knob.name)
}

fn value(client: &ClientProfile, knob: &Knob) -> Value {
    client_value(client, knob).unwrap_or(Value::Word(String::new()))
}
