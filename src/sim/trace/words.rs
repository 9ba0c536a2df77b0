//! Events in words, for people.

use crate::model::{BrokerId, Nanos, PartitionIx, human_duration_ms};
use crate::protocol::broker::{BrokerEvent, Fault, Laggard, TruncationCause};
use crate::protocol::controller::Cause;
use crate::protocol::wire::{Offset, PartitionState};
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

/// `[1 2]`
fn list(ids: &[BrokerId]) -> String {
    let ids: Vec<String> = ids.iter().map(BrokerId::to_string).collect();
    format!("[{}]", ids.join(" "))
}

fn span(from: Nanos, to: Nanos) -> String {
    human_duration_ms((to.saturating_sub(from) / 1_000_000) as i64)
}

impl Refusal {
    pub fn word(self) -> &'static str {
        match self {
            Refusal::NotRunning => "it does not run",
            Refusal::Running => "it runs already",
            Refusal::Unknown => "there is no such thing",
            Refusal::NotSimulated => "there is no such thing",
            Refusal::Controller(error) => error.name(),
            Refusal::NoController => "no controller is active",
            Refusal::NeedsRebuild => "the cluster has to be built anew",
            Refusal::BadSetting => "the client would not start with it",
        }
    }
}

impl ProcessState {
    /// What became of the process, in words.
    pub fn word(self) -> &'static str {
        match self {
            ProcessState::Booting => "starts and reads its logs",
            ProcessState::Up => "runs",
            ProcessState::Paused => "stands still",
            ProcessState::Stopped => "has stopped in order",
            ProcessState::Killed => "was killed",
            ProcessState::PoweredOff => "lost power",
            ProcessState::DiskReplaced => "lost its disk",
        }
    }
}

impl TraceEvent {
    /// What happened, in one line without the time.
    pub fn text(&self, names: &Names<'_>) -> String {
        match &self.kind {
            EventKind::Acted(act) => format!("> {act}"),
            EventKind::ActRefused(act, why) => format!("{act}: not done, {}", why.word()),
            EventKind::Process { broker, state } => format!("broker {broker} {}", state.word()),
            EventKind::Broker { broker, event } => broker_text(*broker, event, names),
            EventKind::Registered { broker, epoch } => {
                format!("broker {broker} registered with epoch {epoch}")
            }
            EventKind::Registration { broker, fenced: Some(true), .. } => {
                format!("broker {broker} was fenced")
            }
            EventKind::Registration { broker, fenced: Some(false), .. } => {
                format!("broker {broker} was unfenced and may lead")
            }
            EventKind::Registration { broker, .. } => format!("broker {broker} hands over to stop"),
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
                format!("{records} acknowledged records of {} are gone", (names.partition)(*partition))
            }
            clients => client_text(clients, names),
        }
    }
}

fn client_text(what: &EventKind, names: &Names<'_>) -> String {
    match what {
        EventKind::ProduceFailed { producer, partition, records, error, indefinite } => format!(
            "producer {} gave up {} records for {}: {}{}",
            names.producer(*producer),
            records.count,
            (names.partition)(*partition),
            error.name(),
            if *indefinite { ", they may be in the log all the same" } else { "" }
        ),
        EventKind::SendRejected { producer, records, error } => {
            format!("send() of producer {} threw for {records} records: {error:?}", names.producer(*producer))
        }
        EventKind::Rebalancing(group) => format!("group {} rebalances", names.group(*group)),
        EventKind::Rebalanced { group, generation, members } => {
            format!("group {} is stable with {members} members, generation {generation}", names.group(*group))
        }
        EventKind::MemberExpired(group) => {
            format!("a member of group {} was silent for too long", names.group(*group))
        }
        EventKind::PositionMoved { group, partition, from, to } => {
            let from = from.map_or(String::new(), |from| format!(" from {from}"));
            let name = (names.partition)(*partition);
            format!("group {} goes{from} to offset {to} of {name}", names.group(*group))
        }
        EventKind::CommitFailed { group, error } => {
            format!("a commit of group {} failed: {}", names.group(*group), error.name())
        }
        EventKind::PollTimedOut(group) => {
            format!("a member of group {} left: it did not poll in time", names.group(*group))
        }
        EventKind::ConsumerFailed { group, partition, error } => {
            format!(
                "a consumer of group {} threw at {}: {error:?}",
                names.group(*group),
                (names.partition)(*partition)
            )
        }
        _ => String::new(),
    }
}

fn change_text(name: &str, before: &PartitionState, after: &PartitionState) -> String {
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
        parts.push(format!("ISR of {name} {verb} to {}", list(&after.isr)));
    }
    if before.leader != after.leader {
        parts.push(match after.leader {
            Some(id) => format!("{id} leads {name}"),
            None => format!("{name} has no leader"),
        });
    }
    if before.elr != after.elr {
        parts.push(format!("ELR {}", list(&after.elr)));
    }
    if before.last_known_elr != after.last_known_elr && !after.last_known_elr.is_empty() {
        parts.push(format!("last known leader {}", list(&after.last_known_elr)));
    }
    if before.replicas != after.replicas {
        parts.push(format!("replicas of {name} {}", list(&after.replicas)));
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
        Cause::BrokerLeft { broker } => format!("broker {broker} left"),
        Cause::BrokerUnfenced { broker } => format!("broker {broker} is back in service"),
        Cause::ControlledShutdown { broker } => format!("broker {broker} stops in order"),
        Cause::BrokerRestarted { broker, clean: true } => {
            format!("a new process of broker {broker} registered after a clean stop")
        }
        Cause::BrokerRestarted { broker, clean: false } => {
            format!("a new process of broker {broker} registered after an unclean end")
        }
        Cause::DirectoryOffline { broker } => format!("a log directory of broker {broker} failed"),
        Cause::DirectoryAssigned { broker } => format!("broker {broker} event where the replica lives"),
        Cause::AlterPartition { leader } => format!("leader {leader} asked for it"),
        Cause::PreferredLeaderCheck => "the preferred leaders take over again".into(),
        Cause::UncleanElectionCheck => "leaderless partitions with unclean election are looked at".into(),
        Cause::ElectionRequested { election } => {
            let word = election_word(*election);
            format!("{} {word} election was asked for", if word.starts_with('u') { "an" } else { "a" })
        }
        Cause::ReassignmentRequested => "a reassignment was asked for".into(),
        Cause::UncleanEnabled => "unclean election was switched on".into(),
    }
}

fn laggard_text(laggard: &Laggard, log_end: Offset) -> String {
    match laggard.log_end {
        -1 => format!("{} has not fetched", laggard.follower),
        end => format!("{} is {} behind", laggard.follower, log_end - end),
    }
}

fn broker_text(broker: BrokerId, event: &BrokerEvent, names: &Names<'_>) -> String {
    let name = |partition: &PartitionIx| (names.partition)(*partition);
    match event {
        BrokerEvent::HighWatermarkFrozen { partition, isr, min_isr } => format!(
            "high watermark of {} stands still: ISR {} is below {min_isr}",
            name(partition),
            list(isr)
        ),
        BrokerEvent::ShrinkAsked { partition, out, log_end } => {
            let who: Vec<String> = out.iter().map(|laggard| laggard_text(laggard, *log_end)).collect();
            format!(
                "leader {broker} wants followers of {} out of the ISR: {}",
                name(partition),
                who.join(", ")
            )
        }
        BrokerEvent::ExpandAsked { partition, follower, log_end, high_watermark } => format!(
            "leader {broker} wants {follower} in the ISR of {}: it has {log_end}, the high watermark is \
             {high_watermark}",
            name(partition)
        ),
        BrokerEvent::IsrConfirmed { partition, isr } => {
            format!("leader {broker} knows ISR {} of {}", list(isr), name(partition))
        }
        BrokerEvent::IsrRefused { partition, error } => {
            format!("leader {broker} may not change the ISR of {}: {}", name(partition), error.name())
        }
        BrokerEvent::BecameLeader { partition, leader_epoch, epoch_start, .. } => {
            format!(
                "broker {broker} leads {} from offset {epoch_start}, epoch {leader_epoch}",
                name(partition)
            )
        }
        BrokerEvent::BecameFollower { partition, leader: Some(leader), .. } => {
            format!("broker {broker} follows {leader} for {}", name(partition))
        }
        BrokerEvent::BecameFollower { partition, leader: None, .. } => {
            format!("broker {broker} waits for a leader of {}", name(partition))
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
                    format!("the leader's epoch {} ends at {}", end.epoch, end.end_offset)
                }
                TruncationCause::HighWatermark => "it trusts its high watermark".into(),
                TruncationCause::LeaderEnd(end) => format!("the leader's log ends at {end}"),
                TruncationCause::LeaderStart(start) => format!("the leader's log starts at {start}"),
            };
            format!("broker {broker} cut {} from {from} to {to}{committed}: {why}", name(partition))
        }
        BrokerEvent::LogLost { partition, from, to, fault } => {
            let fault = match fault {
                Fault::PowerLoss => "unflushed data went with the power",
                Fault::DiskLost => "the disk is gone",
            };
            format!("broker {broker} lost {} from {to} to {from}: {fault}", name(partition))
        }
        BrokerEvent::WriteFailed { partition, error, isr, min_isr } => format!(
            "broker {broker} refuses writes to {}: {}, {isr} in sync of {min_isr} needed",
            name(partition),
            error.name()
        ),
        BrokerEvent::Duplicate { partition, base_offset } => {
            format!("broker {broker} recognised a repeated batch of {} at {base_offset}", name(partition))
        }
        BrokerEvent::FetchRefused { partition, leader, error } => {
            format!("broker {broker} cannot fetch {} from {leader}: {}", name(partition), error.name())
        }
        BrokerEvent::State { from, to } => format!("broker {broker}: {from:?} -> {to:?}"),
        other => format!("broker {broker}: {other:?}"),
    }
}
