//! How a producer's settings combine: what idempotence comes to, and what the client refuses to start with.

use crate::knobs::{Scope, Value, client_value, find};
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
    let explicit = producer.settings.contains_key("enable.idempotence");
    let on = value(producer, "enable.idempotence").bool().unwrap_or(false);
    let inert = [KafkaVersion::new(3, 0, 0), KafkaVersion::new(3, 1, 0)].contains(&producer.version);
    if !on || (inert && !explicit) {
        return Idempotence::Off;
    }
    if explicit {
        return Idempotence::On;
    }
    match () {
        () if value(producer, "retries").int() == Some(0) => Idempotence::SilentlyOff("retries=0"),
        () if value(producer, "acks").word() != Some("all") => Idempotence::SilentlyOff("acks"),
        () if in_flight(producer) > 5 && producer.version < KafkaVersion::new(4, 0, 0) => {
            Idempotence::SilentlyOff("max.in.flight.requests.per.connection")
        }
        () => Idempotence::On,
    }
}

/// What the Java producer would throw a ConfigException for, a line each; empty when it starts.
pub fn producer_errors(producer: &ClientProfile) -> Vec<String> {
    let mut errors = Vec::new();
    let explicit = |key: &str| producer.settings.contains_key(key);
    let idempotent = value(producer, "enable.idempotence").bool() == Some(true);
    if idempotent && explicit("enable.idempotence") {
        if value(producer, "retries").int() == Some(0) {
            errors.push("enable.idempotence=true needs retries above 0".into());
        }
        if value(producer, "acks").word() != Some("all") {
            errors.push("enable.idempotence=true needs acks=all".into());
        }
    }
    let strict = producer.version >= KafkaVersion::new(4, 0, 0) || explicit("enable.idempotence");
    if idempotence_of(producer) == Idempotence::On && in_flight(producer) > 5 && strict {
        errors.push("an idempotent producer has at most 5 requests in flight".into());
    }
    if explicit("transactional.id") && idempotence_of(producer) != Idempotence::On {
        errors.push("transactional.id needs idempotence".into());
    }
    let int = |key: &str| value(producer, key).int().unwrap_or(0);
    let sum = int("linger.ms") + int("request.timeout.ms");
    if explicit("delivery.timeout.ms") && int("delivery.timeout.ms") < sum {
        errors.push(format!("delivery.timeout.ms must be at least linger.ms + request.timeout.ms ({sum})"));
    }
    errors
}

fn in_flight(producer: &ClientProfile) -> i64 {
    value(producer, "max.in.flight.requests.per.connection").int().unwrap_or(5)
}

fn value(producer: &ClientProfile, key: &str) -> Value {
    find(Some(Scope::Producer), key)
        .ok()
        .and_then(|knob| client_value(producer, knob))
        .unwrap_or(Value::Word(String::new()))
}
