//! The bars of the consequences: 100 brokers, 200,000 partitions; times and memory.

use divan::{AllocProfiler, Bencher, black_box};
use klever::consequences::{Subject, assess, lose, roll};
use klever::hypothesis::{apply, reference_with};
use klever::knobs::Change;
use klever::model::{BrokerId, Cluster, KafkaVersion, Partitions, Topic, TopicIx};
use klever::rules::examine;
use std::sync::{Arc, OnceLock};

/// Also tells how much memory each takes.
#[global_allocator]
static MEMORY: AllocProfiler = AllocProfiler::system();

fn main() {
    // The chains of three replicas are solved once per setting; that is part of the first assessment.
    assess(large(), Subject::Cluster);
    divan::main();
}

/// 100 brokers in 3 racks, 200,000 partitions with 3 replicas in one topic.
fn large() -> &'static Cluster {
    static LARGE: OnceLock<Cluster> = OnceLock::new();
    LARGE.get_or_init(|| reference_with(KafkaVersion::REFERENCE, 100, 3, 200_000, 3))
}

/// The same in 10,000 topics.
fn many_topics() -> &'static Cluster {
    static MANY: OnceLock<Cluster> = OnceLock::new();
    MANY.get_or_init(|| {
        const EACH: u32 = 20;
        let mut cluster = large().clone();
        let mut rows = cluster.partitions.to_rows();
        for (at, row) in (0..).zip(&mut rows) {
            (row.topic, row.number) = (TopicIx(at / EACH), (at % EACH) as i32);
        }
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        let first = cluster.topic(TopicIx(0)).clone();
        let topic = |at: u32| Topic {
            name: format!("topic-{at:05}").into(),
            first: at * EACH,
            count: EACH,
            ..first.clone()
        };
        cluster.topics = (0..rows.len() as u32 / EACH).map(topic).collect::<Arc<[_]>>();
        cluster
    })
}

/// Bar: 50 ms.
#[divan::bench]
fn full_assessment(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| assess(large(), Subject::Cluster));
}

/// Bar: 50 ms.
#[divan::bench]
fn full_assessment_of_many_topics(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| assess(many_topics(), Subject::Cluster));
}

/// Bar: 10 ms, the change of the knob included.
#[divan::bench(args = ["producer:linger.ms=20", "topic:min.insync.replicas=2", "broker:broker.session.timeout.ms=6000"])]
fn after_one_knob(bencher: Bencher<'_, '_>, text: &str) {
    let change = [Change::parse(text).expect("a knob")];
    bencher.bench_local(|| assess(&apply(large(), &change).expect("it fits"), Subject::Cluster));
}

/// Bar: 10 ms, the change of the knob included.
#[divan::bench(args = ["producer:linger.ms=20", "topic:min.insync.replicas=2", "broker:broker.session.timeout.ms=6000"])]
fn after_one_knob_with_many_topics(bencher: Bencher<'_, '_>, text: &str) {
    let change = [Change::parse(text).expect("a knob")];
    bencher.bench_local(|| assess(&apply(many_topics(), &change).expect("it fits"), Subject::Cluster));
}

/// Bar for 100 of these: 1 s.
#[divan::bench]
fn lose_one_and_assess(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| assess(&lose(large(), &[BrokerId(7)]), Subject::Cluster));
}

/// Bar: 1 s.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn all_single_broker_what_ifs(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| {
        for broker in 1..=100 {
            black_box(assess(&lose(large(), &[BrokerId(broker)]), Subject::Cluster));
        }
    });
}

/// All 100 restart verdicts at once.
#[divan::bench]
fn restart_verdicts(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| roll(large()));
}

/// What the screen asks for beside the assessment: every rule.
#[divan::bench(sample_count = 20)]
fn rules(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| examine(large()));
}

/// The same with many topics.
#[divan::bench(sample_count = 20)]
fn rules_over_many_topics(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| examine(many_topics()));
}
