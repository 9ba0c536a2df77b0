//! Strimzi's `KafkaTopic`.

use super::TopicExport;
use super::quote::{yaml, yaml_value};
use crate::knobs::Scope;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = setting.topic_name();
    let resource = resource_name(name);
    let mut out = format!(
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: {}\n  labels:\n    \
         strimzi.io/cluster: my-cluster\nspec:\n",
        yaml_value(&resource)
    );
    if resource != name {
        let _ = writeln!(out, "  topicName: {}", yaml(name));
    }
    let _ =
        writeln!(out, "  partitions: {}\n  replicas: {}", setting.partitions(), setting.replication_factor());
    let topic = setting.set(Scope::Topic);
    if !topic.is_empty() {
        out.push_str("  config:\n");
        for (knob, value) in topic {
            let _ = writeln!(out, "    {}: {}", knob.name, yaml_value(&value.kafka_text()));
        }
    }
    out
}

/// Kubernetes takes lower-case letters, digits, `-` and `.` only.
fn resource_name(topic: &str) -> String {
    let lower = topic.to_ascii_lowercase();
    let plain: String =
        lower.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let trimmed = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    // A name may be nothing but dots and underscores.
    if trimmed.is_empty() { "topic".to_string() } else { trimmed.to_string() }
}
