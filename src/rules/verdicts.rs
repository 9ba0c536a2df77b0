//! Where a rule puts what it found; unknowns with one cause become one line.

use crate::model::{Datum, Unknown};
use crate::rules::{Finding, FindingStatus, FindingSubject, Rule, Severity};

/// How many names a line lists before it only counts.
const NAMED: usize = 3;

/// Collects what one rule says.
pub struct Verdicts<'a> {
    rule: &'static Rule,
    found: &'a mut Vec<Finding>,
    unknown: Vec<(Unknown, Vec<FindingSubject>)>,
    not_asked: bool,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(rule: &'static Rule, found: &'a mut Vec<Finding>) -> Self {
        Verdicts { rule, found, unknown: Vec::new(), not_asked: false }
    }

    /// It is so, as bad as the rule says.
    pub fn finding(&mut self, subject: FindingSubject, evidence: impl Into<String>) {
        self.finding_as(self.rule.severity, subject, evidence);
    }

    /// It is so, this bad.
    pub fn finding_as(&mut self, severity: Severity, subject: FindingSubject, evidence: impl Into<String>) {
        let (rule, evidence, status) = (self.rule, evidence.into(), FindingStatus::Finding);
        self.found.push(Finding { rule, severity, status, subject, evidence });
    }

    /// It cannot be told for this subject.
    pub fn unknown(&mut self, subject: FindingSubject, reason: &Unknown) {
        match reason {
            Unknown::NotAsked => self.not_asked = true,
            Unknown::Unsupported(_) => {}
            reason => match self.unknown.iter_mut().find(|(known, _)| same_cause(known, reason)) {
                Some((_, subjects)) => subjects.push(subject),
                None => self.unknown.push((reason.clone(), vec![subject])),
            },
        }
    }

    /// The value, or `None` after saying that it is unknown for this subject.
    pub fn known<'d, T>(
        &mut self,
        datum: &'d Datum<T>,
        subject: impl FnOnce() -> FindingSubject,
    ) -> Option<&'d T> {
        if let Some(reason) = datum.reason() {
            self.unknown(subject(), reason);
        }
        datum.get()
    }

    /// Ends the rule; whether it missed evidence that nobody asked for.
    pub(super) fn end(self) -> bool {
        let (rule, severity, status) = (self.rule, self.rule.severity, FindingStatus::Unknown);
        for (reason, subjects) in self.unknown {
            let (subject, evidence) = one_line(&reason, subjects);
            self.found.push(Finding { rule, severity, status, subject, evidence });
        }
        self.not_asked
    }
}

/// Whether two reasons differ in the thing they name only.
fn same_cause(a: &Unknown, b: &Unknown) -> bool {
    match (a, b) {
        (Unknown::NotExposed(a), Unknown::NotExposed(b)) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn one_line(reason: &Unknown, mut subjects: Vec<FindingSubject>) -> (FindingSubject, String) {
    if subjects.len() == 1 {
        return (subjects.remove(0), reason.to_string());
    }
    let kind = subjects[0].kind.word();
    let names: Vec<String> = subjects.iter().take(NAMED).map(|subject| subject.name.to_string()).collect();
    let more = if subjects.len() > NAMED { ", ..." } else { "" };
    let evidence = format!("{reason} ({} {kind}s: {}{more})", subjects.len(), names.join(", "));
    (FindingSubject::cluster(), evidence)
}
