//! What only a simulator can see: every replica's offsets, the counters of the run and its event log.

use crate::model::Millis;
use crate::scenario::Process;
use crate::sim::loss::PartitionRecords;
use crate::sim::replica_offsets::ReplicaOffsets;
use crate::sim::report::{Counters, GroupReport};
use crate::sim::world::World;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many lines of the event log a view carries.
const LINES: usize = 300;

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
    /// The last lines of the event log, the oldest first.
    pub lines: Arc<[LogLine]>,
}

/// The event log in words, kept as far as it was worded.
#[derive(Clone, Default)]
pub(super) struct EventLog {
    lines: VecDeque<LogLine>,
    shared: Arc<[LogLine]>,
    worded: u64,
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
        let fresh: Vec<_> = world
            .observers
            .trace()
            .recent()
            .rev()
            .take(LINES)
            .take_while(|event| event.seq >= self.worded)
            .collect();
        world.with_names(|names| {
            self.lines.extend(fresh.iter().rev().map(|event| LogLine {
                seq: event.seq,
                at_ms: (event.at / 1_000_000) as Millis,
                text: event.text(names).into(),
                cause: event.cause,
            }));
        });
        while self.lines.len() > LINES {
            self.lines.pop_front();
        }
        self.worded = length;
        self.shared = self.lines.iter().cloned().collect();
        self.shared.clone()
    }
}
