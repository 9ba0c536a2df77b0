//! Partitions whose replicas all stand in one rack although there are others.

use super::spread::Spread;
use crate::rules::facts::{ids, partition_findings};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `replicas-one-rack`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replicas-one-rack",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "All replicas in one rack",
    scope: SubjectKind::Partition,
    why: "Losing that rack is an outage, and a power loss there loses what was not flushed yet.",
    fix: "Reassign {name} so that its replicas spread over the racks",
    needs: &[Evidence::Metadata, Evidence::Racks],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let spread = match Spread::of(facts) {
        Err(reason) => return verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(spread) => spread,
    };

    for topic in facts.topics().filter(|_| spread.racks() >= 2) {
        partition_findings(facts, verdicts, topic, |partition| {
            let replicas = partition.replicas();
            (replicas.len() > 1 && spread.over(replicas)? == 1).then(|| {
                format!("replicas {} are all in rack {}", ids(replicas), spread.rack_of(replicas[0]))
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().racks(&["a", "a", "b"]).topic("t", "", &[&[1, 2], &[1, 3]]);
        assert_eq!(found.says(&RULE), ["critical partition t-0: replicas 1, 2 are all in rack a"]);
        assert!(given().topic("t", "", &[&[1, 2, 3], &[1]]).says(&RULE).is_empty());
        assert!(given().racks(&["a", "a"]).topic("t", "", &[&[1, 2]]).says(&RULE).is_empty());
        let unknown = given().topic("t", "", &[&[1, 2]]).unknown_racks();
        assert_eq!(unknown.says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
