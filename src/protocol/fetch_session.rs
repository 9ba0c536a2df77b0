//! Fetch sessions on the broker that is asked: who reads what from where, and what each has not been told
//! (`FetchSession`, KIP-227; `DelayedFetch`).

use crate::model::{Nanos, PartitionIx};
use crate::protocol::messages::{FetchRequest, FollowerId, Peer};
use crate::protocol::wire::{ErrorCode, FetchPartition, FetchedPartition, LeaderEpoch, Offset};
use std::collections::BTreeMap;

/// One partition of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slot {
    pub partition: PartitionIx,
    /// Its replica's place in the broker.
    pub replica: u32,
    /// Where the asker reads.
    pub fetch_offset: Offset,
    /// The leader epoch the asker named.
    pub leader_epoch: LeaderEpoch,
    /// The high watermark last told, -1 none.
    pub sent_high_watermark: Offset,
    /// The log start last told.
    pub sent_log_start: Offset,
    /// The high watermark when the partition was named in request `named_in`: what an immediate answer
    /// tells, for Kafka reads before it takes note of the follower's progress.
    pub high_watermark_at_request: Offset,
    /// Session epoch of the request that last named the partition.
    pub requested_in_epoch: u32,
    /// It is in `news`.
    pub is_changed: bool,
    /// It is in use.
    pub open: bool,
}

/// A fetch that waits for data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DelayedFetch {
    /// The asker's number of the request.
    pub correlation: u64,
    /// When it is answered anyway.
    pub deadline: Nanos,
}

/// The epoch of a session that only a full fetch can open: none follows on it.
const CLOSED: u32 = u32::MAX;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FetchSession {
    pub peer: Peer,
    /// Its number of the session.
    pub id: u32,
    /// The follower, if it is one.
    pub follower: Option<FollowerId>,
    /// Epoch of the last request.
    pub epoch: u32,
    /// Time of the last request.
    pub last_fetch: Nanos,
    /// Limits of the last request.
    pub params: FetchParams,
    pub slots: Vec<Slot>,
    /// Slots not in use.
    pub free: Vec<u32>,
    /// What is to be said of partitions instead of data: errors, diverging logs, better replicas.
    pub notices: Vec<FetchedPartition>,
    /// Slots with data or a new high watermark.
    pub changed: Vec<u32>,
    /// Slots whose data went with the last answer.
    pub sent: Vec<u32>,
    /// Slots of a follower that is not in the ISR: each fetch may bring it in.
    pub outside_isr: Vec<u32>,
    pub delayed_fetch: Option<DelayedFetch>,
    /// When the broker looks after the waiting fetch, if it does.
    pub timer: Option<Nanos>,
    /// It is in the list of sessions to look at after the step.
    pub woken: bool,
}

/// Limits of a fetch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct FetchParams {
    /// Answer at once when there is so much.
    pub min_bytes: u32,
    /// Soft limit of the answer.
    pub max_bytes: u32,
    /// Soft limit of a partition.
    pub partition_max_bytes: u32,
    pub rack: Option<u32>,
    /// It reads up to the last stable offset only.
    pub read_committed: bool,
}

impl FetchSession {
    fn new(peer: Peer, id: u32) -> Self {
        FetchSession {
            peer,
            id,
            follower: None,
            epoch: CLOSED,
            last_fetch: 0,
            params: FetchParams::default(),
            slots: Vec::new(),
            free: Vec::new(),
            notices: Vec::new(),
            changed: Vec::new(),
            sent: Vec::new(),
            outside_isr: Vec::new(),
            delayed_fetch: None,
            timer: None,
            woken: false,
        }
    }

    /// Takes a request's epoch and limits. An incremental request must follow on the last one.
    pub(crate) fn begin(&mut self, request: &FetchRequest, now: Nanos) -> Result<(), ErrorCode> {
        if request.session_epoch != 0 && request.session_epoch != self.epoch.wrapping_add(1) {
            return Err(ErrorCode::InvalidFetchSessionEpoch);
        }
        self.delayed_fetch = None;
        self.epoch = request.session_epoch;
        self.follower = request.follower;
        self.last_fetch = now;
        self.params = FetchParams {
            min_bytes: request.min_bytes,
            max_bytes: request.max_bytes,
            partition_max_bytes: request.partition_max_bytes,
            rack: request.rack,
            read_committed: request.read_committed,
        };
        Ok(())
    }

    /// A slot for a partition that is new to the session.
    pub(crate) fn open(&mut self, asked: &FetchPartition, replica: u32) -> u32 {
        let slot = Slot {
            partition: asked.partition,
            replica,
            fetch_offset: asked.fetch_offset,
            leader_epoch: asked.current_leader_epoch,
            sent_high_watermark: -1,
            sent_log_start: -1,
            high_watermark_at_request: -1,
            requested_in_epoch: 0,
            is_changed: false,
            open: true,
        };
        match self.free.pop() {
            Some(at) => {
                // A slot given back while in `news` stays listed there.
                let is_changed = self.slots[at as usize].is_changed;
                self.slots[at as usize] = Slot { is_changed, ..slot };
                at
            }
            None => {
                self.slots.push(slot);
                self.slots.len() as u32 - 1
            }
        }
    }

    /// Gives a slot back.
    pub(crate) fn close(&mut self, at: u32) {
        let slot = &mut self.slots[at as usize];
        if std::mem::replace(&mut slot.open, false) {
            self.free.push(at);
        }
    }

    /// Puts a slot among those with news.
    pub(crate) fn mark(&mut self, at: u32) {
        let slot = &mut self.slots[at as usize];
        if !std::mem::replace(&mut slot.is_changed, true) {
            self.changed.push(at);
        }
    }

    /// Forgets all partitions; only a full fetch goes on from here.
    pub(crate) fn clear(&mut self) {
        self.epoch = CLOSED;
        self.slots.clear();
        self.free.clear();
        self.notices.clear();
        self.changed.clear();
        self.sent.clear();
        self.outside_isr.clear();
    }
}

/// All sessions of a broker. A session's place never changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct FetchSessionCache {
    all: Vec<FetchSession>,
    places: BTreeMap<(Peer, u32), u32>,
}

impl FetchSessionCache {
    /// The place of a session, made if it is new.
    pub(crate) fn place(&mut self, peer: Peer, id: u32) -> u32 {
        *self.places.entry((peer, id)).or_insert_with(|| {
            self.all.push(FetchSession::new(peer, id));
            self.all.len() as u32 - 1
        })
    }

    pub(crate) fn get(&self, place: u32) -> &FetchSession {
        &self.all[place as usize]
    }

    /// By place, to change.
    pub(crate) fn get_mut(&mut self, place: u32) -> &mut FetchSession {
        &mut self.all[place as usize]
    }

    /// Places of a peer's sessions.
    pub(crate) fn of(&self, peer: Peer) -> Vec<u32> {
        self.places.range((peer, 0)..=(peer, u32::MAX)).map(|(_, place)| *place).collect()
    }
}
