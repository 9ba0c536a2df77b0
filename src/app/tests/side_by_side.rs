//! Two runs of the same seed and the same faults beside each other.

use super::*;
use crate::scenario::{Act, PowerDomain, Process, UnflushedTail};

impl Robot {
    fn sides(&self) -> Vec<(String, u64)> {
        let sides = self.app.sides().unwrap();
        sides.iter().map(|side| (side.name.to_string(), side.view.counters.lost_acked)).collect()
    }

    fn outcome(&self) -> Vec<String> {
        self.app.sides_outcome().into_iter().map(|(_, text)| text).collect()
    }
}

#[test]
fn two_keys_from_the_start_show_what_acks_1_loses() {
    let robot = Robot::sim().keys("V x").pass(20);
    let sides = robot.sides();
    assert_eq!(sides[0], ("acks=all".to_string(), 0));
    assert_eq!(sides[1].0, "acks=1");
    let lost = sides[1].1;
    assert!(lost > 0, "{sides:?}");
    let records = crate::model::plural(lost as usize, "acknowledged record");
    assert_eq!(robot.outcome()[0], format!("acks=1 lost {records}, acks=all none"));
    let partition = &robot.app.sides_partitions()[0];
    let right = robot.app.sides().unwrap()[1];
    assert!(right.logs(partition).unwrap().lost_records > Some(0), "{partition} is drawn");
    assert_eq!(robot.app.refuted.lost, 0, "the run on the panes has lost nothing");
}

#[test]
fn a_knob_that_was_turned_stands_beside_what_was() {
    let robot = Robot::sim().pass(3).keys(": \"acks 1\" enter V x").pass(20);
    let sides = robot.sides();
    assert_eq!((sides[0].0.as_str(), sides[1].0.as_str()), ("acks=all", "acks=1"));
    assert_eq!(sides[0].1, 0);
    assert_eq!(sides[1].1, robot.app.refuted.lost);
    assert!(sides[1].1 > 0, "the run on the panes is the one with the knob: {sides:?}");
}

#[test]
fn faults_that_were_there_before_hit_the_second_run_too() {
    let mut robot = Robot::sim().pass(3);
    let simulated = robot.simulated.as_mut().unwrap();
    let mut act = |act| simulated.drive(Command::Act(act)).unwrap();
    act(Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Flushed });
    act(Act::ControllerBack);
    for id in 1..=3 {
        act(Act::Restart(Process::Broker(BrokerId(id))));
    }
    let robot = robot.pass(20).keys("V");
    let sides = robot.sides();
    assert!(sides[0].1 > 0 && sides[1].1 > 0, "acks decide nothing when all power fails: {sides:?}");
    let views = robot.app.sides().unwrap().map(|side| side.view.at_ms);
    assert_eq!(views[0], views[1]);
}

#[test]
fn turning_a_knob_beside_begins_the_second_run_anew() {
    let robot = Robot::sim().pass(3).keys("V : \"linger.ms 50\" enter").pass(2);
    let names: Vec<String> = robot.sides().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["linger.ms=5", "linger.ms=50"]);
}

#[test]
fn leaving_ends_the_second_run() {
    for leave in ["esc", "V", "q", "1"] {
        let robot = Robot::sim().keys("V").keys(leave).pass(1);
        assert!(!robot.app.is_side_by_side(), "{leave}");
        assert!(robot.app.detail.as_ref().unwrap().other.is_none(), "{leave}");
        assert!(!robot.quit(), "{leave}");
    }
    let robot = Robot::sim().keys("V ? esc");
    assert!(robot.app.is_side_by_side(), "a page over it is closed first");
    assert!(!Robot::live().keys("V").app.is_side_by_side());
}

/// What was turned and turned back is set by its name: below `acks=all` a producer would not start with it.
#[test]
fn a_producer_that_asks_for_idempotence_does_not_ask_below_all() {
    let turned = ": \"enable.idempotence false\" enter : \"enable.idempotence true\" enter V";
    let robot = Robot::sim().pass(3).keys(turned).pass(1);
    assert_eq!(robot.app.sides_refusal(), None);
    let names: Vec<String> = robot.sides().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["acks=all enable.idempotence=true", "acks=1 enable.idempotence=false"]);
}

#[test]
fn a_second_run_that_is_refused_says_so() {
    let refuse = |robot: &mut Robot| robot.send(Msg::Notice(Level::Warn, "it does not start".into()));
    let mut robot = Robot::sim().pass(1);
    robot.simulated = None;
    let mut robot = robot.keys("V");
    assert_eq!(robot.app.sides_refusal(), None, "it may still come");
    refuse(&mut robot);
    assert_eq!(robot.app.sides_refusal(), Some("it does not start"));
    assert_eq!(robot.keys("V V").app.sides_refusal(), None, "it is asked for anew");
    let mut robot = Robot::sim().pass(1).keys("V");
    refuse(&mut robot);
    assert_eq!(robot.app.sides_refusal(), None, "the run is there: it was something else");
}

#[test]
fn a_partition_is_found_by_its_name_in_either_run() {
    let robot = Robot::sim().pass(1).keys("V").pass(1);
    let cluster = robot.app.cluster().unwrap();
    for partition in cluster.partitions.iter() {
        assert_eq!(cluster.partition_named(&cluster.partition_name(partition.ix)), Some(partition.ix));
    }
    for name in ["orders-99", "orders-x", "orders", "nowhere-0"] {
        assert_eq!(cluster.partition_named(name), None, "{name}");
        assert!(robot.app.sides().unwrap()[1].logs(name).is_none(), "{name}");
    }
}

#[test]
fn a_rewind_takes_both_back() {
    let robot = Robot::sim().pass(13).keys("V x").pass(20).keys("[ [ [");
    let sides = robot.app.sides().unwrap();
    assert_eq!(sides[0].view.at_ms, sides[1].view.at_ms);
    assert!(sides.iter().all(|side| side.view.counters.lost_acked == 0));
}
