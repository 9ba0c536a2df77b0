//! The lag of groups as text for people, in the order of their names.

use super::{
    GroupLag, LagProgress, LagReport, PartitionLag, Poll, RetentionLeft, Trend, open_transaction_words,
};
use crate::model::{Lag, Millis, human_count, human_duration_ms, plural};
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::layout::labelled;

/// Partitions that the text names of each kind.
const LISTED: usize = 5;

/// What a share group is in where nothing was acknowledged yet.
const NOT_BEGUN: &str = "without a start offset: nothing was acknowledged yet, share.auto.offset.reset decides where the group begins";

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
    let mut out = report.poll.map_or(String::new(), |poll| poll_line(poll) + "\n");
    out.push_str(&heading(report.cluster));
    for group in &report.groups {
        out.push('\n');
        push_group(&mut out, group, report.cluster.taken_at);
    }
    if report.groups.is_empty() {
        out.push_str("\nNo group was seen\n");
    }
    out.push('\n');
    for reason in report.unseen() {
        labelled(&mut out, 0, "Unseen", 8, &clean(&reason));
    }
    labelled(&mut out, 0, "Note", 8, report.not_known());
    out
}

/// A look at the cluster that failed.
pub fn failed_poll_text(poll: Poll, why: &str) -> String {
    format!("{}: no answer: {}\n", poll_line(poll), clean(why))
}

fn poll_line(poll: Poll) -> String {
    format!("Poll {}, after {}", poll.number, human_duration_ms(poll.since_first_ms))
}

fn push_group(out: &mut String, of: &GroupLag, taken_at: Millis) {
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
    if let Some(skew) = of.skew() {
        labelled(out, 2, "skew", 10, &format!("the largest has {skew:.1} times the mean"));
    }
    push_open_transactions(out, of, taken_at);
    if let Some(progress) = &of.progress {
        push_progress(out, progress);
    }
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
    for (count, what) in [
        (of.without_commit(), "without a commit"),
        (of.not_begun(), NOT_BEGUN),
        (of.unknown(), "of unknown lag"),
    ] {
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

/// What is in the log and cannot be read by everybody yet.
fn push_open_transactions(out: &mut String, of: &GroupLag, taken_at: Millis) {
    let waits = |one: &PartitionLag| one.behind_open_transaction.unwrap_or(0);
    let count: i64 = of.partitions.iter().map(waits).sum();
    if count > 0 {
        let bound = if of.behind_open_transaction().is_some() { "" } else { "at least " };
        let what = format!(
            "{bound}{} of them lie behind an open transaction: who reads with isolation.level=read_committed cannot read them yet",
            records_of(count)
        );
        labelled(out, 2, "open", 10, &what);
        push_holders(out, of, taken_at);
    }
}

/// Each partition that is held back, the most records first, and who holds it back.
fn push_holders(out: &mut String, of: &GroupLag, taken_at: Millis) {
    let waits = |one: &PartitionLag| one.behind_open_transaction.unwrap_or(0);
    let mut held: Vec<&PartitionLag> = of.partitions.iter().filter(|one| waits(one) > 0).collect();
    held.sort_by_key(|one| std::cmp::Reverse(waits(one)));
    for one in held.iter().take(LISTED) {
        let holder = open_transaction_words(one.open_transaction.as_ref(), taken_at);
        let line = format!("{}: {} behind {holder}", one.name(), records_of(waits(one)));
        labelled(out, 12, "", 0, &clean(&line));
    }
    if held.len() > LISTED {
        labelled(out, 12, "", 0, &format!("... {} in all", plural(held.len(), "partition")));
    }
}

fn push_progress(out: &mut String, progress: &LagProgress) {
    let per_s = |rate: Option<f64>| rate.map_or("?".into(), |rate| format!("{rate:.1}/s"));
    let over = progress.over_ms.map_or(String::new(), |ms| format!(" over {}", human_duration_ms(ms)));
    let rates = format!("in {}, out {}{over}", per_s(progress.rate_in_per_s), per_s(progress.rate_out_per_s));
    labelled(out, 2, "rates", 10, &rates);
    labelled(out, 2, "trend", 10, &trend_words(progress));
    labelled(out, 2, "age", 10, &progress.age.words());
    labelled(out, 2, "retention", 10, &retention_words(&progress.retention));
    if progress.rebalances > 0 || progress.is_rebalancing {
        let now = if progress.is_rebalancing { ", one just now" } else { "" };
        labelled(out, 2, "rebalance", 10, &format!("{} noticed{now}", progress.rebalances));
    }
    if progress.commits_went_back {
        labelled(out, 2, "reset", 10, "committed offsets went back");
    }
}

fn trend_words(progress: &LagProgress) -> String {
    let seconds = |seconds: f64| human_duration_ms((seconds * 1000.0) as i64);
    let zero = |progress: &LagProgress| {
        progress.time_to_zero_s.map_or(String::new(), |left| format!(", zero in {}", seconds(left)))
    };
    match progress.trend() {
        Trend::Unknown => "?".into(),
        Trend::Steady => format!("steady{}", zero(progress)),
        Trend::Growing(rate) => format!("growing by {rate:.1} records/s, never zero at this rate"),
        Trend::Shrinking(rate) => format!("shrinking by {rate:.1} records/s{}", zero(progress)),
    }
}

fn retention_words(left: &RetentionLeft) -> String {
    match left {
        RetentionLeft::NothingUnread => "nothing unread".into(),
        RetentionLeft::Never => "deletes nothing here".into(),
        RetentionLeft::Unknown(why) => format!("? ({why})"),
        RetentionLeft::Seconds(left) => {
            format!("{} left before unread records may be deleted", human_duration_ms((left * 1000.0) as i64))
        }
    }
}
