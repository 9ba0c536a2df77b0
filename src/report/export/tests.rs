//! What other tools are given, to the letter.

use super::*;
use crate::hypothesis::{apply, reference};
use crate::knobs::Change;
use crate::model::KafkaVersion;

fn exported(format: ExportFormat, changes: &[&str]) -> String {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
    let cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    export(&cluster, TopicIx(0), format).unwrap()
}

const SAFE: &[&str] =
    &["min.insync.replicas=2", "acks=all", "linger.ms=10", "retries=MAX_INT", "enable.auto.commit=false"];

#[test]
fn properties_leave_defaults_out() {
    insta::assert_snapshot!(exported(ExportFormat::Properties, SAFE), @r"
    # producer.properties
    acks=all
    retries=2147483647
    linger.ms=10
    # consumer.properties
    enable.auto.commit=false
    # topic orders: 12 partitions, replication factor 3
    min.insync.replicas=2
    ");
}

#[test]
fn terraform_has_the_topic_only() {
    insta::assert_snapshot!(exported(ExportFormat::Terraform, SAFE), @r#"
    resource "kafka_topic" "orders" {
      name               = "orders"
      partitions         = 12
      replication_factor = 3

      config = {
        "min.insync.replicas" = "2"
      }
    }
    "#);
}

#[test]
fn strimzi_has_the_topic_only() {
    insta::assert_snapshot!(exported(ExportFormat::Strimzi, SAFE), @r"
    apiVersion: kafka.strimzi.io/v1
    kind: KafkaTopic
    metadata:
      name: orders
      labels:
        strimzi.io/cluster: my-cluster
    spec:
      partitions: 12
      replicas: 3
      config:
        min.insync.replicas: 2
    ");
}

#[test]
fn spring_has_the_clients_only() {
    insta::assert_snapshot!(exported(ExportFormat::Spring, SAFE), @r#"
    spring:
      kafka:
        producer:
          acks: "all"
          retries: 2147483647
          properties:
            "[linger.ms]": 10
        consumer:
          enable-auto-commit: false
    "#);
}

#[test]
fn scripts_create_grow_configure_and_reassign() {
    let text = exported(ExportFormat::KafkaCli, &["min.insync.replicas=2", "replication.factor=2"]);
    assert!(
        text.contains("--create --if-not-exists --topic orders --partitions 12 --replication-factor 2"),
        "{text}"
    );
    assert!(
        text.contains("--entity-type topics --entity-name orders --add-config min.insync.replicas=2"),
        "{text}"
    );
    let json = text.split("'JSON'\n").nth(1).unwrap().split("\nJSON").next().unwrap();
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(value["partitions"].as_array().unwrap().len(), 12);
    assert_eq!(value["partitions"][0]["replicas"].as_array().unwrap().len(), 2);
}

/// With eligible leader replicas the controllers refuse the minimum of one broker and do not look at its file.
#[test]
fn a_brokers_minimum_is_the_clusters_where_it_is_pinned() {
    let command = "--alter --entity-type brokers --entity-default --add-config min.insync.replicas=2";
    let set = "broker:min.insync.replicas=2";
    let pinned = exported(ExportFormat::KafkaCli, &[set]);
    assert!(
        pinned.lines().any(|line| line.starts_with("kafka-configs.sh") && line.contains(command)),
        "{pinned}"
    );
    assert!(!pinned.contains("server.properties"), "{pinned}");
    let file = exported(ExportFormat::Properties, &[set]);
    assert!(
        file.lines().all(|line| !line.starts_with("min.insync.replicas") || file.contains("# topic")),
        "{file}"
    );
    assert!(file.contains("# not here, kafka-configs.sh --entity-type brokers --entity-default"), "{file}");
    let old = exported(ExportFormat::KafkaCli, &["cluster:eligible.leader.replicas.version=0", set]);
    assert!(old.contains("server.properties") && !old.contains("--entity-default"), "{old}");
}

fn named(name: &str, format: ExportFormat) -> Result<String, String> {
    let mut cluster = reference(KafkaVersion::REFERENCE);
    let mut topics = cluster.topics.to_vec();
    topics[0].name = name.into();
    cluster.topics = topics.into();
    export(&cluster, TopicIx(0), format)
}

#[test]
fn names_that_kafka_does_not_allow_are_refused_with_their_place() {
    let hostile =
        ["a\nJSON\ntouch owned", "${file(1)}", "a'b", "", "..", "a b", "gr\u{fc}n", &"x".repeat(250)];
    for name in hostile {
        for format in ExportFormat::ALL {
            let why = named(name, format).unwrap_err();
            assert!(why.starts_with("topic 1 of"), "{why}");
            assert!(name.len() < 3 || !why.contains(name), "{why}");
        }
    }
}

#[test]
fn names_that_mean_something_elsewhere_stay_names() {
    use saphyr::LoadableYamlNode;
    for name in ["no", "1.0", "_", "-", "2001-01-01", "null", "0x10", "1e3", "A_b"] {
        let text = named(name, ExportFormat::Strimzi).unwrap();
        let read = &saphyr::Yaml::load_from_str(&text).unwrap()[0];
        let resource = read["metadata"]["name"].as_str().unwrap();
        assert!(!resource.is_empty(), "{text}");
        assert_eq!(
            read["spec"].as_mapping_get("topicName").and_then(|name| name.as_str()).unwrap_or(resource),
            name
        );
        let body: hcl::Body = hcl::parse(&named(name, ExportFormat::Terraform).unwrap()).unwrap();
        let block = body.blocks().next().unwrap();
        assert!(!block.labels()[1].as_str().starts_with(|c: char| c.is_ascii_digit()));
        let script = named(name, ExportFormat::KafkaCli).unwrap();
        let ran = std::process::Command::new("bash").args(["-n", "-c", &script]).output().unwrap();
        assert!(ran.status.success(), "{script}");
    }
}
