//! What an examination found, did not get to know and did not look at.

use crate::rules::{Chapter, Evidence, Rule};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// How bad a finding is, worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Data loss, an outage or an open door now.
    Critical,
    /// The next ordinary failure brings one of them.
    High,
    /// A weakness that needs a second cause.
    Medium,
    /// Worth an hour some day.
    Low,
    Info,
}

impl Severity {
    pub const ALL: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// As it is written: `critical`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }
}

/// What became of a rule on a subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingStatus {
    Finding,
    /// The evidence was asked for and not obtained.
    Unknown,
    /// It is so, and somebody decided to live with it.
    Waived,
}

/// What kind of thing a rule or a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Cluster,
    Broker,
    Topic,
    Partition,
    Producer,
    Consumer,
    Group,
    /// A machine on which a broker runs.
    Host,
    /// A server of ZooKeeper.
    #[serde(rename = "zookeeper")]
    ZooKeeper,
}

impl SubjectKind {
    pub const ALL: [SubjectKind; 9] = [
        SubjectKind::Cluster,
        SubjectKind::Broker,
        SubjectKind::Topic,
        SubjectKind::Partition,
        SubjectKind::Producer,
        SubjectKind::Consumer,
        SubjectKind::Group,
        SubjectKind::Host,
        SubjectKind::ZooKeeper,
    ];

    /// As it is written: `topic`.
    pub fn word(self) -> &'static str {
        match self {
            SubjectKind::Cluster => "cluster",
            SubjectKind::Broker => "broker",
            SubjectKind::Topic => "topic",
            SubjectKind::Partition => "partition",
            SubjectKind::Producer => "producer",
            SubjectKind::Consumer => "consumer",
            SubjectKind::Group => "group",
            SubjectKind::Host => "host",
            SubjectKind::ZooKeeper => "zookeeper",
        }
    }
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FindingSubject {
    pub kind: SubjectKind,
    /// Its name: a topic, a broker's id, a group, a client; a partition's topic; empty for the cluster.
    pub name: Arc<str>,
    /// The partition's number, if it is one partition.
    pub partition: Option<i32>,
}

impl FindingSubject {
    /// The subject of what holds for the cluster as a whole.
    pub fn cluster() -> Self {
        FindingSubject { kind: SubjectKind::Cluster, name: "".into(), partition: None }
    }

    /// One broker, topic, group or client, by its name.
    pub fn named(kind: SubjectKind, name: impl Into<Arc<str>>) -> Self {
        FindingSubject { kind, name: name.into(), partition: None }
    }

    /// As files have it: `topic:orders`, `partition:orders-3`, `cluster`.
    pub fn id(&self) -> String {
        self.title().replacen(' ', ":", 1)
    }

    /// As people say it: `topic orders`, `partition orders-3`, `cluster`.
    pub fn title(&self) -> String {
        match (self.partition, self.name.is_empty()) {
            (Some(number), _) => format!("partition {}-{number}", self.name),
            (None, true) => self.kind.word().to_string(),
            (None, false) => format!("{} {}", self.kind.word(), self.name),
        }
    }
}

/// One thing that an examination has to say.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub status: FindingStatus,
    pub subject: FindingSubject,
    /// What was seen, or why nothing was.
    pub evidence: String,
    /// What to do here, where what the rule says does not fit.
    pub own_fix: Option<Cow<'static, str>>,
    /// The configuration keys whose values were judged, the one to change first; empty where it is none of them.
    pub keys: Vec<String>,
    /// Whom it was seen of, where one finding stands for several; else empty.
    pub each: Vec<FindingSubject>,
    /// Where the setting stands, if it came from a file.
    pub place: Option<FilePlace>,
    /// Who decided to live with it, and whether that still holds.
    pub acceptance: Option<Acceptance>,
}

/// A decision to live with a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Acceptance {
    pub reason: String,
    /// The last day on which it holds, as `2026-12-31`; `None` where it has no end.
    pub until: Option<String>,
    /// Whether that day is over, so that the finding counts again.
    pub is_over: bool,
}

impl fmt::Display for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.until, self.is_over) {
            (Some(until), true) => write!(f, "waived until {until}, which is over: {}", self.reason),
            (Some(until), false) => write!(f, "waived until {until}: {}", self.reason),
            (None, _) => f.write_str(&self.reason),
        }
    }
}

/// A line of a file that the user gave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FilePlace {
    /// The file's name as given.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Finding {
    /// What was seen, in which line of a file, and who decided to live with it.
    pub fn placed_evidence(&self) -> String {
        let place = self.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
        let acceptance = self.acceptance.as_ref().map_or(String::new(), |said| format!("; {said}"));
        format!("{}{place}{acceptance}", self.evidence)
    }

    /// What to do about it, for this subject.
    pub fn fix(&self) -> String {
        self.fix_for(&self.subject.name)
    }

    /// What to do about it, with this for the subject's name.
    pub fn fix_for(&self, name: &str) -> String {
        self.own_fix.as_deref().unwrap_or(self.rule.fix).replace("{name}", name)
    }
}

/// A chapter that was not looked at in full, and for want of what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotExamined {
    pub chapter: Chapter,
    /// What nobody asked for.
    pub evidence: BTreeSet<Evidence>,
    /// Rules that waited for it.
    pub rules: BTreeSet<&'static str>,
}

impl NotExamined {
    /// The evidence in words. Who has no cluster need not be told of all its parts.
    pub fn words(&self) -> String {
        let whole = self.evidence.contains(&Evidence::Metadata);
        let is_part = |evidence: &Evidence| {
            !matches!(
                evidence,
                Evidence::Metadata
                    | Evidence::Topics
                    | Evidence::TopicDefaults
                    | Evidence::Producers
                    | Evidence::Consumers
                    | Evidence::Clients
                    | Evidence::Hosts
                    | Evidence::ZooKeepers
            )
        };
        let named = self.evidence.iter().filter(|evidence| !(whole && is_part(evidence)));
        let mut docs: Vec<&str> = named.map(|evidence| evidence.doc()).collect();
        docs.dedup();
        docs.join(", ")
    }
}

/// Counts of findings by severity, and of what is no finding.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Summary {
    pub critical: usize,
    pub high: usize,
    pub medium: usize,
    pub low: usize,
    pub info: usize,
    /// Rules without their evidence.
    pub unknown: usize,
    /// Findings that somebody decided to live with.
    pub waived: usize,
}

/// All that an examination has to say, worst first.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    /// By status, severity, order of the rules, fix and subject.
    pub findings: Vec<Finding>,
    pub not_examined: Vec<NotExamined>,
}

impl Findings {
    /// Findings of a severity or worse; what is unknown or waived does not count.
    pub fn at_or_above(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        let counts = move |finding: &&Finding| {
            finding.status == FindingStatus::Finding && finding.severity <= severity
        };
        self.findings.iter().filter(counts)
    }

    /// What is found here and not there, and what is found there and not here: what a change brings and what
    /// it takes away. The same rule about the same subject is the same finding, whatever its evidence says.
    pub fn since<'a>(&'a self, was: &'a Findings) -> (Vec<&'a Finding>, Vec<&'a Finding>) {
        (self.not_in(was), was.not_in(self))
    }

    fn not_in(&self, other: &Findings) -> Vec<&Finding> {
        let key = |finding: &Finding| (finding.rule.id, finding.status, finding.subject.clone());
        let known: BTreeSet<_> = other.findings.iter().map(key).collect();
        self.findings.iter().filter(|finding| !known.contains(&key(finding))).collect()
    }

    /// Counts of findings by severity, and of what is unknown or waived.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            let count = match (finding.status, finding.severity) {
                (FindingStatus::Unknown, _) => &mut summary.unknown,
                (FindingStatus::Waived, _) => &mut summary.waived,
                (FindingStatus::Finding, Severity::Critical) => &mut summary.critical,
                (FindingStatus::Finding, Severity::High) => &mut summary.high,
                (FindingStatus::Finding, Severity::Medium) => &mut summary.medium,
                (FindingStatus::Finding, Severity::Low) => &mut summary.low,
                (FindingStatus::Finding, Severity::Info) => &mut summary.info,
            };
            *count += 1;
        }
        summary
    }
}
