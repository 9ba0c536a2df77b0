//! Runs every rule over a cluster.

use crate::model::Cluster;
use crate::rules::evidence::EvidenceState;
use crate::rules::surroundings::NOTHING;
use crate::rules::{
    ALL, ClusterFacts, Evidence, Finding, FindingSubject, Findings, NotExamined, Rule, Surroundings, Verdicts,
};
use std::collections::BTreeSet;

/// Examines a cluster by all rules. Worst findings come first; what is unknown and what was not examined
/// is told, never passed over.
pub fn examine(cluster: &Cluster) -> Findings {
    examine_within(cluster, &NOTHING)
}

/// [`examine`], with what was given beside the cluster.
pub fn examine_within(cluster: &Cluster, around: &Surroundings) -> Findings {
    let facts = ClusterFacts::within(cluster, around);
    let mut findings = Findings::default();
    for rule in ALL {
        run(rule, &facts, &mut findings);
    }
    let order = |finding: &Finding| ALL.iter().position(|rule| std::ptr::eq(*rule, finding.rule));
    findings.findings.sort_by_cached_key(|finding| {
        (finding.status, finding.severity, order(finding), finding.own_fix.clone(), finding.subject.clone())
    });
    findings.not_examined.sort_by_key(|missed| missed.chapter);
    findings
}

pub(super) fn run(rule: &'static Rule, facts: &ClusterFacts<'_>, findings: &mut Findings) {
    if facts.cluster.version.get().is_some_and(|version| !rule.applies_to(*version)) {
        return;
    }
    let mut missing = BTreeSet::new();
    let mut verdicts = Verdicts::new(rule, &mut findings.findings);
    let mut without = false;
    for evidence in rule.needs {
        match evidence.state(facts.cluster, facts.around) {
            EvidenceState::Present => {}
            EvidenceState::NotAsked => {
                missing.insert(*evidence);
            }
            EvidenceState::Missing(reason) => {
                without = true;
                verdicts.unknown(FindingSubject::cluster(), &reason);
            }
            EvidenceState::NotApplicable => return,
        }
    }
    if missing.is_empty() && !without {
        (rule.check)(facts, &mut verdicts);
    }
    if verdicts.end() {
        missing.extend(rule.needs);
    }
    if !missing.is_empty() {
        note(&mut findings.not_examined, rule, missing);
    }
}

fn note(not_examined: &mut Vec<NotExamined>, rule: &'static Rule, evidence: BTreeSet<Evidence>) {
    match not_examined.iter_mut().find(|missed| missed.chapter == rule.chapter) {
        Some(missed) => {
            missed.evidence.extend(evidence);
            missed.rules.insert(rule.id);
        }
        None => {
            let rules = BTreeSet::from([rule.id]);
            not_examined.push(NotExamined { chapter: rule.chapter, evidence, rules });
        }
    }
}
