//! The scenario's events: each waits for the one before it, then for its time or its condition.

use crate::model::{BrokerId, Nanos};
use crate::scenario::Condition;
use crate::sim::event::QueuedEvent;
use crate::sim::world::{BOOT, World};

/// How far the scenario's events are.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    next: usize,
    /// When it is due; `None` while its condition does not hold.
    due: Option<Nanos>,
}

impl World {
    /// Does what is due of the scenario's events.
    pub(super) fn run_script(&mut self) {
        if self.now < BOOT {
            return;
        }
        while let Some(event) = self.scenario.events.get(self.script.next) {
            let due = match self.script.due {
                Some(due) => due,
                None => {
                    if event.when.as_ref().is_some_and(|condition| !self.holds(condition)) {
                        return;
                    }
                    let after = self.now + event.after.map_or(0, |after| after.0);
                    let due = event.at.map_or(after, |at| BOOT + at.0);
                    self.script.due = Some(due);
                    if due > self.now {
                        self.queue.push(due, QueuedEvent::ScriptDue);
                    }
                    due
                }
            };
            if due > self.now {
                return;
            }
            let act = event.act.clone();
            self.script.next += 1;
            self.script.due = None;
            // A refusal is in the trace; the story goes on.
            let _ = self.act(act);
        }
    }

    /// Whether all events of the scenario have happened.
    pub(super) fn script_is_over(&self) -> bool {
        self.script.next >= self.scenario.events.len()
    }

    /// Whether a condition holds now.
    pub(super) fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Leader { partition, is } => {
                self.topics.partition_named(partition).is_some_and(|ix| self.leader(ix) == *is)
            }
            Condition::Isr { partition, is } => self.topics.partition_named(partition).is_some_and(|ix| {
                let mut isr = self.control.committed.partitions[ix.at()].isr.clone();
                isr.sort();
                isr == *is
            }),
            Condition::Fenced(id) => self.is_fenced(*id) == Some(true),
            Condition::Unfenced(id) => self.is_fenced(*id) == Some(false),
            Condition::Down(id) => self.host_ref(*id).is_some_and(|host| host.process.has_ended()),
            Condition::Log { partition, broker, reaches } => {
                let ix = self.topics.partition_named(partition);
                let replica = ix.and_then(|ix| self.host_ref(*broker)?.broker.replica(ix));
                replica.is_some_and(|replica| replica.log().end() >= *reaches)
            }
            Condition::Visible(partition, reaches) => {
                let ix = self.topics.partition_named(partition);
                let replica = ix.and_then(|ix| self.host_ref(self.leader(ix)?)?.broker.replica(ix));
                replica.is_some_and(|replica| replica.high_watermark() >= *reaches)
            }
            clients => self.clients_hold(clients),
        }
    }

    fn clients_hold(&self, condition: &Condition) -> bool {
        let producer = |name: &str| {
            let at = self.scenario.producers.iter().position(|spec| spec.name == name);
            at.map(|at| &self.producers[at])
        };
        match condition {
            Condition::Acked(name, count) => producer(name).is_some_and(|host| host.acked >= *count),
            Condition::Failed(name, count) => producer(name).is_some_and(|host| host.failed >= *count),
            Condition::Settled(name) => producer(name).is_some_and(|host| {
                host.sent > 0 && host.acked + host.failed >= host.sent && host.workload.in_turn == 0
            }),
            Condition::Read(name, count) => {
                let at = self.scenario.groups.iter().position(|spec| spec.name == *name);
                at.is_some_and(|at| self.groups[at].read >= *count)
            }
            _ => false,
        }
    }

    fn is_fenced(&self, id: BrokerId) -> Option<bool> {
        self.control.committed.brokers.get(&id).map(|known| known.fenced)
    }
}
