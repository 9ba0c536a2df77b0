//! Findings in every format, from clusters built of rows.

use super::*;
use crate::hypothesis::{apply, reference};
use crate::knobs::Change;
use crate::model::{ClientProfile, Cluster, KafkaVersion, Origin, Unknown};
use crate::rules::{Findings, examine};
use std::sync::Arc;

/// Two topics of the reference cluster, one named by somebody who wants to steer the terminal.
fn sample() -> (Cluster, Findings) {
    let changes = [Change::parse("racks=0").unwrap()];
    let mut cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    let mut topic = cluster.topics[0].clone();
    topic.name = "orders\u{1b}[2J|x".into();
    cluster.topics = [topic].into();
    let mut brokers = cluster.brokers.to_vec();
    brokers.iter_mut().for_each(|broker| {
        broker.config = crate::model::Datum::unknown(Unknown::Denied("DescribeConfigs on Cluster".into()));
    });
    cluster.brokers = brokers.into();
    let producer = ClientProfile {
        name: "app.properties".into(),
        origin: Origin::File("conf/app.properties".into()),
        settings: [("acks".to_string(), "0".to_string())].into(),
        ..ClientProfile::defaults(KafkaVersion::REFERENCE)
    };
    Arc::make_mut(&mut cluster.assumed).producers = vec![producer];
    let findings = examine(&cluster);
    (cluster, findings)
}

#[test]
fn text_is_worst_first_within_80_columns_and_names_what_was_not_looked_at() {
    let (cluster, findings) = sample();
    let text = findings_text(&cluster, &findings);
    assert!(
        text.starts_with(
            "Kafka 4.1.0, cluster reference: 3 brokers, 1 topic, 12 partitions\n\nCRITICAL acks-zero"
        ),
        "{text}"
    );
    for part in [
        "  producer app.properties  acks=0; it switches idempotence off without an error\n",
        "UNKNOWN  ",
        "denied, needs DescribeConfigs on Cluster",
        "consumer settings",
        "unknown, which is not a pass",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn json_has_the_keys_of_the_contract_and_nulls_for_what_is_unknown() {
    let (mut cluster, findings) = sample();
    cluster.version = crate::model::Datum::unknown(Unknown::NotAsked);
    let json: serde_json::Value = serde_json::from_str(&findings_json(&cluster, &findings)).unwrap();
    assert_eq!(json["schema"], "klever.findings/1");
    assert_eq!(json["cluster_id"], "reference");
    assert!(json["kafka_version"].is_null());
    let first = &json["findings"][0];
    assert_eq!(first["rule"], "acks-zero");
    assert_eq!((&first["severity"], &first["status"]), (&"critical".into(), &"finding".into()));
    assert_eq!(first["subject"], serde_json::json!({"kind": "producer", "name": "app.properties"}));
    for key in ["chapter", "evidence", "why", "fix"] {
        assert!(!first[key].is_null(), "{key}");
    }
    assert_eq!(json["summary"]["critical"], findings.summary().critical);
    assert!(json["not_examined"].as_array().unwrap().iter().any(|missed| missed["chapter"] == 3));
}

#[test]
fn other_formats_are_well_formed_and_clean() {
    let (cluster, findings) = sample();
    let mut placed = findings.clone();
    placed.findings[0].place = Some(crate::rules::FilePlace { file: "conf/app.properties".into(), line: 3 });
    let sarif: serde_json::Value = serde_json::from_str(&findings_sarif(&cluster, &placed)).unwrap();
    let first = &sarif["runs"][0]["results"][0];
    assert_eq!((&first["ruleId"], &first["level"]), (&"acks-zero".into(), &"error".into()));
    let uri = &first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "conf/app.properties");
    let junit = findings_junit(&cluster, &findings);
    assert!(
        junit.contains("<testcase classname=\"critical\" name=\"acks-zero\">\n      <failure "),
        "{junit}"
    );
    assert_eq!(
        junit.matches("<testcase ").count(),
        junit.matches("/>\n").count() - junit.matches("<skipped").count()
            + junit.matches("</testcase>").count()
    );
    let markdown = findings_markdown(&cluster, &findings);
    assert!(markdown.contains("| critical | acks-zero | producer app.properties: acks=0; it switches idempotence off without an error |"), "{markdown}");
    for text in [junit, markdown, findings_sarif(&cluster, &findings), findings_json(&cluster, &findings)] {
        assert!(!text.contains('\u{1b}') && !text.contains("\\u001b"));
    }
}
