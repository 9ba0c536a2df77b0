//! Consumers that are put out of their group while they process.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `poll-budget-breach`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "poll-budget-breach",
    chapter: Chapter::new(4),
    severity: Severity::High,
    title: "One poll takes longer than max.poll.interval.ms",
    scope: SubjectKind::Consumer,
    why: "At the processing time that is set or assumed, what one poll returns takes longer than the group allows: the member is put out, its partitions go to another one, and that one is put out as well.",
    fix: "Lower max.poll.records, or raise max.poll.interval.ms above what the slowest poll takes",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let each_ms = facts.cluster.assumed.load.processing_ms;
    for consumer in consumers(facts.cluster) {
        let Some(records) = consumer.int("max.poll.records", verdicts) else { continue };
        let Some(limit_ms) = consumer.int("max.poll.interval.ms", verdicts) else { continue };
        let needed_ms = (records as f64 * each_ms) as i64;
        if needed_ms > limit_ms {
            verdicts.finding_by(
                &["max.poll.records", "max.poll.interval.ms"],
                consumer.subject(),
                format!(
                    "{records} records of {each_ms} ms each take {needed_ms}, max.poll.interval.ms={limit_ms}"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("max.poll.records=500000\nmax.poll.interval.ms=10000").says(&RULE);
        let seen = "500000 records of 0.1 ms each take 50000, max.poll.interval.ms=10000";
        assert_eq!(found, [format!("high consumer app.properties: {seen}")]);
        assert!(given().consumer("").says(&RULE).is_empty());
        let unknown = given().consumer("max.poll.records=${env:R}").says(&RULE);
        assert_eq!(
            unknown,
            ["unknown consumer app.properties: not visible: a config provider fills in max.poll.records"]
        );
    }
}
