//! Figures along time: the simulator's, those of a real cluster, and the moment that is looked at.

use super::*;
use crate::model::{BrokerStatus, MarkKind};

impl Robot {
    fn series_row(&self, name: &str) -> String {
        let at = self.app.time_series().position(|series| series.name == name);
        let at = at.unwrap_or_else(|| panic!("no {name}"));
        self.app.row_text(Pane::Time, at as u32)
    }

    /// A real cluster some seconds later, with broker 3 gone or not.
    fn see_later(&mut self, at_s: i64, is_down: bool) {
        let mut cluster = cluster();
        cluster.taken_at = at_s * 1_000;
        if is_down {
            let mut brokers = cluster.brokers.to_vec();
            brokers[2].state = BrokerStatus::Down;
            cluster.brokers = brokers.into();
            let mut rows = cluster.partitions.to_rows();
            for row in &mut rows {
                row.isr.retain(|id| id.0 != 3);
                row.leader = row.isr.first().copied();
            }
            cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        }
        self.see(cluster);
    }
}

#[test]
fn the_simulator_has_a_sample_for_each_second_and_marks() {
    let robot = Robot::sim().pass(8).keys("1 x").pass(15);
    let samples = robot.app.time_samples();
    assert_eq!(samples.len(), 25);
    assert!(samples[3].acked_per_s.unwrap() > 500.0, "{:?}", samples[3]);
    assert_eq!(samples[3].under_replicated, Some(0));
    assert!(samples[24].under_replicated > Some(10), "{:?}", samples[24]);
    let kinds: Vec<MarkKind> = robot.app.time_marks().iter().map(|mark| mark.kind).collect();
    assert!(kinds.contains(&MarkKind::Fault) && kinds.contains(&MarkKind::Election), "{kinds:?}");
    assert!(robot.series_row("LOST").ends_with(" 0"), "{}", robot.series_row("LOST"));
}

#[test]
fn the_cursor_takes_the_simulator_back_to_its_moment() {
    let robot = Robot::sim().pass(20).keys("8 h h h h h");
    assert_eq!(robot.app.time_cursor(), Some(17_000));
    assert_eq!(robot.app.clock.unwrap().at_ms, 22_000, "it only looks");
    let robot = robot.keys("enter");
    assert_eq!(robot.app.clock.unwrap().at_ms, 17_000);
    assert_eq!(robot.app.time_cursor(), None);
    assert_eq!(robot.app.time_samples().last().unwrap().at_ms, 17_000);
    let robot = robot.keys("h h esc");
    assert_eq!(robot.app.time_cursor(), None, "Esc looks at the newest moment again");
}

#[test]
fn a_real_cluster_is_looked_back_at_and_tells_what_it_can() {
    let mut robot = Robot::live();
    for at_s in 100..110 {
        robot.see_later(at_s, false);
    }
    for at_s in 110..115 {
        robot.see_later(at_s, true);
    }
    assert!(robot.series_row("under-repl.").ends_with(" 12"));
    let names: Vec<&str> = robot.app.time_series().map(|series| series.name).collect();
    assert!(
        !names.contains(&"acked/s") && !names.contains(&"LOST"),
        "never a 0 for what is not seen: {names:?}"
    );
    let kinds: Vec<MarkKind> = robot.app.time_marks().iter().map(|mark| mark.kind).collect();
    assert_eq!(kinds, [MarkKind::BrokerDown, MarkKind::Election]);
    let robot = robot.keys("8 h h h h h h h h");
    assert_eq!(robot.app.time_cursor(), Some(106_000));
    assert!(robot.series_row("under-repl.").ends_with(" 0"), "{}", robot.series_row("under-repl."));
    let robot = robot.keys("enter");
    assert!(robot.driven().is_empty());
    assert!(robot.app.toast.as_ref().unwrap().text.contains("cannot be taken back"));
}

#[test]
fn a_time_without_news_is_a_gap() {
    let mut robot = Robot::live();
    robot.see_later(100, false);
    robot.see_later(150, false);
    let series = robot.app.time_series().find(|series| series.name == "under-repl.").unwrap();
    let values = robot.app.time_window().values(series, robot.app.time_samples(), 60);
    assert_eq!(values.iter().filter(|value| value.is_none()).count(), 40, "{values:?}");
    assert_eq!(robot.keys("8 h h h h h h h h h h h h").app.time_sample(), None);
}

#[test]
fn the_span_is_zoomed_between_its_bounds() {
    let about = |keys: &str| Robot::sim().pass(5).keys(keys).app.time_about();
    assert_eq!(about("8"), "last 1m00s");
    assert_eq!(about("8 + + +"), "last 30.0 s");
    assert_eq!(about("8 - - - - - - - - -"), "last 20m00s");
}
