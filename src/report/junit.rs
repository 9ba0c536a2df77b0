//! Findings as JUnit XML: a suite a chapter, a case a rule.

use crate::model::Cluster;
use crate::report::clean;
use crate::report::findings::hidden_topics;
use crate::rules::{ALL, Chapter, Finding, FindingStatus, Findings, Rule};
use std::fmt::Write;

/// The findings of a cluster as JUnit XML. Unknown and not examined rules are skipped, not passed.
pub fn findings_junit(cluster: &Cluster, findings: &Findings) -> String {
    let applies = |rule: &&&Rule| cluster.version.get().is_none_or(|version| rule.applies_to(*version));
    let rules: Vec<&Rule> = ALL.iter().filter(applies).copied().collect();
    let mut chapters: Vec<Chapter> = rules.iter().map(|rule| rule.chapter).collect();
    chapters.sort_unstable();
    chapters.dedup();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"klever\">\n");
    for chapter in chapters {
        let cases: Vec<(&Rule, CaseOutcome)> = rules
            .iter()
            .filter(|rule| rule.chapter == chapter)
            .map(|rule| (*rule, outcome(rule, findings)))
            .collect();
        suite(&mut out, chapter, &cases);
    }
    if let Some(reason) = hidden_topics(cluster) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "  <testsuite name=\"What was seen\" tests=\"1\" failures=\"0\" skipped=\"1\">\n    <testcase \
             classname=\"unknown\" name=\"all-topics-seen\">\n      <skipped message=\"unknown: {}\"/>\n    \
             </testcase>\n  </testsuite>",
            escape(&reason)
        );
    }
    out.push_str("</testsuites>\n");
    out
}

enum CaseOutcome {
    Passed,
    Failed(String),
    Skipped(String),
}

fn outcome(rule: &Rule, findings: &Findings) -> CaseOutcome {
    let of_rule = |status: FindingStatus| {
        let mine = move |finding: &&Finding| std::ptr::eq(finding.rule, rule) && finding.status == status;
        let line = |finding: &Finding| format!("{}: {}", finding.subject.title(), finding.placed_evidence());
        findings.findings.iter().filter(mine).map(line).collect::<Vec<_>>().join("\n")
    };
    let (found, unknown) = (of_rule(FindingStatus::Finding), of_rule(FindingStatus::Unknown));
    let missed = findings.not_examined.iter().find(|missed| missed.rules.contains(rule.id));
    match (found.is_empty(), unknown.is_empty(), missed) {
        (false, _, _) => CaseOutcome::Failed(found),
        (true, false, _) => CaseOutcome::Skipped(format!("unknown: {unknown}")),
        (true, true, Some(missed)) => CaseOutcome::Skipped(format!("not examined: {}", missed.words())),
        (true, true, None) => CaseOutcome::Passed,
    }
}

fn suite(out: &mut String, chapter: Chapter, cases: &[(&Rule, CaseOutcome)]) {
    let failures = cases.iter().filter(|(_, outcome)| matches!(outcome, CaseOutcome::Failed(_))).count();
    let skipped = cases.iter().filter(|(_, outcome)| matches!(outcome, CaseOutcome::Skipped(_))).count();
    let (name, tests) = (escape(chapter.title()), cases.len());
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\">"
    );
    for (rule, outcome) in cases {
        let head = format!("    <testcase classname=\"{}\" name=\"{}\"", rule.severity.word(), rule.id);
        let _ = match outcome {
            CaseOutcome::Passed => writeln!(out, "{head}/>"),
            CaseOutcome::Failed(text) => {
                let (title, text) = (escape(rule.title), escape(text));
                writeln!(out, "{head}>\n      <failure message=\"{title}\">{text}</failure>\n    </testcase>")
            }
            CaseOutcome::Skipped(why) => {
                writeln!(out, "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>", escape(why))
            }
        };
    }
    out.push_str("  </testsuite>\n");
}

fn escape(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
