//! The result of a simulated run as text and as `klever.run/1`.

use crate::model::{Nanos, human_count, human_duration_ms};
use crate::report::clean;
use crate::report::json::document;
use crate::report::layout::labelled;
use crate::scenario::Scenario;
use crate::sim::{Counters, GroupReport, RecordTrace, RunReport, Skew};
use serde_json::json;

const LABEL: usize = 16;
/// A largest partition of so many times the mean is told of.
const UNEVEN: f64 = 1.5;

/// One entry of the event log of a run, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLogEntry {
    /// Its number in the run.
    pub seq: u64,
    /// When, in virtual time.
    pub at_ns: Nanos,
    pub text: String,
    /// The number of the event that led to it, if it is known.
    pub cause: Option<u64>,
}

/// The scenarios that there are, for people.
pub fn scenarios_text(all: &[Scenario]) -> String {
    let width = all.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0) + 2;
    let mut out = String::new();
    all.iter().for_each(|scenario| labelled(&mut out, 0, &scenario.id, width, &clean(&scenario.title)));
    out
}

/// The same as `klever.scenarios/1`.
pub fn scenarios_json(all: &[Scenario]) -> String {
    let one = |scenario: &Scenario| {
        let versions: Vec<String> = scenario.versions.iter().map(ToString::to_string).collect();
        json!({"id": scenario.id, "title": scenario.title, "versions": versions})
    };
    let all: Vec<_> = all.iter().map(one).collect();
    document(json!({"schema": "klever.scenarios/1", "scenarios": all}))
}

/// What came of a scenario run, for people. `planned_ms` is how long it should have run, where it was stopped.
pub fn run_text(title: &str, report: &RunReport, planned_ms: Option<u64>) -> String {
    let mut out = String::new();
    out.push_str(&format!("{}: {}\n", clean(&report.scenario), clean(title)));
    let time = duration(report.duration_ms);
    out.push_str(&format!(
        "Kafka {}, seed {}, {time} of virtual time\n\n",
        report.kafka_version, report.seed
    ));
    if let Some(planned_ms) = planned_ms {
        let planned = duration(planned_ms);
        out.push_str(&format!("STOPPED before its end at {planned}: what it expects is not judged\n\n"));
    }
    push_counters(&mut out, report);
    push_keys(&mut out, report);
    push_producers(&mut out, &report.counters);
    if let Some(deleted) = report.counters.deleted.filter(|deleted| *deleted > 0) {
        labelled(&mut out, 0, "Deleted", LABEL, &format!("{} records by retention", count(deleted)));
    }
    push_schemas(&mut out, &report.counters);
    for group in &report.groups {
        labelled(&mut out, 0, &format!("Group {}", clean(&group.group)), LABEL, &group_text(group));
        if let Some(told) =
            group.processing.map(|counted| counted.to_string()).filter(|told| !told.is_empty())
        {
            labelled(&mut out, 0, "", LABEL, &told);
        }
    }
    labelled(&mut out, 0, "Trace", LABEL, &report.trace_hash);
    if !report.expectations.is_empty() {
        out.push_str("\nExpected\n");
    }
    for verdict in &report.expectations {
        let word = if verdict.met { "met" } else { "NOT MET" };
        let found = verdict.found.map_or("?".into(), human_count);
        labelled(&mut out, 2, word, 9, &format!("{}: found {found}", clean(&verdict.expected)));
    }
    out
}

fn group_text(group: &GroupReport) -> String {
    let (read, again) = (count(group.read), count(group.read_again));
    let lag = group.lag.map_or("?".into(), count);
    let throttled = match group.throttle_time_ms {
        0 => String::new(),
        time => format!(", throttled {}", duration(time)),
    };
    let text = format!("{read} read, {again} of them again, lag {lag}{throttled}");
    let most = group.members.iter().filter_map(|member| Some((member.lag?, member.member))).max();
    match most.filter(|(lag, _)| group.members.len() > 1 && *lag > 0) {
        Some((lag, member)) => format!("{text}, {} of it with member {member}", count(lag)),
        None => text,
    }
}

/// What a schema registry refused.
fn push_schemas(out: &mut String, counters: &Counters) {
    if counters.schemas_refused > 0 {
        let refused = count(counters.schemas_refused);
        labelled(
            out,
            0,
            "Schemas",
            LABEL,
            &format!("{refused} refused by the registry (schemas are a model)"),
        );
    }
}

/// Producers one by one, where they differ or were throttled.
fn push_producers(out: &mut String, counters: &Counters) {
    for producer in counters.producers_apart() {
        let label = format!("Producer {} ", clean(&producer.producer));
        labelled(out, 0, &label, LABEL.max(label.chars().count()), &producer.to_string());
    }
}

/// What keys and partitions came to, where there is something to tell.
fn push_keys(out: &mut String, report: &RunReport) {
    let counters = &report.counters;
    if let Some(split) = counters.split_keys {
        let order = match (counters.reordered_keys, counters.reordered_across_topics) {
            (Some(keys), Some(topics)) => {
                format!("{} read out of order, {} across topics", count(keys), count(topics))
            }
            _ => "none was read, so that nothing is known of their order".into(),
        };
        labelled(out, 0, "Keys", LABEL, &format!("{} in two partitions, {order}", count(split)));
    }
    for topic in report.skew.iter().filter(|topic| topic.records.times_mean >= UNEVEN) {
        let Skew { largest, share, times_mean } = &topic.records;
        let text = format!(
            "{} has {:.0} % of its records, {times_mean:.1} times the mean",
            clean(largest),
            share * 100.0
        );
        labelled(out, 0, &format!("Topic {}", clean(&topic.topic)), LABEL, &text);
    }
}

/// A line of the event log.
pub fn event_text(event: &EventLogEntry) -> String {
    let (seconds, ms) = (event.at_ns / 1_000_000_000, event.at_ns / 1_000_000 % 1000);
    let mut out = String::new();
    labelled(&mut out, 0, &format!("{seconds:>6}.{ms:03}"), 12, &clean(&event.text));
    out
}

fn count(number: u64) -> String {
    human_count(number as i64)
}

fn duration(ms: u64) -> String {
    human_duration_ms(ms as i64)
}

fn tenths(ms: Option<f64>) -> String {
    ms.map_or("?".into(), |ms| format!("{ms:.1}"))
}

fn push_counters(out: &mut String, report: &RunReport) {
    let counters = &report.counters;
    let latency = &counters.ack_latency_ms;
    let errors: Vec<String> =
        report.errors.iter().map(|(name, batches)| format!("{name} {batches}")).collect();
    let rows = [
        ("Sent", counters.sent.map_or("?".into(), count)),
        ("Acknowledged", count(counters.acked)),
        ("Failed", count(counters.failed)),
        ("Lost, acked", count(counters.lost_acked)),
        ("Duplicated", count(counters.duplicated)),
        ("Reordered", count(counters.reordered)),
        ("Writes down", duration(counters.write_unavailable_ms)),
        ("Reads down", duration(counters.read_unavailable_ms)),
        ("Fail-over", duration(counters.failover_ms)),
        ("Ack p50 / p99", format!("{} / {} ms", tenths(latency.p50), tenths(latency.p99))),
        ("Errors", if errors.is_empty() { "none".into() } else { errors.join(", ") }),
    ];
    for (label, text) in rows {
        labelled(out, 0, label, LABEL, &text);
    }
}

/// `klever.run/1`, with the event log when it was kept, and the traces of the records that were asked for; where it was
/// stopped, also with how long it should have run.
pub fn run_json(
    report: &RunReport,
    planned_ms: Option<u64>,
    trace: Option<&[EventLogEntry]>,
    records: &[RecordTrace],
) -> String {
    let mut value = json!(report);
    if let Some(planned_ms) = planned_ms {
        value["planned_ms"] = json!(planned_ms);
    }
    if !records.is_empty() {
        value["records"] = json!(records);
    }
    if let Some(trace) = trace {
        let entry = |event: &EventLogEntry| {
            let at_ms = event.at_ns / 1_000_000;
            json!({"seq": event.seq, "at_ms": at_ms, "text": event.text, "cause": event.cause})
        };
        value["trace"] = trace.iter().map(entry).collect();
    }
    document(value)
}
