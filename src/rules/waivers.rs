//! Findings that somebody decided to live with: by a waiver until a day, or because a baseline has them.

use crate::knobs::nearest_of;
use crate::rules::{
    ALL, Acceptance, Finding, FindingStatus, FindingSubject, Findings, Severity, SubjectKind, find,
};
use serde::Deserialize;
use std::fmt;
use toml::Spanned;

/// One decision: findings of a rule, for a reason, until a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The rule's id.
    pub rule: String,
    /// Whose findings, as `topic:orders` or `topic:dev-*`; `None` for every subject of the rule.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `2026-12-31`, in UTC.
    pub until: String,
    /// Its line in the file.
    pub line: usize,
}

/// Why a file of waivers was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaiverError {
    /// Its line; 0 where none is to blame.
    pub line: usize,
    /// What is wrong and what is allowed.
    pub what: String,
}

impl fmt::Display for WaiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for WaiverError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: Spanned<String>,
    subject: Option<Spanned<String>>,
    reason: Spanned<String>,
    until: Spanned<toml::Value>,
}

/// Reads `[[waiver]]` tables: `rule`, `reason`, `until`, and `subject` where it is not for all subjects of the rule.
///
/// # Errors
/// The first line that is not understood: a waiver that waives nothing is worse than none.
pub fn parse_waivers(text: &str) -> Result<Vec<Waiver>, WaiverError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        WaiverError { line, what: error.message().lines().collect::<Vec<_>>().join(", ") }
    })?;
    file.waiver.into_iter().map(|row| waiver(text, row)).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn waiver(text: &str, row: Spanned<Row>) -> Result<Waiver, WaiverError> {
    let line = line_of(text, row.span().start);
    let row = row.into_inner();
    let id = row.rule.get_ref();
    if find(id).is_none() {
        let near = nearest_of(id, ALL.iter().map(|rule| rule.id));
        let near = near
            .map_or("`klever explain --rules` lists them".into(), |near| format!("did you mean `{near}`?"));
        let what = format!("there is no rule `{id}`: {near}");
        return Err(WaiverError { line: line_of(text, row.rule.span().start), what });
    }
    if row.reason.get_ref().trim().is_empty() {
        let what = "a waiver says why: `reason` is empty".to_string();
        return Err(WaiverError { line: line_of(text, row.reason.span().start), what });
    }
    let until = day(row.until.get_ref()).ok_or_else(|| WaiverError {
        line: line_of(text, row.until.span().start),
        what: "`until` is a day, as 2026-12-31: the last one on which the waiver holds".into(),
    })?;
    let subject = row.subject.map(|subject| is_subject(text, subject)).transpose()?;
    Ok(Waiver { rule: id.clone(), subject, reason: row.reason.get_ref().trim().to_string(), until, line })
}

/// A day as TOML has it or as text.
fn day(value: &toml::Value) -> Option<String> {
    let text = match value {
        toml::Value::Datetime(day) => day.to_string(),
        toml::Value::String(text) => text.trim().to_string(),
        _ => return None,
    };
    let day: toml::value::Datetime = text.parse().ok()?;
    day.date.filter(|_| day.time.is_none()).map(|date| date.to_string())
}

fn is_subject(text: &str, subject: Spanned<String>) -> Result<String, WaiverError> {
    let kind = subject.get_ref().split(':').next().unwrap_or_default();
    let kinds = SubjectKind::ALL.map(SubjectKind::word);
    if kinds.contains(&kind) && (kind == "cluster" || subject.get_ref().len() > kind.len() + 1) {
        return Ok(subject.into_inner());
    }
    let what =
        format!("`subject` is KIND:NAME, and KIND is one of {}; `*` stands for any text", kinds.join(", "));
    Err(WaiverError { line: line_of(text, subject.span().start), what })
}

impl Waiver {
    fn is_about(&self, finding: &Finding) -> bool {
        let each =
            if finding.each.is_empty() { std::slice::from_ref(&finding.subject) } else { &finding.each[..] };
        finding.rule.id == self.rule && each.iter().all(|subject| self.covers(subject))
    }

    fn covers(&self, subject: &FindingSubject) -> bool {
        self.subject.as_deref().is_none_or(|pattern| fits(pattern, &subject.id()))
    }
}

/// Whether a name fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A finding of a baseline: the rule, what it was about, and how bad it was.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct KnownFinding {
    /// The rule's id.
    pub rule: String,
    /// As `topic:orders`.
    pub subject: String,
    /// The configuration keys whose values were judged.
    pub keys: Vec<String>,
    /// Whom it was seen of, where one finding stood for several: one more of them is new.
    pub each: Vec<String>,
    /// How bad it was: a finding that got worse is a new one.
    pub severity: Severity,
}

impl KnownFinding {
    fn of(finding: &Finding) -> KnownFinding {
        KnownFinding {
            rule: finding.rule.id.to_string(),
            subject: finding.subject.id(),
            keys: finding.keys.clone(),
            each: finding.each.iter().map(FindingSubject::id).collect(),
            severity: finding.severity,
        }
    }

    /// Whether it is the same fault, of these or of others, better or worse.
    fn is_about(&self, now: &KnownFinding) -> bool {
        self.rule == now.rule && self.subject == now.subject && self.keys == now.keys
    }

    /// Whether nothing is new about it.
    fn covers(&self, now: &KnownFinding) -> bool {
        self.is_about(now)
            && self.severity <= now.severity
            && self.each.is_empty() == now.each.is_empty()
            && now.each.iter().all(|one| self.each.contains(one))
    }
}

impl Findings {
    /// Waives findings, and says of those whose waiver is over that it is. `today` is a day as `2026-12-31`. Returns the
    /// waivers that no finding fits.
    pub fn waive<'a>(&mut self, waivers: &'a [Waiver], today: &str) -> Vec<&'a Waiver> {
        let mut used = vec![false; waivers.len()];
        for finding in self.findings.iter_mut().filter(|one| one.status == FindingStatus::Finding) {
            let mine: Vec<usize> = (0..waivers.len()).filter(|at| waivers[*at].is_about(finding)).collect();
            mine.iter().for_each(|at| used[*at] = true);
            // Of several the one that holds longest.
            let Some(at) = mine.into_iter().max_by_key(|at| &waivers[*at].until) else { continue };
            let Waiver { reason, until, .. } = waivers[at].clone();
            let is_over = today > until.as_str();
            if !is_over {
                finding.status = FindingStatus::Waived;
            }
            finding.acceptance = Some(Acceptance { reason, until: Some(until), is_over });
        }
        self.sort_again();
        waivers.iter().zip(used).filter(|(_, used)| !used).map(|(waiver, _)| waiver).collect()
    }

    /// Waives what a baseline has, unless it got worse or a waiver of it is over. Returns what of the baseline is not found any more.
    pub fn waive_known<'a>(&mut self, known: &'a [KnownFinding], reason: &str) -> Vec<&'a KnownFinding> {
        let mut gone: Vec<&KnownFinding> = known.iter().collect();
        for finding in &mut self.findings {
            let now = KnownFinding::of(finding);
            gone.retain(|one| !one.is_about(&now));
            let is_known = finding.acceptance.is_none() && known.iter().any(|one| one.covers(&now));
            if is_known && finding.status == FindingStatus::Finding {
                finding.status = FindingStatus::Waived;
                finding.acceptance =
                    Some(Acceptance { reason: reason.to_string(), until: None, is_over: false });
            }
        }
        self.sort_again();
        gone
    }

    /// What a baseline of these findings holds: all that count or were waived because an earlier baseline had them, but
    /// for those whose waiver is over.
    pub fn known(&self) -> Vec<KnownFinding> {
        let counts = |finding: &&Finding| match &finding.acceptance {
            Some(acceptance) => acceptance.until.is_none(),
            None => finding.status == FindingStatus::Finding,
        };
        let mut all: Vec<KnownFinding> = self.findings.iter().filter(counts).map(KnownFinding::of).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Findings stand before unknowns, and both before what is waived; the order within stays.
    fn sort_again(&mut self) {
        self.findings.sort_by_key(|finding| finding.status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::{apply, reference};
    use crate::knobs::Change;
    use crate::model::KafkaVersion;
    use crate::rules::examine;

    fn examined() -> Findings {
        let changes =
            ["topic:min.insync.replicas=1", "producer:acks=1"].map(|text| Change::parse(text).unwrap());
        examine(&apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap())
    }

    fn status(findings: &Findings, rule: &str) -> FindingStatus {
        findings.findings.iter().find(|one| one.rule.id == rule).unwrap().status
    }

    const TEXT: &str = "\
[[waiver]]
rule = \"min-isr-one\"
subject = \"topic:ord*\"
reason = \"until the third broker is there\"
until = 2026-12-31
";

    #[test]
    fn a_waiver_holds_until_its_day_and_says_when_it_is_over() {
        let waivers = parse_waivers(TEXT).unwrap();
        let mut findings = examined();
        let before = findings.summary();
        assert!(findings.waive(&waivers, "2026-12-31").is_empty());
        assert_eq!(status(&findings, "min-isr-one"), FindingStatus::Waived);
        assert_eq!(findings.summary().waived, 1);
        assert_eq!(findings.summary().high + 1, before.high);
        let mut findings = examined();
        findings.waive(&waivers, "2027-01-01");
        assert_eq!((status(&findings, "min-isr-one"), findings.summary()), (FindingStatus::Finding, before));
        let told =
            findings.findings.iter().find(|one| one.rule.id == "min-isr-one").unwrap().placed_evidence();
        assert!(
            told.contains("waived until 2026-12-31, which is over: until the third broker is there"),
            "{told}"
        );
    }

    #[test]
    fn a_waiver_that_fits_nothing_is_told() {
        let waivers = parse_waivers(&TEXT.replace("ord*", "pay")).unwrap();
        let mut findings = examined();
        assert_eq!(findings.waive(&waivers, "2026-01-01"), [&waivers[0]]);
        assert_eq!(status(&findings, "min-isr-one"), FindingStatus::Finding);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let cases = [
            (TEXT.replace("min-isr-one", "min-isr-on"), 2, "did you mean `min-isr-one`"),
            (TEXT.replace("topic:", "topics:"), 3, "KIND:NAME"),
            (TEXT.replace("until the third broker is there", " "), 4, "says why"),
            (TEXT.replace("2026-12-31", "\"next year\""), 5, "is a day"),
            (TEXT.replace("2026-12-31", "2026-12-31T10:00:00"), 5, "is a day"),
            (TEXT.replace("reason", "because"), 4, "unknown field"),
            (TEXT.replace("until = 2026-12-31\n", ""), 1, "missing field"),
        ];
        for (text, line, what) in cases {
            let error = parse_waivers(&text).unwrap_err();
            assert!(error.what.contains(what), "{error:?}");
            assert_eq!(error.line, line, "{error:?}");
        }
        assert_eq!(
            parse_waivers(&TEXT.replace("2026-12-31", "\"2026-12-31\"")).unwrap()[0].until,
            "2026-12-31"
        );
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("topic:orders", "topic:orders", true),
            ("topic:orders", "topic:orders2", false),
            ("topic:*", "topic:orders", true),
            ("topic:*-dev", "topic:a-dev", true),
            ("topic:*-dev", "topic:a-dev-b", false),
            ("*:a*c", "topic:abc", true),
            ("topic:o*", "broker:o", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_a_baseline_has_does_not_count_again_unless_it_got_worse() {
        let mut findings = examined();
        let known = findings.known();
        assert!(
            known.iter().any(|one| one.rule == "min-isr-one" && one.subject == "topic:orders"),
            "{known:?}"
        );
        assert!(findings.waive_known(&known, "known").is_empty());
        let summary = findings.summary();
        assert_eq!((summary.critical, summary.high, summary.waived), (0, 0, known.len()));
        assert_eq!(findings.known(), known, "a baseline written over a baseline keeps what it had");
        let mut milder = known.clone();
        milder.iter_mut().for_each(|one| one.severity = Severity::Info);
        let mut findings = examined();
        findings.waive_known(&milder, "known");
        assert!(findings.at_or_above(Severity::High).next().is_some(), "it was milder then");
        let gone = KnownFinding {
            rule: "acks-one".into(),
            subject: "producer:old".into(),
            keys: Vec::new(),
            each: Vec::new(),
            severity: Severity::High,
        };
        assert_eq!(examined().waive_known(std::slice::from_ref(&gone), "known"), [&gone]);
    }

    #[test]
    fn a_baseline_covers_neither_other_keys_nor_more_brokers_nor_a_waiver_that_is_over() {
        let known = KnownFinding {
            rule: "broker-config-drift".into(),
            subject: "cluster".into(),
            keys: vec!["num.partitions".into()],
            each: vec!["broker:1".into(), "broker:2".into()],
            severity: Severity::High,
        };
        assert!(known.covers(&known));
        let keys = vec!["min.insync.replicas".to_string()];
        assert!(!known.covers(&KnownFinding { keys, ..known.clone() }));
        let fewer = vec!["broker:2".to_string()];
        assert!(known.covers(&KnownFinding { each: fewer, ..known.clone() }));
        let others = vec!["broker:2".to_string(), "broker:3".to_string()];
        assert!(!known.covers(&KnownFinding { each: others, ..known.clone() }));
        let all = examined().known();
        let mut findings = examined();
        findings.waive(&parse_waivers(TEXT).unwrap(), "2027-01-01");
        findings.waive_known(&all, "known");
        assert_eq!(status(&findings, "min-isr-one"), FindingStatus::Finding);
        assert!(findings.known().iter().all(|one| one.rule != "min-isr-one"), "it is to be decided anew");
    }
}
