//! Heaps that leave little for the page cache.

use crate::model::human_bytes;
use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `page-cache-starved`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "page-cache-starved",
    chapter: Chapter::new(8),
    severity: Severity::Medium,
    title: "The heap takes the page cache",
    scope: SubjectKind::Host,
    why: "A broker serves readers from the page cache, not from its heap: with half of the memory in the heap readers soon read from disk, and slow down everybody.",
    fix: "Give the broker of {name} a heap of 4 to 6 GiB (-Xmx6g), unless it has tens of thousands of partitions, and leave the rest to the page cache",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.heap_bytes.zip(&host.memory_bytes),
        |(heap, memory)| {
            let heap = (*heap)?;
            let seen =
                || format!("a heap of {} on a machine with {}", human_bytes(heap), human_bytes(*memory));
            (heap > memory / 2).then(|| seen().into())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let command = "/usr/bin/java\0-Xmx40g\0kafka.Kafka\0";
        let said = "medium host kafka-1: a heap of 40.0 GiB on a machine with 64.0 GiB";
        on_host(&RULE, &[("proc/7/cmdline", command)], said, "proc/meminfo");
    }
}
