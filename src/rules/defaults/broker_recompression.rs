//! Topics that have a codec of their own.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `broker-recompression`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "broker-recompression",
    chapter: Chapter::new(7),
    severity: Severity::Info,
    title: "Brokers compress anew",
    scope: SubjectKind::Topic,
    why: "A topic with a codec of its own makes the leader unpack and pack every batch that came in another one: processor time, on every write. What comes in this codec is stored as it is.",
    fix: "Set this codec in all producers of {name}; only then compression.type=producer on the topic stores the same",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(facts, verdicts, facts.user_topics(), ["compression.type"], |[codec]| {
        (!codec.eq_ignore_ascii_case("producer")).then(|| format!("compression.type={codec}"))
    });
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
            "compression.type=gzip",
            "info topic a: compression.type=gzip",
            "compression.type=producer",
        );
    }
}
