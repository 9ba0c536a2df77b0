//! What only a simulator can see: every replica's offsets, the counters of the run and its event log.

use crate::model::{Cluster, Mark, MarkKind, Millis, Sample};
use crate::scenario::{Act, Process};
use crate::sim::attempt::Attempt;
use crate::sim::doing::ClientDoing;
use crate::sim::loss::PartitionRecords;
use crate::sim::replica_offsets::ReplicaOffsets;
use crate::sim::report::{Counters, GroupReport};
use crate::sim::trace::{EventKind, TraceEvent};
use crate::sim::world::World;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many lines of the event log a view carries.
const LINES: usize = 300;
/// How many marks a view carries.
const MARKS: usize = 200;

/// A line of the event log.
#[derive(Clone, PartialEq, Debug)]
pub struct LogLine {
    /// Counts the events of the run from 0.
    pub seq: u64,
    /// Virtual time since the start.
    pub at_ms: Millis,
    /// What happened, and why, in words.
    pub text: Arc<str>,
    /// The event that led to it, if it is known.
    pub cause: Option<u64>,
}

/// A moment of a run, beside the cluster as Kafka would tell it.
#[derive(Clone, PartialEq, Debug)]
pub struct SimView {
    /// Virtual time since the start.
    pub at_ms: Millis,
    pub seed: u64,
    /// The counters so far.
    pub counters: Counters,
    /// Replicas of each partition in assignment order; by the cluster's partition columns.
    pub replicas: Arc<[Vec<ReplicaOffsets>]>,
    /// What is known of each partition's records beside its logs; by the same columns.
    pub records: Arc<[PartitionRecords]>,
    /// What groups did with their records so far.
    pub groups: Arc<[GroupReport]>,
    /// Producers and members of groups, those that do not run too.
    pub clients: Arc<[Process]>,
    /// Where the loops stand of those clients whose pseudocode the scene has.
    pub doing: Arc<[ClientDoing]>,
    /// The last lines of the event log, the oldest first.
    pub lines: Arc<[LogLine]>,
    /// A sample for each of the last seconds, the oldest first.
    pub samples: Arc<[Sample]>,
    /// The last marks along them, the oldest first.
    pub marks: Arc<[Mark]>,
    /// What was done to the run of a challenge, and what came of it.
    pub attempt: Option<Arc<Attempt>>,
    /// The same run under other settings, if one goes beside it.
    pub other: Option<Arc<OtherRun>>,
}

/// The same run under other settings: its seed, and what was done to it and when, are the same.
#[derive(Clone, PartialEq, Debug)]
pub struct OtherRun {
    /// The cluster that it has come to.
    pub cluster: Arc<Cluster>,
    /// What only a simulator can see of it. It may not have come to the same moment yet.
    pub view: Arc<SimView>,
}

/// The event log in words, kept as far as it was worded, and what is shown along time.
#[derive(Clone, Default)]
pub(super) struct EventLog {
    lines: VecDeque<LogLine>,
    shared: Arc<[LogLine]>,
    marks: VecDeque<Mark>,
    shared_marks: Arc<[Mark]>,
    worded: u64,
    samples: Arc<[Sample]>,
}

impl EventLog {
    /// The last lines; only events that are new since the last call are worded.
    pub(super) fn of(&mut self, world: &World) -> Arc<[LogLine]> {
        let length = world.observers.trace().len();
        if length < self.worded {
            *self = EventLog::default();
        }
        if length == self.worded {
            return self.shared.clone();
        }
        let fresh: Vec<_> =
            world.observers.trace().recent().rev().take_while(|event| event.seq >= self.worded).collect();
        world.with_names(|names| {
            self.lines.extend(fresh.iter().take(LINES).rev().map(|event| LogLine {
                seq: event.seq,
                at_ms: at_ms(event),
                text: event.text(names).into(),
                cause: event.cause,
            }));
            for event in fresh.iter().rev() {
                let Some((kind, count)) = mark_of(event) else { continue };
                let words = || event.text(names).trim_start_matches("> ").into();
                Mark::add(&mut self.marks, MARKS, (at_ms(event), kind, count), words);
            }
        });
        while self.lines.len() > LINES {
            self.lines.pop_front();
        }
        self.worded = length;
        self.shared = self.lines.iter().cloned().collect();
        self.shared_marks = self.marks.iter().cloned().collect();
        self.shared.clone()
    }

    /// The last marks, as of the last call of [`EventLog::of`].
    pub(super) fn marks(&self) -> Arc<[Mark]> {
        self.shared_marks.clone()
    }

    /// The samples so far; they are copied only when there is a new one.
    pub(super) fn samples(&mut self, world: &World) -> Arc<[Sample]> {
        let samples = world.observers.sampler().samples();
        let same = samples.back() == self.samples.last() && samples.front() == self.samples.first();
        if !same || samples.len() != self.samples.len() {
            self.samples = samples.iter().copied().collect();
        }
        self.samples.clone()
    }
}

fn at_ms(event: &TraceEvent) -> Millis {
    (event.at / 1_000_000) as Millis
}

/// What an event is on a time line, if it is anything, and how many.
fn mark_of(event: &TraceEvent) -> Option<(MarkKind, u64)> {
    let mark = match &event.kind {
        EventKind::Acted(Act::Set(_)) => (MarkKind::Setting, 1),
        EventKind::Acted(_) => (MarkKind::Fault, 1),
        EventKind::Registration { fenced: Some(true), .. } => (MarkKind::BrokerDown, 1),
        EventKind::Registration { fenced: Some(false), .. } => (MarkKind::BrokerUp, 1),
        EventKind::Partition { before, after, .. } if before.leader != after.leader => {
            (MarkKind::Election, 1)
        }
        EventKind::ActiveController { .. } => (MarkKind::Controller, 1),
        EventKind::AckedLost { records, .. } => (MarkKind::Loss, *records),
        _ => return None,
    };
    Some(mark)
}
