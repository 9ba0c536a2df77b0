//! Figures along time: the simulator's, those of a real cluster, and the moment that is looked at.

use super::*;
use crate::model::{BrokerStatus, MarkKind, Quorum, Unknown};

impl Robot {
    fn series_row(&self, name: &str) -> String {
        let at = self.app.time_series().position(|series| series.name == name);
        let at = at.unwrap_or_else(|| panic!("no {name}"));
        self.app.row_text(Pane::Time, at as u32)
    }

    /// A real cluster some seconds later, with broker 3 gone or not.
    fn see_later(&mut self, at_s: i64, is_down: bool) {
        self.see_at(at_s * 1_000, is_down);
    }

    fn see_at(&mut self, at_ms: i64, is_down: bool) {
        let mut cluster = cluster();
        cluster.taken_at = at_ms;
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

    /// What marks say after states of a real cluster whose controllers were seen so, far apart.
    fn marks_of(quorums: Vec<Datum<Quorum>>) -> Vec<String> {
        let mut robot = Robot::live();
        for (quorum, at_ms) in quorums.into_iter().zip((100_000..).step_by(100_000)) {
            robot.see(Cluster { taken_at: at_ms, quorum, ..cluster() });
        }
        robot.app.time_marks().iter().map(|mark| mark.first.to_string()).collect()
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
fn states_of_one_second_leave_the_worst_of_it() {
    let mut robot = Robot::live();
    robot.see_at(109_000, false);
    robot.see_at(110_000, true);
    robot.see_at(110_500, false);
    let last = robot.app.time_samples().last().unwrap();
    assert_eq!((last.at_ms, last.under_replicated, last.leader_moves), (110_500, Some(12), Some(8)));
}

#[test]
fn a_majority_is_back_only_where_it_is_seen() {
    let works = cluster().quorum;
    let quorum = works.get().unwrap();
    let lost = Datum::known(quorum.without(&quorum.voters), 0, model::Origin::Broker);
    let unknown = Datum::unknown(Unknown::NotAsked);
    let gone = "no majority of controllers";
    assert_eq!(Robot::marks_of(vec![works.clone(), lost.clone(), unknown]), [gone]);
    let back = "again a majority of controllers";
    assert_eq!(Robot::marks_of(vec![works.clone(), lost, works]), [gone, back]);
}

#[test]
fn what_is_lost_since_the_last_sample_is_told_now() {
    let mut robot = Robot::sim().pass(3);
    let mut snapshot = robot.simulated.as_mut().unwrap().snapshot();
    Arc::make_mut(snapshot.detail.as_mut().unwrap()).counters.lost_acked = 4;
    robot.send(Msg::Snapshot(snapshot));
    assert!(robot.series_row("LOST").ends_with(" 4"), "{}", robot.series_row("LOST"));
    let robot = robot.keys("8 h");
    assert!(robot.series_row("LOST").ends_with(" 0"), "a moment before it was not");
}

#[test]
fn the_keys_that_are_named_are_the_users() {
    let mut robot = Robot::sim().pass(20);
    assert_eq!(robot.app.keys_text("forward"), "]");
    let file = "[time]\n\"enter\" = \"none\"\n\"T\" = \"time-go\"\n[global]\n\"]\" = \"none\"\n";
    let keys = vec![UserKeys::file("keys.toml", file)];
    let start = Start { keys, ..Start::new(Origin::Sim("reference".into())) };
    let own = std::mem::replace(&mut robot.app.keymap, App::new(start).unwrap().keymap);
    let mut robot = robot.keys("8 h 1");
    assert_eq!(robot.app.time_about(), "at 21.0 s, T goes there", "wherever the user is");
    let users = std::mem::replace(&mut robot.app.keymap, own);
    assert_eq!(robot.app.time_about(), "at 21.0 s, enter goes there");
    robot.app.keymap = users;
    let robot = robot.keys("8 T");
    assert_eq!(robot.app.toast.unwrap().text, "went back to 21.0 s");
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

#[test]
fn a_recording_is_gone_through_along_its_time() {
    let state = |at_s: i64, leader: Option<model::BrokerId>| {
        let mut cluster = cluster();
        let mut rows = cluster.partitions.to_rows();
        rows[0].leader = leader;
        cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
        cluster.taken_at = at_s * 1000;
        Arc::new(cluster)
    };
    let first = cluster().partitions.to_rows()[0].leader;
    let states = [state(10, first), state(20, None), state(40, first)];
    let mut start = Start::new(Origin::File("r.jsonl".into()));
    start.recorded = states.to_vec();
    let mut robot = Robot::live();
    robot.app = App::new(start).unwrap();
    robot.see((*states[2]).clone());
    let times: Vec<i64> = robot.app.time_samples().iter().map(|sample| sample.at_ms).collect();
    assert_eq!(times, [10_000, 20_000, 40_000]);
    let marks = robot.app.time_marks().len();
    assert!(marks > 0, "what happened in between is marked");
    assert!(robot.app.alarms().is_empty(), "{:?}", robot.app.alarms());

    robot.app.focus = Pane::Time;
    robot.send(Msg::Line("time-back".into()));
    robot.send(Msg::Line("time-go".into()));
    let sought = robot.effects.iter().find_map(|effect| match effect {
        Effect::Drive(Command::Seek(at)) => Some(*at),
        _ => None,
    });
    assert!(sought.is_some_and(|at| at < 40_000), "{sought:?}");
    robot.see((*states[1]).clone());
    assert_eq!(robot.app.summary.count(Health::NoLeader), 1);
    assert!(robot.app.alarms().iter().any(|(_, text)| text == "AS IT WAS 20.0 s before the end"));
    assert_eq!((robot.app.time_samples().len(), robot.app.time_marks().len()), (3, marks), "nothing goes on");
    robot.effects.clear();
    robot.send(Msg::Line("time-now".into()));
    assert!(robot.effects.iter().any(|effect| matches!(effect, Effect::Drive(Command::Seek(Millis::MAX)))));
}
