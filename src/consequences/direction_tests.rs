//! Which way every knob moves every figure, as one table, held over random clusters.

use crate::consequences::fixtures::ClusterSpec;
use crate::consequences::{Assessment, Subject, assess, lose};
use crate::hypothesis::apply;
use crate::knobs::{ALL, Change};
use crate::model::{BrokerId, Cluster, KafkaVersion};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = include_str!("direction_tests/table.txt");

/// Clusters that are drawn, and with `KLEVER_FULL=1`.
const DRAWN: usize = 8;
const DRAWN_FULL: usize = 60;

/// Knobs whose values have no order, and one that another row turns under the topic's name.
const WITHOUT_A_ROW: [&str; 4] = [
    "cluster:kafka.version",
    "env:preset",
    "broker:min.insync.replicas",
    "broker:unclean.leader.election.enable",
];

/// Figures that no knob moves in one direction on every cluster: of the controllers, which no knob turns, and of where
/// replicas are placed anew.
const WITHOUT_A_DIRECTION: [&str; 3] = ["recovery.controller", "quorum.crash", "copysets.count"];

/// A knob turned up step by step, and what becomes of figures; those that are not named stay as they were.
#[derive(Default)]
struct Row<'a> {
    steps: Vec<&'a str>,
    better: BTreeSet<&'a str>,
    worse: BTreeSet<&'a str>,
    open: BTreeSet<&'a str>,
}

fn rows(table: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, ids) = line.split_once(' ').unwrap();
        let row = rows.last_mut();
        match (word, row) {
            ("better", Some(row)) => row.better.extend(ids.split_whitespace()),
            ("worse", Some(row)) => row.worse.extend(ids.split_whitespace()),
            ("open", Some(row)) => row.open.extend(ids.split_whitespace()),
            _ => rows.push(Row { steps: line.split(" > ").collect(), ..Row::default() }),
        }
    }
    rows
}

impl Row<'_> {
    /// Whether a step from one score to the next is as the table says.
    fn allows(&self, id: &str, before: f64, after: f64) -> bool {
        let slack = 1e-6 * before.abs().max(after.abs()) + 1e-12;
        let (up, down) = (after > before + slack, after < before - slack);
        if before == after || self.open.contains(id) {
            return true;
        }
        !(up && !self.better.contains(id) || down && !self.worse.contains(id))
    }
}

fn changes(step: &str) -> Vec<Change> {
    step.split(';').map(|one| Change::parse(one).unwrap_or_else(|why| panic!("{one}: {why}"))).collect()
}

fn turned(cluster: &Cluster, step: &str) -> Option<Assessment> {
    Some(assess(&apply(cluster, &changes(step)).ok()?, Subject::Cluster))
}

fn clusters() -> impl Strategy<Value = (String, Cluster)> {
    let shape = (3..=4_i32, 1..=3_usize, 2..=3_usize, prop::sample::select(vec![3, 12, 30]), any::<bool>());
    let setting = (
        prop::sample::select(vec!["0", "1", "all"]),
        prop::sample::select(vec!["1", "2"]),
        prop::sample::select(vec!["false", "true"]),
        prop::sample::select(vec!["none", "lz4"]),
    );
    let around = (
        prop::sample::select(vec![(3, 6), (3, 9), (4, 1)]),
        any::<bool>(),
        prop::sample::select(vec!["bare-metal-1dc", "cloud-3az-ebs", "cloud-3az-nvme"]),
        prop::sample::select(vec!["10", "1000", "20000"]),
        prop::sample::select(vec![None, None, Some(1)]),
    );
    (shape, setting, around).prop_map(|(shape, setting, around)| {
        let (brokers, racks, replicas, partitions, combined) = shape;
        let (acks, min_isr, unclean, codec) = setting;
        let ((major, minor), elr, env, rate, lost) = around;
        let spec = ClusterSpec {
            brokers,
            racks,
            replicas,
            partitions,
            combined,
            version: KafkaVersion::new(major, minor, 0),
            elr: elr && (major, minor) >= (4, 1),
            topic: vec![("min.insync.replicas", min_isr), ("unclean.leader.election.enable", unclean)],
            producer: vec![("acks", acks), ("compression.type", codec)],
        };
        let set = format!("env:preset={env};load:records_per_s={rate}");
        let built = apply(&spec.build(), &changes(&set)).unwrap();
        let cluster = match lost {
            Some(id) => lose(&built, &[BrokerId(id)]),
            None => built,
        };
        (format!("{shape:?} {setting:?} {around:?}"), cluster)
    })
}

/// How many clusters are drawn.
fn count() -> usize {
    if std::env::var_os("KLEVER_FULL").is_some_and(|set| set == "1") { DRAWN_FULL } else { DRAWN }
}

#[test]
fn every_knob_moves_every_figure_the_way_the_table_says() {
    let rows = rows(TABLE);
    let mut runner = TestRunner::deterministic();
    let mut wrong: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for _ in 0..count() {
        let (drawn, cluster) = clusters().new_tree(&mut runner).unwrap().current();
        for (at, row) in rows.iter().enumerate() {
            // A step that this cluster cannot take (more replicas than brokers) is left out.
            let turned: Vec<_> =
                row.steps.iter().filter_map(|step| Some((step, turned(&cluster, step)?))).collect();
            for pair in turned.windows(2) {
                let [(from, before), (to, after)] = pair else { continue };
                for figure in before.figures() {
                    let now = after.figure(figure.id).and_then(|figure| figure.value.score());
                    let Some((was, now)) = figure.value.score().zip(now) else { continue };
                    if !row.allows(figure.id, was, now) {
                        let line = format!("{from} -> {to}: {was} -> {now} on {drawn}");
                        wrong.entry((at, figure.id)).or_default().push(line);
                    }
                }
            }
        }
    }
    let told = wrong.iter().map(|((at, id), lines)| {
        let direction = |line: &String| {
            let numbers = line.split(": ").nth(1).unwrap().split(" on ").next().unwrap();
            let (was, now) = numbers.split_once(" -> ").unwrap();
            now.parse::<f64>().unwrap() > was.parse::<f64>().unwrap()
        };
        let better = lines.iter().filter(|line| direction(line)).count();
        format!(
            "{} | {id}: better {better}, worse {}; {}",
            rows[*at].steps[0],
            lines.len() - better,
            lines[0]
        )
    });
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{} directions\n{}", told.len(), told.join("\n"));
}

#[test]
fn the_table_has_every_knob_and_every_figure() {
    let rows = rows(TABLE);
    let cluster = ClusterSpec::default().build();
    let assessment = assess(&cluster, Subject::Cluster);
    let figures: BTreeSet<&str> = assessment.figures().iter().map(|figure| figure.id).collect();
    let named: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.better.union(&row.worse).chain(&row.open)).copied().collect();
    let unknown: Vec<_> = named.difference(&figures).collect();
    assert!(unknown.is_empty(), "no such figures: {unknown:?}");
    let moved: BTreeSet<&str> = rows.iter().flat_map(|row| row.better.union(&row.worse)).copied().collect();
    let unmoved: Vec<_> =
        figures.difference(&moved).filter(|id| !WITHOUT_A_DIRECTION.contains(*id)).collect();
    assert!(unmoved.is_empty(), "no knob has a direction for {unmoved:?}");
    let turned: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| &row.steps)
        .flat_map(|step| changes(step))
        .map(|change| change.knob.full_name())
        .collect();
    let missing: Vec<String> = ALL
        .iter()
        .map(|knob| knob.full_name())
        .filter(|name| !turned.contains(name) && !WITHOUT_A_ROW.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "no row turns {missing:?}");
}
