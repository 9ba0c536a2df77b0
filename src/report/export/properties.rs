//! Java properties, a part for each file they belong to.

use super::{TopicExport, quote};
use crate::knobs::Scope;
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
                let _ = writeln!(out, "{}={}", knob.name, quote::property(&value.kafka_text()));
            });
        }
    }
    let _ = writeln!(
        out,
        "# topic {}: {} partitions, replication factor {}",
        setting.topic_name(),
        setting.partitions(),
        setting.replication_factor()
    );
    for (knob, value) in setting.set(Scope::Topic) {
        let _ = writeln!(out, "{}={}", knob.name, quote::property(&value.kafka_text()));
    }
    out
}
