//! Assessments of small clusters through the public door, read as a person reads the panel.

use crate::consequences::fixtures::Plan;
use crate::consequences::{Answer, Subject, Verdict, assess, lose, restart, roll};
use crate::model::{BrokerId, Datum, PartitionIx, TopicIx, Unknown};

fn panel(assessment: &crate::consequences::Assessment, ids: &[&str]) -> String {
    let line = |id: &&str| assessment.figure(id).map(|figure| format!("{id}: {}", figure.headline)).unwrap();
    ids.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reference_cluster_reads_like_this() {
    let assessment = assess(&Plan::default().build(), Subject::Cluster);
    insta::assert_snapshot!(panel(&assessment, &[
        "durability.crash", "durability.power_loss", "durability.disk_loss", "durability.rack",
        "writes.crash", "writes.rack", "reads.crash", "visibility.crash", "ordering", "duplicates",
        "quorum.crash", "failover.crash", "failover.controlled", "failover.follower_stall",
        "failover.stuck_follower",
    ]), @r"
        durability.crash: Acknowledged data survives any number of broker crashes
        durability.power_loss: Acknowledged data is guaranteed to survive 1 power loss of a machine; as things are, 2 power losses of machines
        durability.disk_loss: Acknowledged data is guaranteed to survive 1 lost disk; as things are, 2 lost disks
        durability.rack: Acknowledged data is guaranteed to survive 1 rack without power; as things are, 2 racks without power
        writes.crash: Writes survive 1 more broker crash
        writes.rack: Writes survive 1 more rack outage
        reads.crash: Reads survive 2 more broker crashes
        visibility.crash: Visibility of new records survives 1 more broker crash
        ordering: Order within a partition is kept, except where the application sends again itself
        duplicates: Retries store nothing twice; an application that sends again after an error does
        quorum.crash: Elections and ISR changes survive 1 more controller crash
        failover.crash: A crashed leader is replaced after 7.0 to 10 s
        failover.controlled: An ordered stop moves the leader within 27 to 130 ms
        failover.follower_stall: acks=all stalls 7.0 to 10 s when a follower dies, although the minimum ISR is met
        failover.stuck_follower: acks=all stalls 30 to 45 s when a follower is alive but does not fetch
        ");
    assert_eq!(assessment.next_break.event, "lose brokers 1 and 2");
    assert_eq!(assessment.next_break.consequence, "no writes on orders-0");
}

#[test]
fn a_lost_broker_shrinks_the_margin() {
    let cluster = lose(&Plan::default().build(), &[BrokerId(3)]);
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
    assert_eq!(after.writes.works_now, Answer::Exact(false));
    assert_eq!(after.reads.works_now, Answer::Exact(true));
}

#[test]
fn unknown_settings_make_ranges() {
    let mut cluster = Plan::default().build();
    cluster.topics = cluster
        .topics
        .iter()
        .map(|topic| crate::model::Topic {
            config: Datum::unknown(Unknown::Denied("DescribeConfigs on Topic orders".into())),
            ..topic.clone()
        })
        .collect();
    let assessment = assess(&cluster, Subject::Cluster);
    assert_eq!(assessment.writes.crash.value.guaranteed, Answer::Between(0, 2));
    assert_eq!(assessment.durability.disk_loss.value.guaranteed, Answer::Between(0, 2));
    assert_eq!(roll(&cluster).brokers[0].verdict, Verdict::Unknown);
}

#[test]
fn stopping_is_safe_at_the_floor_or_not() {
    let verdict = |plan: &Plan| restart(&plan.build(), BrokerId(1)).verdict;
    let plan = Plan { brokers: 4, replicas: 4, ..Plan::default() };
    assert_eq!(verdict(&plan), Verdict::Safe);
    assert_eq!(verdict(&Plan::default()), Verdict::AtFloor);
    assert_eq!(
        verdict(&Plan { topic: vec![("min.insync.replicas", "3")], ..Plan::default() }),
        Verdict::Unsafe
    );
    let at_two = lose(&plan.build(), &[BrokerId(4), BrokerId(3)]);
    let stop = restart(&at_two, BrokerId(1));
    assert_eq!((stop.verdict, stop.under_min_isr), (Verdict::Unsafe, 12));
    assert!(stop.quorum_lost, "of three voters one is gone already");
    let plan = roll(&plan.build());
    assert_eq!(plan.order, [4, 2, 3, 1].map(BrokerId), "rack by rack, the active controller last");
}

#[test]
fn brokers_that_stop_together_are_judged_together() {
    use crate::consequences::restart_together;
    let cluster = Plan::default().build();
    let both = restart_together(&cluster, &[BrokerId(1), BrokerId(2)]).unwrap();
    assert_eq!((both.verdict, both.under_min_isr, both.offline), (Verdict::Unsafe, 12, 0));
    assert!(both.quorum_lost && both.headline().starts_with("Brokers 1, 2 must not stop together"));
    assert_eq!(restart_together(&cluster, &[BrokerId(1)]), Some(restart(&cluster, BrokerId(1))));
    assert_eq!(restart_together(&cluster, &[]), None);
    // In one rack of four, with replicas on other brokers, two may stop.
    let wide = Plan { brokers: 12, racks: 4, partitions: 1, ..Plan::default() }.build();
    let apart = restart_together(&wide, &[BrokerId(7), BrokerId(8)]).unwrap();
    assert_eq!(apart.verdict, Verdict::Safe);
    let three = restart_together(&wide, &[BrokerId(1), BrokerId(2), BrokerId(3)]).unwrap();
    assert_eq!((three.verdict, three.offline), (Verdict::Unsafe, 1));
}

#[test]
fn every_figure_of_the_reference_cluster_is_known_and_reasoned() {
    let assessment = assess(&Plan::default().build(), Subject::Cluster);
    let line =
        |figure: &crate::consequences::FigureView<'_>| format!("{}: {}", figure.id, figure.value.text());
    let figures = assessment.figures();
    for figure in &figures {
        assert!(!figure.why.formula.is_empty() && !figure.why.inputs.is_empty(), "{}", figure.id);
        assert_ne!(figure.value.text(), "?", "{}: {}", figure.id, figure.headline);
    }
    insta::assert_snapshot!(figures.iter().map(line).collect::<Vec<_>>().join("\n"), @r"
        durability.crash: any
        durability.power_loss: 1 (now 2)
        durability.disk_loss: 1 (now 2)
        durability.rack: 1 (now 2)
        durability.loss_per_year: 3.0e-4 /yr
        writes.crash: 1
        writes.rack: 1
        writes.unavailable: 0.065 min/yr
        reads.crash: 2
        reads.rack: 2
        reads.unavailable: 0.0053 min/yr
        visibility.crash: 1
        visibility.rack: 1
        visibility.unavailable: 0.065 min/yr
        ordering: kept
        duplicates: none from retries
        quorum.crash: 1
        failover.crash: 7.0 to 10 s
        failover.controlled: 27 to 130 ms
        failover.follower_stall: 7.0 to 10 s
        failover.stuck_follower: 30 to 45 s
        failover.stalls_per_year: 1.0 to 1.5 min/yr
        latency.ack: 8.0 / 12 ms
        latency.end_to_end: 8.1 / 12 ms
        throughput.max: 240 MB/s
        cost.storage: 3.0 x
        cost.cross_rack: 3.3 x
        cost.disk: 1.65 TiB
        ");
}
