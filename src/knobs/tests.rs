//! Every knob's declaration holds together, and versions have the defaults that their ConfigDef printed.

use super::*;
use crate::model::{ClientProfile, KafkaVersion};

fn version(text: &str) -> KafkaVersion {
    text.parse().unwrap()
}

#[test]
fn every_knob_has_a_default_a_ladder_and_a_reason() {
    for knob in ALL {
        let name = knob.full_name();
        assert!(knob.default(KafkaVersion::REFERENCE).is_some(), "{name} has no default in 4.1");
        let rungs = knob.rungs();
        assert!(rungs.len() >= 2, "{name} has no ladder");
        for rung in knob.ladder {
            knob.kind.parse(rung).unwrap_or_else(|why| panic!("{name} refuses its own rung: {why}"));
        }
        for rung in &rungs {
            assert_eq!(knob.kind.parse(&rung.to_string()).as_ref(), Ok(rung), "{name}");
        }
        assert!(!knob.moves.is_empty() && knob.doc.ends_with('.'), "{name} does not say what it moves");
    }
}

#[test]
fn kafka_keys_are_kafkas_and_names_are_unique_in_their_scope() {
    for (at, knob) in ALL.iter().enumerate() {
        assert!(!ALL[..at].contains(knob), "{} is declared twice", knob.full_name());
        if matches!(knob.place, Place::Config) {
            assert!(default_at(knob.scope.into(), knob.name).is_some(), "{} is no key", knob.full_name());
        }
    }
}

#[test]
fn every_declared_knob_is_listed() {
    let files = [
        include_str!("producer.rs"),
        include_str!("topic.rs"),
        include_str!("broker.rs"),
        include_str!("consumer.rs"),
        include_str!("cluster.rs"),
        include_str!("load.rs"),
        include_str!("net.rs"),
        include_str!("env.rs"),
        include_str!("env/machine.rs"),
    ];
    let declared: usize = files.iter().map(|file| file.matches(": Knob = ").count()).sum();
    assert_eq!(declared, ALL.len());
    for (place, knob) in ALL.iter().enumerate() {
        assert_eq!(knob.index(), place, "{}", knob.full_name());
    }
}

#[test]
fn the_table_of_kafkas_keys_is_whole() {
    assert_eq!(config_keys().len(), 745);
}

#[test]
fn defaults_change_with_the_release_that_changed_them() {
    let of = |scope, name, at: &str| default_of(scope, name, version(at));
    assert_eq!(of(KeyScope::Producer, "acks", "2.8"), Some("1"));
    assert_eq!(of(KeyScope::Producer, "acks", "3.0"), Some("all"));
    assert_eq!(of(KeyScope::Producer, "linger.ms", "3.9"), Some("0"));
    assert_eq!(of(KeyScope::Producer, "linger.ms", "4.0"), Some("5"));
    assert_eq!(of(KeyScope::Broker, "replica.lag.time.max.ms", "2.4"), Some("10000"));
    assert_eq!(of(KeyScope::Broker, "replica.lag.time.max.ms", "2.5"), Some("30000"));
    assert_eq!(of(KeyScope::Producer, "delivery.timeout.ms", "2.0"), None);
    assert_eq!(of(KeyScope::Consumer, "session.timeout.ms", "3.5"), Some("45000"));
}

#[test]
fn settings_are_read_as_written_on_the_command_line() {
    let change = Change::parse("topic/orders:min.insync.replicas=2").unwrap();
    assert_eq!((change.knob.scope, change.subject.as_deref()), (Scope::Topic, Some("orders")));
    assert_eq!(change.value, Value::Int(2));
    assert_eq!(Change::parse("min.insync.replicas=2").unwrap().knob.scope, Scope::Topic);
    assert_eq!(Change::parse("acks=-1").unwrap().value, Value::Word("all".into()));
    assert_eq!(Change::parse("producer:compression.type=zstd").unwrap().knob.scope, Scope::Producer);
}

#[test]
fn mistakes_name_the_nearest_knob_the_range_and_the_scopes() {
    let says = |text: &str| Change::parse(text).unwrap_err().to_string();
    assert_eq!(
        says("min.insync.replica=2"),
        "no knob is called `min.insync.replica`: did you mean `min.insync.replicas`?"
    );
    assert_eq!(says("acks=2"), "acks: `2` is not allowed here: it takes 0, 1, all, -1");
    assert!(says("compression.type=zstd").contains("producer:compression.type or topic:compression.type"));
    assert!(says("tpoic:partitions=3").starts_with("`tpoic` is not a scope"));
    assert!(says("acks").contains("is not a setting"));
}

#[test]
fn a_ladder_is_climbed_from_between_its_rungs() {
    let linger = find(None, "linger.ms").unwrap();
    assert_eq!(linger.step(&Value::Int(5), true), Some(Value::Int(10)));
    assert_eq!(linger.step(&Value::Int(7), true), Some(Value::Int(10)));
    assert_eq!(linger.step(&Value::Int(7), false), Some(Value::Int(5)));
    assert_eq!(linger.step(&Value::Int(0), false), None);
}

#[test]
fn idempotence_is_lost_without_a_word() {
    let with = |at: &str, settings: &[(&str, &str)]| ClientProfile {
        settings: settings.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        ..ClientProfile::defaults(version(at))
    };
    assert_eq!(idempotence_of(&with("4.1", &[])), Idempotence::On);
    assert_eq!(idempotence_of(&with("2.8", &[])), Idempotence::Off);
    assert_eq!(idempotence_of(&with("3.1.0", &[])), Idempotence::Off);
    assert_eq!(idempotence_of(&with("4.1", &[("acks", "1")])), Idempotence::SilentlyOff("acks"));
    let named = with("4.1", &[("acks", "1"), ("enable.idempotence", "true")]);
    assert_eq!(producer_errors(&named), ["enable.idempotence=true needs acks=all"]);
    let many = with("4.1", &[("max.in.flight.requests.per.connection", "6")]);
    assert_eq!(producer_errors(&many).len(), 1);
}
