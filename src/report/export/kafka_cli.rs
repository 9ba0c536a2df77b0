//! Commands of Kafka's own scripts that bring an existing topic to a setting.

use super::TopicExport;
use crate::knobs::{Knob, Scope, Value};
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = quoted(setting.topic_name());
    let mut out = String::from("# BOOTSTRAP=host:port of a broker; every command changes the cluster\n");
    let _ = writeln!(
        out,
        "kafka-topics.sh --bootstrap-server \"$BOOTSTRAP\" --create --if-not-exists --topic {name} \
         --partitions {} --replication-factor {}",
        setting.partitions(),
        setting.replication_factor()
    );
    let _ = writeln!(
        out,
        "kafka-topics.sh --bootstrap-server \"$BOOTSTRAP\" --alter --topic {name} --partitions {}   # if it has fewer",
        setting.partitions()
    );
    let topic = setting.set(Scope::Topic);
    if !topic.is_empty() {
        let _ = writeln!(
            out,
            "kafka-configs.sh --bootstrap-server \"$BOOTSTRAP\" --alter --entity-type topics --entity-name {name} \
             --add-config {}",
            pairs(&topic)
        );
    }
    let broker = setting.set(Scope::Broker);
    if !broker.is_empty() {
        let _ = writeln!(
            out,
            "# in server.properties of every broker (some of these cannot be changed while it runs): {}",
            pairs(&broker)
        );
    }
    reassignment(setting, &mut out);
    out
}

/// Replicas of an existing topic change by a reassignment only.
fn reassignment(setting: &TopicExport<'_>, out: &mut String) {
    let topic = setting.cluster.topic(setting.topic);
    let rows: Vec<String> = setting
        .cluster
        .partitions_of(topic)
        .map(|partition| {
            let replicas: Vec<String> = partition.replicas().iter().map(ToString::to_string).collect();
            format!(
                "  {{\"topic\": \"{}\", \"partition\": {}, \"replicas\": [{}]}}",
                setting.topic_name(),
                partition.number(),
                replicas.join(", ")
            )
        })
        .collect();
    let _ = writeln!(
        out,
        "cat > reassignment.json <<'JSON'\n{{\"version\": 1, \"partitions\": [\n{}\n]}}\nJSON",
        rows.join(",\n")
    );
    out.push_str(
        "kafka-reassign-partitions.sh --bootstrap-server \"$BOOTSTRAP\" --reassignment-json-file reassignment.json \
         --execute   # if its replicas differ\n",
    );
}

fn pairs(settings: &[(&'static Knob, Value)]) -> String {
    let pairs: Vec<String> =
        settings.iter().map(|(knob, value)| format!("{}={}", knob.name, value.kafka_text())).collect();
    pairs.join(",")
}

/// Topic names are letters, digits, `.`, `_` and `-`; anything else is quoted for the shell.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if plain { name.to_string() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}
