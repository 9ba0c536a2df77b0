//! Events in words, for people.

mod clients;

use crate::model::{BrokerId, Nanos, PartitionIx, human_count, human_duration_ms, id_list, plural};
use crate::protocol::broker::{BrokerEvent, LogLossCause, OutOfSyncReplica, TruncationCause};
use crate::protocol::controller::Cause;
use crate::protocol::segments::SegmentDeletionReason;
use crate::protocol::wire::{Offset, PartitionRegistration};
use crate::sim::process::ProcessState;
use crate::sim::trace::{EventKind, Refusal, TraceEvent, election_word};

/// What partitions, producers and groups are called.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// `orders-3`, by the simulator's own index.
    pub partition: &'a dyn Fn(PartitionIx) -> String,
    /// Producers of the scenario.
    pub producers: &'a [String],
    /// Groups of the scenario.
    pub groups: &'a [String],
}

impl Names<'_> {
    fn producer(&self, at: u32) -> &str {
        self.producers.get(at as usize).map_or("?", String::as_str)
    }

    fn group(&self, at: u32) -> &str {
        self.groups.get(at as usize).map_or("?", String::as_str)
    }
}

fn span(from: Nanos, to: Nanos) -> String {
    human_duration_ms((to.saturating_sub(from) / 1_000_000) as i64)
}

impl Refusal {
    pub fn word(self) -> &'static str {
        match self {
            Refusal::NotRunning => "it is not running",
            Refusal::Running => "it is already running",
            Refusal::Unknown => "nothing here has that name",
            Refusal::NotSimulated => "the simulator does not act on this knob",
            Refusal::Controller(error) => error.name(),
            Refusal::NoController => "no controller is active",
            Refusal::NeedsRebuild => "the cluster has to be rebuilt for it",
            Refusal::TooLarge => "the cluster would be larger than what is simulated",
            Refusal::NoKeys => "brokers refuse records without a key in a compacted topic",
            Refusal::NoSuchField => "the schema has no field left that could be changed so",
            Refusal::NoLeader => "the partition has no leader",
            Refusal::BadSetting => "the client would refuse to start with it",
        }
    }
}

impl ProcessState {
    /// What became of the process, in words.
    pub fn word(self) -> &'static str {
        match self {
            ProcessState::Booting => "is starting and loading its logs",
            ProcessState::Up => "is running",
            ProcessState::Paused => "is hung (SIGSTOP)",
            ProcessState::Stopped => "shut down cleanly",
            ProcessState::Killed => "was killed (SIGKILL)",
            ProcessState::PoweredOff => "lost power",
            ProcessState::DiskReplaced => "lost its disk",
            ProcessState::Ending => "has closed its connections and is about to end",
        }
    }
}

impl TraceEvent {
    /// What happened, in one line without the time.
    pub fn text(&self, names: &Names<'_>) -> String {
        match &self.kind {
            EventKind::Acted(act) => format!("> {act}"),
            EventKind::ActRefused(act, why) => format!("{act}: refused, {}", why.word()),
            EventKind::Process { broker, state } => format!("broker {broker} {}", state.word()),
            EventKind::Broker { broker, event } => broker_text(*broker, event, names),
            EventKind::Registered { broker, epoch } => {
                format!("broker {broker} registered with epoch {epoch}")
            }
            EventKind::Registration { broker, fenced: Some(true), .. } => {
                format!("broker {broker} was fenced")
            }
            EventKind::Registration { broker, fenced: Some(false), .. } => {
                format!("broker {broker} was unfenced")
            }
            EventKind::Registration { broker, .. } => format!("broker {broker} is in controlled shutdown"),
            EventKind::Partition { partition, before, after, cause } => {
                let name = (names.partition)(*partition);
                format!("{} because {}", change_text(&name, before, after), cause_text(cause))
            }
            EventKind::ActiveController { node: Some(node), epoch } => {
                format!("controller {node} is active, epoch {epoch}")
            }
            EventKind::ActiveController { node: None, .. } => {
                "no controller is active: no elections, no ISR changes".into()
            }
            EventKind::AckedLost { partition, records } => {
                let (plural, name) = (if *records == 1 { "" } else { "s" }, (names.partition)(*partition));
                format!("DATA LOSS: {} acked record{plural} of {name}", human_count(*records as i64))
            }
            clients => clients::client_text(clients, names),
        }
    }
}

fn change_text(name: &str, before: &PartitionRegistration, after: &PartitionRegistration) -> String {
    let mut parts = Vec::new();
    if before.isr != after.isr {
        let (was, is) = (before.isr.len(), after.isr.len());
        let verb = if is < was {
            "shrank"
        } else if is > was {
            "grew"
        } else {
            "changed"
        };
        parts.push(format!("ISR of {name} {verb} to {}", id_list(&after.isr)));
    }
    if before.leader != after.leader {
        parts.push(match after.leader {
            Some(id) => format!("{id} leads {name}"),
            None => format!("{name} has no leader"),
        });
    }
    if before.elr != after.elr {
        parts.push(format!("ELR {}", id_list(&after.elr)));
    }
    if before.last_known_elr != after.last_known_elr && !after.last_known_elr.is_empty() {
        parts.push(format!("last known leader {}", id_list(&after.last_known_elr)));
    }
    if before.replicas != after.replicas {
        parts.push(format!("replicas of {name} {}", id_list(&after.replicas)));
    }
    if before.recovery != after.recovery {
        parts.push(format!("{:?}", after.recovery).to_lowercase());
    }
    if parts.is_empty() {
        parts.push(format!("{name} changed"));
    }
    parts.join(", ")
}

fn cause_text(cause: &Cause) -> String {
    match cause {
        Cause::BrokerFenced { broker, last_heartbeat, now } => {
            format!("broker {broker} was fenced {} after its last heartbeat", span(*last_heartbeat, *now))
        }
        Cause::BrokerLeft { broker } => format!("broker {broker} left the cluster"),
        Cause::BrokerUnfenced { broker } => format!("broker {broker} was unfenced"),
        Cause::ControlledShutdown { broker } => format!("broker {broker} is in controlled shutdown"),
        Cause::BrokerRestarted { broker, clean: true } => {
            format!("broker {broker} restarted after a clean shutdown")
        }
        Cause::BrokerRestarted { broker, clean: false } => {
            format!("broker {broker} restarted after an unclean shutdown")
        }
        Cause::DirectoryOffline { broker } => format!("a log directory of broker {broker} failed"),
        Cause::DirectoryAssigned { broker } => {
            format!("broker {broker} reported the log directory of its replica")
        }
        Cause::AlterPartition { leader } => format!("leader {leader} asked for it"),
        Cause::PreferredLeaderCheck => "the preferred leaders were due to take over".into(),
        Cause::UncleanElectionCheck => "the periodic check allows unclean election".into(),
        Cause::ElectionRequested { election } => {
            let word = election_word(*election);
            format!("{} {word} election was requested", if word.starts_with('u') { "an" } else { "a" })
        }
        Cause::ReassignmentRequested => "a reassignment was requested".into(),
        Cause::UncleanEnabled => "unclean.leader.election.enable was turned on".into(),
    }
}

fn deletion_text(reason: SegmentDeletionReason) -> &'static str {
    match reason {
        SegmentDeletionReason::RetentionMsBreach => "older than retention.ms",
        SegmentDeletionReason::RetentionSizeBreach => "the log was larger than retention.bytes",
    }
}

fn laggard_text(laggard: &OutOfSyncReplica, log_end: Offset) -> String {
    match laggard.log_end {
        -1 => format!("{} has not fetched", laggard.follower),
        end => format!("{} is {} behind", laggard.follower, log_end - end),
    }
}

fn broker_text(broker: BrokerId, event: &BrokerEvent, names: &Names<'_>) -> String {
    let name = |partition: &PartitionIx| (names.partition)(*partition);
    match event {
        BrokerEvent::HighWatermarkFrozen { partition, isr, min_isr } => format!(
            "high watermark of {} cannot advance: ISR {} is below min.insync.replicas {min_isr}",
            name(partition),
            id_list(isr)
        ),
        BrokerEvent::IsrShrinkProposed { partition, out, log_end } => {
            let who: Vec<String> = out.iter().map(|laggard| laggard_text(laggard, *log_end)).collect();
            format!(
                "leader {broker} asks to remove followers of {} from the ISR: {}",
                name(partition),
                who.join(", ")
            )
        }
        BrokerEvent::IsrExpandProposed { partition, follower, log_end, high_watermark } => format!(
            "leader {broker} asks to add {follower} to the ISR of {}: its log ends at {log_end}, high watermark \
             {high_watermark}",
            name(partition)
        ),
        BrokerEvent::IsrConfirmed { partition, isr } => {
            format!("leader {broker} applied ISR {} of {}", id_list(isr), name(partition))
        }
        BrokerEvent::IsrRefused { partition, error } => {
            format!("leader {broker} was refused the ISR change of {}: {}", name(partition), error.name())
        }
        BrokerEvent::BecameLeader { partition, leader_epoch, epoch_start, .. } => {
            format!(
                "broker {broker} became leader of {} at offset {epoch_start}, epoch {leader_epoch}",
                name(partition)
            )
        }
        BrokerEvent::BecameFollower { partition, leader: Some(leader), .. } => {
            format!("broker {broker} follows leader {leader} for {}", name(partition))
        }
        BrokerEvent::BecameFollower { partition, leader: None, .. } => {
            format!("broker {broker} has no leader to follow for {}", name(partition))
        }
        other => log_text(broker, other, names),
    }
}

fn log_text(broker: BrokerId, event: &BrokerEvent, names: &Names<'_>) -> String {
    let name = |partition: &PartitionIx| (names.partition)(*partition);
    match event {
        BrokerEvent::Truncated { partition, from, to, high_watermark, cause } => {
            let committed = if high_watermark > to { ", below its high watermark" } else { "" };
            let why = match cause {
                TruncationCause::Diverging(end) => {
                    format!("leader epoch {} ended at {}", end.epoch, end.end_offset)
                }
                TruncationCause::HighWatermark => "to its own high watermark".into(),
                TruncationCause::LeaderEnd(end) => format!("the leader's log ended at {end}"),
                TruncationCause::LeaderStart(start) => format!("the leader's log started at {start}"),
            };
            format!("broker {broker} truncated {} from {from} to {to}{committed} ({why})", name(partition))
        }
        BrokerEvent::LogLost { partition, from, to, cause: fault } => {
            let fault = match fault {
                LogLossCause::PowerLoss => "it was not flushed when power failed",
                LogLossCause::DiskLost => "the disk was lost",
            };
            format!("broker {broker} lost offsets {to} to {from} of {}: {fault}", name(partition))
        }
        BrokerEvent::SegmentsDeleted { partition, from, to, segments, reason, .. } => {
            let (why, segments) = (deletion_text(*reason), plural(*segments as usize, "segment"));
            format!(
                "broker {broker} deleted offsets {from} to {to} of {}, {segments}: {why}",
                name(partition)
            )
        }
        BrokerEvent::LogCleaned { partition, from, to, removed, tombstones, .. } => {
            let (name, removed) = (name(partition), plural(*removed as usize, "record"));
            let tombstones = match tombstones {
                0 => String::new(),
                some => format!(", {} among them", plural(*some as usize, "tombstone")),
            };
            format!("broker {broker} compacted {name} from {from} to {to}: {removed} removed{tombstones}")
        }
        BrokerEvent::WriteFailed { partition, error, isr, min_isr } => format!(
            "broker {broker} refuses writes to {}: {} (ISR {isr}, min.insync.replicas {min_isr})",
            name(partition),
            error.name()
        ),
        BrokerEvent::Duplicate { partition, base_offset } => {
            format!("broker {broker} ignored a duplicate batch of {} at {base_offset}", name(partition))
        }
        BrokerEvent::FetchRefused { partition, leader, error } => {
            format!("broker {broker} cannot fetch {} from leader {leader}: {}", name(partition), error.name())
        }
        BrokerEvent::StateChanged { from, to } => format!("broker {broker}: {from:?} -> {to:?}"),
        other => format!("broker {broker}: {other:?}"),
    }
}
