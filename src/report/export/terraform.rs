//! The `kafka_topic` resource of Terraform's Kafka provider.

use super::TopicExport;
use super::quote::hcl;
use crate::knobs::Scope;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = setting.topic_name();
    let mut out = format!(
        "resource \"kafka_topic\" \"{}\" {{\n  name               = {}\n  partitions         = {}\n  \
         replication_factor = {}\n",
        label(name),
        hcl(name),
        setting.partitions(),
        setting.replication_factor()
    );
    let topic = setting.set(Scope::Topic);
    if !topic.is_empty() {
        out.push_str("\n  config = {\n");
        for (knob, value) in topic {
            let _ = writeln!(out, "    \"{}\" = {}", knob.name, hcl(&value.kafka_text()));
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

/// A label begins with a letter or an underscore.
fn label(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if plain.starts_with(|first: char| first.is_ascii_digit()) { format!("_{plain}") } else { plain }
}
