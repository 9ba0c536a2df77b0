//! How far consumer groups are behind: text, `klever.lag/1` and the text that Prometheus collects.
//!
//! One look at a cluster tells no rate, no trend and no time: those are `null`, and said to be.

mod prometheus;

pub use prometheus::lag_prometheus;

use crate::model::{Cluster, Group, GroupOffset, Lag, human_count, plural};
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::json::{complete, document};
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Partitions that the text names of each kind.
const LISTED: usize = 5;

/// What one look cannot tell.
const UNTOLD: &str = "rates, trend, lag in seconds and time to zero are not known from one snapshot";

/// A group's place in one partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionLag {
    /// `orders`
    pub topic: String,
    pub number: i32,
    pub committed: Option<i64>,
    /// First offset still in the log, and first that cannot be read yet.
    pub log_start: Option<i64>,
    pub log_end: Option<i64>,
    pub lag: Lag,
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
            log_end: partition.high_watermark(),
            lag: cluster.lag_of(offset),
            deleted_unread: cluster.deleted_unread(offset).unwrap_or(0),
            beyond_end: cluster.beyond_end(group, offset).unwrap_or(0),
        }
    }

    fn name(&self) -> String {
        format!("{}-{}", self.topic, self.number)
    }
}

/// A group's lag in the topics that were asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupLag {
    pub group: Group,
    /// Of all its partitions; a lower bound where one is not known.
    pub lag: Lag,
    pub partitions: Vec<PartitionLag>,
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

    /// Partitions whose lag is not known.
    pub fn unknown(&self) -> usize {
        self.count(|one| one.lag == Lag::Unknown)
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
            GroupLag { lag: cluster.lag_of_group(&group), partitions, group }
        };
        let groups = groups.iter().filter(|group| is_wanted(&group.id)).map(of_group).collect();
        LagReport { cluster, groups }
    }

    /// What may be missing, in words.
    pub fn unseen(&self) -> Vec<String> {
        let groups = self.cluster.completeness().groups;
        groups.reason().map(|reason| format!("groups: {reason}")).into_iter().collect()
    }
}

/// `12,345 records`, `at least 12,345 records`
fn words(lag: Lag) -> String {
    match lag {
        Lag::Records(records) => records_of(records),
        Lag::AtLeast(records) => format!("at least {}, the rest is not known", records_of(records)),
        Lag::NoCommit => "no commit".into(),
        Lag::Unknown => "? (not known)".into(),
    }
}

fn records_of(count: i64) -> String {
    if count == 1 { "1 record".into() } else { format!("{} records", human_count(count)) }
}

/// The groups for people, in the order of their names.
pub fn lag_text(report: &LagReport<'_>) -> String {
    let mut out = heading(report.cluster);
    for group in &report.groups {
        out.push('\n');
        push_group(&mut out, group);
    }
    if report.groups.is_empty() {
        out.push_str("\nNo group was seen\n");
    }
    out.push('\n');
    for reason in report.unseen() {
        labelled(&mut out, 0, "Unseen", 8, &clean(&reason));
    }
    labelled(&mut out, 0, "Note", 8, UNTOLD);
    out
}

fn push_group(out: &mut String, of: &GroupLag) {
    let group = &of.group;
    let members = group.member_count.get();
    let members = members.map_or("? members".into(), |count| plural(*count as usize, "member"));
    let protocol = if group.protocol.is_empty() { "?" } else { &*group.protocol };
    let head = format!("{}: {}, {members}, type {protocol}", group.id, group.state.word());
    labelled(out, 0, "", 0, &clean(&head));
    let reason = group.offsets.reason().map_or(String::new(), |reason| format!(": {reason}"));
    labelled(out, 2, "lag", 10, &clean(&(words(of.lag) + &reason)));
    let behind = |one: &PartitionLag| match one.lag {
        Lag::Records(records) | Lag::AtLeast(records) => records,
        Lag::NoCommit | Lag::Unknown => 0,
    };
    let largest = |one: &PartitionLag| format!("{} {}", one.name(), human_count(behind(one)));
    push_partitions(out, of, "largest", behind, largest);
    let lost = |one: &PartitionLag| format!("{} {}", one.name(), human_count(one.deleted_unread));
    if of.deleted_unread() > 0 {
        labelled(out, 2, "LOST", 10, &format!("{} deleted unread", records_of(of.deleted_unread())));
    }
    push_partitions(out, of, "", |one| one.deleted_unread, lost);
    let beyond = |one: &PartitionLag| format!("{} by {}", one.name(), human_count(one.beyond_end));
    if of.beyond_end() > 0 {
        let partitions = plural(of.beyond_end(), "partition");
        labelled(out, 2, "BEYOND", 10, &format!("{partitions} committed beyond the end of the log"));
    }
    push_partitions(out, of, "", |one| one.beyond_end, beyond);
    for (count, what) in [(of.without_commit(), "without a commit"), (of.unknown(), "of unknown lag")] {
        if count > 0 {
            labelled(out, 12, "", 0, &format!("{} {what}", plural(count, "partition")));
        }
    }
}

/// The partitions with the most of something, where there is some.
fn push_partitions(
    out: &mut String,
    of: &GroupLag,
    label: &str,
    amount: impl Fn(&PartitionLag) -> i64,
    text: impl Fn(&PartitionLag) -> String,
) {
    let mut hit: Vec<&PartitionLag> = of.partitions.iter().filter(|one| amount(one) > 0).collect();
    hit.sort_by_key(|one| std::cmp::Reverse(amount(one)));
    let mut names: Vec<String> = hit.iter().take(LISTED).map(|one| text(one)).collect();
    if hit.len() > LISTED {
        names.push(format!("... {} in all", plural(hit.len(), "partition")));
    }
    if !names.is_empty() {
        labelled(out, 2, label, 10, &clean(&names.join(", ")));
    }
}

/// `klever.lag/1`.
pub fn lag_json(report: &LagReport<'_>) -> String {
    let cluster = report.cluster;
    let groups: Vec<Value> = report.groups.iter().map(group_value).collect();
    document(json!({
        "schema": "klever.lag/1",
        "cluster_id": cluster.id.get(),
        "taken_at": cluster.taken_at,
        "complete": {
            "topics": complete(cluster)["topics"],
            "groups": cluster.completeness().groups.get().is_some(),
        },
        "unseen": report.unseen(),
        "not_known": UNTOLD,
        "groups": groups,
    }))
}

/// The exact number, the lower bound, and in which of the ways it is known.
fn lag_values(lag: Lag) -> (Option<i64>, Option<i64>, &'static str) {
    match lag {
        Lag::Records(records) => (Some(records), Some(records), "records"),
        Lag::AtLeast(records) => (None, Some(records), "at_least"),
        Lag::NoCommit => (None, None, "no_commit"),
        Lag::Unknown => (None, None, "unknown"),
    }
}

fn group_value(of: &GroupLag) -> Value {
    let (lag, at_least, known) = lag_values(of.lag);
    let group = &of.group;
    json!({
        "group": &*group.id,
        "state": group.state,
        "type": Some(&*group.protocol).filter(|protocol| !protocol.is_empty()),
        "members": group.member_count.get(),
        "lag": lag,
        "lag_at_least": at_least,
        "lag_is": known,
        "deleted_unread": group.offsets.get().map(|_| of.deleted_unread()),
        "beyond_end_partitions": group.offsets.get().map(|_| of.beyond_end()),
        "rate_in_per_s": null,
        "rate_out_per_s": null,
        "trend_per_s": null,
        "lag_s": null,
        "time_to_zero_s": null,
        "unseen": group.offsets.reason().map(ToString::to_string),
        "partitions": of.partitions.iter().map(partition_value).collect::<Vec<Value>>(),
    })
}

fn partition_value(one: &PartitionLag) -> Value {
    let (lag, _, known) = lag_values(one.lag);
    let both = one.committed.and(one.log_start);
    json!({
        "topic": one.topic,
        "partition": one.number,
        "committed": one.committed,
        "log_start": one.log_start,
        "log_end": one.log_end,
        "lag": lag,
        "lag_is": known,
        "deleted_unread": both.map(|_| one.deleted_unread),
        "beyond_end": one.committed.and(one.log_end).map(|_| one.beyond_end),
    })
}
