//! A producer's application at work: it hands in what is due and comes back when more is.

use super::KEYS_A_TICK;
use crate::sim::event::QueuedEvent;
use crate::sim::world::World;

impl World {
    /// The time for the next records has come.
    pub(in crate::sim) fn workload_due(&mut self, client: u32) {
        self.clients.producer_mut(client).workload.queued = false;
        self.work(client);
    }

    /// The application continues after a pause; it did not save up records meanwhile.
    pub(in crate::sim) fn work_again(&mut self, client: u32) {
        let workload = &mut self.clients.producer_mut(client).workload;
        workload.next_at = workload.next_at.max(self.now);
        self.work(client);
    }

    /// The application's turn: hands in what is due and comes back when more is.
    pub(in crate::sim) fn work(&mut self, client: u32) {
        let now = self.now;
        let host = self.clients.producer_mut(client);
        if !host.runtime.is_running() || host.workload.blocked {
            return;
        }
        let count = host.workload.due(now);
        if count > 0 {
            self.hand_in_spread(client, count);
        }
        let is_over = self.clients.producer(client).workload.is_over(now);
        self.commit_if_due(client, is_over);
        let workload = &mut self.clients.producer_mut(client).workload;
        if let Some(at) = workload.next(now).filter(|_| !workload.queued) {
            workload.queued = true;
            self.queue.push(at, QueuedEvent::Workload(client));
        }
    }

    fn hand_in_spread(&mut self, client: u32, count: u32) {
        let parts = count.min(KEYS_A_TICK);
        for part in 0..parts {
            let share = count / parts + u32::from(part < count % parts);
            let target = self.clients.producer_mut(client).workload.target();
            self.hand_in(client, target, share);
        }
    }
}
