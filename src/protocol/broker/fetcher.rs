//! A fetcher thread: one outstanding request to one source broker for all partitions it serves
//! (`ReplicaFetcherThread`, kafka.md#replication-fetch).

use crate::model::{BrokerId, Nanos, PartitionIx};
use std::collections::BTreeSet;

/// What a fetcher waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FetcherRequest {
    Fetch,
    OffsetsForLeaderEpoch,
    ListOffsets,
}

/// The request under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Outstanding {
    pub(super) correlation: u64,
    pub(super) asked: FetcherRequest,
    pub(super) sent_at: Nanos,
}

/// The state of one thread. Replicas are named by their place in the broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fetcher {
    pub(super) source: BrokerId,
    pub(super) thread: u32,
    /// Epoch of the next fetch; 0 names everything.
    pub(super) session_epoch: u32,
    pub(super) outstanding: Option<Outstanding>,
    /// All replicas it serves.
    pub(super) members: BTreeSet<u32>,
    /// How many of them fetch.
    pub(super) fetching: u32,
    /// Those that the source must hear of.
    pub(super) to_send: Vec<u32>,
    pub(super) to_forget: Vec<PartitionIx>,
    /// Those that ask for the end of an epoch, and for the leader's offsets.
    pub(super) ask_epochs: Vec<u32>,
    pub(super) ask_offsets: Vec<u32>,
    /// Those that wait after an error.
    pub(super) delayed: Vec<(Nanos, u32)>,
    pub(super) not_before: Nanos,
    pub(super) timer: Option<Nanos>,
    /// It is in the list of fetchers to look at after the step.
    pub(super) queued: bool,
}

impl Fetcher {
    pub(super) fn new(source: BrokerId, thread: u32) -> Self {
        Fetcher {
            source,
            thread,
            session_epoch: 0,
            outstanding: None,
            members: BTreeSet::new(),
            fetching: 0,
            to_send: Vec::new(),
            to_forget: Vec::new(),
            ask_epochs: Vec::new(),
            ask_offsets: Vec::new(),
            delayed: Vec::new(),
            not_before: 0,
            timer: None,
            queued: false,
        }
    }
}
