//! What a run says of transactions.

use crate::scenario::TransactionCounter;
use crate::sim::world::World;
use serde::{Deserialize, Serialize};

/// What became of the transactions of all producers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TransactionCounters {
    /// Transactions that coordinators decided to commit.
    pub committed: u64,
    /// Transactions that coordinators decided to abort.
    pub aborted: u64,
    /// How many of them because they were open for longer than `transaction.timeout.ms`.
    pub timed_out: u64,
    /// Producers' processes that could not go on: a newer one had begun, or their transaction was aborted for them.
    pub fenced: u64,
    /// Offsets below the last stable offsets of the leaders; `None` where a partition has no running leader to tell.
    pub stable: Option<u64>,
}

impl TransactionCounters {
    /// A counter, as the expectations name it; `None` where nobody can tell.
    pub(super) fn counter(&self, counter: TransactionCounter) -> Option<u64> {
        match counter {
            TransactionCounter::Committed => Some(self.committed),
            TransactionCounter::Aborted => Some(self.aborted),
            TransactionCounter::TimedOut => Some(self.timed_out),
            TransactionCounter::Fenced => Some(self.fenced),
            TransactionCounter::Stable => self.stable,
        }
    }
}

impl World {
    /// The counters now; `None` where no producer has a `transactional.id`.
    pub(super) fn transaction_counters(&self) -> Option<TransactionCounters> {
        let mut counters = TransactionCounters::default();
        let all = self.clients.all_transactions();
        for host in all {
            counters.committed += host.committed;
            counters.aborted += host.aborted;
            counters.timed_out += host.timed_out;
        }
        let own = self.clients.producers().iter().filter_map(|host| host.transactional);
        counters.fenced = own.map(|own| own.fenced).sum();
        counters.stable = Some(0);
        for ix in self.user_partitions() {
            let leader = self.machines.serving_leader(ix);
            let replica = leader.and_then(|id| self.machines.host(id)?.broker.replica(ix));
            let stable = replica.map(|replica| replica.last_stable_offset() as u64);
            counters.stable = counters.stable.zip(stable).map(|(all, stable)| all + stable);
        }
        (!all.is_empty()).then_some(counters)
    }
}
