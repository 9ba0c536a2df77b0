//! How far consumer groups are behind: text, `klever.lag/1` and the text that Prometheus collects.
//!
//! One look at a cluster tells no rate, no trend and no time: those are `null`, and said to be. Several looks do
//! ([`LagSeries`]).

mod json;
mod offset_samples;
mod open_transaction;
mod progress;
mod prometheus;
mod retention;
mod series;
#[cfg(test)]
mod tests;
mod text;

pub use json::{failed_poll_json, lag_json, lag_json_line};
pub use open_transaction::open_transaction_words;
pub use progress::{AgeMethod, LagAge, LagProgress, Trend};
pub use prometheus::{failed_poll_prometheus, lag_prometheus};
pub use retention::RetentionLeft;
pub use series::LagSeries;
pub use text::{failed_poll_text, lag_text};

use crate::model::{Cluster, Group, GroupOffset, Lag, Millis, OpenTransaction, Unknown};

/// What one look cannot tell.
const UNTOLD: &str = "rates, trend, lag in seconds and time to zero are not known from one snapshot";
/// What a few looks cannot tell.
const UNTOLD_YET: &str = "what is `?` or null needs more polls, or settings that could not be read";

/// A group's place in one partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionLag {
    /// `orders`
    pub topic: String,
    pub number: i32,
    pub committed: Option<i64>,
    /// First offset still in the log.
    pub log_start: Option<i64>,
    /// First offset that a reader of committed records cannot read yet.
    pub last_stable: Option<i64>,
    /// First offset that nobody can read yet.
    pub high_watermark: Option<i64>,
    /// The end of the leader's own log.
    pub log_end: Option<i64>,
    /// Up to the high watermark.
    pub lag: Lag,
    /// A share group has no start offset here yet.
    pub has_not_begun: bool,
    /// Those of the lag that only who reads uncommitted records can read: a transaction is open before them.
    pub behind_open_transaction: Option<i64>,
    /// Whose transaction that is, where somebody asked.
    pub open_transaction: Option<OpenTransaction>,
    /// Records that were deleted before the group read them.
    pub deleted_unread: i64,
    /// How far the commit lies beyond the end of the log, if further than two reads apart explain.
    pub beyond_end: i64,
}

impl PartitionLag {
    fn of(cluster: &Cluster, group: &Group, offset: &GroupOffset) -> Self {
        let partition = cluster.partitions.view(offset.partition);
        PartitionLag {
            topic: cluster.topic(partition.topic()).name.to_string(),
            number: partition.number(),
            committed: offset.committed,
            log_start: partition.log_start(),
            last_stable: partition.last_stable(),
            high_watermark: partition.high_watermark(),
            log_end: partition.log_end(),
            has_not_begun: group.has_not_begun(offset),
            lag: cluster.lag_of(group, offset),
            behind_open_transaction: cluster.behind_open_transaction(offset),
            open_transaction: cluster.open_transaction_of(offset.partition).cloned(),
            deleted_unread: cluster.deleted_unread(offset).unwrap_or(0),
            beyond_end: cluster.beyond_end(group, offset).unwrap_or(0),
        }
    }

    fn name(&self) -> String {
        format!("{}-{}", self.topic, self.number)
    }

    /// Records that wait for followers before anybody can read them.
    pub fn not_replicated(&self) -> Option<i64> {
        Some((self.log_end? - self.high_watermark?).max(0))
    }

    /// Its exact lag.
    fn records(&self) -> Option<i64> {
        if let Lag::Records(records) = self.lag { Some(records) } else { None }
    }
}

/// A group's lag in the topics that were asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupLag {
    pub group: Group,
    /// Of all its partitions; a lower bound where one is not known.
    pub lag: Lag,
    pub partitions: Vec<PartitionLag>,
    /// How it goes on, where there was more than one look.
    pub progress: Option<LagProgress>,
}

impl GroupLag {
    /// Records that are gone before the group read them.
    pub fn deleted_unread(&self) -> i64 {
        self.partitions.iter().map(|one| one.deleted_unread).sum()
    }

    /// Partitions whose commit lies beyond the end of the log.
    pub fn beyond_end(&self) -> usize {
        self.count(|one| one.beyond_end > 0)
    }

    /// Partitions in which the group has committed nothing.
    pub fn without_commit(&self) -> usize {
        self.count(|one| one.lag == Lag::NoCommit)
    }

    /// Partitions in which a share group has no start offset yet.
    pub fn not_begun(&self) -> usize {
        self.count(|one| one.has_not_begun)
    }

    /// Partitions whose lag is not known.
    pub fn unknown(&self) -> usize {
        self.count(|one| one.lag == Lag::Unknown)
    }

    /// Those of its lag that only who reads uncommitted records can read; `None` where not all is known.
    pub fn behind_open_transaction(&self) -> Option<i64> {
        self.group.offsets.get()?;
        let lags = self.partitions.iter().filter(|one| one.lag != Lag::NoCommit);
        lags.map(|one| one.behind_open_transaction).sum()
    }

    /// The largest partition's lag as a multiple of the mean: 1 is even. `None` where not all is known, or with nothing
    /// to compare.
    pub fn skew(&self) -> Option<f64> {
        let Lag::Records(total) = self.lag else { return None };
        let lags: Vec<i64> = self.partitions.iter().filter_map(PartitionLag::records).collect();
        let largest = lags.iter().max().filter(|_| total > 0 && lags.len() > 1)?;
        Some(*largest as f64 * lags.len() as f64 / total as f64)
    }

    fn count(&self, counts: impl Fn(&PartitionLag) -> bool) -> usize {
        self.partitions.iter().filter(|one| counts(one)).count()
    }

    /// Whether its lag is known whole.
    pub fn is_known(&self) -> bool {
        matches!(self.lag, Lag::Records(_) | Lag::NoCommit)
    }
}

/// The lag of some groups of a cluster.
pub struct LagReport<'a> {
    pub cluster: &'a Cluster,
    pub groups: Vec<GroupLag>,
    /// Why topics may be hidden, and with them commits of these groups, which brokers leave out; `None` where none are,
    /// or where only topics that were named count.
    pub hidden_commits: Option<Unknown>,
    /// Which of several looks it is.
    pub poll: Option<Poll>,
}

/// One of several looks at a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Poll {
    /// Counted from 1, those that failed too.
    pub number: u64,
    /// Since the first one.
    pub since_first_ms: Millis,
}

impl<'a> LagReport<'a> {
    /// Of the groups and in the topics that are wanted.
    pub fn of(
        cluster: &'a Cluster,
        is_wanted: impl Fn(&str) -> bool,
        in_topic: impl Fn(&str) -> bool,
    ) -> Self {
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        let counts = |offset: &GroupOffset| {
            let partition = cluster.partitions.view(offset.partition);
            in_topic(&cluster.topic(partition.topic()).name)
        };
        let of_group = |group: &Group| {
            let kept = |all: &std::sync::Arc<[GroupOffset]>| {
                all.iter().copied().filter(counts).collect::<Vec<_>>().into()
            };
            let group = Group { offsets: group.offsets.map(kept), ..group.clone() };
            let offsets = group.offsets.get().map_or(&[][..], |offsets| offsets);
            let partitions = offsets.iter().map(|offset| PartitionLag::of(cluster, &group, offset)).collect();
            GroupLag { lag: cluster.lag_of_group(&group), partitions, group, progress: None }
        };
        let groups = groups.iter().filter(|group| is_wanted(&group.id)).map(of_group).collect();
        // A hidden topic is not known by its name: it counts where any name does.
        let hidden = cluster.topics_complete().reason().cloned().filter(|_| in_topic(""));
        LagReport { cluster, groups, hidden_commits: hidden, poll: None }
    }

    /// What may be missing, in words.
    pub fn unseen(&self) -> Vec<String> {
        let groups = self.cluster.completeness().groups;
        let unseen = match (groups.reason(), &self.hidden_commits) {
            (Some(reason), _) => Some(format!("groups: {reason}")),
            (None, Some(reason)) => {
                Some(format!("commits, which brokers leave out on hidden topics: {reason}"))
            }
            (None, None) => None,
        };
        unseen.into_iter().collect()
    }

    /// Whether the lag of a group is known whole, in all topics that were asked for.
    pub fn is_known(&self, of: &GroupLag) -> bool {
        of.is_known() && self.hidden_commits.is_none()
    }

    fn not_known(&self) -> &'static str {
        if self.poll.is_some() { UNTOLD_YET } else { UNTOLD }
    }
}
