//! Producers whose buffer cannot hold a batch for every partition of the widest topic.

use crate::model::plural;
use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `producer-buffer-vs-partitions`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "producer-buffer-vs-partitions",
    chapter: Chapter::new(12),
    severity: Severity::Medium,
    title: "buffer.memory too small for its batches",
    scope: SubjectKind::Producer,
    why: "send() blocks although the producer is far below its bandwidth.",
    fix: "Raise buffer.memory, or lower batch.size",
    needs: &[Evidence::Producers, Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(widest) = facts.user_topics().max_by_key(|topic| topic.topic.count) else { return };
    for producer in producers(facts.cluster) {
        let mut int = |key| producer.int(key, verdicts);
        let (Some(batch), Some(buffer)) = (int("batch.size"), int("buffer.memory")) else { continue };
        let needed = i64::from(widest.topic.count) * batch;
        if needed > buffer {
            let (name, count) = (&widest.topic.name, plural(widest.topic.count as usize, "partition"));
            let seen = format!("{count} of {name} x batch.size={batch} > buffer.memory={buffer}");
            verdicts.finding_by(&["buffer.memory", "batch.size"], producer.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let wide: Vec<&[i32]> = (0..100).map(|_| &[1][..]).collect();
        let found = given().topic("a", "", &wide).producer("batch.size=1000000");
        assert_eq!(
            found.says(&RULE),
            [
                "medium producer app.properties: 100 partitions of a x batch.size=1000000 > buffer.memory=33554432"
            ]
        );
        assert!(given().topic("a", "", &wide).producer("").says(&RULE).is_empty());
        let provided = given().topic("a", "", &wide).producer("batch.size=${env:B}");
        assert_eq!(
            provided.says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in batch.size"]
        );
    }
}
