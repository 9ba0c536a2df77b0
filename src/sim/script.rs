//! The scenario's events: each waits for the one before it, then for its time or its condition.

use crate::model::{BrokerId, Nanos};
use crate::scenario::{Act, Condition, Scenario};
use crate::sim::clock::BOOT;
use crate::sim::observed::Observed;

/// How far the scenario's events are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Script {
    next: usize,
    /// When it is due; `None` while its condition does not hold.
    due: Option<Nanos>,
}

/// What the scenario's next event does now.
pub(super) enum NextEvent {
    Happens(Act),
    /// It is known since now when it is due.
    DueAt(Nanos),
    Waits,
}

impl Script {
    /// Goes on to the next event, if it is due.
    pub(super) fn advance(&mut self, world: &Observed<'_>) -> NextEvent {
        let Some(event) = world.scenario.events.get(self.next) else { return NextEvent::Waits };
        let known = self.due;
        if known.is_none() && event.when.as_ref().is_some_and(|condition| !world.holds(condition)) {
            return NextEvent::Waits;
        }
        let after = world.now + event.after.map_or(0, |after| after.0);
        let due = known.unwrap_or_else(|| event.at.map_or(after, |at| BOOT + at.0));
        if due <= world.now {
            (self.next, self.due) = (self.next + 1, None);
            return NextEvent::Happens(event.act.clone());
        }
        self.due = Some(due);
        if known.is_none() { NextEvent::DueAt(due) } else { NextEvent::Waits }
    }

    /// Whether all events of the scenario have happened.
    pub(super) fn is_over(&self, scenario: &Scenario) -> bool {
        self.next >= scenario.events.len()
    }
}

impl Observed<'_> {
    /// Whether a condition holds now.
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Leader { partition, is } => self
                .machines
                .topics
                .partition_named(partition)
                .is_some_and(|ix| self.machines.leader(ix) == *is),
            Condition::Isr { partition, is } => {
                let ix = self.machines.topics.partition_named(partition);
                let state = ix.and_then(|ix| self.machines.control.committed.partitions.get(ix.at()));
                state.is_some_and(|state| {
                    let mut isr = state.isr.clone();
                    isr.sort();
                    isr == *is
                })
            }
            Condition::Fenced(id) => self.is_fenced(*id) == Some(true),
            Condition::Unfenced(id) => self.is_fenced(*id) == Some(false),
            Condition::Down(id) => self.machines.host(*id).is_some_and(|host| host.process.has_ended()),
            Condition::Log { partition, broker, reaches } => {
                let ix = self.machines.topics.partition_named(partition);
                let replica = ix.and_then(|ix| self.machines.host(*broker)?.broker.replica(ix));
                replica.is_some_and(|replica| replica.log().end() >= *reaches)
            }
            Condition::Visible(partition, reaches) => {
                let ix = self.machines.topics.partition_named(partition);
                let replica =
                    ix.and_then(|ix| self.machines.host(self.machines.leader(ix)?)?.broker.replica(ix));
                replica.is_some_and(|replica| replica.high_watermark() >= *reaches)
            }
            clients => self.clients_hold(clients),
        }
    }

    fn clients_hold(&self, condition: &Condition) -> bool {
        let producer = |name: &str| {
            let at = self.scenario.producers.iter().position(|spec| spec.name == name);
            at.map(|at| &self.clients.producers()[at])
        };
        match condition {
            Condition::Acked(name, count) => producer(name).is_some_and(|host| host.acked >= *count),
            Condition::Failed(name, count) => producer(name).is_some_and(|host| host.failed >= *count),
            Condition::Settled(name) => producer(name).is_some_and(|host| {
                host.sent > 0 && host.acked + host.failed >= host.sent && host.workload.in_turn == 0
            }),
            Condition::Read(name, count) => {
                let at = self.scenario.groups.iter().position(|spec| spec.name == *name);
                at.is_some_and(|at| self.clients.groups()[at].read >= *count)
            }
            _ => false,
        }
    }

    fn is_fenced(&self, id: BrokerId) -> Option<bool> {
        self.machines.control.committed.brokers.get(&id).map(|known| known.fenced)
    }
}
