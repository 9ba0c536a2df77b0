//! A rolling restart that was rehearsed in the simulator, as text and as `klever.rehearsal/1`.

use crate::model::{BrokerId, KafkaVersion, human_count, human_duration_ms, plural};
use crate::report::clean;
use crate::report::json::document;
use crate::report::layout::labelled;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Partitions that the text names.
const LISTED: usize = 8;

/// What writers and readers saw of a rolling restart.
#[derive(Clone, PartialEq, Debug)]
pub struct Rehearsal {
    pub kafka_version: KafkaVersion,
    pub seed: u64,
    /// In their order; those that `klever roll` does not allow last.
    pub steps: Vec<RehearsedStep>,
    /// Whether every step came to its end.
    pub is_whole: bool,
    /// In all, each partition counted for those that it stands for.
    pub seen: RehearsedCounts,
    /// By Kafka's name of the error, as the simulated partitions had them.
    pub errors: BTreeMap<&'static str, u64>,
    /// Partitions whose writes waited or failed, the worst first.
    pub worst: Vec<RehearsedPartition>,
    /// Partitions of the cluster, and those that were simulated.
    pub partitions: usize,
    pub simulated: usize,
    pub assumptions: Vec<String>,
}

/// What one broker's restart took.
#[derive(Clone, PartialEq, Debug)]
pub struct RehearsedStep {
    pub broker: BrokerId,
    /// Whether `klever roll` allows it as things are.
    pub is_allowed: bool,
    /// From the stop until every replica is in sync again; `None` where that did not come.
    pub duration_ms: Option<u64>,
    pub seen: RehearsedCounts,
}

/// What clients saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RehearsedCounts {
    pub acked: u64,
    /// Records whose writers were told that they failed.
    pub refused: u64,
    /// Acknowledged and gone.
    pub lost: u64,
    pub duplicated: u64,
    /// Time in which writes waited more than a second or failed, somewhere.
    pub write_unavailable_ms: u64,
    /// Time without a leader, somewhere.
    pub read_unavailable_ms: u64,
}

/// A partition that was hit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RehearsedPartition {
    /// Its name, or that of the first of those that it stands for.
    pub name: String,
    pub stands_for: u64,
    pub write_unavailable_ms: u64,
    pub read_unavailable_ms: u64,
}

impl Rehearsal {
    /// Whether nobody lost anything or was refused.
    pub fn is_clean(&self) -> bool {
        self.is_whole && self.seen.refused == 0 && self.seen.lost == 0
    }
}

/// For people.
pub fn rehearsal_text(of: &Rehearsal) -> String {
    let partitions = plural(of.partitions, "partition");
    let mut out = format!(
        "Rolling restart of {partitions}, rehearsed on Kafka {} (seed {})\n\n",
        of.kafka_version, of.seed
    );
    for step in &of.steps {
        let took =
            step.duration_ms.map_or("did not come to its end".into(), |ms| human_duration_ms(ms as i64));
        let allowed = if step.is_allowed { "" } else { ", which `klever roll` does not allow now" };
        let line = format!("{took}{allowed}; {}", counts_words(&step.seen));
        labelled(&mut out, 0, &format!("Broker {}", step.broker), 12, &line);
    }
    out.push('\n');
    labelled(&mut out, 0, "In all", 12, &counts_words(&of.seen));
    if !of.errors.is_empty() {
        let errors: Vec<String> = of.errors.iter().map(|(name, count)| format!("{name} {count}")).collect();
        labelled(&mut out, 0, "Errors", 12, &errors.join(", "));
    }
    for hit in of.worst.iter().take(LISTED) {
        let (write, read) = (hit.write_unavailable_ms, hit.read_unavailable_ms);
        let many =
            if hit.stands_for > 1 { format!(" and {} like it", hit.stands_for - 1) } else { String::new() };
        let time = |ms: u64| human_duration_ms(ms as i64);
        let line =
            format!("{}{many}: writes down {}, reads down {}", clean(&hit.name), time(write), time(read));
        labelled(&mut out, 12, "", 0, &line);
    }
    if of.simulated < of.partitions {
        let line = format!(
            "{} of {partitions} simulated: one for all on the same brokers with the same settings",
            of.simulated
        );
        labelled(&mut out, 0, "Cut", 12, &line);
    }
    for assumption in &of.assumptions {
        labelled(&mut out, 0, "Assumed", 12, &clean(assumption));
    }
    out
}

fn counts_words(of: &RehearsedCounts) -> String {
    let records = |count: u64| human_count(count as i64);
    let time = |ms: u64| human_duration_ms(ms as i64);
    format!(
        "{} acknowledged, {} refused, {} LOST, {} duplicated; writes down {}, reads down {}",
        records(of.acked),
        records(of.refused),
        records(of.lost),
        records(of.duplicated),
        time(of.write_unavailable_ms),
        time(of.read_unavailable_ms)
    )
}

/// `klever.rehearsal/1`.
pub fn rehearsal_json(of: &Rehearsal) -> String {
    let step = |step: &RehearsedStep| {
        let mut value = counts_value(&step.seen);
        value["broker"] = json!(step.broker);
        value["allowed"] = json!(step.is_allowed);
        value["duration_ms"] = json!(step.duration_ms);
        value
    };
    let hit = |hit: &RehearsedPartition| {
        json!({
            "partition": hit.name,
            "stands_for": hit.stands_for,
            "write_unavailable_ms": hit.write_unavailable_ms,
            "read_unavailable_ms": hit.read_unavailable_ms,
        })
    };
    document(json!({
        "schema": "klever.rehearsal/1",
        "kafka_version": of.kafka_version,
        "seed": of.seed,
        "whole": of.is_whole,
        "partitions": of.partitions,
        "partitions_simulated": of.simulated,
        "steps": of.steps.iter().map(step).collect::<Vec<Value>>(),
        "seen": counts_value(&of.seen),
        "errors": of.errors,
        "worst": of.worst.iter().map(hit).collect::<Vec<Value>>(),
        "assumptions": of.assumptions,
    }))
}

fn counts_value(of: &RehearsedCounts) -> Value {
    json!({
        "acked": of.acked,
        "refused": of.refused,
        "lost_acked": of.lost,
        "duplicated": of.duplicated,
        "write_unavailable_ms": of.write_unavailable_ms,
        "read_unavailable_ms": of.read_unavailable_ms,
    })
}
