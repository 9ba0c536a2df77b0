//! What the stop of some replicas' brokers does to each class of partitions, held against the headroom asked for.

use crate::consequences::case::{LiveReplicas, mask_of};
use crate::consequences::classes::{ClassRow, ClassTable};
use crate::consequences::restart_verdict::StopEffect;
use crate::consequences::what_if::Transitions;
use std::cmp::Ordering;

/// What the stop of one replica does to a class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StopOutcome {
    Nothing,
    Hit(StopEffect),
    UnknownMinimum,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ReplicaStop {
    pub outcome: StopOutcome,
    /// Whether it must not be, and would not be better if every replica were in sync before.
    pub never_spared: bool,
}

/// The classes of a cluster and how many in-sync replicas above the minimum a stop must leave.
pub(super) struct StopRules<'a> {
    pub transitions: &'a Transitions,
    pub classes: &'a ClassTable,
    pub margin: u32,
}

impl StopRules<'_> {
    /// Per class and replica place: what the stop of that replica's broker does.
    pub(super) fn stops(&self) -> Vec<Vec<ReplicaStop>> {
        let of_class = |class: &ClassRow| {
            let layout = self.classes.layout(class);
            (0..layout.replicas).map(|place| self.stop_of(class, place as u8)).collect()
        };
        self.classes.rows.iter().map(of_class).collect()
    }

    fn stop_of(&self, class: &ClassRow, place: u8) -> ReplicaStop {
        if self.classes.live(class).up >> place & 1 == 0 {
            return ReplicaStop { outcome: StopOutcome::Nothing, never_spared: false };
        }
        let after = self.transitions.lose(self.classes, class, &[place]);
        self.judged(class, &after, &[place])
    }

    /// What a class is after the replicas at these places stopped.
    pub(super) fn judged(&self, class: &ClassRow, after: &LiveReplicas, places: &[u8]) -> ReplicaStop {
        let outcome = self.outcome_from(class, &self.classes.live(class), after);
        let never_spared = self.forbids(outcome) && !self.spared_when_whole(class, places);
        ReplicaStop { outcome, never_spared }
    }

    fn forbids(&self, outcome: StopOutcome) -> bool {
        matches!(outcome, StopOutcome::Hit(effect) if effect.is_forbidden(self.margin))
    }

    /// A partition that nobody leads now is offline, whoever the controller would choose: it has not chosen.
    pub(super) fn outcome_from(
        &self,
        class: &ClassRow,
        before: &LiveReplicas,
        after: &LiveReplicas,
    ) -> StopOutcome {
        if before.led() { self.outcome(class, after) } else { StopOutcome::Hit(StopEffect::Offline) }
    }

    /// What the partition is after the stop, whether or not the stop made it so: a broker that holds one of the
    /// missing replicas is no safer to stop than the others.
    fn outcome(&self, class: &ClassRow, after: &LiveReplicas) -> StopOutcome {
        if !after.led() {
            return StopOutcome::Hit(StopEffect::Offline);
        }
        let Some(minimum) = self.transitions.min_isr(self.classes, class) else {
            return StopOutcome::UnknownMinimum;
        };
        match after.in_sync().cmp(&minimum) {
            Ordering::Less => StopOutcome::Hit(StopEffect::UnderMinIsr),
            Ordering::Equal => StopOutcome::Hit(StopEffect::AtMinIsr),
            Ordering::Greater if after.in_sync() - minimum < self.margin => {
                StopOutcome::Hit(StopEffect::ShortOfMargin)
            }
            Ordering::Greater => StopOutcome::Nothing,
        }
    }

    fn spared_when_whole(&self, class: &ClassRow, lost: &[u8]) -> bool {
        let replicas = self.classes.layout(class).replicas;
        let all = mask_of(replicas);
        let whole = LiveReplicas { isr: all, elr: 0, up: all, leader: Some(0) };
        let rule = self.transitions.rule(&self.classes.knobs[class.key.knobs as usize]);
        let after = rule.lose(&whole, replicas, lost);
        !self.forbids(self.outcome(class, &after))
    }
}
