//! Topics of dead letters that take smaller records than what they are for.

use crate::knobs::KeyScope;
use crate::rules::facts::{TopicFacts, is_dead_letter};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `dlq-record-size`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dlq-record-size",
    chapter: Chapter::new(4),
    severity: Severity::Medium,
    title: "Dead letters must be smaller than the records",
    scope: SubjectKind::Topic,
    why: "A record as large as its topic allows does not fit into its topic of dead letters, where headers come on top: it can neither be processed nor be put aside.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config max.message.bytes=<above that of the topic that it is for>",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for dead in facts.user_topics().filter(|topic| is_dead_letter(&topic.topic.name)) {
        let Some(source) = source_of(facts, &dead.topic.name) else { continue };
        let read = |topic: &TopicFacts<'_>| {
            facts
                .setting(KeyScope::Topic, &topic.topic.config, "max.message.bytes")
                .map(|text| text.parse::<i64>().unwrap_or(i64::MAX))
        };
        let Some(most) = verdicts.known(&read(dead), || dead.subject()).copied() else { continue };
        let Some(needed) = verdicts.known(&read(source), || source.subject()).copied() else { continue };
        if most < needed {
            verdicts.finding_by(
                &["max.message.bytes"],
                dead.subject(),
                format!("max.message.bytes={most}, {} has {needed}", source.topic.name),
            );
        }
    }
}

/// The topic whose name stands before the mark of dead letters.
fn source_of<'f, 'a>(facts: &'f ClusterFacts<'a>, name: &str) -> Option<&'f TopicFacts<'a>> {
    let (source, _) = name.rsplit_once(['.', '-', '_'])?;
    facts.user_topics().find(|topic| *topic.topic.name == *source)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let pair = |dead: &str| {
            given().topic("orders", "max.message.bytes=5000000", &[&[1]]).topic("orders.dlq", dead, &[&[1]])
        };
        assert_eq!(
            pair("").says(&RULE),
            ["medium topic orders.dlq: max.message.bytes=1048588, orders has 5000000"]
        );
        assert!(pair("max.message.bytes=6000000").says(&RULE).is_empty());
        assert_eq!(pair("").denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
