//! Commands of Kafka's own scripts that bring an existing topic to a setting.

use super::{TopicExport, quote};
use crate::knobs::{Knob, Scope, Value};
use crate::report::clean;
use serde_json::json;
use std::fmt::Write as _;

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let name = quote::shell(setting.topic_name());
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
    let (pinned, broker): (Vec<_>, Vec<_>) =
        setting.set(Scope::Broker).into_iter().partition(|(knob, _)| setting.is_pinned(knob));
    if !pinned.is_empty() {
        let _ = writeln!(
            out,
            "kafka-configs.sh --bootstrap-server \"$BOOTSTRAP\" --alter --entity-type brokers --entity-default \
             --add-config {}   # {PINNED}",
            pairs(&pinned)
        );
    }
    if !broker.is_empty() {
        let _ = writeln!(
            out,
            "# in server.properties of every broker (some of these cannot be changed while it runs): {}",
            clean(&pairs(&broker))
        );
    }
    reassignment(setting, &mut out);
    out
}

/// What a command for the cluster's default is written with.
pub(super) const PINNED: &str = "with eligible leader replicas only the cluster's default counts, and a change clears them on every topic";

/// Replicas of an existing topic change by a reassignment only.
fn reassignment(setting: &TopicExport<'_>, out: &mut String) {
    let topic = setting.cluster.topic(setting.topic);
    let rows: Vec<String> = setting
        .cluster
        .partitions_of(topic)
        .map(|partition| {
            let replicas: Vec<String> = partition.replicas().iter().map(ToString::to_string).collect();
            format!(
                "  {{\"topic\": {}, \"partition\": {}, \"replicas\": [{}]}}",
                json!(setting.topic_name()),
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

/// As one word for the shell; a value with commas stands in brackets.
fn pairs(settings: &[(&'static Knob, Value)]) -> String {
    let pair = |(knob, value): &(&'static Knob, Value)| {
        let text = value.kafka_text();
        let text = if text.contains(',') { format!("[{text}]") } else { text };
        format!("{}={text}", knob.name)
    };
    quote::shell(&settings.iter().map(pair).collect::<Vec<String>>().join(","))
}
