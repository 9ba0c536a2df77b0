//! The lag of groups as the text that Prometheus and its textfile collector read: what is not known has no sample.

use super::{GroupLag, LagProgress, LagReport, Poll};
use crate::model::Lag;
use crate::report::clean;

/// A gauge: its name, what it is, and its samples as labels and value.
type Gauge = (&'static str, &'static str, Vec<(String, String)>);

/// The report as gauges. A lower bound is no lag: it has a gauge of its own.
pub fn lag_prometheus(report: &LagReport<'_>) -> String {
    let cluster = report.cluster.id.get().map_or("", String::as_str);
    let labels = |of: &GroupLag| format!("cluster=\"{}\",group=\"{}\"", label(cluster), label(&of.group.id));
    let by_group = |value: &dyn Fn(&GroupLag) -> Option<i64>| -> Vec<(String, String)> {
        let samples = report.groups.iter().filter_map(|of| Some((labels(of), value(of)?.to_string())));
        samples.collect()
    };
    let read = |of: &GroupLag, count: i64| of.group.offsets.get().map(|_| count);
    let gauges: [Gauge; 9] = [
        (
            "klever_group_lag_records",
            "Records that a group has yet to read; no sample where that is not known whole.",
            by_group(&|of| exact(of.lag)),
        ),
        (
            "klever_group_lag_at_least_records",
            "Lower bound of the lag of a group of which some partitions are not known.",
            by_group(&|of| if let Lag::AtLeast(records) = of.lag { Some(records) } else { None }),
        ),
        (
            "klever_group_lag_known",
            "1 where the lag of a group is known whole, else 0.",
            by_group(&|of| Some(i64::from(report.is_known(of)))),
        ),
        (
            "klever_group_partition_lag_records",
            "Records that a group has yet to read of one partition.",
            partitions(report, &labels),
        ),
        (
            "klever_group_deleted_unread_records",
            "Records that were deleted before the group read them.",
            by_group(&|of| read(of, of.deleted_unread())),
        ),
        (
            "klever_group_behind_open_transaction_records",
            "Records of the lag that read_committed consumers cannot read, because a transaction is open.",
            by_group(&GroupLag::behind_open_transaction),
        ),
        (
            "klever_group_beyond_end_partitions",
            "Partitions whose committed offset lies beyond the end of the log.",
            by_group(&|of| read(of, of.beyond_end() as i64)),
        ),
        (
            "klever_group_members",
            "Members of a group.",
            by_group(&|of| of.group.member_count.get().map(|count| i64::from(*count))),
        ),
        (
            "klever_lag_taken_at_seconds",
            "When the cluster looked like this, seconds since the epoch.",
            vec![(format!("cluster=\"{}\"", label(cluster)), (report.cluster.taken_at / 1000).to_string())],
        ),
    ];
    let looks = [poll_gauge(report.poll.map(|_| 1))];
    gauges.iter().chain(&progress(report, &labels)).chain(&looks).map(gauge).collect()
}

/// A look at the cluster that failed: no sample but that.
pub fn failed_poll_prometheus(poll: Poll) -> String {
    format!("# poll {} failed\n{}", poll.number, gauge(&poll_gauge(Some(0))))
}

fn poll_gauge(is_ok: Option<i64>) -> Gauge {
    let samples = is_ok.map(|is_ok| (String::new(), is_ok.to_string())).into_iter().collect();
    ("klever_lag_poll_ok", "1 where the last look at the cluster succeeded, else 0.", samples)
}

/// What several looks tell.
fn progress(report: &LagReport<'_>, labels: &dyn Fn(&GroupLag) -> String) -> Vec<Gauge> {
    type Reading = (&'static str, &'static str, fn(&LagProgress) -> Option<f64>);
    const READINGS: [Reading; 8] = [
        ("klever_group_records_in_per_second", "Records produced to what a group reads.", |of| {
            of.rate_in_per_s
        }),
        ("klever_group_records_out_per_second", "Records that a group commits.", |of| of.rate_out_per_s),
        ("klever_group_lag_growth_per_second", "Records by which the lag grows.", |of| of.trend_per_s),
        (
            "klever_group_lag_seconds",
            "Age of the oldest unread record, from the rate of production between the looks.",
            |of| of.age.estimate_s,
        ),
        ("klever_group_lag_at_least_seconds", "Lower bound of the age of the oldest unread record.", |of| {
            of.age.at_least_s
        }),
        ("klever_group_time_to_zero_seconds", "Until the lag is zero at this trend.", |of| of.time_to_zero_s),
        (
            "klever_group_retention_left_seconds",
            "Until retention may delete records that the group has not read.",
            |of| of.retention.seconds(),
        ),
        ("klever_group_rebalances_noticed", "Rebalances noticed since the first look.", |of| {
            Some(f64::from(of.rebalances))
        }),
    ];
    let reading = |(name, help, value): &Reading| -> Gauge {
        let sample = |of: &GroupLag| Some((labels(of), value(of.progress.as_ref()?)?));
        let samples = report.groups.iter().filter_map(sample);
        (*name, *help, samples.map(|(labels, value)| (labels, format!("{value:.3}"))).collect())
    };
    READINGS.iter().map(reading).collect()
}

fn exact(lag: Lag) -> Option<i64> {
    if let Lag::Records(records) = lag { Some(records) } else { None }
}

fn partitions(report: &LagReport<'_>, labels: &dyn Fn(&GroupLag) -> String) -> Vec<(String, String)> {
    let of_group = |of: &GroupLag| {
        let lead = labels(of);
        let sample = move |one: &super::PartitionLag| {
            let labels = format!("{lead},topic=\"{}\",partition=\"{}\"", label(&one.topic), one.number);
            Some((labels, exact(one.lag)?.to_string()))
        };
        of.partitions.iter().filter_map(sample).collect::<Vec<_>>()
    };
    report.groups.iter().flat_map(of_group).collect()
}

fn gauge((name, help, samples): &Gauge) -> String {
    if samples.is_empty() {
        return String::new();
    }
    let braced = |labels: &str| if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    let lines = samples.iter().map(|(labels, value)| format!("{name}{} {value}\n", braced(labels)));
    format!("# HELP {name} {help}\n# TYPE {name} gauge\n{}", lines.collect::<String>())
}

/// A label's value as the format escapes it.
fn label(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}
