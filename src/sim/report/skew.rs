//! How unevenly a topic's records, bytes and backlog lie over its partitions, and over the members of a group.

use crate::model::PartitionIx;
use crate::sim::clients::GroupMember;
use crate::sim::report::PartitionReport;
use crate::sim::world::World;
use serde::{Deserialize, Serialize};

/// How much more than its part the largest partition of a topic has.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Skew {
    /// Which partition has most, the first of several.
    pub largest: String,
    /// Its part of the topic, from 0 to 1; 0 when there is nothing.
    pub share: f64,
    /// How many times the mean of the topic's partitions that is; 0 when there is nothing.
    pub times_mean: f64,
}

/// The skew of one topic.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct TopicSkew {
    pub topic: String,
    /// Of the records in the leaders' logs.
    pub records: Skew,
    /// Of their bytes.
    pub bytes: Skew,
    /// Of what groups have not committed, all groups together; `None` when no group reads the topic.
    pub lag: Option<Skew>,
}

/// One member of a group at the end of a run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct MemberReport {
    /// Which one of the group, from 0.
    pub member: u32,
    /// Partitions that it owns.
    pub partitions: u32,
    /// Records that it has processed.
    pub read: u64,
    /// High watermarks of its partitions minus committed offsets.
    pub lag: Option<u64>,
}

impl Skew {
    /// Of a topic's partitions, by name.
    pub(super) fn of<'a>(parts: impl Iterator<Item = (&'a str, u64)> + Clone) -> Skew {
        let sum: u64 = parts.clone().map(|(_, amount)| amount).sum();
        let count = parts.clone().count() as f64;
        // The first one wins where several have most.
        let most = parts.reduce(|most, part| if part.1 > most.1 { part } else { most });
        let Some((name, most)) = most.filter(|_| sum > 0) else { return Skew::default() };
        let share = most as f64 / sum as f64;
        Skew { largest: name.into(), share: thousandths(share), times_mean: thousandths(share * count) }
    }
}

impl TopicSkew {
    fn of(topic: &str, partitions: &[PartitionReport]) -> TopicSkew {
        let mine = partitions.iter().filter(|part| {
            let named = part.partition.rsplit_once('-');
            named.is_some_and(|(name, _)| name == topic)
        });
        let parts: Vec<&PartitionReport> = mine.collect();
        let is_known = !parts.is_empty() && parts.iter().all(|part| part.lag.is_some());
        TopicSkew {
            topic: topic.into(),
            records: skew_of(&parts, |part| part.counters.log_end),
            bytes: skew_of(&parts, |part| part.bytes.unwrap_or(0)),
            lag: is_known.then(|| skew_of(&parts, |part| part.lag.unwrap_or(0))),
        }
    }
}

fn skew_of(parts: &[&PartitionReport], amount: fn(&PartitionReport) -> u64) -> Skew {
    Skew::of(parts.iter().map(|part| (part.partition.as_str(), amount(part))))
}

impl World {
    /// Each topic's that is not Kafka's own, by name.
    pub(super) fn skew(&self, partitions: &[PartitionReport]) -> Vec<TopicSkew> {
        let topics = self.machines.topics.list().iter().filter(|topic| !topic.internal);
        topics.map(|topic| TopicSkew::of(&topic.spec.name, partitions)).collect()
    }

    /// Bytes of the log that consumers read.
    pub(super) fn log_bytes(&self, ix: PartitionIx) -> Option<u64> {
        let leader = self.machines.leader(ix)?;
        self.machines.host(leader)?.broker.replica(ix).map(|replica| replica.storage().bytes())
    }

    /// What all groups that read a partition have not committed.
    pub(super) fn lag_of_partition(&self, ix: PartitionIx) -> Option<u64> {
        let (topic, _) = self.machines.topics.of(ix)?;
        let name = &self.machines.topics.list()[topic as usize].spec.name;
        let groups = (0..).zip(&self.scenario.groups).filter(|(_, spec)| spec.topics.contains(name));
        let mut groups = groups.peekable();
        groups.peek()?;
        groups.map(|(group, _)| self.lag_of_group(group, ix)).sum()
    }

    /// High watermark minus what the group has committed; `None` without a leader.
    pub(super) fn lag_of_group(&self, group: u32, ix: PartitionIx) -> Option<u64> {
        let committed = self.clients.group(group).committed.get(&ix).copied().unwrap_or(0) as u64;
        Some(self.ends_told(ix)?.visible.saturating_sub(committed))
    }

    /// Of all members of a group.
    pub(super) fn member_reports(&self, group: u32) -> Vec<MemberReport> {
        let members = self.clients.members().iter().filter(|member| member.group == group);
        let report = |member: &GroupMember| MemberReport {
            member: member.nth,
            partitions: member.owns.len() as u32,
            read: member.read,
            lag: member.owns.iter().map(|ix| self.lag_of_group(group, *ix)).sum(),
        };
        members.map(report).collect()
    }
}

fn thousandths(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_compared_with_the_whole_and_the_mean() {
        let of = |amounts: &[u64]| {
            let names = ["t-0", "t-1", "t-2", "t-3"];
            Skew::of(names.into_iter().zip(amounts.iter().copied()))
        };
        let skew = |largest: &str, share, times_mean| Skew { largest: largest.into(), share, times_mean };
        assert_eq!(of(&[1, 7, 1, 1]), skew("t-1", 0.7, 2.8));
        assert_eq!(of(&[5, 5, 5, 5]), skew("t-0", 0.25, 1.0));
        assert_eq!(of(&[3]), skew("t-0", 1.0, 1.0));
        assert_eq!(of(&[0, 0]), Skew::default(), "nothing is not even");
    }
}
