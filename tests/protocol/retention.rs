//! What retention deletes in the simulator, and what becomes of those who had yet to read it.

use klever::knobs::Change;
use klever::model::BrokerId;
use klever::scenario::{Act, Process, Scenario};
use klever::sim::{Applied, EventKind, GroupReport, RecordId, RunReport, Simulator};
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

/// One partition that keeps ten seconds in segments of a second, at 100 records a second, read by one member.
fn scenario(topic: &str, reset: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"600s\"\n\
         [cluster]\nbrokers = 3\nracks = []\n\
         config = {{ \"log.initial.task.delay.ms\" = 0, \"log.retention.check.interval.ms\" = 1000 }}\n\
         [[topic]]\nname = \"t\"\npartitions = 1\n\
         config = {{ \"min.insync.replicas\" = 2, \"segment.bytes\" = 100000{topic} }}\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\nrecords_per_s = 100\nuntil = \"60s\"\n\
         [[group]]\nname = \"g\"\ntopics = [\"t\"]\ncommit = \"sync_after\"\n\
         config = {{ \"auto.offset.reset\" = \"{reset}\", \"session.timeout.ms\" = 6000 }}\n"
    );
    Scenario::parse("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const TEN_SECONDS: &str = ", \"retention.ms\" = 10000";

fn member() -> Process {
    Process::Member("g".into(), 0)
}

fn group(report: &RunReport) -> GroupReport {
    report.groups[0].clone()
}

fn lost(report: &RunReport) -> u64 {
    group(report).processing.unwrap().deleted_before_read
}

fn faults(sim: &Simulator) -> Vec<String> {
    sim.violations().iter().map(ToString::to_string).collect()
}

/// A run whose group is away from the tenth to the fortieth second.
fn away(topic: &str, reset: &str) -> Simulator {
    let mut sim = Simulator::new(&scenario(topic, reset), 1, None);
    sim.audit();
    sim.run_until(10 * SECOND);
    sim.apply(Act::Stop(member())).unwrap();
    sim.run_until(40 * SECOND);
    sim.apply(Act::Restart(member())).unwrap();
    sim.run_until(70 * SECOND);
    assert_eq!(faults(&sim), Vec::<String>::new());
    sim
}

#[test]
fn who_is_away_for_longer_than_the_retention_loses_what_is_deleted() {
    let kept = away("", "earliest").report();
    assert_eq!((lost(&kept), kept.counters.deleted), (0, Some(0)));
    assert_eq!(group(&kept).read, kept.counters.visible);
    let report = away(TEN_SECONDS, "earliest").report();
    assert_eq!(report.counters.lost_acked, 0, "what a topic is told to delete is no loss of the brokers");
    let deleted = lost(&report);
    // 30 s away and 3 s until it has joined again, 10 s kept: segments of one second, and a look every second.
    assert!((1700..=2500).contains(&deleted), "{deleted}");
    assert_eq!(group(&report).read + deleted, report.counters.visible);
    // From the latest offset on, it skips what is still there, which nobody deleted.
    let skipping = away(TEN_SECONDS, "latest");
    let report = skipping.report();
    assert_eq!(lost(&report), deleted);
    assert!(group(&report).read + deleted < 5200, "{:?}", group(&report));
}

#[test]
fn the_size_is_kept_and_no_less() {
    let mut sim = Simulator::new(&scenario(", \"retention.bytes\" = 500000", "earliest"), 1, None);
    sim.run_until(65 * SECOND);
    let bytes = sim.report().partitions[0].bytes.unwrap();
    assert!((500_000..600_001).contains(&bytes), "{bytes}");
}

#[test]
fn what_is_deleted_unread_is_told_with_its_cause() {
    let sim = away(TEN_SECONDS, "earliest");
    let event = sim.recent_events().find(|event| matches!(event.kind, EventKind::DeletedBeforeRead { .. }));
    let why = sim.why(event.unwrap().seq);
    assert!(
        why[0].starts_with("DATA LOSS: ") && why[0].ends_with("deleted before group g read them"),
        "{why:?}"
    );
    assert!(why[1].contains("older than retention.ms"), "{why:?}");
    let moved = |kind: &EventKind| matches!(kind, EventKind::PositionMoved { from: Some(_), .. });
    assert!(sim.recent_events().any(|event| moved(&event.kind)), "the consumer was out of range");
}

#[test]
fn a_deleted_record_is_not_lost() {
    let sim = away(TEN_SECONDS, "earliest");
    let of = |number| {
        let record = RecordId { partition: "t-0".into(), producer: 0, number };
        let trace = sim.record_trace(&record).unwrap();
        (trace.acked, trace.deleted, trace.lost.is_some(), trace.copies.len(), trace.read_by.len())
    };
    assert_eq!(of(0), (true, true, false, 0, 1), "read before it was deleted");
    assert_eq!(of(1500), (true, true, false, 0, 0), "deleted unread");
}

#[test]
fn the_knob_acts_at_the_next_look() {
    let mut sim = Simulator::new(&scenario("", "earliest"), 1, None);
    sim.run_until(50 * SECOND);
    assert_eq!(sim.report().counters.deleted, Some(0));
    assert_eq!(sim.set(Change::parse("topic/t:retention.ms=10000").unwrap()), Applied::Done);
    sim.run_until(52 * SECOND);
    let deleted = sim.report().counters.deleted.unwrap();
    assert!((3800..=4300).contains(&deleted), "{deleted}");
    let view = sim.snapshot().1;
    let starts: Vec<i64> = view.replicas.last().unwrap().iter().map(|replica| replica.log_start).collect();
    assert!(starts.iter().all(|start| *start > 3500), "followers delete too: {starts:?}");
}

/// A follower whose log ends below the leader's start begins anew there.
#[test]
fn a_follower_that_comes_back_too_late_begins_at_the_leaders_start() {
    let mut sim = Simulator::new(&scenario(TEN_SECONDS, "earliest"), 1, None);
    sim.audit();
    sim.run_until(10 * SECOND);
    let leader = sim.report().partitions[0].leader.unwrap();
    let follower = BrokerId(leader % 3 + 1);
    sim.apply(Act::Kill(follower.into())).unwrap();
    sim.run_until(50 * SECOND);
    sim.apply(Act::Restart(follower.into())).unwrap();
    sim.run_until(90 * SECOND);
    sim.expect_healed();
    assert_eq!(faults(&sim), Vec::<String>::new());
    let report = sim.report();
    assert_eq!((report.partitions[0].isr.len(), report.counters.lost_acked, lost(&report)), (3, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every committed record was read, or deleted before it was.
    #[test]
    fn what_was_committed_is_read_or_deleted_unread(
        away in prop::collection::vec((any::<bool>(), 1..8u64, 1..25u64), 1..3),
        retention_s in 3..20u64,
        by_size in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let by_age = format!(", \"retention.ms\" = {}", retention_s * 1000);
        let by_bytes = format!(", \"retention.ms\" = -1, \"retention.bytes\" = {}", retention_s * 100_000);
        let topic = if by_size { by_bytes } else { by_age };
        let mut sim = Simulator::new(&scenario(&topic, "earliest"), seed, None);
        sim.audit();
        let mut at = 5;
        for (kill, up, down) in away {
            at += up;
            sim.run_until(at * SECOND);
            sim.apply(if kill { Act::Kill(member()) } else { Act::Stop(member()) }).unwrap();
            at += down;
            sim.run_until(at * SECOND);
            sim.apply(Act::Restart(member())).unwrap();
        }
        sim.run_until((at + 15).max(62) * SECOND);
        let report = sim.report();
        let (of, committed) = (group(&report), report.counters.visible);
        // A group that comes when all is deleted has nothing to commit.
        prop_assert!(of.lag == Some(0) || report.counters.deleted == Some(committed), "{:?}", of);
        prop_assert_eq!(of.read - of.read_again + lost(&report), committed, "{:?}", of);
        prop_assert_eq!(report.counters.lost_acked, 0);
        prop_assert_eq!(faults(&sim), Vec::<String>::new());
    }
}
