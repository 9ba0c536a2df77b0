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
    /// Offsets below the last stable offsets of the leaders.
    pub stable: u64,
}

impl TransactionCounters {
    /// A counter, as the expectations name it.
    pub(super) fn counter(&self, counter: TransactionCounter) -> u64 {
        match counter {
            TransactionCounter::Committed => self.committed,
            TransactionCounter::Aborted => self.aborted,
            TransactionCounter::TimedOut => self.timed_out,
            TransactionCounter::Fenced => self.fenced,
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
        for ix in self.user_partitions() {
            let leader = self.machines.leader(ix).and_then(|id| self.machines.host(id)?.broker.replica(ix));
            counters.stable += leader.map_or(0, |leader| leader.last_stable_offset() as u64);
        }
        (!all.is_empty()).then_some(counters)
    }
}
