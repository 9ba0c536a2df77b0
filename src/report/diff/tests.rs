//! A snapshot differs from itself in nothing, and turned around what got riskier is what got better.

use super::{Direction, SnapshotDiff, SnapshotDifference, diff};
use crate::consequences::lose;
use crate::hypothesis::{apply, reference};
use crate::knobs::Change;
use crate::model::{BrokerId, Cluster, Datum, KafkaVersion, Topic, Unknown};
use proptest::prelude::*;

const CHANGES: [&str; 5] = [
    "topic:min.insync.replicas=2",
    "topic:replication.factor=2",
    "topic:partitions=14",
    "cluster:kafka.version=3.9",
    "topic:unclean.leader.election.enable=true",
];

/// The reference cluster with some changes, some brokers lost and some of it not seen.
fn cluster(changes: u8, lost: u8, blind: u8) -> Cluster {
    let is_in = |mask: u8, at: usize| mask >> at & 1 == 1;
    let chosen = CHANGES.iter().enumerate().filter(|(at, _)| is_in(changes, *at));
    let chosen: Vec<Change> = chosen.map(|(_, text)| Change::parse(text).unwrap()).collect();
    let gone: Vec<BrokerId> =
        (0..2).filter(|at| is_in(lost, *at)).map(|at| BrokerId(at as i32 + 1)).collect();
    let mut cluster = lose(&apply(&reference(KafkaVersion::REFERENCE), &chosen).unwrap(), &gone);
    let denied = || Unknown::Denied("Describe".into());
    if is_in(blind, 0) {
        cluster.quorum = Datum::unknown(denied());
    }
    if is_in(blind, 1) {
        let unread = |topic: &Topic| Topic { config: Datum::unknown(denied()), ..topic.clone() };
        cluster.topics = cluster.topics.iter().map(unread).collect();
    }
    if is_in(blind, 2) {
        cluster.groups = Datum::unknown(denied());
    }
    cluster
}

fn turned(diff: SnapshotDiff) -> Vec<SnapshotDifference> {
    let turn = |one: SnapshotDifference| {
        let [before, after] = one.unknown.clone();
        let direction = match one.direction {
            Direction::Riskier => Direction::Better,
            Direction::Better => Direction::Riskier,
            other => other,
        };
        SnapshotDifference { direction, was: one.now, now: one.was, unknown: [after, before], ..one }
    };
    sorted(diff.differences.into_iter().map(turn).collect())
}

fn sorted(mut differences: Vec<SnapshotDifference>) -> Vec<SnapshotDifference> {
    differences.sort_by(|a, b| {
        (a.direction, a.kind, &a.subject, &a.was).cmp(&(b.direction, b.kind, &b.subject, &b.was))
    });
    differences
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_snapshot_differs_from_itself_in_nothing(changes in 0..32_u8, lost in 0..4_u8, blind in 0..8_u8) {
        let one = cluster(changes, lost, blind);
        let found = diff(&one, &one);
        prop_assert!(found.differences.iter().all(|one| one.direction == Direction::Unseen), "{found:?}");
        prop_assert!(blind + lost != 0 || found.differences.is_empty(), "{found:?}");
    }

    #[test]
    fn turned_around_riskier_is_better(
        a in (0..32_u8, 0..4_u8, 0..8_u8),
        b in (0..32_u8, 0..4_u8, 0..8_u8),
    ) {
        let (a, b) = (cluster(a.0, a.1, a.2), cluster(b.0, b.1, b.2));
        prop_assert_eq!(turned(diff(&a, &b)), sorted(diff(&b, &a).differences));
    }
}

#[test]
fn what_is_not_seen_is_no_change() {
    let (seen, unread) = (cluster(1, 0, 0), cluster(1, 0, 7));
    let found = diff(&seen, &unread);
    let kinds: Vec<(&str, Direction)> =
        found.differences.iter().map(|one| (one.kind, one.direction)).collect();
    assert!(kinds.iter().all(|(_, direction)| *direction == Direction::Unseen), "{kinds:?}");
    assert!(kinds.iter().any(|(kind, _)| *kind == "config"), "{kinds:?}");
    assert_eq!(found.verdict(), "unknown");
}

#[test]
fn a_topic_is_gone_only_where_all_were_seen() {
    let all = cluster(0, 0, 0);
    let mut none = all.clone();
    none.id = Datum::known("reference".into(), 0, crate::model::Origin::Broker);
    (none.topics, none.partitions) = ([].into(), crate::model::Partitions::default());
    let topic = |found: SnapshotDiff| found.differences.into_iter().find(|one| one.kind == "topic").unwrap();
    assert_eq!(topic(diff(&all, &none)).direction, Direction::Unseen, "it may be hidden");
    none.partitions = none.partitions.with_completeness(Datum::known((), 0, crate::model::Origin::Broker));
    let gone = topic(diff(&all, &none));
    assert_eq!(
        (gone.direction, gone.was.as_deref(), gone.now),
        (Direction::Changed, Some("12 partitions"), None)
    );
}
