//! The lag of groups as the text that Prometheus and its textfile collector read: what is not known has no sample.

use super::{GroupLag, LagReport};
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
    let gauges: [Gauge; 8] = [
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
            by_group(&|of| Some(i64::from(of.is_known()))),
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
    gauges.iter().map(gauge).collect()
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
    let lines = samples.iter().map(|(labels, value)| format!("{name}{{{labels}}} {value}\n"));
    format!("# HELP {name} {help}\n# TYPE {name} gauge\n{}", lines.collect::<String>())
}

/// A label's value as the format escapes it.
fn label(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}
