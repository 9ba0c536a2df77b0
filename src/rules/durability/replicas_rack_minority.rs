//! Partitions over two racks or more that could be over more.

use super::spread::Spread;
use crate::rules::facts::{ids, partition_findings};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `replicas-rack-minority`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replicas-rack-minority",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Replicas in fewer racks than possible",
    scope: SubjectKind::Partition,
    why: "One rack holds more of the replicas than it has to.",
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

    for topic in facts.topics() {
        partition_findings(facts, verdicts, topic, |partition| {
            let replicas = partition.replicas();
            let (racks, possible) = (spread.over(replicas)?, replicas.len().min(spread.racks()));
            (racks > 1 && racks < possible)
                .then(|| format!("replicas {} are in {racks} of {possible} racks", ids(replicas)))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().racks(&["a", "b", "c", "a"]).topic("t", "", &[&[1, 4, 2], &[1, 2, 3]]);
        assert_eq!(found.says(&RULE), ["medium partition t-0: replicas 1, 4, 2 are in 2 of 3 racks"]);
        assert!(given().topic("t", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        let unknown = given().topic("t", "", &[&[1, 2]]).unknown_racks();
        assert_eq!(unknown.says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
