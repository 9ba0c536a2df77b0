//! Topics of Kafka Streams whose timestamps the broker sets.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `logappendtime-streams`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "logappendtime-streams",
    chapter: Chapter::new(10),
    severity: Severity::Medium,
    title: "Streams gets the time of arrival",
    scope: SubjectKind::Topic,
    why: "The broker overwrites the time of the event: after a pause or a replay everything seems to have happened at once, and windows hold the wrong records.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config message.timestamp.type=CreateTime",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.topics().filter(|topic| {
            topic.topic.name.ends_with("-repartition") || topic.topic.name.ends_with("-changelog")
        }),
        ["message.timestamp.type"],
        |[by]| by.eq_ignore_ascii_case("LogAppendTime").then(|| format!("message.timestamp.type={by}")),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_topics};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "app-x-repartition",
            "message.timestamp.type=LogAppendTime",
            "medium topic app-x-repartition: message.timestamp.type=LogAppendTime",
            "message.timestamp.type=CreateTime",
        );
        assert!(given().topic("a", "message.timestamp.type=LogAppendTime", &[&[1]]).says(&RULE).is_empty());
    }
}
