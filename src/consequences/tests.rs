//! Assessments of small clusters through the public door, read as a person reads the panel.

use crate::consequences::figure::FigureValue;
use crate::consequences::fixtures::ClusterSpec;
use crate::consequences::{
    Estimate, LossCause, QuorumEffect, RestartSafety, Subject, assess, lose, restart, roll,
};
use crate::model::{BrokerId, Cluster, Datum, Origin, PartitionIx, Partitions, Topic, TopicIx, Unknown};
use std::sync::Arc;

fn panel(assessment: &crate::consequences::Assessment, ids: &[&str]) -> String {
    let line = |id: &&str| assessment.figure(id).map(|figure| format!("{id}: {}", figure.headline)).unwrap();
    ids.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reference_cluster_reads_like_this() {
    let assessment = assess(&ClusterSpec::default().build(), Subject::Cluster);
    insta::assert_snapshot!(panel(&assessment, &[
        "durability.crash", "durability.power_loss", "durability.disk_loss", "durability.rack",
        "writes.crash", "writes.rack", "reads.crash", "visibility.crash", "ordering", "duplicates",
        "quorum.crash", "failover.crash", "failover.controlled", "failover.follower_stall",
        "failover.stuck_follower",
    ]), @r"
        durability.crash: Acknowledged data survives any number of broker crashes
        durability.power_loss: Acknowledged data is guaranteed to survive 1 machine power loss; as things are, 2 machine power losses
        durability.disk_loss: Acknowledged data is guaranteed to survive 1 lost disk; as things are, 2 lost disks
        durability.rack: Acknowledged data is guaranteed to survive 1 rack power loss; as things are, 2 rack power losses
        writes.crash: Writes survive 1 more broker crash
        writes.rack: Writes survive 1 more rack outage
        reads.crash: Reads survive 2 more broker crashes
        visibility.crash: Visibility of new records survives 1 more broker crash
        ordering: Order within a partition is kept, except where the application sends again itself
        duplicates: Retries store nothing twice; an application that sends again after an error does
        quorum.crash: Elections and ISR changes survive 1 more controller crash
        failover.crash: A crashed leader is replaced after 7.0 to 10 s
        failover.controlled: A controlled shutdown moves each leader within 27 to 130 ms
        failover.follower_stall: acks=all is blocked for 7.0 to 10 s when a follower dies, although min.insync.replicas is met
        failover.stuck_follower: acks=all is blocked for 30 to 45 s when a follower is alive but does not fetch
        ");
    assert_eq!(assessment.next_break.event, "lose brokers 1 and 2");
    assert_eq!(assessment.next_break.consequence, "no writes on 12 partitions");
}

#[test]
fn a_lost_broker_shrinks_the_margin() {
    let cluster = lose(&ClusterSpec::default().build(), &[BrokerId(3)]);
    let assessment = assess(&cluster, Subject::Topic(TopicIx(0)));
    insta::assert_snapshot!(panel(&assessment, &["durability.disk_loss", "writes.crash", "reads.crash"]), @r"
        durability.disk_loss: Acknowledged data survives 1 lost disk
        writes.crash: Writes survive no further broker crash (the setting promises 1)
        reads.crash: Reads survive 1 more broker crash (the setting promises 2)
        ");
    assert_eq!(assessment.next_break.event, "lose broker 1");
    assert_eq!(assessment.next_break.consequence, "no writes on 12 partitions");
    let gone = lose(&cluster, &[BrokerId(2)]);
    let after = assess(&gone, Subject::Partition(PartitionIx(0)));
    assert_eq!(after.writes.works_now, Estimate::Exact(false));
    assert_eq!(after.reads.works_now, Estimate::Exact(true));
}

#[test]
fn unknown_settings_make_ranges() {
    let mut cluster = ClusterSpec::default().build();
    cluster.topics = cluster
        .topics
        .iter()
        .map(|topic| crate::model::Topic {
            config: Datum::unknown(Unknown::Denied("DescribeConfigs on Topic orders".into())),
            ..topic.clone()
        })
        .collect();
    let assessment = assess(&cluster, Subject::Cluster);
    assert_eq!(assessment.writes.crash.value.guaranteed, Estimate::Between(0, 2));
    assert_eq!(assessment.durability.disk_loss.value.guaranteed, Estimate::Between(0, 2));
    assert_eq!(roll(&cluster).brokers[0].verdict, RestartSafety::Unknown);
}

#[test]
fn stopping_is_safe_at_the_floor_or_not() {
    let verdict = |plan: &ClusterSpec| restart(&plan.build(), BrokerId(1)).verdict;
    let plan = ClusterSpec { brokers: 4, replicas: 4, combined: true, ..ClusterSpec::default() };
    assert_eq!(verdict(&plan), RestartSafety::Safe);
    assert_eq!(verdict(&ClusterSpec::default()), RestartSafety::AtFloor);
    assert_eq!(
        verdict(&ClusterSpec { topic: vec![("min.insync.replicas", "3")], ..ClusterSpec::default() }),
        RestartSafety::Unsafe
    );
    let at_two = lose(&plan.build(), &[BrokerId(4), BrokerId(3)]);
    let stop = restart(&at_two, BrokerId(1));
    assert_eq!((stop.verdict, stop.under_min_isr), (RestartSafety::Unsafe, 12));
    assert_eq!(stop.quorum, QuorumEffect::Lost, "of three voters one is gone already");
    let plan = roll(&plan.build());
    assert_eq!(plan.order, [4, 2, 3, 1].map(BrokerId), "rack by rack, the active controller last");
}

/// Which brokers hold a partition counts, not in which order their list names them.
#[test]
fn the_order_of_replica_lists_changes_no_loss() {
    let cluster = ClusterSpec::default().build();
    let one_set = assess(&cluster, Subject::Cluster);
    let mut rows = cluster.partitions.to_rows();
    for (at, row) in rows.iter_mut().enumerate() {
        row.replicas.rotate_left(at / 3 % 3);
        if at % 2 == 1 {
            row.replicas.swap(0, 1);
        }
    }
    let partitions = Partitions::from_rows(&rows, Datum::known((), 0, Origin::Broker));
    assert_eq!(partitions.sets.len(), 6, "all orders of three brokers");
    let permuted = assess(&Cluster { partitions, ..cluster.clone() }, Subject::Cluster);
    assert_eq!(permuted.durability.loss_per_year.value, one_set.durability.loss_per_year.value);
    assert_eq!(permuted.durability.by_cause, one_set.durability.by_cause);
    // The table's row for three replicas, min ISR 2, on local disks in three zones.
    let printed = |share: &crate::consequences::CauseShare| format!("{:.2e}", share.per_year.high().unwrap());
    let all = one_set.durability.loss_per_year.value.value.high().unwrap();
    assert_eq!(format!("{all:.2e}"), "3.00e-4");
    let alone =
        one_set.durability.by_cause.iter().find(|share| share.cause == LossCause::Independent).unwrap();
    assert_eq!(printed(alone), "1.06e-9");
}

#[test]
fn brokers_that_stop_together_are_assessed_together() {
    use crate::consequences::restart_together;
    let cluster = ClusterSpec { combined: true, ..ClusterSpec::default() }.build();
    let both = restart_together(&cluster, &[BrokerId(1), BrokerId(2)]).unwrap();
    // With two of three voters gone nobody is elected for the partitions that they lead.
    assert_eq!((both.verdict, both.under_min_isr, both.offline), (RestartSafety::Unsafe, 4, 8));
    assert_eq!((both.quorum, both.waiting_helps()), (QuorumEffect::NeverSpared, Some(false)));
    assert!(both.headline().starts_with("Brokers 1, 2 must not stop together"));
    assert_eq!(restart_together(&cluster, &[BrokerId(1)]), Some(restart(&cluster, BrokerId(1))));
    assert_eq!(restart_together(&cluster, &[]), None);
    // In one rack of four, with replicas on other brokers, two may stop.
    let wide = ClusterSpec { brokers: 12, racks: 4, partitions: 1, ..ClusterSpec::default() }.build();
    let apart = restart_together(&wide, &[BrokerId(7), BrokerId(8)]).unwrap();
    assert_eq!(apart.verdict, RestartSafety::Safe);
    let three = restart_together(&wide, &[BrokerId(1), BrokerId(2), BrokerId(3)]).unwrap();
    assert_eq!((three.verdict, three.offline), (RestartSafety::Unsafe, 1));
}

#[test]
fn every_figure_of_the_reference_cluster_is_known_and_reasoned() {
    let assessment = assess(&ClusterSpec::default().build(), Subject::Cluster);
    let line =
        |figure: &crate::consequences::FigureView<'_>| format!("{}: {}", figure.id, figure.value.text());
    let figures = assessment.figures();
    for figure in &figures {
        assert!(!figure.why.formula.is_empty() && !figure.why.inputs.is_empty(), "{}", figure.id);
        assert_ne!(figure.value.text(), "?", "{}: {}", figure.id, figure.headline);
    }
    let first: Vec<String> = figures.iter().map(line).take_while(|line| !line.starts_with("loss.")).collect();
    insta::assert_snapshot!(first.join("\n"), @r"
        durability.crash: any
        durability.power_loss: 1 (now 2)
        durability.disk_loss: 1 (now 2)
        durability.rack: 1 (now 2)
        durability.loss_per_year: 1 in 3,300
        writes.crash: 1
        writes.rack: 1
        writes.unavailable: 7.4 s/yr
        reads.crash: 2
        reads.rack: 2
        reads.unavailable: under 1 s/yr
        visibility.crash: 1
        visibility.rack: 1
        visibility.unavailable: 7.4 s/yr
        ordering: kept
        duplicates: none from retries
        quorum.crash: 1
        failover.crash: 7.0 to 10 s
        failover.controlled: 27 to 130 ms
        failover.follower_stall: 7.0 to 10 s
        failover.stuck_follower: 30 to 45 s
        failover.stalls_per_year: 61 to 87 s/yr
        latency.ack: 8.3 / 12 ms
        latency.end_to_end: 8.5 / 12 ms
        throughput.max: 84 MB/s
        cost.storage: 3.0 x
        cost.cross_rack: 3.3 x
        cost.disk: 1.65 TiB
        ");
}

#[test]
fn the_sections_of_the_reference_cluster() {
    let assessment = assess(&ClusterSpec::default().build(), Subject::Cluster);
    let entries = assessment.sections.iter().flat_map(|section| &section.figures);
    let line = |view: crate::consequences::FigureView<'_>| format!("{}: {}", view.id, view.value.text());
    let lines: Vec<String> = entries.map(|entry| line(entry.view())).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
        loss.independent: 1 in 950 million
        loss.page_cache: 0 %
        loss.lagging: 1 in 12 billion
        loss.rack: 1 in 21 billion
        loss.site: 1 in 3,300
        loss.unclean: 0 %
        loss.acks_tail: 0 %
        loss.leader_moves: 0 %
        copysets.count: 1
        copysets.lost_together: about 100 %
        copysets.refusing: 12
        copysets.share_per_year: 1 in 3,300
        copysets.stalled_now: 1 in 4.3 million
        losses.leader_crash: 0 records
        losses.power: 16.7 MiB
        losses.refused: 6,600 records/yr
        losses.producer_patience: 94 s
        losses.consumer: possible, two ways
        capacity.plan: 64 MB/s
        capacity.without_a_rack: 73 MB/s
        capacity.connection: 21 %
        capacity.partition: 8.9 MB/s
        capacity.partitions_needed: 1
        capacity.largest_partition: 8.3 %
        capacity.one_at_a_time: 110 records/s
        recovery.controller: 2.0 to 4.0 s
        recovery.ordered_stop: 0.064 ms
        recovery.log_check: 0 to 32 s
        recovery.first_writes: 0.20 to 0.40 ms
        resources.memory_maps: 1,500
        resources.open_files: 700
        resources.files: 2,300
        resources.broker_memory: 6.00 GiB
        resources.cached: 17 h
        resources.producer_memory: 192 KiB
        resources.consumer_memory: 4.00 MiB
        consumers.capacity: 30,000 records/s
        consumers.catch_up: 32 s
        consumers.rebalance: 0.10 to 3.0 s
        consumers.unread: 45 to 48 s
        consumers.again: 0 to 2,200 records
        consumers.poll_budget: 0.017 %
        consumers.standstill: 7.0 d
        consumers.poison: 83 to 1,000 records/s
        consumers.poison_noticed: 0 to 45 s
        streams.restore: 3.6 s
        streams.state: 1.00 GiB
        ");
}

/// What a user sets for a topic shows, although Kafka's own topics have another setting.
#[test]
fn internal_topics_do_not_hide_what_is_promised_for_the_users_records() {
    let user = ClusterSpec::default().build();
    let weak = ClusterSpec { topic: vec![("min.insync.replicas", "1")], ..ClusterSpec::default() }.build();
    let two = |internal: bool| {
        let mut cluster = user.clone();
        let offsets = Topic {
            name: "__consumer_offsets".into(),
            internal,
            config: weak.topics[0].config.clone(),
            first: 10,
            count: 2,
        };
        cluster.topics = Arc::new([Topic { count: 10, ..user.topics[0].clone() }, offsets]);
        let mut rows = cluster.partitions.to_rows();
        for row in &mut rows[10..] {
            (row.topic, row.number) = (TopicIx(1), row.number - 10);
        }
        let known = Datum::known((), 0, Origin::Broker);
        cluster.partitions = Partitions::from_rows(&rows, known.clone()).with_completeness(known);
        assess(&cluster, Subject::Cluster)
    };
    let alone = assess(&user, Subject::Cluster);
    let (with, mixed) = (two(true), two(false));
    assert_eq!(with.durability.disk_loss.value, alone.durability.disk_loss.value);
    assert_eq!(with.durability.loss_per_year.value, alone.durability.loss_per_year.value);
    let shown = |assessment: &crate::consequences::Assessment| {
        assessment.knobs.datum(&crate::knobs::topic::MIN_INSYNC_REPLICAS).clone()
    };
    assert_eq!(shown(&with), shown(&alone));
    assert_ne!(mixed.durability.disk_loss.value, alone.durability.disk_loss.value, "a user's topic counts");
    assert_eq!(with.writes.crash.value.now, mixed.writes.crash.value.now, "both can stop somebody's writes");
}

/// Nobody answers with acks=0: what is told is the time until the socket, and none is none.
#[test]
fn without_acknowledgements_nothing_is_waited_for() {
    let ack = |linger: &'static str| {
        let plan =
            ClusterSpec { producer: vec![("acks", "0"), ("linger.ms", linger)], ..ClusterSpec::default() };
        assess(&plan.build(), Subject::Cluster).latency.ack
    };
    let at_once = ack("0");
    assert_eq!(at_once.value.text(), "0 / 0 ms");
    assert!(at_once.headline.starts_with("With acks=0 no broker answers"), "{}", at_once.headline);
    assert_eq!(at_once.why.formula, "nothing is waited for");
    assert_eq!(ack("5").value.p99, Estimate::Exact(5.5));
}

/// More replicas are solved where they are alike; where they are not, it is said why not.
#[test]
fn six_replicas_in_racks_of_their_own_are_solved() {
    let plan = |racks: usize| ClusterSpec { brokers: 7, replicas: 6, racks, ..ClusterSpec::default() };
    let solved = assess(&plan(7).build(), Subject::Cluster);
    assert_ne!(solved.durability.loss_per_year.value.text(), "?");
    assert!(solved.reads.unavailable.value.value.high().unwrap() < 0.01);
    let large = assess(&plan(4).build(), Subject::Cluster);
    let reason = large.durability.loss_per_year.value.value.reason().unwrap_or_default().to_string();
    assert!(reason.contains("states"), "{reason}");
    assert_eq!(large.writes.crash.value.guaranteed, Estimate::Exact(4), "closed forms hold for any number");
}
