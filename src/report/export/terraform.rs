//! The `kafka_topic` resource of Terraform's Kafka provider.

use super::TopicExport;
use crate::knobs::Scope;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = setting.topic_name();
    let label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let mut out = format!(
        "resource \"kafka_topic\" \"{label}\" {{\n  name               = \"{name}\"\n  partitions         = {}\n  \
         replication_factor = {}\n",
        setting.partitions(),
        setting.replication_factor()
    );
    let topic = setting.set(Scope::Topic);
    if !topic.is_empty() {
        out.push_str("\n  config = {\n");
        for (knob, value) in topic {
            let _ = writeln!(out, "    \"{}\" = \"{}\"", knob.name, value.kafka_text());
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}
