//! Topics for another try of keyed streams.

use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `retry-topic-breaks-order`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retry-topic-breaks-order",
    chapter: Chapter::new(10),
    severity: Severity::Info,
    title: "Records that are tried again are overtaken",
    scope: SubjectKind::Topic,
    why: "What failed waits in a topic for another try, and later records of the same key are processed first.",
    fix: "Where order matters hold back the later records of a key, too, or process {name} in place",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let retries: Vec<&str> =
        facts.user_topics().map(|topic| &*topic.topic.name).filter(|name| is_retry(name)).collect();
    if !retries.is_empty() {
        verdicts.finding(FindingSubject::cluster(), format!("topics for another try: {}", names(&retries)));
    }
}

fn is_retry(name: &str) -> bool {
    name.to_ascii_lowercase().split(['.', '-', '_']).any(|word| word == "retry" || word == "retries")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("orders-retry-1", "", &[&[1, 2]]).says(&RULE);
        assert_eq!(found, ["info cluster: topics for another try: orders-retry-1"]);
        assert!(given().topic("orders", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
