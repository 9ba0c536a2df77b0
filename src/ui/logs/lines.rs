//! Which lines a log picture has in so much room, and their words and marks.

use super::scale::LogCell;
use crate::model::{human_count, plural};
use crate::report::{LastStable, LifeStep, LifeStepKind, PartitionLogs, RecordLife, ReplicaLog, ReplicaRole};
use crate::theme::{Glyphs, Role};

/// Groups whose commits are shown at most.
const MAX_COMMITS: usize = 4;

/// One line of the picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Line {
    Heading,
    Acked,
    Replica(usize),
    Epochs,
    Commit(usize),
    Text(Role, String),
    Legend,
}

/// The lines from top to bottom; where there is no room for all, the least important are left out.
pub(super) fn lines(logs: &PartitionLogs, height: u16) -> Vec<Line> {
    let mut lines = vec![(1, Line::Heading), (2, Line::Acked)];
    lines.extend((0..logs.replicas.len()).map(|at| (0, Line::Replica(at))));
    lines.push((6, Line::Epochs));
    let commits = logs.commits.as_ref().map_or(0, Vec::len).min(MAX_COMMITS);
    lines.extend((0..commits).map(|at| (7, Line::Commit(at))));
    lines.extend(lost_text(logs).map(|text| (3, Line::Text(Role::Bad, text))));
    lines.push((5, Line::Text(Role::Muted, facts(logs))));
    let life = logs.life.iter().flat_map(|life| {
        let heading = (8, Line::Text(Role::Heading, life_title(life)));
        let steps = life.steps.iter().map(|step| (9, Line::Text(step_role(step), step_text(step))));
        std::iter::once(heading).chain(steps)
    });
    lines.extend(life);
    lines.push((4, Line::Legend));
    let mut importance: Vec<(u8, usize)> =
        lines.iter().enumerate().map(|(at, (importance, _))| (*importance, at)).collect();
    importance.sort();
    importance.truncate(usize::from(height));
    let kept = |at: &usize| importance.iter().any(|(_, kept)| kept == at);
    lines.into_iter().enumerate().filter(|(at, _)| kept(at)).map(|(_, (_, line))| line).collect()
}

fn lost_text(logs: &PartitionLogs) -> Option<String> {
    let lost = logs.lost_records.filter(|lost| *lost > 0)?;
    let records = plural(lost as usize, "acknowledged record");
    let offsets = logs.lost.first().zip(logs.lost.last()).map(|(first, last)| {
        let (first, last) = (human_count(first.start), human_count(last.end - 1));
        if first == last { format!(": offset {first}") } else { format!(": offsets {first} to {last}") }
    });
    Some(format!("x {records} LOST{}. The producer was told OK.", offsets.unwrap_or_default()))
}

/// Who leads, and up to where consumers may read.
fn facts(logs: &PartitionLogs) -> String {
    let known = |number: Option<i64>| number.map_or("?".to_string(), human_count);
    let leader = logs.leader.map_or("none".to_string(), |leader| leader.to_string());
    let stable = match logs.last_stable {
        LastStable::HighWatermark => format!("LSO {} (no transactions)", known(logs.high_watermark)),
        LastStable::At(offset) if Some(offset) < logs.high_watermark => {
            format!("LSO {} (a transaction is open)", human_count(offset))
        }
        LastStable::At(offset) => format!("LSO {}", human_count(offset)),
        LastStable::Unknown => "LSO ?".into(),
    };
    let epoch = known(logs.leader_epoch.map(i64::from));
    let leading = logs.replicas.iter().find(|replica| Some(replica.broker) == logs.leader);
    let start = leading.and_then(|leading| leading.log_start).filter(|start| *start > 0);
    let start = start.map_or(String::new(), |start| format!("log start {}, ", human_count(start)));
    format!("leader {leader}, epoch {epoch}, {start}HW {}, {stable}", known(logs.high_watermark))
}

fn life_title(life: &RecordLife) -> String {
    let which = if life.is_lost { "The first lost record" } else { "The record acknowledged last" };
    life.offset.map_or(which.to_string(), |offset| format!("{which}, offset {}", human_count(offset)))
}

fn step_role(step: &LifeStep) -> Role {
    match step.kind {
        LifeStepKind::Passed => Role::Text,
        LifeStepKind::Lost => Role::Bad,
        LifeStepKind::Cause => Role::Muted,
    }
}

fn step_text(step: &LifeStep) -> String {
    let at = step.at_ms.map_or(String::new(), |at| format!("{:.3} s", at as f64 / 1000.0));
    format!("{at:>11}  {:<10}  {}", step.label, step.text)
}

/// What stands before a replica's log.
pub(super) fn label(replica: &ReplicaLog) -> (String, Role) {
    let id = replica.broker;
    match (replica.is_down, replica.role) {
        (true, ReplicaRole::Leader) => (format!("{id} leader DOWN"), Role::Bad),
        (true, _) => (format!("{id} DOWN"), Role::Bad),
        (false, ReplicaRole::Leader) => (format!("{id} leader"), Role::Strong),
        (false, ReplicaRole::InSync) => (format!("{id} in sync"), Role::Text),
        (false, ReplicaRole::OutOfSync) => (format!("{id} out of sync"), Role::Warn),
    }
}

/// The mark of a cell and how it looks; what a broker that is down has serves nobody.
pub(super) fn mark(cell: LogCell, is_down: bool, glyphs: &Glyphs) -> (&'static str, Role) {
    let stored = if is_down { Role::Muted } else { Role::Ok };
    match cell {
        LogCell::Blank => (" ", Role::Text),
        LogCell::Flushed => (glyphs.log_flushed, stored),
        LogCell::Written => (glyphs.log_written, stored),
        LogCell::Uncommitted => (glyphs.log_uncommitted, Role::Warn),
        LogCell::HighWatermark => (glyphs.high_watermark, Role::Strong),
        LogCell::Lost => (glyphs.bad, Role::Bad),
        LogCell::Cut => (glyphs.log_cut, Role::Muted),
        LogCell::Deleted => (glyphs.log_deleted, Role::Muted),
        LogCell::Unknown => (glyphs.unknown, Role::Unknown),
    }
}
