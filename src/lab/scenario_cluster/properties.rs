//! The properties files of a scenario's clients: Kafka's own keys, and `lab.` ones that say what the application does.

use crate::scenario::{CommitMode, GroupSpec, ProducerSpec, setting_text};
use std::collections::BTreeMap;

fn settings(config: &BTreeMap<String, toml::Value>) -> impl Iterator<Item = (String, String)> {
    config.iter().map(|(key, value)| (key.clone(), setting_text(value)))
}

/// Of a producer, by these brokers.
pub(super) fn producer_properties(spec: &ProducerSpec, bootstrap: &str) -> Vec<(String, String)> {
    let mut properties: Vec<(String, String)> = [
        ("bootstrap.servers", bootstrap.to_string()),
        ("client.id", format!("producer.{}", spec.name)),
        ("lab.topic", spec.topic.clone()),
        ("lab.name", spec.name.clone()),
        ("lab.bytes", spec.record_bytes.to_string()),
        ("lab.keys", spec.keys.word().into()),
        ("lab.resend", spec.resend.to_string()),
    ]
    .map(|(key, value)| (key.to_string(), value))
    .to_vec();
    properties.extend(spec.partition.map(|number| ("lab.partition".into(), number.to_string())));
    properties.extend(spec.records.map(|count| ("lab.records".into(), count.to_string())));
    properties.extend(settings(&spec.config));
    properties
}

/// Of a member of a group, by these brokers.
pub(super) fn member_properties(
    spec: &GroupSpec,
    member: u32,
    name: &str,
    bootstrap: &str,
) -> Vec<(String, String)> {
    let commit = match spec.commit {
        CommitMode::Auto => "auto",
        CommitMode::SyncAfter => "sync_after",
        CommitMode::AsyncAfter => "async_after",
        // The lab plays no scenario with these: `not_on_brokers`.
        CommitMode::AsyncRetry | CommitMode::EachRecord | CommitMode::EachRecordPolled => "never",
        CommitMode::Before => "before",
        CommitMode::Never => "never",
    };
    let mut properties: Vec<(String, String)> = [
        ("bootstrap.servers", bootstrap.to_string()),
        ("client.id", name.to_string()),
        ("group.id", spec.name.clone()),
        ("lab.topics", spec.topics.join(",")),
        ("lab.processing_ms", spec.processing_ms.to_string()),
        ("lab.worker_threads", spec.worker_threads.to_string()),
        ("lab.commit", commit.into()),
    ]
    .map(|(key, value)| (key.to_string(), value))
    .to_vec();
    properties.extend(settings(&spec.config));
    if let Some((_, id)) = properties.iter_mut().find(|(key, _)| key == "group.instance.id") {
        *id = format!("{id}-{member}");
    }
    properties
}
