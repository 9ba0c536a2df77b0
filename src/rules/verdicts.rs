//! Where a rule puts what it found; unknowns with one cause become one line.

use crate::model::{Datum, Unknown};
use crate::rules::{Finding, FindingStatus, FindingSubject, Rule, Severity};
use std::borrow::Cow;

/// What was seen of a subject, where it is worse or milder than the rule says or needs another fix.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Seen {
    /// How bad it is, if not as the rule says.
    pub severity: Option<Severity>,
    /// What to do, if not what the rule says.
    pub fix: Option<Cow<'static, str>>,
    pub evidence: String,
    /// The configuration keys whose values were judged, the one to change first.
    pub keys: Vec<String>,
}

impl From<String> for Seen {
    fn from(evidence: String) -> Self {
        Seen { evidence, ..Seen::default() }
    }
}

impl From<&str> for Seen {
    fn from(evidence: &str) -> Self {
        Seen::from(evidence.to_string())
    }
}

impl Seen {
    /// Seen of a subject that needs this fix.
    pub(super) fn with_fix(evidence: String, fix: impl Into<Cow<'static, str>>) -> Self {
        Seen { fix: Some(fix.into()), ..Seen::from(evidence) }
    }

    /// The same, judged by the values of these configuration keys.
    pub(super) fn by(self, keys: &[&str]) -> Self {
        Seen { keys: keys.iter().map(ToString::to_string).collect(), ..self }
    }
}

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
        self.seen(subject, Seen::from(evidence.into()));
    }

    /// It is so by the values of these configuration keys, the one to change first.
    pub(super) fn finding_by(&mut self, keys: &[&str], subject: FindingSubject, seen: impl Into<Seen>) {
        self.seen(subject, seen.into().by(keys));
    }

    /// It is so, this bad.
    pub fn finding_as(&mut self, severity: Severity, subject: FindingSubject, evidence: impl Into<String>) {
        self.seen(subject, Seen { severity: Some(severity), ..Seen::from(evidence.into()) });
    }

    /// It is so, with its own severity and fix.
    pub(super) fn seen(&mut self, subject: FindingSubject, seen: Seen) {
        self.seen_of(subject, Vec::new(), seen);
    }

    /// The same of several subjects that make one finding.
    pub(super) fn seen_of(&mut self, subject: FindingSubject, each: Vec<FindingSubject>, seen: Seen) {
        self.found.push(Finding {
            rule: self.rule,
            severity: seen.severity.unwrap_or(self.rule.severity),
            status: FindingStatus::Finding,
            subject,
            evidence: seen.evidence,
            own_fix: seen.fix,
            keys: seen.keys,
            each,
            place: None,
            acceptance: None,
        });
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
            let each = subjects.clone();
            let (subject, evidence) = one_line(&reason, subjects);
            let (own_fix, keys, place, acceptance) = (None, Vec::new(), None, None);
            self.found.push(Finding {
                rule,
                severity,
                status,
                subject,
                evidence,
                own_fix,
                keys,
                each,
                place,
                acceptance,
            });
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
