//! Findings as SARIF 2.1.0, for code scanning.

use crate::model::Cluster;
use crate::report::findings::hidden_topics;
use crate::report::json::{complete, document};
use crate::rules::{ALL, Finding, FindingStatus, Findings, Rule, Severity};
use serde_json::{Value, json};

/// The findings of a cluster as SARIF. What is unknown has the kind `open`.
pub fn findings_sarif(cluster: &Cluster, findings: &Findings) -> String {
    let results: Vec<Value> = findings.findings.iter().map(result).collect();
    document(json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "klever",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": ALL.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "results": results,
            "invocations": [invocation(cluster)],
        }],
    }))
}

/// What was not seen, where SARIF has tools say such things: no result says that it is fine.
fn invocation(cluster: &Cluster) -> Value {
    let warning = |reason: String| json!({"level": "warning", "message": {"text": reason}});
    let notes: Vec<Value> = hidden_topics(cluster).into_iter().map(warning).collect();
    json!({
        "executionSuccessful": true,
        "toolExecutionNotifications": notes,
        "properties": {"complete": complete(cluster)},
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix.replace("{name}", &format!("<{}>", rule.scope.word()))},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"severity": rule.severity, "chapter": rule.chapter},
    })
}

fn result(finding: &Finding) -> Value {
    let (kind, level) = match finding.status {
        FindingStatus::Unknown => ("open", "none"),
        _ => ("fail", level(finding.severity)),
    };
    let title = finding.subject.title();
    let mut location = json!({"logicalLocations": [{"fullyQualifiedName": title}]});
    if let Some(place) = &finding.place {
        let (uri, region) = (uri_of(&place.file), json!({"startLine": place.line}));
        location["physicalLocation"] = json!({"artifactLocation": {"uri": uri}, "region": region});
    }
    let mut result = json!({
        "ruleId": finding.rule.id,
        "kind": kind,
        "level": level,
        "message": {"text": format!("{title}: {}{}{}", finding.evidence, over(finding), own_fix(finding))},
        "locations": [location],
    });
    if finding.status == FindingStatus::Waived {
        let why = finding.acceptance.as_ref().map(ToString::to_string);
        result["suppressions"] = json!([{"kind": "external", "justification": why.unwrap_or_default()}]);
    }
    result
}

/// A file's name as a reference of RFC 3986: what has a meaning there is escaped.
fn uri_of(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// That somebody decided to live with it for a time that is over.
fn over(finding: &Finding) -> String {
    let over = finding.acceptance.as_ref().filter(|acceptance| acceptance.is_over);
    over.map_or(String::new(), |acceptance| format!("; {acceptance}"))
}

/// What the rule's help says does not fit here: what does is said with the result.
fn own_fix(finding: &Finding) -> String {
    finding.own_fix.as_ref().map_or(String::new(), |_| format!(". {}", finding.fix()))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}
