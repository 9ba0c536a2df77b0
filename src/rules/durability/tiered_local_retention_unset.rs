//! Topics with remote storage whose local retention is the whole one.

use crate::model::KafkaVersion;
use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `tiered-local-retention-unset`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "tiered-local-retention-unset",
    chapter: Chapter::new(1),
    severity: Severity::Low,
    title: "Tiered topic keeps everything on the brokers, too",
    scope: SubjectKind::Topic,
    why: "Without a local retention of its own a topic with remote storage keeps its whole retention on the brokers' disks as well.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config local.retention.ms=86400000, or what readers of fresh data need",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: Some(KafkaVersion::new(3, 6, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics(),
        ["remote.storage.enable", "local.retention.ms", "local.retention.bytes"],
        |[remote, ms, bytes]| {
            (remote.eq_ignore_ascii_case("true") && ms == "-2" && bytes == "-2")
                .then(|| "remote.storage.enable=true, local.retention.ms=-2".to_string())
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
            "remote.storage.enable=true",
            "low topic a: remote.storage.enable=true, local.retention.ms=-2",
            "remote.storage.enable=true\nlocal.retention.ms=3600000",
        );
    }
}
