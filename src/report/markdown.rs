//! Findings as Markdown, for a comment on a change.

use crate::model::Cluster;
use crate::report::clean;
use crate::report::findings::{blocks, fix, heading, hidden_topics};
use crate::rules::{FindingStatus, Findings};

/// Subjects that a row lists before it only counts.
const LISTED: usize = 3;

/// The findings of a cluster as Markdown.
pub fn findings_markdown(cluster: &Cluster, findings: &Findings) -> String {
    let mut out = format!("## klever\n\n{}\n", heading(cluster));
    if findings.findings.is_empty() {
        out.push_str("No findings.\n");
    } else {
        out.push_str("| severity | rule | where and what | fix |\n|---|---|---|---|\n");
    }
    for block in blocks(&findings.findings) {
        let first = &block[0];
        let (word, fix) = match first.status {
            FindingStatus::Finding => (first.severity.word(), fix(block)),
            FindingStatus::Unknown => ("unknown", String::new()),
            FindingStatus::Waived => ("waived", String::new()),
        };
        let seen = |finding: &crate::rules::Finding| {
            format!("{}: {}", cell(&finding.subject.title()), cell(&finding.placed_evidence()))
        };
        let mut listed: Vec<String> = block.iter().take(LISTED).map(seen).collect();
        if block.len() > LISTED {
            listed.push(format!("... and {} more", block.len() - LISTED));
        }
        out.push_str(&format!("| {word} | {} | {} | {} |\n", first.rule.id, listed.join("<br>"), cell(&fix)));
    }
    if let Some(reason) = hidden_topics(cluster) {
        out.push_str(&format!("\nNot seen in full: {}\n", cell(&reason)));
    }
    if !findings.not_examined.is_empty() {
        out.push_str("\nNot examined:\n\n");
    }
    for missed in &findings.not_examined {
        out.push_str(&format!(
            "- {} ({}): {}\n",
            missed.chapter.title(),
            missed.chapter.number(),
            missed.words()
        ));
    }
    out
}

/// Text that cannot end its cell or begin markup.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in clean(text).chars() {
        if matches!(letter, '|' | '<' | '>' | '*' | '`' | '[' | ']' | '\\' | '_') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
