//! Two snapshots of a cluster: what got riskier, what got better, what only changed, and what one of them did not see.
//!
//! What a snapshot did not see is unknown and never a change. Turned around, what got riskier is what got better.

mod judged;
mod seen;
mod written;

pub use written::{diff_json, diff_text};

use crate::model::{Cluster, Datum, Millis, Unknown};
use std::cmp::Ordering;

/// Which way a difference goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Direction {
    Riskier,
    Better,
    /// Neither, or nobody can say.
    Changed,
    /// At least one snapshot does not know it.
    Unseen,
}

impl Direction {
    /// As the JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Riskier => "riskier",
            Direction::Better => "better",
            Direction::Changed => "changed",
            Direction::Unseen => "unseen",
        }
    }

    /// More of it is better.
    fn of(order: Option<Ordering>) -> Self {
        match order {
            Some(Ordering::Less) => Direction::Riskier,
            Some(Ordering::Greater) => Direction::Better,
            Some(Ordering::Equal) | None => Direction::Changed,
        }
    }
}

/// One thing that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotDifference {
    pub direction: Direction,
    /// `topic`, `config`, `isr`, `leader`, `finding`, `figure`...
    pub kind: &'static str,
    /// What it is about: `orders-3`, `topic orders retention.ms`.
    pub subject: String,
    /// How it was and how it is; `None` where it is not there or not known.
    pub was: Option<String>,
    pub now: Option<String>,
    /// Why the first or the second snapshot does not know it.
    pub unknown: [Option<String>; 2],
}

/// Of what one knows, where there is more of it than a text.
const SEEN: &str = "seen";

/// All that differs between two snapshots of one cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotDiff {
    /// How much later the second one is; negative when it is the older one.
    pub later_by_ms: Millis,
    /// By direction, then in the order in which a cluster has its parts.
    pub differences: Vec<SnapshotDifference>,
}

impl SnapshotDiff {
    /// Those of a direction.
    pub fn of(&self, direction: Direction) -> impl Iterator<Item = &SnapshotDifference> {
        self.differences.iter().filter(move |one| one.direction == direction)
    }

    /// What is certain decides first: `riskier`, else `unknown` where something was not seen, else `better` or `same`.
    pub fn verdict(&self) -> &'static str {
        let has = |direction| self.of(direction).next().is_some();
        if has(Direction::Riskier) {
            "riskier"
        } else if has(Direction::Unseen) {
            "unknown"
        } else if has(Direction::Better) {
            "better"
        } else {
            "same"
        }
    }
}

/// Compares two snapshots of one cluster.
pub fn diff(was: &Cluster, now: &Cluster) -> SnapshotDiff {
    let mut differences = seen::differences(was, now);
    // A figure over what was not seen is a range: it moved for certain only where the ranges have nothing in common.
    let all_seen = differences.iter().all(|one| one.direction != Direction::Unseen);
    differences.extend(judged::findings(was, now));
    differences.extend(judged::figures(was, now, all_seen));
    differences.sort_by_key(|one| one.direction);
    SnapshotDiff { later_by_ms: now.taken_at - was.taken_at, differences }
}

/// A difference of two texts, if they differ.
fn between(
    direction: Direction,
    kind: &'static str,
    subject: impl Into<String>,
    was: Option<String>,
    now: Option<String>,
) -> Option<SnapshotDifference> {
    (was != now).then(|| SnapshotDifference {
        direction,
        kind,
        subject: subject.into(),
        was,
        now,
        unknown: [None, None],
    })
}

/// What one or both do not know; `None` where both do, or nobody asked for it.
fn unseen<T, U>(
    kind: &'static str,
    subject: impl Into<String>,
    was: &Datum<T>,
    now: &Datum<U>,
) -> Option<SnapshotDifference> {
    let not_asked = Some(&Unknown::NotAsked);
    if was.reason() == not_asked && now.reason() == not_asked {
        return None;
    }
    let unknown = [was.reason(), now.reason()].map(|reason| reason.map(ToString::to_string));
    if unknown == [None, None] {
        return None;
    }
    let [was, now] = unknown.each_ref().map(|reason| reason.is_none().then(|| SEEN.to_string()));
    let (direction, subject) = (Direction::Unseen, subject.into());
    Some(SnapshotDifference { direction, kind, subject, was, now, unknown })
}

#[cfg(test)]
mod tests;
