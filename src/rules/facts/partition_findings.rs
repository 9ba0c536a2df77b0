//! Partitions in the same trouble as one finding per topic.

use crate::model::{BrokerId, PartitionView};
use crate::rules::facts::TopicFacts;
use crate::rules::verdicts::Seen;
use crate::rules::{ClusterFacts, FindingSubject, Severity, SubjectKind, Verdicts};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many runs of partition numbers, or ids, a line lists before it only counts.
const LISTED: usize = 8;

/// Partitions with the same severity and the same fix are in the same trouble.
type Trouble = (Option<Severity>, Option<Cow<'static, str>>);

/// A finding for the partitions of a topic that are in the same trouble: the partition itself when it is one,
/// else the topic with their numbers and what is seen of the first.
pub(in crate::rules) fn partition_findings<'a, S: Into<Seen>>(
    facts: &ClusterFacts<'a>,
    verdicts: &mut Verdicts<'_>,
    topic: &TopicFacts<'a>,
    seen: impl Fn(PartitionView<'a>) -> Option<S>,
) {
    let mut troubles: BTreeMap<Trouble, (Seen, Vec<i32>)> = BTreeMap::new();
    for partition in facts.partitions(topic) {
        let Some(seen) = seen(partition).map(S::into) else { continue };
        let trouble = troubles.entry((seen.severity, seen.fix.clone())).or_insert_with(|| (seen, Vec::new()));
        trouble.1.push(partition.number());
    }
    for (seen, numbers) in troubles.into_values() {
        let (subject, evidence) = of_numbers(topic, &numbers, seen.evidence);
        verdicts.seen(subject, Seen { evidence, ..seen });
    }
}

fn of_numbers(topic: &TopicFacts<'_>, numbers: &[i32], evidence: String) -> (FindingSubject, String) {
    if let [one] = numbers[..] {
        let name = topic.topic.name.clone();
        return (FindingSubject { kind: SubjectKind::Partition, name, partition: Some(one) }, evidence);
    }
    let head = format!("{} of {} partitions ({})", numbers.len(), topic.topic.count, runs(numbers));
    (topic.subject(), format!("{head}; {}: {evidence}", numbers[0]))
}

/// How many of a topic's partitions have something: `2 of 3 partitions have 1 replica`.
pub(in crate::rules) fn of_partitions(count: usize, of: u32, what: &str) -> String {
    match (count, of) {
        (1, 1) => format!("the only partition has {what}"),
        (1, of) => format!("1 of {of} partitions has {what}"),
        (count, of) => format!("{count} of {of} partitions have {what}"),
    }
}

/// Ascending numbers as runs: `0-3, 7, 9-11`.
fn runs(numbers: &[i32]) -> String {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *number => *end = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let word =
        |(start, end): &(i32, i32)| if start == end { start.to_string() } else { format!("{start}-{end}") };
    let mut words: Vec<String> = runs.iter().take(LISTED).map(word).collect();
    if runs.len() > LISTED {
        words.push("...".into());
    }
    words.join(", ")
}

/// Broker ids as a list: `1, 2, 3`.
pub(in crate::rules) fn ids(ids: &[BrokerId]) -> String {
    let mut words: Vec<String> = ids.iter().take(LISTED).map(ToString::to_string).collect();
    if ids.len() > LISTED {
        words.push(format!("... ({})", ids.len()));
    }
    words.join(", ")
}
