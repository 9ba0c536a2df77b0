//! Consumers whose fetches together need much memory.

use crate::rules::clients::{clients_with, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `consumer-fetch-memory`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "consumer-fetch-memory",
    chapter: Chapter::new(12),
    severity: Severity::Medium,
    title: "Consumer may hold more than a gigabyte of fetched records",
    scope: SubjectKind::Consumer,
    why: "It fetches from all brokers at once, up to these limits from each: after a pause, when there is much to read, memory runs out.",
    fix: "Lower fetch.max.bytes or max.partition.fetch.bytes",
    needs: &[Evidence::Metadata, Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let brokers = facts.cluster.brokers.len() as i64;
    let widest = facts.user_topics().map(|topic| i64::from(topic.topic.count)).max().unwrap_or(0);
    clients_with(
        consumers(facts.cluster),
        verdicts,
        ["fetch.max.bytes", "max.partition.fetch.bytes"],
        |[fetch, partition]| {
            let (fetch_bytes, partition_bytes): (i64, i64) = (fetch.parse().ok()?, partition.parse().ok()?);
            let most = brokers.saturating_mul(fetch_bytes).min(widest.saturating_mul(partition_bytes));
            (most > GIGABYTE).then(|| format!("fetch.max.bytes={fetch_bytes}, max.partition.fetch.bytes={partition_bytes}: up to {most} bytes of the widest topic"))
        },
    );
}

const GIGABYTE: i64 = 1_073_741_824;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let wide = given().topic("a", "", &[&[1, 2][..]; 60]);
        let large = "fetch.max.bytes=2000000000\nmax.partition.fetch.bytes=52428800";
        assert_eq!(
            wide.consumer(large).says(&RULE),
            [
                "medium consumer app.properties: fetch.max.bytes=2000000000, max.partition.fetch.bytes=52428800: up to 3145728000 bytes of the widest topic"
            ]
        );
        assert!(given().topic("a", "", &[&[1, 2][..]; 6]).consumer(large).says(&RULE).is_empty());
        assert_eq!(
            given().consumer("fetch.max.bytes=${env:F}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in fetch.max.bytes"]
        );
    }
}
