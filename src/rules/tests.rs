//! The registry holds together, and an examination of many topics is complete.

mod fixes;
mod fixture;

pub(in crate::rules) use fixture::{NO_CONFIG, given};

use super::*;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_every_rule_says_why_and_what_to_do() {
    let ids: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), ALL.len());
    for rule in ALL {
        let plain = rule
            .id
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        assert!(plain, "{}", rule.id);
        assert!(rule.why.ends_with('.') && !rule.fix.is_empty() && !rule.title.is_empty(), "{}", rule.id);
        assert!(!rule.needs.is_empty(), "{} needs nothing", rule.id);
    }
}

#[test]
fn findings_come_worst_first_and_unknown_is_no_finding() {
    let cluster = given()
        .topic("a", "", &[&[1]])
        .topic("b", "", &[&[1, 2, 3]])
        .isr(0, &[])
        .producer("acks=1")
        .denied_broker_config();
    let findings = examine(&cluster.cluster());
    let severities: Vec<_> = findings.at_or_above(Severity::Info).map(|finding| finding.severity).collect();
    assert!(severities.is_sorted() && severities.len() > 2, "{severities:?}");
    assert!(findings.findings.iter().any(|finding| finding.status == FindingStatus::Unknown));
    let summary = findings.summary();
    let counted = summary.critical + summary.high + summary.medium + summary.low + summary.info;
    assert_eq!(counted + summary.unknown, findings.findings.len());
    assert_eq!(findings.at_or_above(Severity::Critical).count(), summary.critical);
}

#[test]
fn chapters_without_evidence_are_named_once() {
    let findings = examine(&given().topic("a", "", &[&[1, 2, 3]]).cluster());
    let chapters: Vec<u8> = findings.not_examined.iter().map(|missed| missed.chapter.number()).collect();
    assert!(chapters.is_sorted() && chapters.contains(&2) && chapters.contains(&3), "{chapters:?}");
    assert_eq!(chapters.iter().collect::<BTreeSet<_>>().len(), chapters.len());
}

/// The first partition of each topic lacks a replica, whatever else is wrong with the topic.
#[test]
fn every_topic_of_many_is_examined() {
    const TOPICS: usize = 40;
    let count = |text: &str, id: &str| {
        let findings = examine(&fixture::large(TOPICS, 3, text)).findings;
        findings.iter().filter(|finding| finding.rule.id == id).count()
    };
    assert_eq!(count("min.insync.replicas=2", "under-replicated"), TOPICS);
    assert_eq!(count("min.insync.replicas=2", "unclean-election-enabled"), 0);
    assert_eq!(count("unclean.leader.election.enable=true", "unclean-election-enabled"), TOPICS);
}
