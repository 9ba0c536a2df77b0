//! Cells and lines of log pictures.

use super::lines::{Line, lines, mark};
use super::scale::Scale;
use crate::model::BrokerId;
use crate::report::{LastStable, LogMoment, PartitionLogs, ReplicaLog, ReplicaRole};
use crate::sim::{Cut, CutBy};
use crate::theme::Glyphs;
use std::ops::Range;

fn replica(broker: i32, role: ReplicaRole, marks: Option<(i64, i64, i64)>) -> ReplicaLog {
    ReplicaLog {
        broker: BrokerId(broker),
        role,
        is_down: false,
        log_start: Some(0),
        log_end: marks.map(|marks| marks.2),
        high_watermark: marks.map(|marks| marks.1),
        flushed: marks.map(|marks| marks.0),
        epochs: marks.map(|_| vec![(0, 0)]),
        cut: None,
    }
}

fn logs(replicas: Vec<ReplicaLog>) -> PartitionLogs {
    PartitionLogs {
        partition: "orders-2".into(),
        moment: LogMoment::Now,
        leader: Some(BrokerId(1)),
        leader_epoch: Some(0),
        high_watermark: Some(9),
        last_stable: LastStable::HighWatermark,
        replicas,
        acked: Some(vec![Range { start: 0, end: 12 }]),
        lost: Vec::new(),
        lost_records: Some(0),
        commits: None,
        life: None,
    }
}

/// The logs in ASCII, a line each.
fn drawn(logs: &PartitionLogs, cells: u16) -> Vec<String> {
    let scale = Scale::of(logs, cells);
    let line = |replica: &ReplicaLog| {
        let cells = (0..cells).map(|cell| scale.cell(cell, replica, &logs.lost));
        cells.map(|cell| mark(cell, false, Glyphs::ASCII).0).collect::<String>().trim_end().to_string()
    };
    logs.replicas.iter().map(line).collect()
}

#[test]
fn flushed_in_memory_and_uncommitted_records_look_different() {
    let logs = logs(vec![
        replica(1, ReplicaRole::Leader, Some((4, 9, 12))),
        replica(2, ReplicaRole::InSync, Some((4, 9, 9))),
        replica(3, ReplicaRole::OutOfSync, None),
    ]);
    assert_eq!(drawn(&logs, 20), ["####=====|--", "####=====|", "?"]);
}

#[test]
fn lost_and_cut_records_stand_behind_the_end_of_a_log() {
    let mut logs = logs(vec![
        replica(1, ReplicaRole::Leader, Some((4, 9, 9))),
        replica(2, ReplicaRole::InSync, Some((4, 9, 9))),
    ]);
    (logs.moment, logs.lost, logs.lost_records) =
        (LogMoment::Loss(1), vec![Range { start: 9, end: 11 }], Some(2));
    logs.replicas[1].cut =
        Some(Cut { broker: BrokerId(2), from: 12, to: 9, at_ms: 1, by: CutBy::Truncation });
    assert_eq!(drawn(&logs, 20), ["####=====xx", "####=====xx~"]);
}

#[test]
fn what_is_below_the_log_start_is_marked_and_named() {
    let mut logs = logs(vec![
        replica(1, ReplicaRole::Leader, Some((9, 9, 12))),
        replica(2, ReplicaRole::InSync, Some((9, 9, 9))),
    ]);
    let facts = |logs: &PartitionLogs| {
        let named = |line: &Line| matches!(line, Line::Text(_, text) if text.contains("log start 4, HW 9"));
        lines(logs, 20).iter().any(named)
    };
    assert!(!facts(&logs), "a log that is whole says nothing of it");
    logs.replicas[0].log_start = Some(4);
    logs.replicas[1].log_start = Some(6);
    assert_eq!(drawn(&logs, 20), ["....#####|--", "......###|"]);
    assert!(facts(&logs));
}

#[test]
fn what_a_live_cluster_does_not_tell_is_not_drawn() {
    let mut leader = replica(1, ReplicaRole::Leader, None);
    leader.high_watermark = Some(9);
    let logs = logs(vec![leader, replica(2, ReplicaRole::InSync, None)]);
    assert_eq!(drawn(&logs, 20), ["=========?", "?"]);
}

#[test]
fn the_scale_holds_still_while_logs_grow_and_takes_in_those_that_lag() {
    let at = |end: i64, behind: i64| {
        let lags = replica(2, ReplicaRole::OutOfSync, Some((0, behind, behind)));
        Scale::of(&logs(vec![replica(1, ReplicaRole::Leader, Some((0, end, end))), lags]), 40)
    };
    assert_eq!(at(1000, 1000), at(1009, 1005));
    assert_ne!(at(1000, 1000), at(1010, 1010));
    assert_eq!((at(1000, 1000).per_cell(), at(1000, 940).per_cell()), (1, 2));
    assert!(at(1_000_000, 10).from() > 10, "one that lags by far begins beyond the edge");
}

#[test]
fn replicas_and_the_loss_keep_their_lines_when_room_is_scarce() {
    let mut logs = logs(vec![
        replica(1, ReplicaRole::Leader, Some((4, 9, 9))),
        replica(2, ReplicaRole::InSync, Some((4, 9, 9))),
    ]);
    (logs.lost, logs.lost_records) = (vec![Range { start: 9, end: 11 }], Some(2));
    let shown = lines(&logs, 5);
    assert_eq!(shown[..4], [Line::Heading, Line::Acked, Line::Replica(0), Line::Replica(1)]);
    assert!(
        matches!(&shown[4], Line::Text(_, text) if text.contains("2 acknowledged records LOST")),
        "{shown:?}"
    );
    assert_eq!(lines(&logs, 2), [Line::Replica(0), Line::Replica(1)]);
}
