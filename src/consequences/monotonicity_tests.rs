//! Which way each knob moves each axis, as a property over random settings (the matrix of the side panel).

mod matrix;

use crate::consequences::fixtures::ClusterSpec;
use crate::consequences::{Assessment, LossCause, Subject, assess};
use crate::hypothesis::apply;
use crate::knobs::Change;
use crate::model::{Cluster, KafkaVersion};
use matrix::{INDEPENDENT, MATRIX, Row, Sign};
use proptest::prelude::*;

/// A figure with four digits more than a person sees: ties of the arithmetic are ties.
fn score(of: &Assessment, id: &str) -> Option<f64> {
    if id == INDEPENDENT {
        let part = of.durability.by_cause.iter().find(|share| share.cause == LossCause::Independent);
        return part.map_or(Some(0.0), |share| Some(-share.per_year.high()?));
    }
    of.figure(id).and_then(|figure| figure.value.score())
}

fn holds(sign: Sign, before: f64, after: f64) -> bool {
    if before == after {
        return true;
    }
    let slack = 1e-6 * before.abs().max(after.abs()) + 1e-15;
    match sign {
        Sign::NotBetter => after <= before + slack,
        Sign::NotWorse => after >= before - slack,
        Sign::Same => (after - before).abs() <= slack,
    }
}

fn step(cluster: &Cluster, text: &str) -> Option<Assessment> {
    let changes: Vec<Change> = text.split(';').map(|one| Change::parse(one).unwrap()).collect();
    Some(assess(&apply(cluster, &changes).ok()?, Subject::Cluster))
}

fn clusters() -> impl Strategy<Value = Cluster> {
    let settings = (
        prop::sample::select(vec!["0", "1", "all"]),
        1..=3_usize,
        1..=3_usize,
        any::<bool>(),
        prop::sample::select(vec!["none", "lz4", "zstd"]),
        prop::sample::select(vec!["bare-metal-1dc", "cloud-3az-ebs", "cloud-3az-nvme"]),
        prop::sample::select(vec!["10", "1000", "20000"]),
    );
    settings.prop_map(|(acks, racks, min_isr, unclean, codec, env, rate)| {
        let plan = ClusterSpec {
            racks,
            version: KafkaVersion::REFERENCE,
            topic: vec![
                ("min.insync.replicas", ["1", "2", "3"][min_isr - 1]),
                ("unclean.leader.election.enable", if unclean { "true" } else { "false" }),
            ],
            producer: vec![("acks", acks), ("compression.type", codec)],
            ..ClusterSpec::default()
        };
        let set = [format!("env:preset={env}"), format!("load:records_per_s={rate}")];
        let changes: Vec<Change> = set.iter().map(|text| Change::parse(text).unwrap()).collect();
        apply(&plan.build(), &changes).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn knobs_move_each_axis_the_way_the_panel_says(cluster in clusters()) {
        let wrong: Vec<String> = MATRIX.iter().flat_map(|row| wrong_steps(&cluster, row)).collect();
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Where a figure does not move as it should.
fn wrong_steps(cluster: &Cluster, row: &Row) -> Vec<String> {
    let assessed: Vec<Assessment> = row.steps.iter().filter_map(|text| step(cluster, text)).collect();
    assert_eq!(assessed.len(), row.steps.len(), "{}", row.steps[0]);
    let pairs = || assessed.windows(2).zip(row.steps.windows(2));
    let moved =
        row.signs.iter().flat_map(|(id, sign)| pairs().map(move |(pair, steps)| (id, sign, pair, steps)));
    moved
        .filter_map(|(id, sign, pair, steps)| {
            let (before, after) = score(&pair[0], id).zip(score(&pair[1], id))?;
            let line = format!("{} -> {}: {id} {sign:?} but {before} -> {after}", steps[0], steps[1]);
            (!holds(*sign, before, after)).then_some(line)
        })
        .collect()
}
