//! Topics whose minimum ISR no replica set can reach.

use crate::rules::facts::{MinIsrChange, TopicFacts, brokers_with};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `min-isr-exceeds-rf`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "min-isr-exceeds-rf",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "min.insync.replicas above the replication factor",
    scope: SubjectKind::Topic,
    why: "Since 3.7 the minimum counts as the number of replicas: it looks safer than it is. Before, acks=all writes were refused.",
    fix: "Reassign {name} to more replicas than min.insync.replicas, or lower min.insync.replicas",
    needs: &[Evidence::TopicDefaults],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics().filter(|topic| topic.topic.count > 0) {
        let Some(configured) = verdicts.known(&topic.min_isr, || topic.subject()) else { continue };
        if *configured <= topic.narrowest as i64 {
            continue;
        }
        verdicts.finding_by(
            &["min.insync.replicas", "replication.factor"],
            topic.subject(),
            seen(facts, topic, *configured),
        );
    }
    if facts.cluster.is_of_files() {
        check_defaults(facts, verdicts);
    }
}

/// What brokers would give to topics of which nobody says otherwise, where files of brokers are all that is known.
fn check_defaults(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["min.insync.replicas", "default.replication.factor"];
    brokers_with(facts, verdicts, keys, |[least, copies]| {
        let (least, copies): (i64, i64) = (least.parse().ok()?, copies.parse().ok()?);
        (least > copies).then(|| format!("new topics: {}={copies}, {}={least}", keys[1], keys[0]))
    });
}

fn seen(facts: &ClusterFacts<'_>, topic: &TopicFacts<'_>, configured: i64) -> Seen {
    let evidence = format!("replication factor {}, min.insync.replicas={configured}", topic.narrowest);
    if !facts.profile.min_isr_clamped {
        let refused = format!("{evidence}: acks=all writes are refused");
        return Seen { severity: Some(Severity::High), ..Seen::from(refused) };
    }
    let evidence = format!("{evidence}: counts as {}", topic.narrowest);
    match facts.min_isr_change(topic, configured) {
        MinIsrChange::ClearsElr => Seen::with_fix(
            evidence,
            "Bring the missing replicas of {name} back into the ISR, then reassign it to more replicas than min.insync.replicas",
        ),
        MinIsrChange::Harmless | MinIsrChange::Refuses => Seen::from(evidence),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "min.insync.replicas=2", &[&[1]]);
        assert_eq!(
            found.says(&RULE),
            ["medium topic a: replication factor 1, min.insync.replicas=2: counts as 1"]
        );
        let old = given().version("3.6").topic("a", "min.insync.replicas=2", &[&[1]]);
        let refused =
            "high topic a: replication factor 1, min.insync.replicas=2: acks=all writes are refused";
        assert_eq!(old.says(&RULE), [refused]);
        assert!(given().topic("a", "min.insync.replicas=3", &[&[1, 2, 3]]).says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1]]).denied_topic_config().says(&RULE),
            ["unknown topic a: denied, needs DescribeConfigs on Topic *"]
        );
    }
}
