//! Topics that want more replicas than there are brokers up.

use crate::model::plural;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `rf-exceeds-live-brokers`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rf-exceeds-live-brokers",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "More replicas than live brokers",
    scope: SubjectKind::Topic,
    why: "Such a partition cannot be fully replicated, and the next topic with this factor cannot be created.",
    fix: "Bring the missing brokers back, or run others and reassign {name} to them",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let up = facts.cluster.brokers_up();
    for topic in facts.topics().filter(|topic| topic.widest > up) {
        verdicts.finding(
            topic.subject(),
            format!("{}, {} up", plural(topic.widest, "replica"), plural(up, "broker")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().down(3).topic("a", "", &[&[1, 2, 3]]).says(&RULE);
        assert_eq!(found, ["high topic a: 3 replicas, 2 brokers up"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
