//! Topics that take timestamps from far ahead.

use crate::model::KafkaVersion;
use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `future-timestamps-allowed`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "future-timestamps-allowed",
    chapter: Chapter::new(5),
    severity: Severity::Low,
    title: "Records may be dated in the future",
    scope: SubjectKind::Topic,
    why: "Retention goes by the largest timestamp of a segment: one record with a wrong clock keeps its whole segment for that much longer.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config message.timestamp.after.max.ms=3600000; records from further ahead are refused then",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics(),
        ["cleanup.policy", "retention.ms", "message.timestamp.type", "message.timestamp.after.max.ms"],
        |[policy, retention, by, text]| {
            let deletes =
                policy.contains("delete") && retention != "-1" && by.eq_ignore_ascii_case("CreateTime");
            (deletes && text.parse::<i64>().ok()? > 86_400_000)
                .then(|| format!("message.timestamp.after.max.ms={text}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "a",
            "cleanup.policy=delete\nmessage.timestamp.after.max.ms=9223372036854775807",
            "low topic a: message.timestamp.after.max.ms=9223372036854775807",
            "cleanup.policy=delete",
        );
    }
}
