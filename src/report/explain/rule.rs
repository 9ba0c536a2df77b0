//! A rule in words.

use crate::report::layout::labelled;
use crate::rules::Rule;
use serde_json::{Value, json};

pub(super) fn rule_text(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n", rule.id, rule.title);
    let mut line = |label: &str, text: &str| labelled(&mut out, 2, label, 10, text);
    line("severity", rule.severity.word());
    line("about", rule.scope.word());
    line("chapter", &format!("{}, {}", rule.chapter.number(), rule.chapter.title()));
    line("why", rule.why);
    line("fix", &rule.fix.replace("{name}", &format!("<{}>", rule.scope.word())));
    let needs: Vec<&str> = rule.needs.iter().map(|evidence| evidence.doc()).collect();
    line("needs", &needs.join(", "));
    match (rule.since, rule.until) {
        (Some(since), Some(until)) => line("versions", &format!("from {since}, before {until}")),
        (Some(since), None) => line("versions", &format!("from {since}")),
        (None, Some(until)) => line("versions", &format!("before {until}")),
        (None, None) => {}
    }
    out
}

pub(super) fn rule_json(rule: &Rule) -> Value {
    let needs: Vec<&str> = rule.needs.iter().map(|evidence| evidence.doc()).collect();
    json!({
        "kind": "rule",
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "about": rule.scope.word(),
        "chapter": rule.chapter,
        "why": rule.why,
        "fix": rule.fix.replace("{name}", &format!("<{}>", rule.scope.word())),
        "needs": needs,
        "since": rule.since,
        "until": rule.until,
    })
}

pub(super) fn line(rule: &Rule) -> String {
    format!("{:>2}  {:<9} {:<30} {}\n", rule.chapter.number(), rule.severity.word(), rule.id, rule.title)
}
