//! Fixes are done as they are written, and the cluster is judged anew: none brings what another rule forbids.

use super::{ALL, given};
use crate::hypothesis::apply;
use crate::knobs::Change;
use crate::model::Cluster;
use crate::rules::{Finding, FindingStatus, Findings, Severity, SubjectKind, examine};
use std::collections::BTreeSet;

/// What a fix sets, where it says so and nothing has to come first.
fn changes(finding: &Finding) -> Vec<Change> {
    let fix = finding.fix();
    if !fix.starts_with("Set ") && !fix.starts_with("kafka-configs.sh") {
        return Vec::new();
    }
    let words = fix.split([' ', ',', ';']).filter(|word| word.contains('='));
    words.filter_map(|word| change(finding, word.trim_end_matches('.'))).collect()
}

/// In the scope of the subject, else in the one that has the key; a key that is no knob cannot be tried.
fn change(finding: &Finding, setting: &str) -> Option<Change> {
    let name = &finding.subject.name;
    let scoped = match finding.subject.kind {
        SubjectKind::Topic => format!("topic/{name}:{setting}"),
        SubjectKind::Producer => format!("producer:{setting}"),
        SubjectKind::Consumer => format!("consumer:{setting}"),
        _ => format!("broker:{setting}"),
    };
    Change::parse(&scoped).or_else(|_| Change::parse(setting)).ok()
}

fn worst(findings: &Findings) -> BTreeSet<(&'static str, String)> {
    findings.at_or_above(Severity::High).map(|found| (found.rule.id, found.subject.title())).collect()
}

/// Clusters of one topic, with each width, minimum, ISR and producer.
fn clusters() -> Vec<Cluster> {
    let mut all = Vec::new();
    for replicas in [&[1][..], &[1, 2], &[1, 2, 3]] {
        for min in 1..=3 {
            for in_sync in 0..=replicas.len() {
                for producer in ["", "acks=1", "acks=0", "retries=0", "enable.idempotence=false"] {
                    let elr: &[i32] =
                        if in_sync < min.min(replicas.len()) { &replicas[in_sync..] } else { &[] };
                    let settings = format!("min.insync.replicas={min}\nunclean.leader.election.enable=true");
                    let topic = given().topic("a", &settings, &[replicas]).isr(0, &replicas[..in_sync]);
                    all.push(topic.elr(0, elr).producer(producer).consumer("").cluster());
                }
            }
        }
    }
    all
}

#[test]
fn no_fix_brings_what_another_rule_forbids() {
    let mut tried = BTreeSet::new();
    for cluster in clusters() {
        let before = examine(&cluster);
        for finding in before.findings.iter().filter(|found| found.status == FindingStatus::Finding) {
            let changes = changes(finding);
            if changes.is_empty() {
                continue;
            }
            let after = examine(&apply(&cluster, &changes).unwrap());
            let new: Vec<_> = worst(&after).difference(&worst(&before)).cloned().collect();
            let title = finding.subject.title();
            assert!(new.is_empty(), "{} of {title}: `{}` brings {new:?}", finding.rule.id, finding.fix());
            let gone = !worst(&after).contains(&(finding.rule.id, title));
            assert!(gone, "{} stays after `{}`", finding.rule.id, finding.fix());
            tried.insert(finding.rule.id);
        }
    }
    for rule in
        ["min-isr-one", "min-isr-equals-rf", "acks-one", "acks-all-min-isr-one", "unclean-election-enabled"]
    {
        assert!(tried.contains(rule), "{rule} was not tried: {tried:?}");
    }
}

/// With eligible leader replicas the controller refuses a broker's own minimum, and drops those that there are.
#[test]
fn no_fix_sets_the_minimum_of_single_brokers() {
    for cluster in clusters() {
        for finding in examine(&cluster).findings {
            assert!(!finding.fix().contains("--entity-name"), "{}: {}", finding.rule.id, finding.fix());
        }
    }
    for rule in ALL.iter().filter(|rule| rule.fix.contains("min.insync.replicas=")) {
        assert_ne!(rule.scope, SubjectKind::Broker, "{}: {}", rule.id, rule.fix);
    }
}
