//! Scripts of exploring: presets, pins, the pages, and when the engine is asked at all.

use super::*;
use crate::app::PageData;
use crate::consequences::OBJECTIVES;
use crate::knobs::{Change, Simulated, TakesEffect};

impl Robot {
    fn data(&self) -> &PageData {
        self.app.explore_page().unwrap().data.as_ref().unwrap()
    }

    fn intro(&self) -> String {
        self.data().intro.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The cells of the row that begins so.
    fn row(&self, begins: &str) -> Vec<&str> {
        let rows = &self.data().rows;
        let row = rows.iter().find(|row| row.cells[0].text.starts_with(begins));
        let row = row.unwrap_or_else(|| panic!("{begins} is not among {rows:?}"));
        row.cells.iter().map(|cell| cell.text.as_str()).collect()
    }

    fn detail(&self) -> String {
        let row = self.app.explore_page().unwrap().row().unwrap();
        row.detail.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    fn asked(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Assess(_))).count()
    }

    fn toast(&self) -> &str {
        self.app.toast.as_ref().map_or("", |toast| toast.text.as_str())
    }
}

#[test]
fn a_preset_is_one_step_and_undone_as_one() {
    let robot = Robot::live().keys("p t");
    assert_eq!(robot.knob("acks"), "1 (was all)");
    assert_eq!(robot.knob("linger.ms"), "20 (was 5)");
    assert!(robot.toast().starts_with("throughput: ") && robot.driven().is_empty());
    let robot = robot.keys("p d");
    assert_eq!(
        (robot.knob("acks").as_str(), robot.knob("min.insync.replicas").as_str()),
        ("all", "2 (was 1)")
    );
    let robot = robot.keys("u");
    assert_eq!(
        (robot.knob("acks").as_str(), robot.knob("min.insync.replicas").as_str()),
        ("1 (was all)", "1")
    );
    let robot = robot.keys("u");
    assert!(!robot.app.is_what_if() && robot.app.knob_rows().iter().all(|row| !row.is_changed()));
    let robot = robot.keys("ctrl-r ctrl-r");
    assert_eq!(robot.knob("min.insync.replicas"), "2 (was 1)");
    assert!(robot.keys("p d").toast().contains("like this already"));
}

#[test]
fn every_preset_has_a_key_and_acts_on_the_simulator_as_knobs_do() {
    for (key, id) in
        [("t", "throughput"), ("l", "latency"), ("d", "durability"), ("a", "availability"), ("s", "sane")]
    {
        let robot = Robot::sim();
        let preset = crate::consequences::preset(id).unwrap();
        let wanted = preset.changes_on(robot.app.cluster().unwrap(), None);
        let acts = |change: &&Change| {
            change.knob.simulated == Simulated::Yes && change.knob.takes_effect != TakesEffect::Rebuild
        };
        let wanted: Vec<String> = wanted.iter().filter(acts).map(ToString::to_string).collect();
        let robot = robot.keys(&format!("p {key}"));
        assert_eq!(robot.driven(), wanted, "{id}");
        let told = robot.driven().len();
        let robot = robot.keys("u");
        assert!(robot.driven().len() > told, "{id}");
        assert!(robot.app.knob_rows().iter().all(|row| !row.is_changed()), "{id} is taken back");
    }
}

#[test]
fn a_preset_that_cannot_be_moves_nothing() {
    let mut robot = Robot::live();
    robot.see(reference_with(KafkaVersion::REFERENCE, 1, 1, 12, 1));
    let robot = robot.keys("p d");
    assert!(robot.toast().contains("needs 3 brokers"), "{}", robot.toast());
    assert!(!robot.app.is_what_if() && !robot.app.can_undo());
}

#[test]
fn pins_are_compared_side_by_side() {
    let robot = Robot::live().keys(": \"acks 1\" enter p p p d p p : \"linger.ms 100\" enter c");
    assert_eq!(robot.data().headings, ["", "real", "pin 1", "pin 2", "now", "now is"]);
    assert_eq!(robot.row("acks"), ["acks", "all", "1", "all", "all", "as it was"]);
    assert_eq!(robot.row("linger.ms"), ["linger.ms", "5", "5", "5", "100", "changed"]);
    let crash = robot.row("Data survives crashes");
    assert!(crash[2].starts_with("- 0") && !crash[4].starts_with('-'), "{crash:?}");
    let ack = robot.row("Ack p50");
    assert!(ack[5].starts_with("- worse, "), "{ack:?}");
    assert!(robot.data().rows.iter().any(|row| row.cells[5].text == "the same"), "what is the same is last");
    // The selected row in full.
    assert!(robot.detail().contains("pin 1: 1"), "{}", robot.detail());
    // A pin is what `was` is; without it the one before is.
    assert_eq!(robot.knob("linger.ms"), "100 (was 5)");
    let robot = robot.keys("esc P P");
    assert_eq!(robot.knob("min.insync.replicas"), "2 (was 1)");
    assert!(robot.keys("c c").app.explore_page().is_none(), "the key that opens a page closes it");
}

#[test]
fn on_the_simulator_the_start_is_the_first_pin() {
    let robot = Robot::sim().keys("p l c");
    assert_eq!(robot.data().headings[1..3], ["start", "now"]);
    assert_eq!(robot.row("acks")[1..3], ["all", "1"]);
}

#[test]
fn what_the_loss_of_a_broker_brings_is_marked() {
    let robot = Robot::live().keys("1 x");
    assert!(robot.warnings().contains(&"+under-replicated".to_string()), "{:?}", robot.warnings());
    let robot = robot.keys("j x");
    assert!(robot.warnings().iter().any(|rule| rule.starts_with('+')));
    assert!(!robot.keys("x k x").warnings().iter().any(|rule| rule.starts_with(['+', '-'])));
}

#[test]
fn the_frontier_has_the_present_setting_on_it_and_enter_applies_a_point() {
    let robot = Robot::live().keys("F");
    let page = robot.app.explore_page().unwrap();
    assert!(page.row().unwrap().is_now, "the selection begins at the present setting");
    assert!(
        robot
            .data()
            .rows
            .iter()
            .all(|row| { row.at.is_some_and(|(x, y)| (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) })
    );
    let places: Vec<f64> = robot.data().rows.iter().map(|row| row.at.unwrap().0).collect();
    assert!(places.is_sorted() && places.len() > 2, "from left to right: {places:?}");
    let robot = robot.keys("G k");
    let wanted = robot.app.explore_page().unwrap().row().unwrap().clone();
    assert!(!wanted.changes.is_empty());
    let robot = robot.keys("enter");
    for change in &wanted.changes {
        assert!(robot.knob(change.knob.name).starts_with(&change.value.to_string()), "{change}");
    }
    let here = robot.data().rows.iter().find(|row| row.is_now).unwrap();
    assert_eq!(here.key, wanted.key, "the present setting is now where the point was");
    assert!(!robot.keys("u").app.is_what_if());
}

#[test]
fn the_axes_turn_through_all_figures_and_never_meet() {
    let mut robot = Robot::live().keys("F");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..OBJECTIVES.len() * 2 {
        robot = robot.keys("x x y");
        let (x, y) = robot.app.explore_page().unwrap().parameters.axes;
        assert_ne!(x, y);
        seen.extend([x, y]);
        assert!(!robot.data().intro.is_empty());
    }
    assert_eq!(seen.len(), OBJECTIVES.len());
}

#[test]
fn advice_is_on_the_selected_consequence_and_enter_takes_it() {
    let robot = Robot::live().keys("a");
    assert_eq!(robot.app.explore_page().unwrap().parameters.figure, OBJECTIVES[0].figure);
    let robot = robot.keys("tab");
    assert_eq!(robot.app.explore_page().unwrap().parameters.figure, OBJECTIVES[1].figure);
    let robot = robot.keys("esc 5 / \"disk\" enter a");
    assert_eq!(robot.app.explore_page().unwrap().parameters.figure, "durability.disk_loss");
    let rows = &robot.data().rows;
    assert!(!rows.is_empty(), "{}", robot.intro());
    let goodness = |robot: &Robot| {
        let now =
            crate::consequences::assess(robot.app.cluster().unwrap(), crate::consequences::Subject::Cluster);
        now.figure("durability.disk_loss").unwrap().value.score().unwrap()
    };
    let before = goodness(&robot);
    let robot = robot.keys("enter");
    assert!(goodness(&robot) > before, "{}", robot.toast());
}

#[test]
fn a_goal_is_answered_with_the_cheapest_knobs_or_what_forbids_it() {
    let robot = Robot::live().keys("w \"survive flood\" enter");
    assert!(
        robot.app.prompt.as_ref().unwrap().error.as_ref().unwrap().contains("survive [data|writes|reads]")
    );
    let robot = robot.keys("ctrl-u \"survive disk_loss, ack_p99_ms < 20\" enter");
    assert!(robot.intro().contains("NOT MET  survive data 1 disk_loss"), "{}", robot.intro());
    assert!(robot.row("min.insync.replicas=2").len() == 2);
    let robot = robot.keys("enter");
    assert_eq!(robot.knob("min.insync.replicas"), "2 (was 1)");
    assert!(robot.intro().contains("meets them as it is"), "{}", robot.intro());
    let robot = robot.keys("w ctrl-u \"throughput_mb_per_s > 1000000000\" enter");
    assert!(
        robot
            .intro()
            .contains("No combination of up to 3 knobs meets this without a new finding: throughput_mb_per_s > 1000000000"),
        "{}",
        robot.intro()
    );
}

#[test]
fn restarts_are_judged_with_what_is_lost_already() {
    let robot = Robot::live().keys(": \"min.insync.replicas 2\" enter b");
    assert_eq!(robot.row("1")[1..5], ["AT FLOOR", "0", "0", "12"]);
    assert!(robot.intro().starts_with("Order: 1, 2, 3, one at a time\nWait for: "), "{}", robot.intro());
    assert!(robot.detail().contains("At their minimum ISR: orders-0, orders-1"), "{}", robot.detail());
    let robot = robot.keys("esc 1 x b");
    assert!(robot.intro().contains("no broker is safe to stop now"), "{}", robot.intro());
    assert!(robot.intro().contains("Not running, and not assessed: 1"), "{}", robot.intro());
    assert_eq!(robot.row("2")[1], "UNSAFE");
}

#[test]
fn an_open_page_follows_the_knobs_and_an_older_answer_is_not_shown() {
    let mut robot = Robot::live().keys("c");
    let old = Effect::Explore(match robot.effects.last() {
        Some(Effect::Explore(request)) => request.clone(),
        other => panic!("{other:?}"),
    });
    let robot_row = |robot: &Robot| robot.data().rows[0].cells[0].text.clone();
    robot = robot.keys("p l");
    assert_ne!(robot_row(&robot), "Warnings");
    let shown = robot.data().clone();
    let Effect::Explore(request) = old else { panic!() };
    assert!(robot.app.update(Msg::Explored(request.generation, Arc::default())).is_empty());
    assert_eq!(*robot.data(), shown);
}

/// The same cluster a moment later: only offsets have moved.
fn moved_on(by: i64) -> Cluster {
    let mut cluster = cluster();
    cluster.taken_at += by;
    let mut rows = cluster.partitions.to_rows();
    for row in &mut rows {
        (row.high_watermark, row.log_end) = (Some(by * 10), Some(by * 10 + 1));
    }
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    cluster
}

#[test]
fn the_engine_is_not_asked_again_while_only_offsets_move() {
    for mut robot in [Robot::sim(), Robot::live().keys(": \"acks 1\" enter")] {
        robot.see(moved_on(0));
        let before = robot.asked();
        for tick in 0..30 {
            robot.see(moved_on(tick));
            assert!(!robot.app.is_computing());
        }
        assert_eq!(robot.asked(), before);
        // What depends on offsets is judged again now and then, without a word.
        robot.send(Msg::Tick(6_000));
        for effect in robot.app.update(Msg::Snapshot(Snapshot {
            cluster: Arc::new(moved_on(31)),
            clock: None,
            detail: None,
        })) {
            assert!(matches!(effect, Effect::Assess(_)) && !robot.app.is_computing());
            robot.effects.push(effect);
        }
        assert_eq!(robot.asked(), before + 1);
    }
}

#[test]
fn whatever_is_judged_is_asked_for_at_once() {
    let isr = |cluster: &mut Cluster| {
        let mut rows = cluster.partitions.to_rows();
        rows[3].isr.pop();
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    };
    let broker = |cluster: &mut Cluster| {
        let mut brokers = cluster.brokers.to_vec();
        brokers[1].state = crate::model::BrokerStatus::Fenced;
        cluster.brokers = brokers.into();
    };
    let version = |cluster: &mut Cluster| {
        cluster.version = cluster.version.map(|_| KafkaVersion::new(3, 9, 1));
    };
    let config = |cluster: &mut Cluster| {
        let change = crate::knobs::Change::parse("unclean.leader.election.enable=true").unwrap();
        *cluster = crate::hypothesis::apply(cluster, &[change]).unwrap();
    };
    let load = |cluster: &mut Cluster| Arc::make_mut(&mut cluster.assumed).load.records_per_s *= 2.0;
    let groups = |cluster: &mut Cluster| {
        cluster.groups = crate::model::Datum::known(Arc::new([]), 0, crate::model::Origin::Broker)
    };
    let changes: [&dyn Fn(&mut Cluster); 6] = [&isr, &broker, &version, &config, &load, &groups];
    for change in changes {
        let mut robot = Robot::live();
        let before = robot.asked();
        let mut cluster = moved_on(1);
        change(&mut cluster);
        let effects = robot.app.update(Msg::Snapshot(Snapshot {
            cluster: Arc::new(cluster),
            clock: None,
            detail: None,
        }));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Assess(_))));
        assert!(robot.app.is_computing(), "and the screen says so");
        assert_eq!(robot.asked(), before);
    }
}

#[test]
fn a_derivation_is_whole_for_every_consequence() {
    let robot = Robot::live();
    let count = robot.app.assessment().unwrap().consequences.len();
    for at in 0..count {
        let row = &robot.app.assessment().unwrap().consequences[at];
        assert!(!row.why.formula.is_empty() && !row.why.inputs.is_empty(), "{}", row.id);
        let page = (Pane::Consequences.declaration().page)(&robot.app, at as u32).unwrap();
        for width in [54, 74, 84] {
            let lines = page.lines(width);
            assert!(lines.iter().all(|(_, line)| line.chars().count() <= usize::from(width)), "{}", row.id);
            let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
            for part in ["Formula", "What went in"] {
                assert!(text.contains(&part), "{part} of {}:\n{}", row.id, text.join("\n"));
            }
        }
    }
}
