//! Findings that came and went, and figures of promises that moved.

use super::{Direction, SEEN, SnapshotDifference};
use crate::consequences::{FigureView, Subject, assess};
use crate::model::Cluster;
use crate::rules::{Finding, FindingStatus, Findings, Severity, SubjectKind, examine};
use std::collections::{BTreeMap, BTreeSet};

/// Figures that promise something; all others are times, sizes and costs.
const PROMISES: [&str; 7] =
    ["durability.", "writes.", "reads.", "visibility.", "ordering", "duplicates", "quorum"];

pub(super) fn findings(was: &Cluster, now: &Cluster) -> Vec<SnapshotDifference> {
    let (before, after) = (examine(was), examine(now));
    let mut found = open_rules(&before, &after);
    let gone = of_one(&before, &after, now);
    found.extend(gone.into_iter().map(|(finding, direction)| {
        let direction = direction.unwrap_or(Direction::Better);
        difference(direction, finding, Some(words(finding)), None)
    }));
    let new = of_one(&after, &before, was);
    found.extend(new.into_iter().map(|(finding, direction)| {
        let direction = direction.unwrap_or(Direction::Riskier);
        difference(direction, finding, None, Some(words(finding)))
    }));
    found.extend(other_severity(&before, &after));
    found
}

fn difference(
    direction: Direction,
    finding: &Finding,
    was: Option<String>,
    now: Option<String>,
) -> SnapshotDifference {
    let subject = format!("{}, {}", finding.rule.id, finding.subject.title());
    SnapshotDifference { direction, kind: "finding", subject, was, now, unknown: [None, None] }
}

fn words(finding: &Finding) -> String {
    format!("{}: {}", finding.severity.word(), finding.evidence)
}

/// Rules that have no answer in one of them, and grave ones that have none in both. (Some have none on any real cluster,
/// because Kafka does not tell.)
fn open_rules(was: &Findings, now: &Findings) -> Vec<SnapshotDifference> {
    let unknown = |of: &Findings| -> BTreeMap<&'static str, Severity> {
        let unknown = of.findings.iter().filter(|one| one.status == FindingStatus::Unknown);
        unknown.map(|one| (one.rule.id, one.severity)).collect()
    };
    let unasked = |of: &Findings| -> BTreeSet<&'static str> {
        of.not_examined.iter().flat_map(|missed| missed.rules.iter().copied()).collect()
    };
    let (unknown_was, unknown_now) = (unknown(was), unknown(now));
    let (unasked_was, unasked_now) = (unasked(was), unasked(now));
    // What nobody asked for in either is not compared, and says nothing.
    let mut rules: BTreeSet<&str> = unasked_was.symmetric_difference(&unasked_now).copied().collect();
    let both = |rule: &str| unknown_was.contains_key(rule) && unknown_now.contains_key(rule);
    let open = unknown_was.iter().chain(&unknown_now);
    let open = open.filter(|(rule, severity)| **severity <= Severity::High || !both(rule));
    rules.extend(open.map(|(rule, _)| *rule));
    let state = |rule: &str, unknown: &BTreeMap<&str, Severity>, unasked: &BTreeSet<&str>| {
        let word = if unknown.contains_key(rule) { "unknown" } else { "not examined" };
        (unknown.contains_key(rule) || unasked.contains(rule)).then(|| word.to_string())
    };
    let of_rule = |rule: &str| {
        let unknown = [state(rule, &unknown_was, &unasked_was), state(rule, &unknown_now, &unasked_now)];
        let [was, now] = unknown.each_ref().map(|why| why.is_none().then(|| SEEN.to_string()));
        let (direction, subject) = (Direction::Unseen, rule.to_string());
        SnapshotDifference { direction, kind: "finding", subject, was, now, unknown }
    };
    rules.into_iter().map(of_rule).collect()
}

fn is_same(a: &Finding, b: &Finding) -> bool {
    a.rule.id == b.rule.id && a.subject == b.subject
}

/// What is found in one and not in the other; with a direction where the other may just not have seen it.
fn of_one<'a>(
    one: &'a Findings,
    other: &Findings,
    cluster: &Cluster,
) -> Vec<(&'a Finding, Option<Direction>)> {
    let is_found = |finding: &&Finding| finding.status != FindingStatus::Unknown;
    let known: BTreeSet<_> =
        other.findings.iter().filter(is_found).map(|one| (one.rule.id, &one.subject)).collect();
    let single = one.findings.iter().filter(is_found);
    let single = single.filter(|finding| !known.contains(&(finding.rule.id, &finding.subject)));
    single.map(|finding| (finding, may_be_hidden(finding, other, cluster))).collect()
}

fn may_be_hidden(finding: &Finding, other: &Findings, cluster: &Cluster) -> Option<Direction> {
    let unasked = other.not_examined.iter().any(|missed| missed.rules.contains(finding.rule.id));
    let is_open = |one: &Finding| {
        let of_all = one.subject.kind == SubjectKind::Cluster || one.subject.kind != finding.subject.kind;
        one.status == FindingStatus::Unknown
            && one.rule.id == finding.rule.id
            && (of_all || one.subject == finding.subject)
    };
    let unknown = other.findings.iter().any(is_open);
    let of_topic = matches!(finding.subject.kind, SubjectKind::Topic | SubjectKind::Partition);
    let not_there = of_topic
        && cluster.topic_named(&finding.subject.name).is_none()
        && cluster.topics_complete().get().is_none();
    (unasked || unknown || not_there).then_some(Direction::Unseen)
}

fn other_severity(was: &Findings, now: &Findings) -> Vec<SnapshotDifference> {
    let moved = |before: &Finding| {
        let after =
            now.findings.iter().find(|after| is_same(before, after) && before.status == after.status)?;
        // The worst severity is the smallest.
        let direction = Direction::of(Some(after.severity.cmp(&before.severity)));
        let (was, now) = (Some(words(before)), Some(words(after)));
        (before.severity != after.severity).then(|| difference(direction, before, was, now))
    };
    let found = was.findings.iter().filter(|finding| finding.status == FindingStatus::Finding);
    found.filter_map(moved).collect()
}

pub(super) fn figures(was: &Cluster, now: &Cluster, all_seen: bool) -> Vec<SnapshotDifference> {
    let (before, after) = (assess(was, Subject::Cluster), assess(now, Subject::Cluster));
    let pair = |was: FigureView<'_>| {
        let now = after.figure(was.id)?;
        figure(&was, &now, all_seen)
    };
    before.figures().into_iter().filter_map(pair).collect()
}

fn figure(was: &FigureView<'_>, now: &FigureView<'_>, all_seen: bool) -> Option<SnapshotDifference> {
    let promises = PROMISES.iter().any(|promise| was.id.starts_with(promise));
    let (before, after) = (was.value.score(), now.value.score());
    let is_known = before.is_some() && after.is_some();
    if was.value.text() == now.value.text() && (is_known || !promises) {
        return None;
    }
    let direction = if !is_known {
        Direction::Unseen
    } else if all_seen && promises {
        Direction::of(before.zip(after).and_then(|(was, now)| now.partial_cmp(&was)))
    } else if all_seen {
        Direction::Changed
    } else if promises {
        Direction::of_ranges(was, now)
    } else {
        Direction::Unseen
    };
    let text = |figure: &FigureView<'_>, score: Option<f64>| score.map(|_| figure.value.text());
    let subject = format!("{} ({})", was.label, was.id);
    let (was, now) = (text(was, before), text(now, after));
    Some(SnapshotDifference { direction, kind: "figure", subject, was, now, unknown: [None, None] })
}

impl Direction {
    /// Of two ranges that may overlap.
    fn of_ranges(was: &FigureView<'_>, now: &FigureView<'_>) -> Self {
        let is_below = |a: &FigureView<'_>, b: &FigureView<'_>| {
            // The last digits of two computations are no difference.
            let ends = a.value.best_score().zip(b.value.score());
            ends.is_some_and(|(best, worst)| best + best.abs() * 1e-9 < worst)
        };
        if is_below(now, was) {
            Direction::Riskier
        } else if is_below(was, now) {
            Direction::Better
        } else {
            Direction::Unseen
        }
    }
}
