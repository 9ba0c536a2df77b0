//! Every knob on every kind of source: it acts, or it is a what-if that stays and says why; never nothing.

use super::*;
use crate::app::knob_rows::turning;
use crate::consequences::{Subject, assess};
use crate::knobs::{ALL, Knob, Value};
use crate::scenario::change::Turning;

impl Robot {
    fn row_of(&self, knob: &Knob) -> &KnobRow {
        self.app.knob_rows().iter().find(|row| row.knob == knob).unwrap()
    }

    fn value_of(&self, knob: &Knob) -> Value {
        self.row_of(knob).now.clone().unwrap_or_else(|why| panic!("{}: {why}", knob.full_name()))
    }

    /// Turns a knob as Enter does, and says yes where it is asked. Whether it was turned; else the screen says why.
    fn turn(&mut self, knob: &'static Knob, value: Value) -> bool {
        self.app.toast = None;
        let effects = self.app.set_knob(knob, value);
        self.follow(effects);
        if matches!(self.app.overlay, Some(Overlay::Ask { .. })) {
            self.send(Msg::Key('y'.into()));
        }
        !self.refused()
    }

    fn refused(&self) -> bool {
        self.app.toast.as_ref().is_some_and(|toast| toast.level >= Level::Warn)
    }

    /// What is judged of the cluster on the screen and of its topic: figures to their last digit, and warnings.
    fn told(&self) -> Vec<String> {
        let cluster = self.app.cluster().unwrap();
        let orders = cluster.topic_named("orders").unwrap().0;
        let mut told = Vec::new();
        for subject in [Subject::Cluster, Subject::Topic(orders)] {
            for figure in assess(cluster, subject).figures() {
                let (text, score) = (figure.value.text(), figure.value.score());
                told.push(format!("{} {text} {score:?} {}", figure.id, figure.headline));
            }
        }
        let warnings = &self.app.assessment().unwrap().warnings;
        let warnings = warnings.iter().filter(|warning| warning.delta != WarningDelta::Resolved);
        told.extend(warnings.map(|row| format!("{} {}", row.rule, row.evidence)));
        told
    }
}

/// Turns every rung that can be turned, and says of each whether it moved what is judged: `told` is that when none is.
fn turn_all_rungs(origin: &Origin, knob: &'static Knob, told: &[String]) -> Vec<bool> {
    let mut turned = Vec::new();
    for value in knob.rungs() {
        let mut robot = Robot::on(origin.clone());
        let before = robot.value_of(knob);
        if before == value || !robot.turn(knob, value.clone()) {
            continue;
        }
        let robot = robot.pass(1);
        let name = format!("{}={value} on {}", knob.full_name(), origin.badge());
        assert_eq!(robot.value_of(knob), value, "{name} stays");
        assert!(robot.row_of(knob).is_changed(), "{name} is shown as turned");
        holds_to_its_kind(&robot, knob, &name);
        let moved = robot.told() != told;
        let robot = robot.keys("u");
        let robot =
            if matches!(robot.app.overlay, Some(Overlay::Ask { .. })) { robot.keys("y") } else { robot };
        let refused = robot.refused();
        assert!(
            refused || robot.pass(1).value_of(knob) == before,
            "{name} is undone, or the screen says why not"
        );
        turned.push(moved);
    }
    turned
}

/// What acts was sent and needs no word; what does not was kept to the screen and has its reason on it.
fn holds_to_its_kind(robot: &Robot, knob: &Knob, name: &str) {
    let acts = turning(&robot.app.origin, knob) == Turning::Acts;
    assert_eq!(robot.driven().is_empty(), !acts, "{name} is sent where it acts");
    assert_eq!(robot.app.is_what_if(), !acts, "{name} is marked over the figures where it is a what-if");
    let reason = robot.row_of(knob).what_if;
    assert_eq!(reason.is_some(), !acts && robot.app.origin.acts(), "{name} says why it does not act");
}

/// Knobs that move no figure and no warning of the reference cluster, and why.
const STILL: [(&str, &str); 10] = [
    ("broker:replica.fetch.wait.max.ms", "it counts on idle partitions, and figures are about busy ones"),
    ("broker:log.retention.check.interval.ms", "figures are about retention that has come to rest"),
    ("cluster:compatibility", "schemas are a model of the simulator, and no figure is about them"),
    (
        "cluster:producer_byte_rate",
        "figures are about the load that there is, and not about one client's part",
    ),
    (
        "cluster:consumer_byte_rate",
        "figures are about the load that there is, and not about one client's part",
    ),
    ("net:same_rack_rtt_ms", "every broker is in a rack of its own"),
    ("load:zipf_exponent", "it counts with keys=zipf"),
    ("load:celebrity_share", "it counts with keys=celebrity"),
    ("load:tombstone_share", "it counts in a compacted topic of the simulator, and no figure is about it"),
    ("env:stall_ms", "it is in the 99.9th percentile, and figures end at the 99th"),
];

/// Turns every knob; answers those that moved a figure or a warning.
fn every_knob_on(origin: &Origin) -> Vec<&'static Knob> {
    let told = Robot::on(origin.clone()).pass(1).told();
    let mut moved = Vec::new();
    for knob in ALL.iter().copied() {
        let turned = turn_all_rungs(origin, knob, &told);
        assert!(!turned.is_empty(), "{}: no rung can be turned", knob.full_name());
        if turned.contains(&true) {
            moved.push(knob);
        }
    }
    moved
}

/// What a scenario is like decides which figures move; that a knob stays and is marked, does not.
#[test]
fn every_knob_acts_or_is_a_what_if_on_the_simulator() {
    assert!(!every_knob_on(&Origin::Sim("reference".into())).is_empty());
}

#[test]
fn every_knob_is_a_what_if_on_a_real_cluster_and_a_file() {
    for origin in [Origin::Live("prod".into()), Origin::File("prod.json".into())] {
        let moved = every_knob_on(&origin);
        for knob in ALL {
            let excused = STILL.iter().any(|(name, _)| *name == knob.full_name());
            assert_ne!(moved.contains(knob), excused, "{}", knob.full_name());
        }
    }
}

/// Brokers of the lab tell topics' settings themselves; what they cannot tell, or do not take, stays.
#[test]
fn every_knob_acts_or_is_a_what_if_on_the_lab() {
    for knob in ALL {
        let mut robot = Robot::on(Origin::Lab("3 brokers".into()));
        let before = robot.value_of(knob);
        let turned = knob.rungs().into_iter().find(|rung| *rung != before && robot.turn(knob, rung.clone()));
        let value = turned.unwrap_or_else(|| panic!("{}: no rung can be turned", knob.full_name()));
        // The next state of a lab that has not done it yet.
        robot.see(cluster());
        let row = robot.row_of(knob);
        match turning(&robot.app.origin, knob) {
            Turning::Acts => assert!(row.now == Ok(before) && row.what_if.is_none(), "{row:?}"),
            Turning::ActsUnseen | Turning::WhatIf(_) => {
                assert!(row.now == Ok(value) && row.what_if.is_some(), "{row:?}");
            }
        }
        let kept = matches!(turning(&robot.app.origin, knob), Turning::WhatIf(_));
        assert_eq!(robot.driven().is_empty(), kept, "{}", knob.full_name());
    }
}

#[test]
fn what_ifs_outlive_snapshots_rewinds_resets_and_rebuilds() {
    let robot = Robot::sim().keys(": \"outages_per_year 12\" enter").pass(5);
    assert_eq!(robot.knob("outages_per_year"), "12 (was 2.8)");
    let mut robot = robot.keys(": \"min.insync.replicas 2\" enter").pass(1);
    for command in [Command::Seek(1_000), Command::Reset] {
        robot.follow(vec![Effect::Drive(command)]);
        assert_eq!(robot.knob("outages_per_year"), "12 (was 2.8)");
        assert_eq!(
            robot.knob("min.insync.replicas"),
            "1",
            "what acted is undone with the time in which it did"
        );
    }
    let robot = robot.keys(": \"brokers 5\" enter y").pass(2);
    assert_eq!(robot.knob("brokers"), "5 (was 3)");
    assert_eq!(robot.knob("outages_per_year"), "12 (was 2.8)");
}

#[test]
fn undo_pins_presets_and_reset_work_over_both_kinds() {
    let robot =
        Robot::sim().keys(": \"acks 1\" enter : \"preset bare-metal-1dc\" enter : \"linger.ms 20\" enter");
    let seen = |robot: &Robot| ["acks", "preset", "linger.ms"].map(|name| robot.knob(name));
    assert_eq!(seen(&robot), ["1 (was all)", "bare-metal-1dc (was cloud-3az-nvme)", "20 (was 5)"]);
    assert!(robot.app.is_what_if());
    let robot = robot.keys("u u").pass(1);
    assert_eq!(seen(&robot), ["1 (was all)", "cloud-3az-nvme", "5"]);
    assert!(!robot.app.is_what_if());
    let robot = robot.keys("ctrl-r ctrl-r p p").pass(1);
    assert_eq!(seen(&robot), ["1", "bare-metal-1dc", "20"], "pinned as they are");
    let robot = robot.keys(": \"outages_per_year 12\" enter P R").pass(1);
    assert_eq!(seen(&robot), ["all", "cloud-3az-nvme", "5"]);
    assert!(!robot.app.is_what_if() && robot.app.knob_rows().iter().all(|row| !row.is_changed()));
    let robot = robot.keys("u").pass(1);
    assert_eq!(robot.knob("outages_per_year"), "12 (was 2.8)");
    assert_eq!(seen(&robot), ["1 (was all)", "bare-metal-1dc (was cloud-3az-nvme)", "20 (was 5)"]);
    // isolation.level is no more than a what-if to the simulator, the rest of this preset acts.
    let robot = Robot::sim().keys("p d").pass(1);
    assert_eq!(robot.knob("isolation.level"), "read_committed (was read_uncommitted)");
    assert_eq!(robot.knob("enable.auto.commit"), "false (was true)");
    let robot = robot.keys("u").pass(1);
    assert!(robot.app.knob_rows().iter().all(|row| !row.is_changed()));
}

#[test]
fn the_simulator_refuses_what_it_would_forget() {
    let mut simulator = crate::sim::Simulator::new(&crate::scenario::Scenario::reference(), 1, None);
    for knob in ALL.iter().filter(|knob| turning(&Origin::Sim("reference".into()), knob) != Turning::Acts) {
        for value in knob.rungs() {
            let applied = simulator.set(crate::knobs::Change::new(knob, value));
            assert!(matches!(applied, crate::sim::Applied::Refused(_)), "{}", knob.full_name());
        }
    }
}
