//! What holds of verdicts on any cluster: the worst topic decides, and knowing less never makes anything safe.

use crate::consequences::fixtures::ClusterSpec;
use crate::consequences::{
    Assessment, FigureView, RestartSafety, Subject, assess, lose, restart, roll, roll_with_margin,
};
use crate::model::{
    Broker, BrokerId, BrokerStatus, Cluster, ConfigEntry, ConfigSource, Datum, KafkaVersion, Origin,
    PartitionRow, Partitions, Quorum, Topic, TopicIx, Unknown,
};
use proptest::prelude::*;
use std::sync::Arc;

/// One topic to be; its replicas beyond `in_sync` are out of sync.
#[derive(Clone, Debug)]
struct TopicDraw {
    internal: bool,
    partitions: u32,
    replicas: usize,
    in_sync: usize,
    min_isr: u32,
    retention_ms: i64,
}

fn topic() -> impl Strategy<Value = TopicDraw> {
    let retention = prop::sample::select(vec![60_000, 604_800_000]);
    (any::<bool>(), 1..4_u32, 1..4_usize, 1..4_usize, 1..4_u32, retention).prop_map(
        |(internal, partitions, replicas, in_sync, min_isr, retention_ms)| TopicDraw {
            internal,
            partitions,
            replicas,
            in_sync: in_sync.min(replicas),
            min_isr,
            retention_ms,
        },
    )
}

fn topics() -> impl Strategy<Value = Vec<TopicDraw>> {
    prop::collection::vec(topic(), 1..5)
}

fn row(topic: u32, number: u32, draw: &TopicDraw) -> PartitionRow {
    let place = |at: usize| BrokerId(((topic + number) as usize + at) as i32 % 3 + 1);
    let replicas: Vec<BrokerId> = (0..draw.replicas).map(place).collect();
    PartitionRow {
        topic: TopicIx(topic),
        number: number as i32,
        isr: replicas[..draw.in_sync].to_vec(),
        elr: Some(Vec::new()),
        leader: Some(replicas[0]),
        leader_epoch: Some(0),
        replicas,
        log_start: None,
        high_watermark: None,
        log_end: None,
    }
}

fn cluster(draws: &[TopicDraw], combined: bool) -> Cluster {
    let base = ClusterSpec { combined, ..ClusterSpec::default() }.build();
    let (mut topics, mut rows) = (Vec::new(), Vec::new());
    for (at, draw) in draws.iter().enumerate() {
        let entries = [
            ("min.insync.replicas", draw.min_isr.to_string()),
            ("retention.ms", draw.retention_ms.to_string()),
        ];
        let entry =
            |(key, text): (&str, String)| (key.to_string(), ConfigEntry::new(text, ConfigSource::Topic));
        topics.push(Topic {
            name: format!("t{at}").into(),
            internal: draw.internal,
            config: Datum::known(Arc::new(entries.map(entry).into_iter().collect()), 0, Origin::Broker),
            first: rows.len() as u32,
            count: draw.partitions,
        });
        rows.extend((0..draw.partitions).map(|number| row(at as u32, number, draw)));
    }
    let known = Datum::known((), 0, Origin::Broker);
    let partitions = Partitions::from_rows(&rows, known.clone()).with_completeness(known);
    Cluster { topics: topics.into(), partitions, ..base }
}

/// Figures that are those of the worst partitions, or of the worst topic.
fn judged(assessment: &Assessment) -> Vec<FigureView<'_>> {
    let of_partitions = ["durability.", "writes.", "reads.", "visibility."];
    let is_judged = |figure: &FigureView<'_>| of_partitions.iter().any(|kind| figure.id.starts_with(kind));
    assessment.figures().into_iter().filter(is_judged).collect()
}

/// Ways to know less of the same cluster.
fn blinded(cluster: &Cluster, what: usize) -> Cluster {
    let mut blind = cluster.clone();
    let denied = || Unknown::Denied("Describe".into());
    match what {
        0 => blind.partitions = blind.partitions.with_completeness(Datum::unknown(denied())),
        1 => blind.quorum = Datum::unknown(denied()),
        2 => {
            let unread = |topic: &Topic| Topic { config: Datum::unknown(denied()), ..topic.clone() };
            blind.topics = cluster.topics.iter().map(unread).collect();
        }
        3 => {
            let silent = Unknown::Unreachable("timed out".into());
            let unread =
                |broker: &Broker| Broker { config: Datum::unknown(silent.clone()), ..broker.clone() };
            blind.brokers = cluster.brokers.iter().map(unread).collect();
        }
        _ => {
            blind = blinded(&blinded(cluster, 3), 1);
            blind.quorum = Datum::unknown(Unknown::Unreachable("refused".into()));
            blind = blind.with_silent_brokers_down();
        }
    }
    blind
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_cluster_is_never_better_than_its_worst_users_topic(draws in topics(), combined in any::<bool>()) {
        let cluster = cluster(&draws, combined);
        let whole = assess(&cluster, Subject::Cluster);
        let users = (0..draws.len()).filter(|at| !draws[*at].internal);
        for at in users {
            let topic = assess(&cluster, Subject::Topic(TopicIx(at as u32)));
            for figure in judged(&topic) {
                let of_cluster = whole.figure(figure.id).unwrap();
                // However many fail: of one replica and of three that is another number.
                if figure.value.text() == "any" {
                    continue;
                }
                // Losses by chance add up over topics; a rounding of the sum is not better than its part.
                if let (Some(one), Some(all)) = (figure.value.score(), of_cluster.value.score()) {
                    let slack = one.abs() * 1e-9;
                    prop_assert!(all <= one + slack, "{}: {} of {at}, {}", figure.id, figure.headline, of_cluster.headline);
                }
            }
        }
    }

    #[test]
    fn knowing_less_never_makes_a_stop_safe(draws in topics(), combined in any::<bool>(), what in 0..5_usize) {
        let seen = cluster(&draws, combined);
        let blind = blinded(&seen, what);
        let plan = roll(&blind);
        for verdict in &plan.brokers {
            let known = restart(&seen, verdict.broker).verdict;
            let safe = verdict.verdict <= RestartSafety::AtFloor;
            prop_assert!(!safe || known == verdict.verdict, "{:?} was {known:?}", verdict);
            prop_assert!(!safe || plan.order.contains(&verdict.broker));
        }
        // A file that says nothing of its topics passes no broker.
        prop_assert!(what != 0 || plan.order.is_empty());
    }

    #[test]
    fn a_larger_margin_never_makes_a_stop_safe(draws in topics(), combined in any::<bool>(), what in 0..6_usize) {
        let seen = cluster(&draws, combined);
        let cluster = if what < 5 { blinded(&seen, what) } else { seen };
        let plans: Vec<_> = (0..4).map(|margin| roll_with_margin(&cluster, margin)).collect();
        prop_assert_eq!(&plans[0], &roll(&cluster));
        for (smaller, larger) in plans.iter().zip(&plans[1..]) {
            for (with_less, with_more) in smaller.brokers.iter().zip(&larger.brokers) {
                prop_assert!(with_more.verdict != RestartSafety::AtFloor, "never down to the minimum itself");
                prop_assert!(with_less.verdict != RestartSafety::Unsafe || with_more.verdict == RestartSafety::Unsafe);
                prop_assert!(with_less.verdict != RestartSafety::Unknown || with_more.verdict >= RestartSafety::Unknown);
            }
            prop_assert!(larger.order.iter().all(|id| smaller.order.contains(id)));
            prop_assert_eq!(larger.ways_out(&cluster).is_empty(), larger.brokers.iter().all(|one| one.verdict != RestartSafety::Unsafe));
        }
    }

    /// What a step says of the next failure is what the controller's rule makes of both losses, whoever fails.
    #[test]
    fn the_next_failure_is_the_worst_that_a_loss_of_both_brings(draws in topics(), combined in any::<bool>()) {
        let cluster = cluster(&draws, combined);
        for step in roll(&cluster).steps(&cluster) {
            let worst = step.next_failure.unwrap();
            let others = cluster.brokers.iter().map(|one| one.id).filter(|id| *id != step.broker);
            let broken = others.map(|other| {
                let after = lose(&lose(&cluster, &[step.broker]), &[other]);
                let offline = after.partitions.iter().filter(|one| one.leader().is_none()).count() as u32;
                (after.quorum_state().is_lost(), offline)
            });
            prop_assert_eq!(broken.max(), Some((worst.quorum_lost, worst.offline)), "{:?}", step);
        }
    }

    #[test]
    fn brokers_that_vote_bound_what_is_survived(draws in topics(), gone in 1..4_i32) {
        let cluster = cluster(&draws, true);
        let assessment = assess(&cluster, Subject::Cluster);
        for operation in [&assessment.writes, &assessment.reads, &assessment.visibility] {
            for figure in [&operation.crash, &operation.rack] {
                prop_assert!(figure.value.now.high() <= Some(1), "{}", figure.headline);
            }
        }
        let lost: Vec<BrokerId> = (1..=gone).map(BrokerId).collect();
        let after = lose(&cluster, &lost);
        let elects = after.quorum.get().is_some_and(Quorum::has_majority);
        prop_assert_eq!(elects, gone < 2);
        if !elects {
            prop_assert_eq!(&after.partitions.isr, &cluster.partitions.isr, "nobody changes an ISR");
            prop_assert!(roll(&after).brokers.iter().all(|one| one.verdict == RestartSafety::Unsafe));
        }
    }
}

/// Kafka's own topics are configured like the users' on many clusters, and are told apart all the same.
#[test]
fn internal_topics_never_share_a_class_with_users_topics() {
    let draw = TopicDraw {
        internal: true,
        partitions: 3,
        replicas: 3,
        in_sync: 3,
        min_isr: 1,
        retention_ms: 604_800_000,
    };
    let users = TopicDraw { internal: false, ..draw.clone() };
    let strong = TopicDraw { min_isr: 2, ..users.clone() };
    let assessment = assess(&cluster(&[draw, users, strong], false), Subject::Cluster);
    let data = &assessment.durability.disk_loss;
    let affected = data.affected.as_ref().unwrap();
    assert_eq!((affected.partitions, affected.of, affected.example.as_str()), (3, 6, "t1-0"));
    assert!(data.headline.contains("no lost disk (3 of 6 partitions"), "{}", data.headline);
}

/// Each topic keeps its records longer than the one before it.
fn ever_longer(count: usize) -> Cluster {
    let draw = |at: usize| TopicDraw {
        internal: false,
        partitions: 1,
        replicas: 3,
        in_sync: 3,
        min_isr: 2,
        retention_ms: 60_000 * (at as i64 + 1),
    };
    cluster(&(0..count).map(draw).collect::<Vec<_>>(), false)
}

#[test]
fn figures_of_the_load_are_those_of_the_worst_of_all_kinds_of_topics() {
    let many = ever_longer(40);
    let whole = assess(&many, Subject::Cluster);
    let last = assess(&many, Subject::Topic(TopicIx(39)));
    assert_eq!(whole.cost.disk.value, last.cost.disk.value);
    assert!(whole.cost.disk.headline.ends_with("(topic t39)"), "{}", whole.cost.disk.headline);
    let left_out = |of: &Assessment| of.assumptions.iter().any(|line| line.contains("kinds of topics"));
    assert!(!left_out(&whole));
    assert!(left_out(&assess(&ever_longer(200), Subject::Cluster)), "what was not looked at is said");
}

/// Nobody leads it and none of its brokers is there: whoever stops, it stays so.
#[test]
fn a_partition_without_a_leader_counts_against_every_stop() {
    let draws = ever_longer(2);
    let mut partitions = draws.partitions.clone();
    let sets: Vec<Arc<[BrokerId]>> = partitions.sets.iter().map(Arc::from).collect();
    let gone: Arc<[BrokerId]> = [BrokerId(8), BrokerId(9)].into();
    let (lost, index) = (partitions.replicas[0], partitions.replicas[1]);
    assert_ne!(lost, index);
    let replaced =
        |(at, set): (usize, &Arc<[BrokerId]>)| if at == lost as usize { gone.clone() } else { set.clone() };
    partitions.sets = sets.iter().enumerate().map(replaced).collect();
    partitions.leader = [8, partitions.leader[1]].into();
    let cluster = Cluster { partitions, ..draws };
    let plan = roll(&cluster);
    assert_eq!(plan.brokers.len(), 3);
    for verdict in &plan.brokers {
        assert_eq!((verdict.verdict, verdict.offline_already), (RestartSafety::Unsafe, 1));
        assert_eq!(verdict.waiting_helps(), Some(true), "the brokers may come back");
    }
    assert!(plan.wait_for.contains("the cluster does not list broker 8, 9"), "{}", plan.wait_for);
    let together = crate::consequences::restart_together(&cluster, &[BrokerId(1), BrokerId(2)]).unwrap();
    assert_eq!((together.verdict, together.offline_already), (RestartSafety::Unsafe, 1));
}

#[test]
fn no_restart_is_safe_while_another_broker_does_not_answer() {
    let mut cluster = crate::hypothesis::reference(KafkaVersion::REFERENCE);
    let verdict = |cluster: &Cluster| restart(cluster, BrokerId(1)).verdict;
    assert_eq!(verdict(&cluster), RestartSafety::Safe, "as long as all answer");
    for state in [BrokerStatus::Silent, BrokerStatus::Refused] {
        let mut brokers = cluster.brokers.to_vec();
        brokers[1].state = state;
        cluster.brokers = brokers.into();
        assert_ne!(verdict(&cluster), RestartSafety::Safe, "{state:?}, whatever the others say of it");
    }
}
