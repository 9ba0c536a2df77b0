//! The event log of a run: what happened, when and because of what, as data; worded only when shown.

mod words;

pub(crate) use words::Names;

use crate::model::{BrokerId, Compatibility, Nanos, OnPoison, PartitionIx};
use crate::protocol::broker::BrokerEvent;
use crate::protocol::controller::{self, Election};
use crate::protocol::wire::{BrokerEpoch, ErrorCode, Offset, PartitionRegistration, RecordRange};
use crate::scenario::{Act, Endpoint, Process};
use crate::sim::hash::Fnv;
use crate::sim::process::ProcessState;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TraceEvent {
    /// Counts the events of the run from 0.
    pub seq: u64,
    pub at: Nanos,
    pub kind: EventKind,
    /// The event that led to it, if it is known.
    pub cause: Option<u64>,
}

/// What happened. Its serialised form feeds the trace hash, which must be the same on every machine: no floating
/// point numbers, and no map whose order is not that of its keys.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum EventKind {
    /// Somebody did something to the cluster.
    Acted(Act),
    /// It could not be done, and why.
    ActRefused(Act, Refusal),
    /// A broker's process began, ended or was paused.
    Process { broker: BrokerId, state: ProcessState },
    /// A broker reports something about itself.
    Broker { broker: BrokerId, event: BrokerEvent },
    /// A new process of a broker is known to the controller.
    Registered { broker: BrokerId, epoch: BrokerEpoch },
    /// The controller fenced, unfenced or sees off a broker.
    Registration {
        broker: BrokerId,
        /// Fenced or unfenced, if that changed.
        fenced: Option<bool>,
        /// It is shutting down.
        in_controlled_shutdown: bool,
    },
    /// The controller changed a partition.
    Partition {
        partition: PartitionIx,
        before: Arc<PartitionRegistration>,
        after: Arc<PartitionRegistration>,
        /// Why, as the controller says.
        cause: controller::Cause,
    },
    /// Another controller is active, or none.
    ActiveController { node: Option<u32>, epoch: u32 },
    /// A producer's application was told that a send failed.
    ProduceFailed {
        /// Which producer of the scenario.
        producer: u32,
        partition: PartitionIx,
        records: RecordRange,
        error: ErrorCode,
        /// They may be in the log all the same.
        indefinite: bool,
    },
    /// A producer's `send()` threw.
    SendRejected {
        /// Which producer of the scenario.
        producer: u32,
        records: u32,
        error: crate::protocol::producer::SendError,
    },
    /// Acknowledged records are gone from the log that consumers read.
    AckedLost { partition: PartitionIx, records: u64 },
    /// A group's rebalance began.
    Rebalancing(u32),
    /// A group's rebalance ended.
    Rebalanced { group: u32, generation: i32, members: u32 },
    /// A group's member was thrown out because it was silent.
    MemberExpired(u32),
    /// A consumer's position was moved by its reset policy or by epoch validation.
    PositionMoved {
        group: u32,
        partition: PartitionIx,
        /// From here; `None` when there was none.
        from: Option<Offset>,
        to: Offset,
    },
    /// A consumer could not commit.
    CommitFailed { group: u32, error: ErrorCode },
    /// A consumer left its group because it did not poll.
    PollTimedOut(u32),
    /// A consumer's `poll()` threw.
    ConsumerFailed { group: u32, partition: PartitionIx, error: crate::protocol::consumer::ConsumerError },
    /// The first key of a topic whose records lie in two partitions.
    KeySplit {
        /// Which producer of the scenario.
        producer: u32,
        /// The number of the key.
        key: u32,
        /// Where its records went before.
        before: PartitionIx,
        partition: PartitionIx,
    },
    /// A group processed a record of a key after a later one: the first time in this topic.
    KeyReordered { group: u32, partition: PartitionIx, key: u32 },
    /// A group processed a record of a key after a later one of another topic: the first time.
    KeyReorderedAcrossTopics { group: u32, partition: PartitionIx, key: u32 },
    /// A group meets a record that nobody can process, for the first time.
    PoisonMet {
        group: u32,
        partition: PartitionIx,
        offset: Offset,
        /// What its members do with it.
        answer: OnPoison,
    },
    /// An exception ended a member's process.
    MemberCrashed { group: u32, member: u32, partition: PartitionIx, offset: Offset },
    /// An answer to a client was lost with its connection.
    AnswerLost(Process),
    /// Retention deleted records that a group had yet to read.
    DeletedBeforeRead { group: u32, partition: PartitionIx, records: u64 },
    /// The cleaner removed records before a group read them; some of them deleted a key whose value it has.
    CompactedBeforeRead { group: u32, partition: PartitionIx, records: u64, deletes: u64 },
    /// The registry refused a version of a topic's schema, for this registered one.
    SchemaRefused { client: Endpoint, topic: String, version: u32, level: Compatibility, against: u32 },
    /// A version of a topic's schema is new, and in use by this client.
    SchemaRegistered { client: Endpoint, topic: String, version: u32 },
    /// A group meets the first record whose schema it cannot read.
    SchemaUnreadable {
        group: u32,
        topic: String,
        /// The version that it was written with.
        writer: u32,
        /// The version that the group has.
        reader: u32,
        why: String,
    },
    /// A broker throttles a client that is above its quota, for the first time in the run.
    Throttled { broker: BrokerId, process: Process, throttle_ms: u64 },
    /// A transaction of this producer of the scenario is decided to be aborted.
    TransactionAborted(u32),
    /// A transaction of this producer was open for longer than its `transaction.timeout.ms`.
    TransactionTimedOut(u32),
    /// A producer cannot go on: a newer process has begun, or its transaction was aborted for it.
    ProducerFenced {
        /// Which producer of the scenario.
        producer: u32,
        error: ErrorCode,
    },
}

/// Why an act was not done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Refusal {
    /// The process is not in a state for it.
    NotRunning,
    Running,
    /// There is nothing of that name.
    Unknown,
    /// The simulator does not act on this knob.
    NotSimulated,
    /// The controller refused with this error.
    Controller(ErrorCode),
    /// No controller is active.
    NoController,
    /// The cluster has to be built anew.
    NeedsRebuild,
    /// The client would not start with it.
    BadSetting,
    /// The cluster would be larger than what is simulated.
    TooLarge,
    /// The partition has no leader.
    NoLeader,
    /// The schema has no field left that could be changed so.
    NoSuchField,
    /// The topic is compacted, and the records would have no key.
    NoKeys,
}

/// How many events are kept.
const MAX_RECENT: usize = 4096;

/// The events so far: the last of them, and a hash of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    recent: VecDeque<Arc<TraceEvent>>,
    next: u64,
    hash: Fnv,
    /// Events handed to whoever writes the whole event log, since they were last taken.
    sink: Option<Vec<Arc<TraceEvent>>>,
}

impl Trace {
    /// Adds an event; answers its number.
    pub(crate) fn add(&mut self, at: Nanos, kind: EventKind, cause: Option<u64>) -> u64 {
        let seq = self.next;
        self.next += 1;
        let event = Arc::new(TraceEvent { seq, at, kind, cause });
        self.hash.value(&*event);
        if let Some(sink) = &mut self.sink {
            sink.push(event.clone());
        }
        if self.recent.len() == MAX_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(event);
        seq
    }

    /// Adds an acknowledgement to the hash; there are too many to keep.
    pub(crate) fn acked(&mut self, at: Nanos, partition: PartitionIx, records: RecordRange, offset: Offset) {
        self.hash.value(&(at, partition, records, offset));
    }

    /// Forgets the events so far; numbers and hash go on.
    pub(crate) fn forget(&mut self) {
        self.recent.clear();
    }

    /// Keeps every event until it is taken.
    pub(crate) fn keep_all(&mut self) {
        self.sink = Some(Vec::new());
    }

    /// The events since the last call, if they are kept.
    pub(crate) fn take(&mut self) -> Vec<Arc<TraceEvent>> {
        self.sink.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The last events, the oldest first.
    pub(crate) fn recent(&self) -> impl DoubleEndedIterator<Item = &Arc<TraceEvent>> {
        self.recent.iter()
    }

    /// An event, if it is still kept.
    pub(crate) fn get(&self, seq: u64) -> Option<&Arc<TraceEvent>> {
        let first = self.recent.front()?.seq;
        self.recent.get(seq.checked_sub(first)? as usize)
    }

    /// How many events there were.
    pub(crate) fn len(&self) -> u64 {
        self.next
    }

    /// The hash of everything so far.
    pub(crate) fn hash(&self) -> u64 {
        self.hash.0
    }

    /// Why an event happened: itself first, then what led to it.
    pub(crate) fn chain(&self, seq: u64) -> Vec<Arc<TraceEvent>> {
        let mut chain = Vec::new();
        let mut next = Some(seq);
        while let Some(event) = next.and_then(|seq| self.get(seq)) {
            chain.push(event.clone());
            next = event.cause.filter(|cause| *cause < event.seq);
        }
        chain
    }

    /// The same, worded.
    pub(crate) fn why(&self, seq: u64, names: &Names<'_>) -> Vec<String> {
        self.chain(seq).iter().map(|event| event.text(names)).collect()
    }
}

/// The kind of an election, as a word.
fn election_word(election: Election) -> &'static str {
    match election {
        Election::Preferred => "preferred",
        Election::Online => "online",
        Election::Unclean => "unclean",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::Change;
    use crate::protocol::broker::HwCause;
    use crate::scenario::{PowerDomain, UnflushedTail};

    fn hash_of(kind: EventKind) -> u64 {
        let mut trace = Trace::default();
        trace.add(1_500_000_000, kind, None);
        trace.hash()
    }

    #[test]
    fn every_field_of_an_event_counts_in_the_hash() {
        let moved = |cause| {
            let event = BrokerEvent::HighWatermark { partition: PartitionIx(0), from: 1, to: 2, cause };
            hash_of(EventKind::Broker { broker: BrokerId(1), event })
        };
        assert_ne!(moved(HwCause::Append), moved(HwCause::Fetch(BrokerId(2))));
        let power_loss = |keep| hash_of(EventKind::Acted(Act::PowerLoss { domain: PowerDomain::Site, keep }));
        assert_ne!(power_loss(UnflushedTail::Flushed), power_loss(UnflushedTail::Everything));
    }

    /// Whoever kept a hash compares it later, on another machine: it may change with the events only.
    #[test]
    fn the_hash_is_as_it_was() {
        let state = PartitionRegistration {
            replicas: vec![BrokerId(1), BrokerId(2)],
            ..PartitionRegistration::default()
        };
        let state = Arc::new(state);
        let cause = controller::Cause::BrokerFenced { broker: BrokerId(1), last_heartbeat: 1, now: 300 };
        let (partition, before, after) = (PartitionIx(7), state.clone(), state);
        let changed = EventKind::Partition { partition, before, after, cause };
        let set = Act::Set(Change::parse("topic/orders:min.insync.replicas=2").unwrap());
        let known = [0xd184_7b66_52fd_c3bd, 0xe0f9_e26e_c815_d670];
        assert_eq!([hash_of(changed), hash_of(EventKind::Acted(set))], known);
    }
}
