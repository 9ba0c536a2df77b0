//! `klever.baseline/1`: the findings that a cluster or its files have today, so that only new ones fail a check.

use crate::report::json::document;
use crate::rules::{KnownFinding, Severity};
use serde_json::{Value, json};

const SCHEMA: &str = "klever.baseline/1";

/// A baseline of these findings, written on this day.
pub fn write_baseline(known: &[KnownFinding], day: &str) -> String {
    let findings: Vec<Value> = known
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule, "subject": one.subject, "keys": one.keys, "each": one.each,
                "severity": one.severity.word(),
            })
        })
        .collect();
    document(json!({"schema": SCHEMA, "written": day, "findings": findings}))
}

/// The findings of a baseline and the day on which it was written.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read_baseline(text: &str) -> Result<(Vec<KnownFinding>, String), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    if value["schema"] != SCHEMA {
        return Err(format!("it is no {SCHEMA}"));
    }
    let day = value["written"].as_str().ok_or("`written` is missing")?.to_string();
    let findings = value["findings"].as_array().ok_or("`findings` is missing")?;
    let known: Option<Vec<KnownFinding>> = findings.iter().map(known).collect();
    Ok((known.ok_or("a finding without rule, subject, keys, each and severity")?, day))
}

fn known(value: &Value) -> Option<KnownFinding> {
    let word = value["severity"].as_str()?;
    let severity = Severity::ALL.into_iter().find(|severity| severity.word() == word)?;
    let text = |key: &str| value[key].as_str().map(str::to_string);
    let texts = |key: &str| -> Option<Vec<String>> {
        value[key].as_array()?.iter().map(|one| one.as_str().map(str::to_string)).collect()
    };
    let (keys, each) = (texts("keys")?, texts("each")?);
    Some(KnownFinding { rule: text("rule")?, subject: text("subject")?, keys, each, severity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_read_as_it_was_written() {
        let known = vec![KnownFinding {
            rule: "acks-one".into(),
            subject: "producer:p".into(),
            keys: vec!["acks".into()],
            each: vec!["producer:p".into(), "producer:q".into()],
            severity: Severity::High,
        }];
        let text = write_baseline(&known, "2026-11-28");
        assert_eq!(read_baseline(&text), Ok((known, "2026-11-28".to_string())));
        assert!(read_baseline("{}").unwrap_err().contains("klever.baseline/1"));
        assert!(read_baseline("[").unwrap_err().starts_with("no JSON"));
        assert!(read_baseline(&text.replace("high", "dire")).is_err());
    }
}
