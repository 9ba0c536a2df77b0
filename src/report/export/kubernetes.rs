//! Strimzi's `KafkaTopic`.

use super::TopicExport;
use crate::knobs::Scope;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = setting.topic_name();
    let resource = resource_name(name);
    let mut out = format!(
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: {resource}\n  labels:\n    \
         strimzi.io/cluster: my-cluster\nspec:\n"
    );
    if resource != name {
        let _ = writeln!(out, "  topicName: \"{name}\"");
    }
    let _ =
        writeln!(out, "  partitions: {}\n  replicas: {}", setting.partitions(), setting.replication_factor());
    let topic = setting.set(Scope::Topic);
    if !topic.is_empty() {
        out.push_str("  config:\n");
        for (knob, value) in topic {
            let _ = writeln!(out, "    {}: {}", knob.name, value.kafka_text());
        }
    }
    out
}

/// Kubernetes takes lower-case letters, digits, `-` and `.` only.
fn resource_name(topic: &str) -> String {
    let lower = topic.to_ascii_lowercase();
    let plain: String =
        lower.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    plain.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_string()
}
