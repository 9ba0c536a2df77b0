//! A cluster drawn in text, and its news worded.

use super::cluster::{Cluster, News, P0};
use crate::model::BrokerId;
use crate::protocol::broker::*;
use crate::protocol::messages::BrokerResponse;
use crate::protocol::wire::{ErrorCode, Offset};
use std::fmt::Write;

/// One row a replica: role and epoch, then its records, each a letter and the epoch of its batch. `|`
/// stands before the high watermark, `_` before the first record that a power loss can take.
pub(super) fn picture(cluster: &Cluster) -> String {
    let leader = cluster.state.leader.map_or("-".to_string(), |leader| leader.to_string());
    let mut text = format!(
        "   controller: leader {leader} e{}, isr {}\n",
        cluster.state.leader_epoch,
        list(&cluster.state.isr)
    );
    for broker in &cluster.brokers {
        let held = if cluster.held.contains(&broker.settings().id) { "*" } else { " " };
        let Some(replica) = broker.replica(P0) else {
            let _ = writeln!(text, "{}{held} -", broker.settings().id);
            continue;
        };
        let (role, isr) = match replica.role() {
            Role::Offline => ("down".to_string(), String::new()),
            Role::Follower(follower_state) => (format!("follower e{}", follower_state.epoch), String::new()),
            Role::Leader(leader_state) => {
                let isr = list(leader_state.isr.members());
                let proposed_isr = leader_state.isr.pending().map(|pending| {
                    let proposed_isr: Vec<_> =
                        pending.proposed_isr.iter().map(|(broker, _)| *broker).collect();
                    format!(", wants {}", list(&proposed_isr))
                });
                (
                    format!("leader e{}", leader_state.epoch),
                    format!("  isr {isr}{}", proposed_isr.unwrap_or_default()),
                )
            }
        };
        let _ = writeln!(text, "{}{held} {role:<12}{}{isr}", broker.settings().id, records(replica));
    }
    text
}

fn list(brokers: &[BrokerId]) -> String {
    brokers.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(" ")
}

fn records(replica: &Replica) -> String {
    let mut text = String::new();
    let mut cell = |offset: Offset, record: &str| {
        let committed = if offset == replica.high_watermark() { "|" } else { "" };
        let flushed = if offset == replica.storage().flushed() { "_" } else { "" };
        let _ = write!(text, " {committed}{flushed}{record}");
    };
    replica.log().for_each_range(0, |offset, epoch, range| {
        for nth in 0..range.count {
            let letter = (b'a' + (range.first + u64::from(nth)) as u8) as char;
            cell(offset + Offset::from(nth), &format!("{letter}{epoch}"));
        }
        true
    });
    cell(replica.log().end(), "");
    text.trim_end().to_string()
}

pub(super) fn worded(news: &News) -> Option<String> {
    match news {
        News::Stopped(broker) => Some(format!("{broker}: stopped")),
        News::Event(broker, event) => worded_event(event).map(|text| format!("{broker}: {text}")),
        News::Response(correlation, response) => {
            Some(format!("response {correlation}: {}", worded_answer(response)))
        }
    }
}

fn worded_answer(response: &BrokerResponse) -> String {
    match response {
        BrokerResponse::Disconnect => "connection closed".into(),
        BrokerResponse::Produce(parts) => match parts[0].error {
            ErrorCode::None if parts[0].duplicate => format!("offset {} again", parts[0].base_offset),
            ErrorCode::None => format!("offset {}", parts[0].base_offset),
            error => error.name().into(),
        },
        BrokerResponse::Fetch(response) => match response.partitions.first() {
            None => "nothing".into(),
            Some(part) if part.error != ErrorCode::None => part.error.name().into(),
            Some(part) if part.preferred_read_replica.is_some() => {
                format!("read from {}", part.preferred_read_replica.unwrap())
            }
            Some(part) => {
                let count: u32 = part.batches.iter().map(|batch| batch.records.count).sum();
                format!("{count} records, high watermark {}", part.high_watermark)
            }
        },
        BrokerResponse::ListOffsets(offsets) => match offsets[0].error {
            ErrorCode::None => format!("offset {}", offsets[0].offset),
            error => error.name().into(),
        },
        other => format!("{other:?}"),
    }
}

fn worded_event(event: &BrokerEvent) -> Option<String> {
    Some(match event {
        BrokerEvent::HighWatermark { from, to, cause, .. } => format!("hw {from}->{to} by {cause:?}"),
        BrokerEvent::HighWatermarkFrozen { isr, min_isr, .. } => {
            format!("hw frozen, isr {} of {min_isr}", list(isr))
        }
        BrokerEvent::IsrShrinkProposed { out, log_end, .. } => {
            let each = out.iter().map(|late| {
                let since = late.last_caught_up.unwrap() as f64 / 1e9;
                format!("{} at {} of {log_end}, caught up at {since} s", late.follower, late.log_end)
            });
            format!("wants out: {}", each.collect::<Vec<_>>().join("; "))
        }
        BrokerEvent::IsrExpandProposed { follower, log_end, high_watermark, .. } => {
            format!("wants in: {follower} at {log_end}, hw {high_watermark}")
        }
        BrokerEvent::IsrConfirmed { isr, .. } => format!("isr is {}", list(isr)),
        BrokerEvent::IsrRefused { error, .. } => format!("isr refused: {}", error.name()),
        BrokerEvent::Truncated { from, to, high_watermark, cause, .. } => {
            let committed = if high_watermark > to { ", BELOW ITS HW" } else { "" };
            format!("cut {from}->{to} by {cause:?}{committed}")
        }
        BrokerEvent::LogLost { from, to, cause, .. } => format!("lost {from}->{to} by {cause:?}"),
        BrokerEvent::WriteFailed { error, isr, min_isr, .. } => {
            format!("write failed: {}, isr {isr} of {min_isr}", error.name())
        }
        BrokerEvent::Duplicate { base_offset, .. } => format!("duplicate of {base_offset}"),
        BrokerEvent::FetchRefused { leader, error, .. } => {
            format!("fetch refused by {leader}: {}", error.name())
        }
        BrokerEvent::SegmentsDeleted { from, to, segments, reason, .. } => {
            format!("deleted {from}..{to}, {segments} segments: {reason:?}")
        }
        BrokerEvent::LogCleaned { from, to, removed, .. } => {
            format!("cleaned {from}..{to}, {removed} removed")
        }
        BrokerEvent::StateChanged { from, to } => format!("{from:?} -> {to:?}"),
        BrokerEvent::Flushed { to, cause, .. } => format!("flushed to {to} by {cause:?}"),
        BrokerEvent::Appended { .. }
        | BrokerEvent::BecameLeader { .. }
        | BrokerEvent::BecameFollower { .. } => return None,
    })
}
