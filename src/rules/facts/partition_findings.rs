//! Partitions in the same trouble as one finding per topic.

use crate::model::{BrokerId, PartitionView};
use crate::rules::facts::TopicFacts;
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};

/// How many runs of partition numbers, or ids, a line lists before it only counts.
const LISTED: usize = 8;

/// A finding for the partitions of a topic that are in trouble: the partition itself when it is one, else
/// the topic with their numbers and what is seen of the first.
pub(in crate::rules) fn partition_findings<'a>(
    facts: &ClusterFacts<'a>,
    verdicts: &mut Verdicts<'_>,
    topic: &TopicFacts<'a>,
    seen: impl Fn(PartitionView<'a>) -> Option<String>,
) {
    let mut first = None;
    let mut numbers = Vec::new();
    for partition in facts.partitions(topic) {
        if let Some(evidence) = seen(partition) {
            first.get_or_insert(evidence);
            numbers.push(partition.number());
        }
    }
    let Some(evidence) = first else { return };
    let name = topic.topic.name.clone();
    if let [one] = numbers[..] {
        verdicts
            .finding(FindingSubject { kind: SubjectKind::Partition, name, partition: Some(one) }, evidence);
        return;
    }
    let head = format!("{} of {} partitions ({})", numbers.len(), topic.topic.count, runs(&numbers));
    verdicts.finding(topic.subject(), format!("{head}; {}: {evidence}", numbers[0]));
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
