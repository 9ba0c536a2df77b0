//! Several looks at a cluster, one after the other: what they tell together of each group's lag.

use super::offset_samples::{OffsetSamples, Written};
use super::retention::retention_left;
use super::{AgeMethod, GroupLag, LagAge, LagProgress, LagReport, PartitionLag, Poll, RetentionLeft};
use crate::consequences::LagHistory;
use crate::model::{Cluster, Group, GroupState, Lag, Member, Millis, PartitionIx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rates are measured over this long, or over all looks while there are fewer.
const RATE_WINDOW_MS: Millis = 60_000;

/// A partition by its topic and its number, which stay when other topics come and go.
type PartitionKey = (Arc<str>, i32);
type SamplesByPartition = BTreeMap<PartitionKey, OffsetSamples>;

/// What was seen of each group and of the logs that it reads.
#[derive(Default)]
pub struct LagSeries {
    polls: u64,
    first_ms: Option<Millis>,
    /// The lag of all topics that a group reads, for its trend.
    trend: LagHistory,
    ends: SamplesByPartition,
    groups: BTreeMap<Arc<str>, SeenGroup>,
}

#[derive(Default)]
struct SeenGroup {
    commits: SamplesByPartition,
    membership: Option<Membership>,
    rebalances: u32,
    commits_went_back: bool,
}

/// What changes with a rebalance.
#[derive(Clone, PartialEq)]
struct Membership {
    is_rebalancing: bool,
    /// Client, host and partitions of each member; `None` where they could not be read.
    members: Option<Vec<(String, String, Vec<PartitionKey>)>>,
}

impl LagSeries {
    /// A look that failed: time goes on, and nothing is learnt.
    pub fn note_failure(&mut self, now: Millis) -> Poll {
        self.count(now)
    }

    /// Takes in a look, and adds to its report what all looks tell.
    pub fn note(&mut self, report: &mut LagReport<'_>) {
        let cluster = report.cluster;
        report.poll = Some(self.count(cluster.taken_at));
        self.trend.note(cluster);
        self.note_ends(cluster);
        self.note_groups(cluster);
        for of in &mut report.groups {
            of.progress = Some(self.progress(cluster, of));
        }
    }

    fn count(&mut self, now: Millis) -> Poll {
        self.polls += 1;
        let first = *self.first_ms.get_or_insert(now);
        Poll { number: self.polls, since_first_ms: (now - first).max(0) }
    }

    /// Of a partition whose end is not known now the earlier looks stay: it will be told again.
    fn note_ends(&mut self, cluster: &Cluster) {
        let mut seen = SamplesByPartition::new();
        for partition in cluster.partitions.iter() {
            let key = (cluster.topic(partition.topic()).name.clone(), partition.number());
            let mut samples = self.ends.remove(&key).unwrap_or_default();
            if let Some(end) = partition.high_watermark() {
                samples.note(cluster.taken_at, end);
            }
            seen.insert(key, samples);
        }
        self.ends = seen;
    }

    fn note_groups(&mut self, cluster: &Cluster) {
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        let mut seen = BTreeMap::new();
        for group in groups {
            let mut of = self.groups.remove(&group.id).unwrap_or_default();
            of.note(cluster, group);
            seen.insert(group.id.clone(), of);
        }
        self.groups = seen;
    }

    fn progress(&self, cluster: &Cluster, of: &GroupLag) -> LagProgress {
        let seen = self.groups.get(&of.group.id);
        let committed: Vec<&PartitionLag> =
            of.partitions.iter().filter(|one| one.lag != Lag::NoCommit).collect();
        let (rate_in_per_s, over_ms) = rate_of(&self.ends, &committed);
        let none = SamplesByPartition::new();
        let (rate_out_per_s, _) = rate_of(seen.map_or(&none, |seen| &seen.commits), &committed);
        let trend_per_s = self.trend_of(of);
        LagProgress {
            rate_in_per_s,
            rate_out_per_s,
            over_ms: over_ms.filter(|_| rate_in_per_s.is_some()),
            trend_per_s,
            time_to_zero_s: time_to_zero(of.lag, trend_per_s),
            age: committed
                .iter()
                .map(|one| self.age(cluster, one))
                .reduce(LagAge::older)
                .unwrap_or(LagAge::UNKNOWN),
            retention: self.retention(cluster, &committed),
            rebalances: seen.map_or(0, |seen| seen.rebalances),
            is_rebalancing: seen
                .and_then(|seen| seen.membership.as_ref())
                .is_some_and(|is| is.is_rebalancing),
            commits_went_back: seen.is_some_and(|seen| seen.commits_went_back),
        }
    }

    /// Of the whole group only: a part of its topics has no history of its own.
    fn trend_of(&self, of: &GroupLag) -> Option<f64> {
        let seen = self.groups.get(&of.group.id)?;
        (seen.commits.len() == of.partitions.iter().filter(|one| one.committed.is_some()).count())
            .then(|| self.trend.growth_per_s(&of.group.id))?
    }

    fn age(&self, cluster: &Cluster, one: &PartitionLag) -> LagAge {
        match (one.records(), one.committed) {
            (Some(0), _) => LagAge::NOTHING_UNREAD,
            (Some(_), Some(committed)) => {
                let next = one.log_start.map_or(committed, |start| committed.max(start));
                let samples = self.ends.get(&(one.topic.as_str().into(), one.number));
                let written = samples.and_then(|samples| samples.written(next));
                written.map_or(LagAge::UNKNOWN, |written| age_at(cluster.taken_at, written))
            }
            _ => LagAge::UNKNOWN,
        }
    }

    fn retention(&self, cluster: &Cluster, partitions: &[&PartitionLag]) -> RetentionLeft {
        let left = |one: &&PartitionLag| {
            if one.records() == Some(0) {
                return RetentionLeft::NothingUnread;
            }
            let age = self.age(cluster, one).estimate_s;
            match cluster.topic_named(&one.topic) {
                Some((_, topic)) => retention_left(cluster, topic, age),
                None => RetentionLeft::Unknown("the topic is gone"),
            }
        };
        let none = RetentionLeft::Unknown("the group has committed nothing");
        partitions.iter().map(left).reduce(RetentionLeft::sooner).unwrap_or(none)
    }
}

impl SeenGroup {
    fn note(&mut self, cluster: &Cluster, group: &Group) {
        self.note_membership(membership(cluster, group));
        self.commits_went_back = false;
        let Some(offsets) = group.offsets.get() else { return };
        let mut commits = SamplesByPartition::new();
        for offset in offsets.iter() {
            let Some(committed) = offset.committed else { continue };
            let partition = cluster.partitions.view(offset.partition);
            let key = (cluster.topic(partition.topic()).name.clone(), partition.number());
            let mut samples = self.commits.remove(&key).unwrap_or_default();
            self.commits_went_back |= samples.note(cluster.taken_at, committed);
            commits.insert(key, samples);
        }
        self.commits = commits;
    }

    /// A rebalance is noticed while it goes on, or by what it left; not twice by both.
    fn note_membership(&mut self, now: Membership) {
        if let Some(before) = &self.membership {
            let begins = now.is_rebalancing && !before.is_rebalancing;
            let both_known = now.members.is_some() && before.members.is_some();
            let moved = both_known && now.members != before.members;
            if begins || moved && !before.is_rebalancing && !now.is_rebalancing {
                self.rebalances += 1;
            }
        }
        let members = now.members.or_else(|| self.membership.take().and_then(|before| before.members));
        self.membership = Some(Membership { members, ..now });
    }
}

fn membership(cluster: &Cluster, group: &Group) -> Membership {
    use GroupState::{Assigning, CompletingRebalance, PreparingRebalance, Reconciling};
    let key = |ix: &PartitionIx| {
        let partition = cluster.partitions.view(*ix);
        (cluster.topic(partition.topic()).name.clone(), partition.number())
    };
    let members = group.members.get().map(|members| {
        let one = |member: &Member| {
            (
                member.client_id.clone(),
                member.host.clone(),
                member.assigned.iter().map(key).collect::<Vec<_>>(),
            )
        };
        let mut all: Vec<_> = members.iter().map(one).collect();
        all.sort();
        all
    });
    Membership {
        is_rebalancing: matches!(
            group.state,
            PreparingRebalance | CompletingRebalance | Assigning | Reconciling
        ),
        members,
    }
}

/// The sum over partitions, known only where that of each is, and the shortest time that it was measured over.
fn rate_of(samples: &SamplesByPartition, partitions: &[&PartitionLag]) -> (Option<f64>, Option<Millis>) {
    let rate = |one: &&PartitionLag| {
        samples.get(&(one.topic.as_str().into(), one.number)).and_then(|samples| samples.rate(RATE_WINDOW_MS))
    };
    let rates: Option<Vec<(f64, Millis)>> = partitions.iter().map(rate).collect();
    match rates {
        Some(rates) if !rates.is_empty() => {
            (Some(rates.iter().map(|(per_s, _)| per_s).sum()), rates.iter().map(|(_, span)| *span).min())
        }
        _ => (None, None),
    }
}

fn time_to_zero(lag: Lag, trend_per_s: Option<f64>) -> Option<f64> {
    match (lag, trend_per_s) {
        (Lag::Records(0), _) => Some(0.0),
        (Lag::Records(records), Some(trend)) if trend < 0.0 => Some(records as f64 / -trend),
        _ => None,
    }
}

fn age_at(now: Millis, written: Written) -> LagAge {
    let seconds = |at: f64| ((now as f64 - at) / 1000.0).max(0.0);
    match written {
        Written::At(at) => {
            let age = Some(seconds(at));
            LagAge { at_least_s: age, estimate_s: age, method: AgeMethod::Interpolated }
        }
        Written::Before { first, estimate: Some(at) } => LagAge {
            at_least_s: Some(seconds(first as f64)),
            estimate_s: Some(seconds(at)),
            method: AgeMethod::Extrapolated,
        },
        Written::Before { first, estimate: None } => {
            LagAge { at_least_s: Some(seconds(first as f64)), ..LagAge::UNKNOWN }
        }
    }
}
