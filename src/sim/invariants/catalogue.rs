//! The promises by name: what each says, where it comes from and what it assumes.

/// What a promise may rest on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Assumption {
    /// Leaders are elected from the ISR or the ELR only: no unclean election, no last known leader.
    CleanElections,
    /// Without ELR, the last member of an ISR loses nothing to a power or disk failure; with ELR, fewer
    /// replicas than the minimum ISR do.
    LastReplicaKeepsItsLog,
    /// `min.insync.replicas` is not changed while a partition has no ISR: that also forgets who may lead
    /// (`ClearElrRecord`, KIP-966).
    EligibleAreRemembered,
    /// The application does not hand a failed record in again.
    NoResend,
    /// A producer begins no new epoch while batches are open. It does when one of them fails for good (late, with
    /// retries left) or is answered OUT_OF_ORDER_SEQUENCE_NUMBER, and gives the others, which may be in the log,
    /// new sequences (KIP-360, `TransactionManager.startSequencesAtBeginning`). Seen on real brokers: scenario
    /// o04-stands-still.
    OneProducerEpoch,
    /// A leader asks the coordinator before the first write of a transaction (3.6) or the epoch rises with each end
    /// (`transaction.version` 2): a write that comes late cannot join the next transaction (KIP-890).
    LateWritesAreRefused,
}

impl Assumption {
    /// That it was broken, in words.
    pub fn broken_words(self) -> &'static str {
        match self {
            Assumption::CleanElections => "a leader was elected that need not have had everything",
            Assumption::LastReplicaKeepsItsLog => "a fault took data from the last replicas that had it",
            Assumption::EligibleAreRemembered => "a changed minimum ISR forgot who may lead",
            Assumption::NoResend => "the application sent failed records again",
            Assumption::OneProducerEpoch => "the producer began a new epoch with batches open",
            Assumption::LateWritesAreRefused => "this version lets a late write join the next transaction",
        }
    }
}

/// A promise of Kafka's that is checked after every event.
#[derive(PartialEq, Eq, Debug)]
pub struct Invariant {
    /// Its name in the literature, or ours.
    pub name: &'static str,
    pub says: &'static str,
    pub source: &'static str,
    /// When it must hold.
    pub assumes: &'static [Assumption],
}

const ALWAYS: &[Assumption] = &[];
const DATA: &[Assumption] = &[Assumption::CleanElections, Assumption::LastReplicaKeepsItsLog];
const LIVENESS: &[Assumption] =
    &[Assumption::CleanElections, Assumption::LastReplicaKeepsItsLog, Assumption::EligibleAreRemembered];
const SESSION: &[Assumption] = &[
    Assumption::NoResend,
    Assumption::OneProducerEpoch,
    Assumption::CleanElections,
    Assumption::LastReplicaKeepsItsLog,
];

/// A coordinator that finds no records of a group begins with generation 1 again.
const GROUP: &[Assumption] = &[Assumption::LastReplicaKeepsItsLog];

/// Of an id whose coordinator finds no records of it nobody knows anything any more.
const STATE: &[Assumption] = &[Assumption::LastReplicaKeepsItsLog];
const TRANSACTION: &[Assumption] =
    &[Assumption::CleanElections, Assumption::LastReplicaKeepsItsLog, Assumption::LateWritesAreRefused];

const REPLICATION: &str = "kafka-specification (TLA+), KafkaReplication.tla";
const KIP_966: &str = "KIP-966 and Kafka 3.5 specifications (TLA+), Vanlightly";

macro_rules! invariants {
    ($($id:ident $name:literal $says:literal $source:expr, $assumes:expr;)*) => {
        $(pub(super) static $id: Invariant =
            Invariant { name: $name, says: $says, source: $source, assumes: $assumes };)*
        pub static INVARIANTS: &[&Invariant] = &[$(&$id),*];
    };
}

invariants! {
    LEADER_IN_ISR "LeaderInIsr"
        "a partition's leader is in its ISR; an empty ISR has no leader" REPLICATION, ALWAYS;
    WEAK_ISR "WeakIsr"
        "below a leader's high watermark every member of the ISR it knows has the same records"
        REPLICATION, DATA;
    STRONG_ISR "StrongIsr"
        "below a leader's high watermark every member of the controller's ISR has the same records"
        REPLICATION, DATA;
    VALID_HIGH_WATERMARK "ValidHighWatermark"
        "a leader knows of no follower that counts and is behind its high watermark"
        "kafka-specification (TLA+), AsyncIsr", DATA;
    VALID_CONTROLLER_STATE "ValidControllerState"
        "a fenced broker is in no ISR; without ELR the last member stays, and leads nothing" KIP_966, ALWAYS;
    VALID_ISR_AND_ELR "ValidControllerIsrAndElr"
        "ISR and ELR are disjoint sets of replicas, and a large enough ISR has no ELR beside it"
        KIP_966, ALWAYS;
    QUORUM_SUPERSET "ReplicationQuorumSuperset"
        "a current leader with enough in-sync replicas waits for all of the controller's ISR and ELR"
        KIP_966, ALWAYS;
    CANDIDATES "LeaderCandidateCompleteness"
        "every running member of ISR and ELR has all that was ever committed" KIP_966, DATA;
    LEADER_COMPLETENESS "LeaderCompleteness"
        "the current leader has all that was ever committed" KIP_966, DATA;
    LOG_MATCHING "LogMatching"
        "two replicas agree below both their high watermarks" KIP_966, DATA;
    COMMITTED_SURVIVES "NoCommittedRecordLostGlobally"
        "some replica has all that was ever committed" KIP_966, DATA;
    CONSISTENT_READ "ConsistentRead"
        "what a consumer has read stays in the log" KIP_966, DATA;
    FETCHERS "ValidFetcherState"
        "a follower fetches from one leader at most, and a leader from none" KIP_966, ALWAYS;
    HW_IN_LOG "HighWatermarkInLog" "log start <= high watermark <= log end" "ours", ALWAYS;
    LOG_START "LogStartMonotonic"
        "retention moves a log start, and only up" "UnifiedLog.maybeIncrementLogStartOffset", DATA;
    FLUSHED_IN_LOG "FlushedInLog" "what is flushed is in the log" "ours", ALWAYS;
    HW_MONOTONIC "HighWatermarkMonotonic"
        "a leader's high watermark never falls within an epoch" "Partition.maybeIncrementLeaderHW", ALWAYS;
    EPOCHS "EpochsMonotonic"
        "leader epoch and partition epoch never fall" "PartitionRegistration", ALWAYS;
    ONE_ACCEPTOR "OneAcceptor"
        "in each leader epoch one broker at most accepts appends: its leader" "KafkaRaft SingleLeader", ALWAYS;
    EPOCH_CACHE "EpochCacheIncreasing"
        "epochs and their first offsets increase, within the log" "LeaderEpochFileCache", ALWAYS;
    ACKS_ALL "AcksAll"
        "on success the record is committed, on all of the maximal ISR, and that is large enough"
        "DelayedProduce, KIP-497", DATA;
    READS "ReadsCommitted"
        "a consumer is given nothing at or above the high watermark" "Partition.fetchRecords", ALWAYS;
    SESSION_ORDER "IdempotentOrder"
        "an idempotent session's records are in a log once and in order" "KIP-98", SESSION;
    ACCOUNTED "EveryRecordAccounted"
        "each record handed in is acknowledged, failed or still pending, and only one of them"
        "KafkaProducer.send", ALWAYS;
    ONE_OWNER "OneOwner"
        "a partition belongs to one member at most of a generation" "ConsumerCoordinator", GROUP;
    COMMITS_PROCESSED "CommitsProcessed"
        "a group that processes and then commits, in one thread, commits nothing that it has not processed or given up"
        "KafkaConsumer.commitSync", ALWAYS;
    POISON_ANSWERED "PoisonAnswered"
        "a record that cannot be processed never counts as processed, and ends as its group's on_poison says"
        "ours", ALWAYS;
    FENCED "ZombiesFenced"
        "once a process of a transactional id has begun, no older one adds to or ends a transaction" "KIP-98", STATE;
    READ_COMMITTED "ReadCommitted"
        "a read_committed group processes nothing of a transaction that is open or was aborted" "KIP-98", TRANSACTION;
    CARRIED_OUT "DecisionsCarriedOut"
        "what a coordinator has decided every log says in the end, and no transaction is open that none knows"
        "KIP-98, KIP-890", TRANSACTION;
    TIME "TimeMonotonic" "time does not run backwards" "ours", ALWAYS;
    HEALS "Heals"
        "once faults stop, every broker is back, every ISR is full, logs are equal and every write is settled"
        "KIP-966 specification, liveness", LIVENESS;
}
