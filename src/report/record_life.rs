//! What became of one acknowledged record, step by step: handed to its producer, appended, replicated,
//! acknowledged, lost.

use crate::model::{BrokerId, Millis, id_list};
use crate::sim::{AckedRecord, Cut, CutBy, Loss, ReplicaOffsets};

/// How a step is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LifeStepKind {
    /// It went its way.
    Passed,
    /// It was lost.
    Lost,
    /// What led to the loss.
    Cause,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LifeStep {
    pub kind: LifeStepKind,
    /// Virtual time; `None` when it is not known.
    pub at_ms: Option<Millis>,
    /// `produced`, `appended`...
    pub label: &'static str,
    pub text: String,
}

/// The life of one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordLife {
    /// Its offset, if it was told.
    pub offset: Option<i64>,
    pub is_lost: bool,
    /// In the order of time.
    pub steps: Vec<LifeStep>,
}

/// The life of the first record of a loss; `cuts` are those of its partition.
pub(super) fn life_of_lost(loss: &Loss, cuts: &[Cut]) -> RecordLife {
    let record = &loss.first;
    let stood = record.acked_ms.unwrap_or(Millis::MIN)..=loss.at_ms;
    let had = cuts.iter().filter(|cut| {
        stood.contains(&cut.at_ms) && record.offset.is_some_and(|at| (cut.to..cut.from).contains(&at))
    });
    let mut on: Vec<BrokerId> = loss.held_by.iter().copied().chain(had.map(|cut| cut.broker)).collect();
    on.sort();
    on.dedup();
    let mut steps = vec![produced(record), appended(record)];
    steps.push(replicated(record, &on, "no other replica had it by then"));
    steps.push(acknowledged(record));
    steps.push(lost(loss));
    steps.extend(loss.held_by.iter().filter_map(|broker| last_copy(*broker, loss, cuts)));
    let causes = loss.why.iter().skip(1);
    steps.extend(causes.map(|why| step(LifeStepKind::Cause, None, "because", why.to_string())));
    RecordLife { offset: record.offset, is_lost: true, steps }
}

/// The life of the record that was acknowledged last, as the replicas are now.
pub(super) fn life_of_last(record: &AckedRecord, replicas: &[ReplicaOffsets]) -> RecordLife {
    let holds =
        |one: &&ReplicaOffsets| record.offset.is_some_and(|at| (one.log_start..one.log_end).contains(&at));
    let on: Vec<BrokerId> = replicas.iter().filter(holds).map(|one| one.broker).collect();
    let deleted = deleted(record, replicas);
    let mut steps = vec![produced(record), appended(record)];
    if deleted.is_none() {
        steps.push(replicated(record, &on, "no other replica has it yet"));
    }
    steps.push(acknowledged(record));
    steps.extend(deleted);
    RecordLife { offset: record.offset, is_lost: false, steps }
}

fn step(kind: LifeStepKind, at_ms: Option<Millis>, label: &'static str, text: String) -> LifeStep {
    LifeStep { kind, at_ms, label, text }
}

fn passed(at_ms: Option<Millis>, label: &'static str, text: String) -> LifeStep {
    step(LifeStepKind::Passed, at_ms, label, text)
}

fn produced(record: &AckedRecord) -> LifeStep {
    let text = format!("record {} of producer {}", record.number, record.sent_by);
    passed(record.produced_ms, "produced", text)
}

fn appended(record: &AckedRecord) -> LifeStep {
    let text = match (record.acked_by, record.offset) {
        (Some(broker), Some(offset)) => format!("by broker {broker}, at offset {offset}"),
        (None, Some(offset)) => format!("at offset {offset}"),
        (_, None) if record.acks == Some("0") => "? with acks=0 no broker says where, or whether".into(),
        (_, None) => "? too long ago to tell".into(),
    };
    passed(None, "appended", text)
}

/// Every log starts behind it: retention has deleted it, whether somebody has read it or not.
fn deleted(record: &AckedRecord, replicas: &[ReplicaOffsets]) -> Option<LifeStep> {
    let at = record.offset?;
    let first = replicas.iter().map(|one| one.log_start).min().filter(|first| at < *first)?;
    Some(passed(None, "deleted", format!("by retention: no log starts before {first}")))
}

/// Who had a copy beside the broker that answered.
fn replicated(record: &AckedRecord, on: &[BrokerId], nobody: &str) -> LifeStep {
    let others: Vec<BrokerId> = on.iter().copied().filter(|id| Some(*id) != record.acked_by).collect();
    let text = match (record.offset, others.as_slice()) {
        (None, _) => "?".into(),
        (Some(_), []) => nobody.into(),
        (Some(_), [one]) => format!("to broker {one}"),
        (Some(_), many) => format!("to brokers {}", id_list(many)),
    };
    passed(None, "replicated", text)
}

fn acknowledged(record: &AckedRecord) -> LifeStep {
    let by = record.acked_by.map_or("?".to_string(), |broker| format!("broker {broker}"));
    let text = match record.acks {
        Some("0") => "by nobody: with acks=0 the producer took it for stored at once".into(),
        Some(acks) => format!("by {by}, acks={acks}: the producer was told OK"),
        None => "the producer was told OK".into(),
    };
    passed(record.acked_ms, "acked", text)
}

fn lost(loss: &Loss) -> LifeStep {
    let (leader, epoch) = (loss.leader, loss.leader_epoch);
    let end = loss.replicas.iter().find(|one| one.broker == leader).map(|one| one.log_end);
    let without = match (loss.first.offset, end) {
        (Some(_), Some(end)) => {
            format!("broker {leader} leads, epoch {epoch}: its log ends at {end}, without it")
        }
        _ => format!("broker {leader} leads, epoch {epoch}, without it"),
    };
    let text = match loss.held_by.as_slice() {
        [] => format!("{without}; no replica has it any more"),
        [one] => format!("{without}; broker {one} still has it"),
        many => format!("{without}; brokers {} still have it", id_list(many)),
    };
    step(LifeStepKind::Lost, Some(loss.at_ms), "LOST", text)
}

/// A replica that still had it has cut it off since.
fn last_copy(broker: BrokerId, loss: &Loss, cuts: &[Cut]) -> Option<LifeStep> {
    let at = loss.first.offset?;
    let cut = cuts
        .iter()
        .find(|cut| cut.broker == broker && cut.at_ms >= loss.at_ms && (cut.to..cut.from).contains(&at))?;
    let how = match cut.by {
        CutBy::Truncation => "truncated its log",
        CutBy::PowerLoss => "lost its log's end with the power",
        CutBy::DiskLoss => "lost its disk",
    };
    let text = format!("broker {broker} {how} from {} to {}", cut.from, cut.to);
    Some(step(LifeStepKind::Lost, Some(cut.at_ms), "cut", text))
}
