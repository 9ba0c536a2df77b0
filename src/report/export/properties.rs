//! Java properties, a part for each file they belong to.

use super::kafka_cli::PINNED;
use super::{TopicExport, quote};
use crate::knobs::Scope;
use crate::model::plural;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let mut out = String::new();
    let parts = [
        (Scope::Producer, "producer.properties"),
        (Scope::Consumer, "consumer.properties"),
        (Scope::Broker, "server.properties"),
    ];
    for (scope, file) in parts {
        let lines = setting.set(scope);
        if !lines.is_empty() {
            let _ = writeln!(out, "# {file}");
            lines.iter().for_each(|(knob, value)| {
                let line = format!("{}={}", knob.name, quote::property(&value.kafka_text()));
                let _ = if setting.is_pinned(knob) {
                    writeln!(out, "# not here, kafka-configs.sh --entity-type brokers --entity-default: {line} ({PINNED})")
                } else {
                    writeln!(out, "{line}")
                };
            });
        }
    }
    let _ = writeln!(
        out,
        "# topic {}: {}, replication factor {}",
        setting.topic_name(),
        plural(setting.partitions() as usize, "partition"),
        setting.replication_factor()
    );
    for (knob, value) in setting.set(Scope::Topic) {
        let _ = writeln!(out, "{}={}", knob.name, quote::property(&value.kafka_text()));
    }
    out
}
