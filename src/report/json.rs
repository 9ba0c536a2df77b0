//! JSON documents: versioned, snake_case, unknown is `null`.

use crate::model::Cluster;
use crate::report::clean::clean_value;
use crate::report::findings::hidden_topics;
use crate::report::survival::{Survivals, survivals_json};
use crate::rules::{Finding, FindingSubject, Findings};
use serde_json::{Map, Value, json};

/// `klever.findings/1`.
pub fn findings_json(cluster: &Cluster, findings: &Findings) -> String {
    document(findings_value(cluster, findings))
}

/// The same with what clients survive, in its part `survival`.
pub fn findings_json_with(cluster: &Cluster, findings: &Findings, survivals: &Survivals) -> String {
    let mut value = findings_value(cluster, findings);
    value["survival"] = survivals_json(survivals);
    document(value)
}

fn findings_value(cluster: &Cluster, findings: &Findings) -> Value {
    let listed: Vec<Value> = findings.findings.iter().map(finding).collect();
    let missed = findings.not_examined.iter();
    let missed: Vec<Value> = missed
        .map(|missed| json!({"chapter": missed.chapter, "evidence": missed.words(), "rules": missed.rules}))
        .collect();
    json!({
        "schema": "klever.findings/1",
        "cluster_id": cluster.id.get(),
        "kafka_version": cluster.version.get(),
        "findings": listed,
        "not_examined": missed,
        "complete": complete(cluster),
        "unseen": hidden_topics(cluster).into_iter().collect::<Vec<String>>(),
        "summary": findings.summary(),
    })
}

pub(super) fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity,
        "chapter": finding.rule.chapter,
        "status": finding.status,
        "subject": subject(&finding.subject),
        "evidence": finding.evidence,
        "file": finding.place.as_ref().map(|place| &place.file),
        "line": finding.place.as_ref().map(|place| place.line),
        "why": finding.rule.why,
        "acceptance": finding.acceptance,
        "fix": finding.fix(),
    })
}

/// The partition is left out where there is none.
fn subject(subject: &FindingSubject) -> Value {
    let mut map = Map::new();
    map.insert("kind".into(), json!(subject.kind));
    map.insert("name".into(), json!(&*subject.name));
    if let Some(partition) = subject.partition {
        map.insert("partition".into(), json!(partition));
    }
    Value::Object(map)
}

/// What is known to have been seen whole.
pub(super) fn complete(cluster: &Cluster) -> Value {
    let seen = cluster.completeness();
    json!({ "topics": seen.topics.get().is_some(), "quorum": seen.quorum.get().is_some() })
}

/// A document as it is written: indented, with a line break at its end.
pub(super) fn document(value: Value) -> String {
    format!("{:#}\n", clean_value(value))
}
