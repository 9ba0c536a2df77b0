//! Findings as text for people: worst first, one block a rule.

use crate::model::{Cluster, Unknown, plural};
use crate::report::clean;
use crate::report::layout::{WIDTH, labelled};
use crate::rules::{Finding, FindingStatus, Findings, Summary};

/// Subjects that a block lists before it only counts.
const LISTED: usize = 10;

/// The findings of a cluster as text.
pub fn findings_text(cluster: &Cluster, findings: &Findings) -> String {
    let mut out = heading(cluster);
    for block in blocks(&findings.findings) {
        out.push('\n');
        push_block(&mut out, block);
    }
    if !findings.not_examined.is_empty() {
        out.push_str("\nNot examined, because the evidence was not given:\n");
        for missed in &findings.not_examined {
            let text = format!("{}: {}", missed.chapter.title(), missed.words());
            labelled(&mut out, 2, &missed.chapter.number().to_string(), 3, &text);
        }
    }
    out.push('\n');
    out.push_str(&summary(&findings.summary()));
    if let Some(reason) = hidden_topics(cluster) {
        out.push_str(&format!("; {}", clean(&reason)));
    }
    out.push('\n');
    out
}

/// Why there may be topics that nobody saw, so that nothing is known of them; `None` where all were seen or no cluster
/// was asked for.
pub fn hidden_topics(cluster: &Cluster) -> Option<String> {
    let topics = cluster.topics_complete();
    topics.reason().filter(|_| !cluster.brokers.is_empty() && !cluster.is_of_files()).map(|reason| {
        match reason {
            Unknown::NotExposed(why) => why.clone(),
            reason => format!("whether all topics were seen is {reason}"),
        }
    })
}

/// `Kafka 4.1.0, cluster abc: 3 brokers, 1 topic, 12 partitions`.
pub(super) fn heading(cluster: &Cluster) -> String {
    if cluster.is_of_files() {
        return of_files(cluster);
    }
    if cluster.brokers.is_empty() {
        return "No cluster: only what was given is judged\n".into();
    }
    let version =
        cluster.version.get().map_or("Kafka of unknown version".into(), |version| format!("Kafka {version}"));
    let id = cluster.id.get().map_or("of unknown id".into(), |id| clean(id));
    let (brokers, topics) = (plural(cluster.brokers.len(), "broker"), plural(cluster.topics.len(), "topic"));
    let partitions = plural(cluster.partitions.len(), "partition");
    // What may be missing makes the counts lower bounds.
    let least = if cluster.topics_complete().get().is_some() { "" } else { "at least " };
    format!("{version}, cluster {id}: {brokers}, {least}{topics}, {partitions}\n")
}

/// `Settings of 1 broker and 2 topics only, no cluster; defaults are those of Kafka 4.1.0`.
fn of_files(cluster: &Cluster) -> String {
    let counts = [(cluster.brokers.len(), "broker"), (cluster.topics.len(), "topic")];
    let words: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(*count, word)).collect();
    let defaults = cluster
        .version
        .get()
        .map_or(String::new(), |version| format!("; defaults are those of Kafka {version}"));
    format!("Settings of {} only, no cluster{defaults}\n", words.join(" and "))
}

/// Runs of findings that say the same of different subjects.
pub(super) fn blocks(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(|a, b| {
        let same = std::ptr::eq(a.rule, b.rule) && (a.status, a.severity) == (b.status, b.severity);
        same && a.own_fix == b.own_fix
    })
}

fn push_block(out: &mut String, block: &[Finding]) {
    let first = &block[0];
    let word = match first.status {
        FindingStatus::Finding => first.severity.word().to_uppercase(),
        FindingStatus::Unknown => "UNKNOWN".into(),
        FindingStatus::Waived => "WAIVED".into(),
    };
    let head = format!("{word:<9}{}", first.rule.id);
    let title = first.rule.title;
    let room = WIDTH.saturating_sub(head.chars().count() + 2);
    if title.chars().count() <= room {
        out.push_str(&format!("{head}{title:>width$}\n", width = room + 2))
    } else {
        out.push_str(&format!("{head}\n  {title}\n"))
    }
    let widest =
        block.iter().take(LISTED).map(|finding| clean(&finding.subject.title()).chars().count()).max();
    let widest = widest.unwrap_or(0).min(WIDTH / 2) + 2;
    for finding in block.iter().take(LISTED) {
        let subject = format!("{}  ", clean(&finding.subject.title()));
        labelled(out, 2, &subject, widest, &clean(&finding.placed_evidence()));
    }
    if block.len() > LISTED {
        out.push_str(&format!("  ... and {} more\n", block.len() - LISTED));
    }
    if first.status == FindingStatus::Finding {
        labelled(out, 2, "Why", 5, first.rule.why);
        labelled(out, 2, "Fix", 5, &fix(block));
    }
}

/// The fix for one subject by its name, for several by their kind.
pub(super) fn fix(block: &[Finding]) -> String {
    match block {
        [one] => clean(&one.fix()),
        several => several[0].fix_for(&format!("<{}>", several[0].subject.kind.word())),
    }
}

/// `1 critical, 2 high...; 1 unknown, which is not a pass`.
fn summary(summary: &Summary) -> String {
    let Summary { critical, high, medium, low, info, unknown, waived } = *summary;
    let found = [(critical, "critical"), (high, "high"), (medium, "medium"), (low, "low"), (info, "info")];
    let mut words: Vec<String> =
        found.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if words.is_empty() {
        words.push("No findings".into());
    }
    let mut line = words.join(", ");
    if unknown > 0 {
        line.push_str(&format!("; {unknown} unknown, which is not a pass"));
    }
    if waived > 0 {
        line.push_str(&format!("; {waived} waived"));
    }
    line
}
