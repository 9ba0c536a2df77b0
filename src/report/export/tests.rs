//! What other tools are given, to the letter.

use super::*;
use crate::hypothesis::{apply, reference};
use crate::knobs::Change;
use crate::model::KafkaVersion;

fn exported(format: ExportFormat, changes: &[&str]) -> String {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
    let cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    export(&cluster, TopicIx(0), format)
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
