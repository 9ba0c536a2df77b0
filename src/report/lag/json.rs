//! The lag of groups as `klever.lag/1`: a document of its own, or a line for each of several looks.

use super::open_transaction::open_transaction_value;
use super::{AgeMethod, GroupLag, LagProgress, LagReport, PartitionLag, Poll, RetentionLeft};
use crate::model::{Cluster, Lag, Millis};
use crate::report::clean;
use crate::report::clean::clean_value;
use crate::report::json::{complete, document};
use serde_json::{Value, json};

/// `klever.lag/1`.
pub fn lag_json(report: &LagReport<'_>) -> String {
    document(value(report))
}

/// The same as one line.
pub fn lag_json_line(report: &LagReport<'_>) -> String {
    format!("{}\n", clean_value(value(report)))
}

/// A look at the cluster that failed, as one line: nothing is known then.
pub fn failed_poll_json(poll: Poll, at: Millis, why: &str) -> String {
    let failed = json!({
        "schema": "klever.lag/1",
        "taken_at": at,
        "poll": poll.number,
        "since_first_ms": poll.since_first_ms,
        "error": clean(why),
        "groups": null,
    });
    format!("{failed}\n")
}

fn value(report: &LagReport<'_>) -> Value {
    let cluster = report.cluster;
    let groups: Vec<Value> = report.groups.iter().map(|of| group_value(cluster, of)).collect();
    let seen = cluster.completeness();
    json!({
        "schema": "klever.lag/1",
        "cluster_id": cluster.id.get(),
        "taken_at": cluster.taken_at,
        "poll": report.poll.map(|poll| poll.number),
        "since_first_ms": report.poll.map(|poll| poll.since_first_ms),
        "error": null,
        "complete": {
            "topics": complete(cluster)["topics"],
            "groups": seen.groups.get().is_some(),
            "offsets": seen.offsets.get().is_some(),
        },
        "unseen": report.unseen(),
        "not_known": report.not_known(),
        "groups": groups,
    })
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

fn group_value(cluster: &Cluster, of: &GroupLag) -> Value {
    let (lag, at_least, known) = lag_values(of.lag);
    let group = &of.group;
    let mut value = json!({
        "group": &*group.id,
        "state": group.state,
        "type": Some(&*group.protocol).filter(|protocol| !protocol.is_empty()),
        "members": group.member_count.get(),
        "lag": lag,
        "lag_at_least": at_least,
        "lag_is": known,
        "deleted_unread": group.offsets.get().map(|_| of.deleted_unread()),
        "beyond_end_partitions": group.offsets.get().map(|_| of.beyond_end()),
        "skew": of.skew().map(rounded),
        "behind_open_transaction": of.behind_open_transaction(),
        "unseen": group.offsets.reason().map(ToString::to_string),
        "partitions": of.partitions.iter().map(|one| partition_value(cluster, one)).collect::<Vec<Value>>(),
    });
    let progress = progress_value(of.progress.as_ref());
    if let (Value::Object(all), Value::Object(progress)) = (&mut value, progress) {
        all.extend(progress);
    }
    value
}

fn partition_value(cluster: &Cluster, one: &PartitionLag) -> Value {
    let (lag, _, known) = lag_values(one.lag);
    let both = one.committed.and(one.log_start);
    json!({
        "topic": one.topic,
        "partition": one.number,
        "committed": one.committed,
        "has_not_begun": one.has_not_begun,
        "log_start": one.log_start,
        "last_stable": one.last_stable,
        "high_watermark": one.high_watermark,
        "log_end": one.log_end,
        "lag": lag,
        "lag_is": known,
        "deleted_unread": both.map(|_| one.deleted_unread),
        "beyond_end": one.committed.and(one.high_watermark).map(|_| one.beyond_end),
        "behind_open_transaction": one.behind_open_transaction,
        "open_transaction": open_transaction_value(one.open_transaction.as_ref(), cluster),
        "not_replicated": one.not_replicated(),
    })
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// What several looks tell; null after one.
fn progress_value(progress: Option<&LagProgress>) -> Value {
    let number = |of: fn(&LagProgress) -> Option<f64>| progress.and_then(of).map(rounded);
    json!({
        "rate_in_per_s": number(|of| of.rate_in_per_s),
        "rate_out_per_s": number(|of| of.rate_out_per_s),
        "rates_over_ms": progress.and_then(|of| of.over_ms),
        "trend_per_s": number(|of| of.trend_per_s),
        "lag_s": number(|of| of.age.estimate_s),
        "lag_s_at_least": number(|of| of.age.at_least_s),
        "lag_s_method": progress.map(|of| of.age.method).filter(|is| *is != AgeMethod::Unknown).map(AgeMethod::word),
        "time_to_zero_s": number(|of| of.time_to_zero_s),
        "retention_left_s": number(|of| of.retention.seconds()),
        "retention_left_is": progress.map(|of| of.retention.word()),
        "retention_left_unknown_because": progress.and_then(|of| match &of.retention {
            RetentionLeft::Unknown(why) => Some(*why),
            _ => None,
        }),
        "rebalances_noticed": progress.map(|of| of.rebalances),
        "rebalancing": progress.map(|of| of.is_rebalancing),
        "commits_went_back": progress.map(|of| of.commits_went_back),
    })
}
