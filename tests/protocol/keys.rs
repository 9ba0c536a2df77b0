//! Keys, partitions and topics in the simulator, held against the figures that say what comes of them.

use klever::consequences::{Subject, assess, keys_moved};
use klever::scenario::Scenario;
use klever::sim::{RunReport, Simulator, run};
use proptest::prelude::*;

fn scenario(seconds: u32, rest: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"{seconds}s\"\n[cluster]\nracks = []\ncontrollers = 1\n{rest}"
    );
    Scenario::parse("x.toml", &text).unwrap()
}

/// A thousand records a second of so many keys, and a group that keeps up.
fn growing(before: u32, after: u32, keys: u32) -> Scenario {
    scenario(
        40,
        &format!(
            "[[topic]]\nname = \"t\"\npartitions = {before}\n\
             [[producer]]\nname = \"app\"\ntopic = \"t\"\nrecords_per_s = 1000\nrecord_bytes = 10\n\
             key_count = {keys}\nconfig = {{ \"metadata.max.age.ms\" = 1000 }}\n\
             [[event]]\nat = \"20s\"\ndo = \"add_partitions\"\ntarget = \"t\"\ncount = {after}\n"
        ),
    )
}

/// Each key is sent some forty times before and after, so that each that moves is seen in both places.
#[test]
fn as_many_keys_move_as_the_figure_says() {
    for (before, after) in [(3, 6), (4, 5), (6, 9), (12, 13)] {
        let report = run(&growing(before, after, 400), 1, None);
        let seen = report.counters.split_keys.unwrap() as f64 / 400.0;
        let said = keys_moved(before, after);
        // Four standard deviations of 400 keys that move with this probability.
        let open = 4.0 * (said * (1.0 - said) / 400.0).sqrt();
        assert!((seen - said).abs() <= open, "{before} to {after}: {seen} of {said}");
    }
}

#[test]
fn keys_of_partitions_that_do_not_grow_stay() {
    let mut scenario = growing(6, 7, 400);
    scenario.events.clear();
    let counters = run(&scenario, 1, None).counters;
    assert_eq!((counters.split_keys, counters.reordered_keys), (Some(0), None), "no group reads");
}

#[test]
fn the_first_key_that_moves_is_told_with_the_event_that_led_to_it() {
    let mut sim = Simulator::new(&growing(3, 4, 400), 1, None);
    sim.keep_events();
    sim.run_until(40_000_000_000);
    let told: Vec<String> = sim.take_events().iter().map(|event| sim.text(event)).collect();
    let moved: Vec<&String> = told.iter().filter(|text| text.contains("its records went to")).collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert!(moved[0].starts_with("producer app sends key-"), "{moved:?}");
}

fn two_topics() -> RunReport {
    run(
        &scenario(
            30,
            "[[topic]]\nname = \"orders\"\npartitions = 3\n[[topic]]\nname = \"payments\"\npartitions = 2\n\
             [[producer]]\nname = \"shop\"\ntopic = \"orders\"\nrecords_per_s = 100\nrecords = 1000\n\
             [[producer]]\nname = \"bank\"\ntopic = \"payments\"\nrecords_per_s = 100\nrecords = 500\n\
             [[group]]\nname = \"both\"\ntopics = [\"orders\", \"payments\"]\nmembers = 2\n\
             config = { \"auto.offset.reset\" = \"earliest\" }\n\
             [[group]]\nname = \"one\"\ntopics = [\"payments\"]\n\
             config = { \"auto.offset.reset\" = \"earliest\" }\n",
        ),
        1,
        None,
    )
}

#[test]
fn each_producer_writes_its_topic_and_each_group_reads_those_that_it_names() {
    let report = two_topics();
    let of = |topic: &str| {
        let mine = report.partitions.iter().filter(|part| part.partition.starts_with(topic));
        mine.map(|part| part.counters.log_end).collect::<Vec<_>>()
    };
    assert_eq!((of("orders").len(), of("orders").iter().sum::<u64>()), (3, 1000));
    assert_eq!((of("payments").len(), of("payments").iter().sum::<u64>()), (2, 500));
    assert_eq!((report.groups[0].read, report.groups[1].read), (1500, 500));
    let topics: Vec<&str> = report.skew.iter().map(|skew| skew.topic.as_str()).collect();
    assert_eq!(topics, ["orders", "payments"]);
    let members = &report.groups[0].members;
    assert_eq!(members.iter().map(|member| member.read).sum::<u64>(), 1500);
    assert_eq!(members.iter().map(|member| member.partitions).sum::<u32>(), 5);
    assert!(report.partitions.iter().all(|part| part.bytes > Some(1000 * part.counters.log_end)));
}

const PARTITIONERS: [&str; 3] =
    ["", "\"partitioner\" = \"consistent_random\", ", "\"partitioner.ignore.keys\" = true, "];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The figure of the largest partition is what a run shows, whatever the keys and the producer.
    #[test]
    fn the_largest_partition_gets_what_the_figure_says(
        keys in prop::sample::select(vec!["none", "uniform", "zipf", "celebrity"]),
        key_count in prop::sample::select(vec![0, 1, 5, 300]),
        partitioner in prop::sample::select(PARTITIONERS.to_vec()),
        partitions in 1..9_u32,
        seed in 0..1000_u64,
    ) {
        let text = format!(
            "[[topic]]\nname = \"t\"\npartitions = {partitions}\n[[producer]]\nname = \"app\"\ntopic = \"t\"\n\
             records_per_s = 1000\nrecord_bytes = 100\nkeys = \"{keys}\"\nkey_count = {key_count}\n\
             celebrity_share = 0.6\nconfig = {{ {partitioner}\"batch.size\" = 1000 }}\n"
        );
        let scenario = scenario(30, &text);
        let mut sim = Simulator::new(&scenario, seed, None);
        sim.run_until(30_000_000_000);
        let seen = sim.report().skew[0].records.share;
        let (cluster, _) = sim.snapshot();
        let (topic, _) = cluster.topic_named("t").unwrap();
        let assessment = assess(&cluster, Subject::Topic(topic));
        let said = assessment.figure("capacity.largest_partition").unwrap().value.score().unwrap() / -100.0;
        // Of 30,000 records; those that go by no key go to a partition in a row, so that there are fewer draws.
        let is_by_key = keys != "none" && !partitioner.contains("ignore.keys");
        let off = if is_by_key { 0.03 } else { 0.06 };
        prop_assert!((seen - said).abs() < off, "seen {}, said {}", seen, said);
        prop_assert_eq!(run(&scenario, seed, None).trace_hash, sim.report().trace_hash);
    }
}
