//! The bars of the consequences: 100 brokers, 200,000 partitions.

use divan::Bencher;
use klever::consequences::{Subject, assess, lose, roll};
use klever::hypothesis::{apply, reference_with};
use klever::knobs::Change;
use klever::model::{BrokerId, Cluster, KafkaVersion};
use std::sync::OnceLock;

fn main() {
    // The chains of three replicas are solved once per setting; that is part of the first assessment.
    assess(large(), Subject::Cluster);
    divan::main();
}

/// 100 brokers in 3 racks, 200,000 partitions with 3 replicas.
fn large() -> &'static Cluster {
    static LARGE: OnceLock<Cluster> = OnceLock::new();
    LARGE.get_or_init(|| reference_with(KafkaVersion::REFERENCE, 100, 3, 200_000, 3))
}

/// Bar: 50 ms.
#[divan::bench]
fn full_assessment(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| assess(large(), Subject::Cluster));
}

/// Bar: 10 ms, the change of the knob included.
#[divan::bench(args = ["producer:linger.ms=20", "topic:min.insync.replicas=2", "broker:broker.session.timeout.ms=6000"])]
fn after_one_knob(bencher: Bencher<'_, '_>, text: &str) {
    let change = [Change::parse(text).expect("a knob")];
    bencher.bench_local(|| assess(&apply(large(), &change).expect("it fits"), Subject::Cluster));
}

/// Bar for 100 of these: 1 s.
#[divan::bench]
fn lose_one_and_assess(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| assess(&lose(large(), &[BrokerId(7)]), Subject::Cluster));
}

/// All 100 restart verdicts at once.
#[divan::bench]
fn restart_verdicts(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| roll(large()));
}
