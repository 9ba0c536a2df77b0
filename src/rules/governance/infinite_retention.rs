//! Topics that never delete a record.

use crate::model::KafkaVersion;
use crate::rules::facts::{parts_of, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `infinite-retention`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "infinite-retention",
    chapter: Chapter::new(5),
    severity: Severity::Low,
    title: "Records are kept for ever",
    scope: SubjectKind::Topic,
    why: "Neither time nor size deletes anything: the disks fill up one day, and what must be erased by law stays.",
    fix: "Ask its owner, then set a retention or move old data to remote storage; compaction fits only where the last record of a key is all that anybody needs",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics(),
        ["cleanup.policy", "retention.ms", "retention.bytes", "remote.storage.enable"],
        |[policy, ms, bytes, remote]| {
            let kept = parts_of(policy).eq(["delete"])
                && ms == "-1"
                && bytes == "-1"
                && !remote.eq_ignore_ascii_case("true");
            let nothing = parts_of(policy).next().is_none();
            (kept || nothing)
                .then(|| format!("cleanup.policy={policy}, retention.ms={ms}, retention.bytes={bytes}"))
        },
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
            "a",
            "cleanup.policy=delete\nretention.ms=-1",
            "low topic a: cleanup.policy=delete, retention.ms=-1, retention.bytes=-1",
            "cleanup.policy=delete\nretention.ms=-1\nretention.bytes=1000000000",
        );
        assert!(
            given().topic("a", "cleanup.policy=compact\nretention.ms=-1", &[&[1]]).says(&RULE).is_empty()
        );
    }
}
