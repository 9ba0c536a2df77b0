//! What a cluster did along time: samples of its figures, and marks of what happened to it.

use crate::model::Millis;
use std::collections::VecDeque;
use std::sync::Arc;

/// The figures of a moment. What a source cannot give is `None`, and so is what was not seen.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Sample {
    /// The end of the time that it tells of, on the source's clock.
    pub at_ms: Millis,
    /// Records acknowledged a second since the sample before it.
    pub acked_per_s: Option<f64>,
    /// 99th percentile of the time to their acknowledgement, in milliseconds.
    pub ack_p99_ms: Option<f64>,
    /// Partitions with fewer replicas in sync than assigned.
    pub under_replicated: Option<u64>,
    /// Partitions with fewer replicas in sync than `min.insync.replicas`: writes with `acks=all` are refused.
    pub below_min_isr: Option<u64>,
    /// Partitions without a leader.
    pub offline: Option<u64>,
    /// Records that groups have not committed yet, all groups together.
    pub lag: Option<u64>,
    /// Partitions that got another leader since the sample before it.
    pub leader_moves: Option<u64>,
    /// Acknowledged records that were lost so far.
    pub lost: Option<u64>,
}

/// What happened, by kind; the later, the more it matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MarkKind {
    /// A setting was changed.
    Setting,
    /// Brokers are back.
    BrokerUp,
    /// Partitions got another leader.
    Election,
    /// Another controller, or none.
    Controller,
    /// Brokers are gone, as the controller sees it.
    BrokerDown,
    /// Somebody did something to the cluster.
    Fault,
    /// Acknowledged records are gone.
    Loss,
}

impl MarkKind {
    /// What it is called.
    pub const fn word(self) -> &'static str {
        match self {
            MarkKind::Setting => "setting",
            MarkKind::BrokerUp => "broker up",
            MarkKind::Election => "election",
            MarkKind::Controller => "controller",
            MarkKind::BrokerDown => "broker down",
            MarkKind::Fault => "fault",
            MarkKind::Loss => "LOST",
        }
    }
}

/// Something that happened at a moment; what happens of one kind within a second is one mark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    pub at_ms: Millis,
    pub kind: MarkKind,
    /// How many partitions, records or acts.
    pub count: u64,
    /// The first of them, in words.
    pub first: Arc<str>,
}

/// How long what happens of one kind is one mark.
const TOGETHER_MS: Millis = 1_000;

impl Mark {
    /// Adds this mark to those before it, at most `most` of them.
    pub fn add_to(self, marks: &mut VecDeque<Mark>, most: usize) {
        let first = self.first;
        Mark::add(marks, most, (self.at_ms, self.kind, self.count), || first);
    }

    /// The same of a moment, a kind and a count, whose words are asked for only where they make a mark of their own.
    pub fn add(
        marks: &mut VecDeque<Mark>,
        most: usize,
        (at_ms, kind, count): (Millis, MarkKind, u64),
        first: impl FnOnce() -> Arc<str>,
    ) {
        let same = |mark: &&mut Mark| mark.kind == kind && at_ms - mark.at_ms < TOGETHER_MS;
        if let Some(mark) = marks.iter_mut().rev().take(4).find(same) {
            mark.count += count;
            return;
        }
        if marks.len() >= most {
            marks.pop_front();
        }
        marks.push_back(Mark { at_ms, kind, count, first: first() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_together_is_one_mark_and_there_is_a_bound() {
        let mark = |at_ms, kind| Mark { at_ms, kind, count: 1, first: "x".into() };
        let mut marks = VecDeque::new();
        for (at_ms, kind) in [(0, MarkKind::Election), (10, MarkKind::Loss), (900, MarkKind::Election)] {
            mark(at_ms, kind).add_to(&mut marks, 3);
        }
        assert_eq!(marks.iter().map(|mark| mark.count).collect::<Vec<_>>(), [2, 1]);
        for at_ms in [2_000, 4_000, 6_000] {
            mark(at_ms, MarkKind::Fault).add_to(&mut marks, 3);
        }
        assert_eq!(marks.iter().map(|mark| mark.at_ms).collect::<Vec<_>>(), [2_000, 4_000, 6_000]);
    }
}
