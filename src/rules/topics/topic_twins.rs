//! Topics with nearly the same name.

use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `topic-twins`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-twins",
    chapter: Chapter::new(15),
    severity: Severity::Low,
    title: "Topics whose names differ in a sign only",
    scope: SubjectKind::Cluster,
    why: "One of them is often a typo that automatic creation let pass, and half of the records go there; `.` and `_` are the same in the names of metrics.",
    fix: "Find out which one is meant, move its readers and writers, and delete the other",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for topic in facts.user_topics() {
        let name = &*topic.topic.name;
        alike.entry(plain(name)).or_default().push(name);
    }
    for twins in alike.into_values().filter(|twins| twins.len() > 1) {
        verdicts.finding(FindingSubject::cluster(), names(&twins));
    }
}

/// A name without the signs that join its words. Between digits a sign makes another number of them.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    let mut joined = false;
    for letter in name.chars() {
        if matches!(letter, '.' | '-' | '_') {
            joined = true;
            continue;
        }
        if joined && letter.is_ascii_digit() && plain.ends_with(|last: char| last.is_ascii_digit()) {
            plain.push('.');
        }
        joined = false;
        plain.push(letter.to_ascii_lowercase());
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let pair = |other: &str| given().topic("order.events", "", &[&[1, 2]]).topic(other, "", &[&[1, 2]]);
        assert_eq!(pair("order_events").says(&RULE), ["low cluster: order.events, order_events"]);
        assert!(pair("orders.events").says(&RULE).is_empty());
        let numbered = given().topic("part-1-1", "", &[&[1, 2]]).topic("part-11", "", &[&[1, 2]]);
        assert!(numbered.says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
