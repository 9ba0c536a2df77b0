//! What a run says of its groups.

use super::MemberReport;
use crate::model::PartitionIx;
use crate::protocol::wire::Offset;
use crate::scenario::GroupCounter;
use crate::sim::processing::ProcessingCounters;
use crate::sim::world::World;
use serde::{Deserialize, Serialize};

/// One group's part of a report.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct GroupReport {
    /// `group.id`
    pub group: String,
    pub read: u64,
    /// How many of them had been processed before.
    pub read_again: u64,
    /// High watermarks minus committed offsets.
    pub lag: Option<u64>,
    /// Keys that it processed out of the order in which they were sent, in one topic; `None` when it processed none
    /// that comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reordered_keys: Option<u64>,
    /// The same across the topics that it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reordered_across_topics: Option<u64>,
    /// How long brokers throttled its members for going beyond their quota, all answers together.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub throttle_time_ms: u64,
    /// Its members, in the order of the scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberReport>,
    /// What its members did with them; real brokers and clients do not tell.
    #[serde(flatten)]
    pub processing: Option<ProcessingCounters>,
}

pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl GroupReport {
    /// A counter, as the expectations name it; `None` where nobody counted it.
    pub(super) fn counter(&self, counter: GroupCounter) -> Option<u64> {
        let counted = self.processing.as_ref();
        match counter {
            GroupCounter::Read => Some(self.read),
            GroupCounter::ReadAgain => Some(self.read_again),
            GroupCounter::ThrottleTimeMs => Some(self.throttle_time_ms),
            GroupCounter::Effects => Some(counted?.effects),
            GroupCounter::DuplicateEffects => Some(counted?.duplicate_effects),
            GroupCounter::PassedOver => Some(counted?.passed_over),
            GroupCounter::Poison => Some(counted?.poison),
            GroupCounter::Unreadable => Some(counted?.unreadable),
            GroupCounter::Defaulted => Some(counted?.defaulted),
            GroupCounter::Retries => Some(counted?.retries),
            GroupCounter::Crashed => Some(counted?.crashed),
            GroupCounter::PollTimeouts => Some(counted?.poll_timeouts),
            GroupCounter::Skipped => Some(counted?.skipped),
            GroupCounter::DeadLettered => Some(counted?.dead_lettered),
            GroupCounter::RetriedLater => Some(counted?.retried_later),
            GroupCounter::Overtaken => Some(counted?.overtaken),
            GroupCounter::DeletedBeforeRead => Some(counted?.deleted_before_read),
            GroupCounter::CompactedBeforeRead => Some(counted?.compacted_before_read),
            GroupCounter::DeletesMissed => Some(counted?.deletes_missed),
        }
    }
}

impl World {
    /// Records that a group has not committed yet, as far as consumers can read them.
    pub(super) fn lag_of(&self, group: usize) -> Option<u64> {
        let topics = &self.scenario.groups[group].topics;
        let partitions = topics
            .iter()
            .filter_map(|name| self.machines.topics.named(name))
            .flat_map(|(_, t)| &t.partitions);
        partitions.map(|ix| self.lag_of_group(group as u32, *ix)).sum()
    }

    pub(super) fn group_report(&self, group: usize) -> GroupReport {
        let host = self.clients.group(group as u32);
        GroupReport {
            group: self.scenario.groups[group].name.clone(),
            read: host.read,
            read_again: host.read_again,
            lag: self.lag_of(group),
            reordered_keys: self.observers.keys().reordered_keys(Some(group as u32)),
            reordered_across_topics: self.observers.keys().reordered_across_topics(Some(group as u32)),
            throttle_time_ms: self.group_throttle_ms(group as u32),
            members: self.member_reports(group as u32),
            processing: Some(ProcessingCounters {
                passed_over: self.passed_over(group as u32),
                deleted_before_read: self.deleted_before_read(group as u32),
                compacted_before_read: self.compacted_before_read(group as u32),
                deletes_missed: self.deletes_missed(group as u32),
                ..host.processing.counters
            }),
        }
    }

    fn group_throttle_ms(&self, group: u32) -> u64 {
        let members = self.clients.members().iter().filter(|member| member.group == group);
        members.map(|member| member.runtime.throttled.time).sum::<u64>() / 1_000_000
    }

    /// All groups now.
    pub(in crate::sim) fn group_reports(&self) -> Vec<GroupReport> {
        (0..self.clients.groups().len()).map(|group| self.group_report(group)).collect()
    }

    fn passed_over(&self, group: u32) -> u64 {
        let host = self.clients.group(group);
        let of = |(ix, committed): (&PartitionIx, &Offset)| {
            let left = host.passed_over(*ix, *committed);
            left.len() - self.in_hand(group, *ix, &left)
        };
        host.committed.iter().map(of).sum()
    }
}
