//! The simulator as a whole: the reference cluster runs, faults have their effect, runs repeat exactly.

mod metadata;
mod neighbours;
mod processing;

use super::process::ProcessState;
use super::*;
use crate::scenario::{Counter, Endpoint, PowerDomain, Process, Time, UnflushedTail};

const SECOND: Nanos = 1_000_000_000;

fn reference(seconds: u64) -> Scenario {
    Scenario { duration: Time::from_secs(seconds), ..Scenario::reference() }
}

/// One topic `t` of one partition on brokers 1, 2 and 3, a producer `app` that sends on command.
fn one_partition(topic: &str, producer: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\n[[topic]]\nname = \"t\"\nplacement = [[1, 2, 3]]\n{topic}\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\n{producer}\n"
    );
    Scenario::parse("x.toml", &text).unwrap()
}

fn broker(id: i32) -> Process {
    Process::Broker(BrokerId(id))
}

fn change(text: &str) -> Change {
    Change::parse(text).unwrap()
}

#[test]
fn everything_sent_to_a_healthy_cluster_is_acknowledged_and_read() {
    let report = run(&reference(30), 1, None);
    let counters = &report.counters;
    assert!(counters.acked > 29_900, "{counters:?}");
    assert_eq!((counters.lost_acked, counters.duplicated, counters.reordered, counters.failed), (0, 0, 0, 0));
    assert_eq!((counters.write_unavailable_ms, counters.read_unavailable_ms), (0, 0));
    for group in &report.groups {
        assert!(group.read > 25_000 && group.read_again == 0, "{group:?}");
    }
}

#[test]
fn a_killed_broker_is_missed_for_a_session_and_then_replaced() {
    let mut sim = Simulator::new(&reference(60), 1, None);
    sim.run_until(10 * SECOND);
    sim.apply(Act::Kill(broker(1))).unwrap();
    sim.run_until(40 * SECOND);
    let report = sim.report();
    let counters = &report.counters;
    assert!((7_000..10_200).contains(&counters.failover_ms), "{counters:?}");
    assert!((7_000..11_500).contains(&counters.write_unavailable_ms), "{counters:?}");
    assert_eq!((counters.lost_acked, counters.duplicated, counters.reordered, counters.failed), (0, 0, 0, 0));
    let shrink =
        sim.recent_events().rev().find(|event| matches!(event.kind, EventKind::Partition { .. })).unwrap();
    let why = sim.why(shrink.seq);
    assert!(
        why[0].starts_with("ISR of orders-") && why[0].contains("because broker 1 was fenced "),
        "{why:?}"
    );
    assert_eq!(why[1..], ["broker 1 was killed (SIGKILL)", "> kill broker/1"]);
}

#[test]
fn a_stopped_broker_is_not_missed_and_comes_back() {
    let mut sim = Simulator::new(&reference(60), 2, None);
    sim.run_until(10 * SECOND);
    sim.apply(Act::Restart(broker(2))).unwrap();
    sim.run_until(30 * SECOND);
    let report = sim.report();
    assert!(report.counters.failover_ms < 300, "{:?}", report.counters);
    assert_eq!((report.counters.write_unavailable_ms, report.counters.failed), (0, 0));
    assert!(report.partitions.iter().all(|partition| partition.isr.len() == 3));
}

#[test]
fn partitions_that_no_controller_grants_do_not_exist() {
    let scenario = reference(60);
    let spec = &scenario.topics[0];
    let more = Act::AddPartitions { topic: spec.name.clone(), partitions: spec.partitions + 3 };
    let mut sim = Simulator::new(&scenario, 1, None);
    let count = |sim: &mut Simulator| sim.report().partitions.len();
    let before = count(&mut sim);
    sim.run_until(5 * SECOND);
    sim.apply(Act::ControllerLoss(u32::MAX)).unwrap();
    assert_eq!(sim.apply(more.clone()), Err(Refusal::NoController));
    assert_eq!(count(&mut sim), before);
    sim.apply(Act::ControllerBack).unwrap();
    sim.run_until(20 * SECOND);
    assert_eq!(count(&mut sim), before);
    sim.apply(more).unwrap();
    assert_eq!(count(&mut sim), before, "it is decided, and has yet to be committed");
    sim.run_until(25 * SECOND);
    assert_eq!(count(&mut sim), before + 3);
}

/// The time of the first event of a kind, in nanoseconds.
fn when(events: &[Arc<TraceEvent>], is: impl Fn(&EventKind) -> bool) -> Nanos {
    events.iter().find(|event| is(&event.kind)).unwrap().at
}

#[test]
fn what_a_process_takes_to_end_and_to_start_is_a_parameter_of_the_run() {
    let times = ProcessTimes { start_up: 6 * SECOND..=6 * SECOND, stop: 3 * SECOND..=4 * SECOND };
    let mut sim = Simulator::with_process_times(&reference(60), 2, None, times);
    sim.run_until(10 * SECOND);
    sim.keep_events();
    sim.apply(Act::Restart(broker(2))).unwrap();
    sim.run_until(40 * SECOND);
    let events = sim.take_events();
    let state = |wanted: ProcessState| {
        when(&events, |kind| matches!(kind, EventKind::Process { state, .. } if *state == wanted))
    };
    let registered = when(&events, |kind| matches!(kind, EventKind::Registered { .. }));
    let took = state(ProcessState::Stopped) - state(ProcessState::Ending);
    assert!((3 * SECOND..4 * SECOND).contains(&took), "{took}");
    assert_eq!(state(ProcessState::Up) - state(ProcessState::Booting), 6 * SECOND);
    assert!(registered >= state(ProcessState::Up));
    assert!(sim.report().partitions.iter().all(|partition| partition.isr.len() == 3));
}

#[test]
fn a_process_that_is_about_to_end_can_be_killed_and_is_then_started_by_command() {
    let times = ProcessTimes { stop: 10 * SECOND..=10 * SECOND, ..ProcessTimes::default() };
    let mut sim = Simulator::with_process_times(&reference(60), 2, None, times);
    let processes = |sim: &mut Simulator| -> Vec<ProcessState> {
        let states = sim.take_events().into_iter().filter_map(|event| match event.kind {
            EventKind::Process { state, .. } => Some(state),
            _ => None,
        });
        states.collect()
    };
    sim.run_until(10 * SECOND);
    sim.keep_events();
    sim.apply(Act::Stop(broker(2))).unwrap();
    sim.run_until(15 * SECOND);
    assert_eq!(processes(&mut sim), [ProcessState::Ending]);
    assert_eq!(sim.apply(Act::Stop(broker(2))), Err(Refusal::NotRunning));
    sim.apply(Act::Kill(broker(2))).unwrap();
    sim.run_until(30 * SECOND);
    assert_eq!(processes(&mut sim), [ProcessState::Killed]);
    sim.apply(Act::Restart(broker(2))).unwrap();
    sim.run_until(45 * SECOND);
    assert_eq!(processes(&mut sim), [ProcessState::Booting, ProcessState::Up]);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_seed_another() {
    let hash = |seed| run(&reference(12), seed, None).trace_hash;
    assert_eq!(hash(7), hash(7));
    assert_ne!(hash(7), hash(8));
}

#[test]
fn stepping_and_rewinding_change_nothing() {
    let hash = |sim: &Simulator| sim.report().trace_hash;
    let mut sim = Simulator::new(&reference(60), 3, None);
    sim.run_until(9 * SECOND);
    while sim.now() < 12 * SECOND {
        sim.step(12 * SECOND);
    }
    sim.apply(Act::Kill(broker(3))).unwrap();
    sim.step(60 * SECOND);
    sim.apply(Act::Pause(broker(2))).unwrap();
    sim.run_until(25 * SECOND);
    sim.apply(Act::Resume(broker(2))).unwrap();
    sim.run_until(40 * SECOND);
    let first = hash(&sim);
    for time in [30, 13, 1, 39] {
        sim.rewind(time * SECOND);
        assert_eq!(sim.now(), time * SECOND);
        sim.run_until(40 * SECOND);
        assert_eq!(hash(&sim), first, "after going back to {time} s");
    }
    sim.rewind(20 * SECOND);
    sim.apply(Act::Restart(broker(3))).unwrap();
    sim.run_until(40 * SECOND);
    assert_ne!(hash(&sim), first);
    let broker_2_paused = |sim: &Simulator| {
        let (cluster, _) = sim.clone().snapshot();
        cluster.broker(BrokerId(2)).unwrap().state == crate::model::BrokerStatus::Paused
    };
    assert!(broker_2_paused(&sim), "the resume after 20 s was cut off");
}

/// A process that is continued and killed at one instant has had no time to run: its session ends when the last
/// heartbeat before the pause says.
#[test]
fn a_broker_that_is_resumed_and_killed_at_once_says_nothing_more() {
    let fenced_after = |acts: &[Act]| {
        let mut sim = Simulator::new(&reference(60), 1, None);
        sim.run_until(10 * SECOND);
        sim.apply(Act::Pause(broker(3))).unwrap();
        sim.run_until(15 * SECOND);
        acts.iter().for_each(|act| assert!(sim.apply(act.clone()).is_ok(), "{act}"));
        let fenced = |sim: &Simulator| {
            let (cluster, _) = sim.clone().snapshot();
            cluster.broker(BrokerId(3)).unwrap().state == crate::model::BrokerStatus::Fenced
                || cluster.partitions.to_rows().iter().all(|row| !row.isr.contains(&BrokerId(3)))
        };
        while !fenced(&sim) {
            sim.run_until(sim.now() + SECOND / 10);
        }
        sim.now()
    };
    let killed = fenced_after(&[Act::Kill(broker(3))]);
    assert_eq!(fenced_after(&[Act::Resume(broker(3)), Act::Kill(broker(3))]), killed);
    let twice = [Act::Resume(broker(3)), Act::Pause(broker(3)), Act::Resume(broker(3)), Act::Kill(broker(3))];
    assert_eq!(fenced_after(&twice), killed);
    assert!(fenced_after(&[Act::Resume(broker(3)), Act::Pause(broker(3))]) == killed);
}

/// Commits are records: with the only copy of them on a lost disk the group begins as `auto.offset.reset` says.
#[test]
fn commits_die_with_the_only_copy_of_the_offsets_topic() {
    let read_again = |copies: i64| {
        let mut scenario = reference(60);
        scenario.cluster.config.insert("offsets.topic.replication.factor".into(), copies.into());
        for group in &mut scenario.groups {
            group.config.insert("auto.offset.reset".into(), "earliest".into());
        }
        // Before directory ids (3.7) a replica on a new disk comes back empty and leads.
        let mut sim = Simulator::new(&scenario, 1, Some(KafkaVersion::new(3, 6, 0)));
        sim.run_until(15 * SECOND);
        let (cluster, _) = sim.clone().snapshot();
        let home =
            cluster.partitions.to_rows().into_iter().find(|row| cluster.topics[row.topic.at()].internal);
        let holder = home.unwrap().leader.unwrap();
        sim.apply(Act::DiskLoss(holder)).unwrap();
        sim.run_until(16 * SECOND);
        sim.apply(Act::Restart(Process::Broker(holder))).unwrap();
        sim.run_until(55 * SECOND);
        let report = sim.report();
        report.groups.iter().map(|group| group.read_again).max().unwrap()
    };
    let [alone, three] = [1, 3].map(read_again);
    assert!(alone > 1_000 && three < alone / 10, "{alone} and {three} records read again");
}

#[test]
fn knobs_act_as_each_of_them_can() {
    let mut sim = Simulator::new(&reference(60), 1, None);
    sim.run_until(5 * SECOND);
    assert_eq!(sim.set(change("topic/orders:min.insync.replicas=3")), Applied::Done);
    assert_eq!(sim.set(change("topic/orders:partitions=18")), Applied::Done);
    sim.apply(Act::Stop(broker(3))).unwrap();
    sim.run_until(15 * SECOND);
    assert!(sim.report().errors["NOT_ENOUGH_REPLICAS"] > 0);
    assert_eq!(sim.set(change("topic/orders:min.insync.replicas=2")), Applied::Done);
    sim.apply(Act::Restart(broker(3))).unwrap();
    sim.run_until(25 * SECOND);
    assert_eq!(sim.set(change("topic/orders:replication.factor=2")), Applied::Done);
    assert_eq!(sim.set(change("linger.ms=50")), Applied::Done);
    sim.run_until(330 * SECOND);
    let report = sim.report();
    assert_eq!((report.partitions.len(), report.counters.lost_acked), (18, 0));
    assert!(report.partitions.iter().all(|partition| partition.isr.len() == 2), "{:?}", report.partitions);
    assert!(
        report.partitions.iter().all(|partition| partition.counters.acked > 0),
        "new partitions are used"
    );
    assert_eq!(sim.set(change("partitions=6")), refused_by_controller());
    assert_eq!(sim.set(change("producer/app:enable.idempotence=true")), Applied::Done);
    assert_eq!(sim.set(change("acks=1")), Applied::Refused(Refusal::BadSetting));
    let Applied::NeedsRebuild(rebuilt) = sim.set(change("kafka.version=3.9")) else { panic!() };
    assert_eq!(rebuilt.version(), KafkaVersion::new(3, 9, 0));
    assert_eq!(rebuilt.topics[0].partitions, 18);
}

#[test]
fn partitions_that_no_controller_has_yet_are_not_in_the_snapshot() {
    let mut sim = Simulator::new(&reference(60), 1, None);
    sim.run_until(10 * SECOND);
    assert_eq!(sim.set(change("topic/orders:partitions=24")), Applied::Done);
    let orders = |sim: &mut Simulator| sim.snapshot().0.topic_named("orders").unwrap().1.count;
    assert_eq!(orders(&mut sim), 12, "just asked for");
    sim.run_until(11 * SECOND);
    assert_eq!(orders(&mut sim), 24);
}

fn refused_by_controller() -> Applied {
    Applied::Refused(Refusal::Controller(crate::protocol::wire::ErrorCode::InvalidPartitions))
}

#[test]
fn a_lost_record_tells_how_it_went() {
    let scenario = one_partition("", "config = { acks = \"1\" }");
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.apply(Act::Send { producer: "app".into(), records: 2 }).unwrap();
    sim.run_until(SECOND);
    let (leader, others) = (Endpoint::Broker(BrokerId(1)), Endpoint::Brokers);
    sim.apply(Act::Partition { from: leader, to: others, one_way: false }).unwrap();
    sim.apply(Act::Send { producer: "app".into(), records: 1 }).unwrap();
    sim.run_until(2 * SECOND);
    let third = sim.record_at("t-0", BrokerId(1), 2).unwrap();
    let fate = sim.record_trace(&third).unwrap();
    assert!(fate.acked && fate.copies.len() == 1 && fate.readable_at.is_none() && fate.lost.is_none());
    sim.apply(Act::Kill(broker(1))).unwrap();
    sim.run_until(20 * SECOND);
    let fate = sim.record_trace(&third).unwrap();
    let (_, why) = fate.lost.unwrap();
    assert_eq!(why[0], "DATA LOSS: 1 acked record of t-0");
    assert!(why[1].starts_with("broker 2 became leader of t-0 at offset 2"), "{why:?}");
    assert!(why[2].contains("2 leads t-0 because broker 1 was fenced"), "{why:?}");
    assert_eq!(why[3..], ["broker 1 was killed (SIGKILL)", "> kill broker/1"]);
    assert_eq!(sim.lost_records("t-0"), [third]);
    assert_eq!(sim.counters().lost_acked, 1);
}

#[test]
fn power_takes_what_was_not_flushed_and_only_that() {
    let lost = |topic: &str| {
        let mut sim = Simulator::new(&one_partition(topic, ""), 1, None);
        sim.apply(Act::Send { producer: "app".into(), records: 5 }).unwrap();
        sim.run_until(2 * SECOND);
        sim.apply(Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Flushed }).unwrap();
        sim.run_until(15 * SECOND);
        assert_eq!(sim.report().partitions[0].leader, Some(1), "the controllers lost their power too");
        (1..=3).for_each(|id| sim.apply(Act::Restart(broker(id))).unwrap());
        sim.run_until(60 * SECOND);
        let report = sim.report();
        assert_eq!((report.counters.acked, report.partitions[0].isr.len()), (5, 3), "{report:?}");
        report.counters.lost_acked
    };
    assert_eq!(lost(""), 5);
    assert_eq!(lost("config = { \"flush.messages\" = 1 }"), 0);
}

#[test]
fn without_controllers_nothing_is_decided_until_they_are_back() {
    let scenario = one_partition("config = { \"min.insync.replicas\" = 2 }", "records_per_s = 10");
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.run_until(2 * SECOND);
    sim.apply(Act::ControllerLoss(2)).unwrap();
    sim.apply(Act::Kill(broker(1))).unwrap();
    sim.run_until(30 * SECOND);
    assert_eq!(sim.report().partitions[0].leader, Some(1));
    sim.apply(Act::ControllerBack).unwrap();
    sim.run_until(60 * SECOND);
    let report = sim.report();
    assert_eq!((report.partitions[0].leader, report.partitions[0].isr.clone()), (Some(2), vec![2, 3]));
    assert_eq!(report.counters.lost_acked, 0);
}

#[test]
fn a_crashed_consumer_is_missed_for_its_session() {
    let mut sim = Simulator::new(&reference(120), 1, None);
    sim.run_until(20 * SECOND);
    sim.apply(Act::Kill(Process::Member("billing".into(), 1))).unwrap();
    let expired = sim.run_to_next(120 * SECOND, |what| matches!(what, EventKind::MemberExpired(_)));
    let waited = sim.now() - 20 * SECOND;
    assert!(expired && (42 * SECOND..46 * SECOND).contains(&waited), "{waited}");
    sim.run_until(120 * SECOND);
    let report = sim.report();
    let billing = report.groups.iter().find(|group| group.group == "billing").unwrap();
    assert!(billing.lag.unwrap() < 12_000, "{billing:?}");
}

#[test]
fn what_a_group_is_behind_on_a_partition_without_a_leader_is_not_known() {
    let mut scenario = one_partition("config = {}", "records_per_s = 100");
    scenario.groups = vec![reference(60).groups.remove(0)];
    scenario.groups[0].topics = vec![scenario.topics[0].name.clone()];
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.run_until(20 * SECOND);
    assert!(sim.report().groups[0].lag.is_some());
    (1..=3).for_each(|id| sim.apply(Act::Kill(broker(id))).unwrap());
    sim.run_until(50 * SECOND);
    let report = sim.report();
    assert_eq!(
        (report.partitions[0].leader, report.partitions[0].lag, report.groups[0].lag),
        (None, None, None)
    );
    assert_eq!(report.counter(&Counter::Lag, None), None, "an expectation of it is not met");
    assert_eq!(report.skew[0].lag, None);
}

#[test]
fn logs_do_not_grow_in_memory_with_time() {
    let mut sim = Simulator::new(&reference(600), 1, None);
    let pieces = |sim: &Simulator| -> usize {
        let replicas = sim.world.machines.hosts().iter().flat_map(|host| host.broker.replicas());
        replicas.map(|replica| replica.log().pieces()).sum()
    };
    sim.run_until(150 * SECOND);
    let early = pieces(&sim);
    sim.run_until(600 * SECOND);
    let late = pieces(&sim);
    assert!(late < early + early / 4, "{early} pieces after 150 s, {late} after 600 s");
}
