//! Loads that the members of a group cannot carry.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `consumer-capacity-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "consumer-capacity-short",
    chapter: Chapter::new(13),
    severity: Severity::High,
    title: "The group cannot keep up",
    scope: SubjectKind::Group,
    why: "At the load that is set or assumed the members of a group together process less than comes in: the lag grows without end, until retention deletes what was not read.",
    fix: "More members up to the number of partitions, more partitions (keys move), or less work for each record",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let load = &facts.cluster.assumed.load;
    let Some(widest) = facts.user_topics().map(|topic| topic.topic.count).max() else { return };
    let working = f64::from(load.consumers.min(widest));
    let needed = load.records_per_s * load.processing_ms / 1_000.0;
    if needed > working {
        let rate = load.records_per_s;
        let seen = format!(
            "{rate} records/s of {} ms each need {needed:.1} members, {working} can work",
            load.processing_ms
        );
        verdicts.finding(FindingSubject::cluster(), seen);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let slow = |ms| given().topic("a", "", &[&[1, 2], &[2, 1]]).processing_ms(ms);
        assert_eq!(
            slow(5.0).says(&RULE),
            ["high cluster: 1000 records/s of 5 ms each need 5.0 members, 2 can work"]
        );
        assert!(slow(0.1).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
