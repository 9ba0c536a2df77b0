//! Transactional ids of the scenario, as their coordinators and the run know them.

mod application;
mod coordinator;
mod fate;
mod held;
mod markers;
mod verification;

pub(super) use fate::TransactionFates;
pub(super) use held::HeldProduce;

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::transaction::{StateLog, TransactionCoordinator};
use crate::sim::event::Timer;
use crate::sim::record_copies::RecordCopies;
use std::collections::BTreeMap;

/// A broker's request for a coordinator, or for a coordinator's sake, has this bit.
pub(super) const TRANSACTION_REQUEST: u64 = 1 << 61;

/// A `transactional.id` of the scenario.
#[derive(Clone)]
pub(super) struct HostedTransactions {
    pub(super) coordinator: TransactionCoordinator,
    pub(super) timer: Timer,
    /// Its partition of the state topic; `None` when that could not be created.
    pub(super) home: Option<PartitionIx>,
    /// The broker that leads that partition.
    pub(super) broker: Option<BrokerId>,
    pub(super) log: StateLog,
    /// Of the id's records.
    pub(super) copies: RecordCopies,
    /// The producer and its process that began last.
    pub(super) owner: Option<(u32, u64)>,
    /// A process that was replaced, and what it was allowed to do since.
    pub(super) unfenced: Option<&'static str>,
    /// Markers under way, by the number of the request.
    pub(super) markers: BTreeMap<u64, PartitionIx>,
    pub(super) next_request: u64,
    pub(super) committed: u64,
    pub(super) aborted: u64,
    pub(super) timed_out: u64,
    pub(super) fates: TransactionFates,
}

impl HostedTransactions {
    pub(super) fn new(coordinator: TransactionCoordinator, home: Option<PartitionIx>) -> Self {
        HostedTransactions {
            coordinator,
            timer: Timer::default(),
            home,
            broker: None,
            log: StateLog::default(),
            copies: RecordCopies::default(),
            owner: None,
            unfenced: None,
            markers: BTreeMap::new(),
            next_request: 0,
            committed: 0,
            aborted: 0,
            timed_out: 0,
            fates: TransactionFates::default(),
        }
    }
}

/// What a producer's application does with transactions.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransactionalProducer {
    /// Which transactional id.
    pub(super) id: u32,
    /// It commits after so many records.
    pub(super) records: u32,
    /// Records handed in since the last end.
    pub(super) open: u32,
    /// `initTransactions()`, `commitTransaction()` or `abortTransaction()` has not returned.
    pub(super) waits: bool,
    /// How often one of its processes was fenced.
    pub(super) fenced: u64,
}
