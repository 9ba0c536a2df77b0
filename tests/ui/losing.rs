//! A leader dies before its followers have what it acknowledged: where the screen says so, and what it draws.

use super::{Window, dark, text};
use klever::app::{Clock, Msg, Origin, Snapshot};
use klever::model::BrokerId;
use klever::scenario::{Act, Process, Scenario};
use klever::sim::{EventKind, Simulator};
use klever::theme::Glyphs;

const SECOND: u64 = 1_000_000_000;

/// One partition on three brokers, at least two of them in sync, and a producer with these `acks`.
fn scenario(acks: &str) -> Scenario {
    let toml = format!(
        r#"
        id = "leader-dies"
        title = "The leader dies while its followers hang"
        duration = "2m"
        [cluster]
        brokers = 3
        controllers = 1
        [[topic]]
        name = "orders"
        placement = [[1, 2, 3]]
        config = {{ "min.insync.replicas" = 2 }}
        [[producer]]
        name = "app"
        topic = "orders"
        records_per_s = 20
        config = {{ "acks" = "{acks}" }}
        [[group]]
        name = "billing"
        topics = ["orders"]
        "#
    );
    Scenario::parse("leader-dies.toml", &toml).unwrap()
}

fn look(window: &mut Window, simulator: &mut Simulator) {
    let (cluster, detail) = simulator.snapshot();
    let at_ms = (simulator.now() / 1_000_000) as i64;
    let clock = Clock { at_ms, pace: 1.0, paused: false, seed: simulator.seed() };
    window.send(Msg::Snapshot(Snapshot { cluster, clock: Some(clock), detail: Some(detail) }));
    window.draw(&dark());
}

/// Followers hang for half a second, in which the leader dies. Time stands where the first records are lost, or
/// long afterwards.
fn leader_dies(acks: &str, columns: u16, rows: u16) -> (Window, Simulator) {
    let mut simulator = Simulator::new(&scenario(acks), 7, None);
    let mut window = Window::new(columns, rows, Origin::Sim("leader-dies".into()));
    let broker = |id| Process::Broker(BrokerId(id));
    simulator.run_until(5 * SECOND);
    look(&mut window, &mut simulator);
    for act in [Act::Pause(broker(2)), Act::Pause(broker(3))] {
        simulator.apply(act).unwrap();
    }
    simulator.run_until(5 * SECOND + SECOND / 2);
    for act in [Act::Kill(broker(1)), Act::Resume(broker(2)), Act::Resume(broker(3))] {
        simulator.apply(act).unwrap();
    }
    look(&mut window, &mut simulator);
    let screen = text(window.terminal.backend().buffer());
    assert!(!screen.lines().next().unwrap().contains("LOST"), "nothing is lost yet");
    simulator.run_to_next(60 * SECOND, |kind| matches!(kind, EventKind::AckedLost { .. }));
    look(&mut window, &mut simulator);
    (window, simulator)
}

/// The dead leader comes back and cuts off what only it had.
fn leader_returns(window: &mut Window, simulator: &mut Simulator) {
    simulator.apply(Act::Restart(Process::Broker(BrokerId(1)))).unwrap();
    simulator.run_until(simulator.now() + 20 * SECOND);
    look(window, simulator);
}

fn line_with<'s>(screen: &'s str, words: &str) -> &'s str {
    screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words} in\n{screen}"))
}

#[test]
fn a_loss_is_in_the_header_the_event_log_the_row_and_the_warnings_at_its_step() {
    let (mut window, simulator) = leader_dies("1", 120, 40);
    let screen = window.text(&dark());
    let header = screen.lines().next().unwrap();
    assert!(header.contains("LOST ") && header.contains("2 critical"), "{header}");
    assert!(line_with(&screen, "acknowledged-records-lost").contains("critical"), "{screen}");
    let mut window = window.keys("2 z");
    assert!(line_with(&window.text(&dark()), "orders-0 ").contains("x LOST "), "{screen}");
    let mut window = window.keys("z L");
    let log = window.text(&dark());
    let first = log.lines().position(|line| line.contains("LOST") && line.contains("of orders-0"));
    let events = log.lines().position(|line| line.contains("DATA LOSS")).unwrap();
    assert!(first.unwrap() < events, "{log}");
    assert!(simulator.lost_records("orders-0").len() == 1);
}

#[test]
fn the_picture_shows_lost_records_and_then_the_truncated_log() {
    let (mut window, mut simulator) = leader_dies("1", 120, 40);
    let ascii = dark().with_glyphs(Glyphs::ASCII);
    window = window.keys("7 z");
    let picture = window.text(&ascii);
    assert!(picture.is_ascii() && picture.contains("at the loss"), "{picture}");
    assert!(line_with(&picture, " acked    ").contains("*xx"), "{picture}");
    let leader = line_with(&picture, " leader ");
    assert!(leader.contains("|xx"), "{picture}");
    assert!(line_with(&picture, "1 DOWN").contains("---"), "the dead leader still has them:\n{picture}");
    assert!(line_with(&picture, "replicated").contains("no other replica had it"), "{picture}");
    assert!(picture.contains("by broker 1, acks=1: the producer was told OK"), "{picture}");
    leader_returns(&mut window, &mut simulator);
    let picture = window.text(&ascii);
    let row = line_with(&picture, "1 DOWN");
    assert!(row.contains("xx") && row.contains(" to ") && !row.contains("--"), "{picture}");
    assert!(picture.contains("broker 1 truncated its log from"), "{picture}");
    let picture = window.keys("v").text(&ascii);
    assert!(!picture.contains("at the loss") && picture.contains("1 in sync"), "{picture}");
}

#[test]
fn acks_all_loses_nothing_in_the_same_script() {
    let (mut window, mut simulator) = leader_dies("all", 120, 40);
    leader_returns(&mut window, &mut simulator);
    for keys in ["2 z", "z L", "esc 7 z"] {
        window = window.keys(keys);
        let screen = window.text(&dark());
        // The time line has a row for it, which says 0.
        let told = screen
            .lines()
            .find(|line| line.contains("LOST ") && !line.trim_start_matches([' ', '>']).starts_with("LOST"));
        assert!(told.is_none(), "{keys}\n{screen}");
    }
    assert_eq!(simulator.counters().lost_acked, 0);
    assert!(window.text(&dark()).contains("The record acknowledged last"));
}

#[test]
fn a_live_cluster_shows_question_marks_where_it_tells_nothing() {
    let (_, mut simulator) = leader_dies("1", 120, 40);
    let (cluster, _) = simulator.snapshot();
    let mut window = Window::new(120, 40, Origin::Live("prod".into()));
    window.send(Msg::Snapshot(Snapshot { cluster, clock: None, detail: None }));
    let picture = window.keys("7 z").text(&dark());
    assert!(line_with(&picture, "in sync").contains("?"), "{picture}");
    assert!(picture.contains("LSO ?") && !picture.contains('█'), "{picture}");
    assert!(line_with(&picture, "acked ").contains("? only the simulator sees it"), "{picture}");
}

#[test]
fn pictures_at_every_size() {
    for (columns, rows) in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let (mut window, mut simulator) = leader_dies("1", columns, rows);
        window = window.keys("7");
        insta::assert_snapshot!(format!("{columns}x{rows}-log-at-the-loss"), window.text(&dark()));
        leader_returns(&mut window, &mut simulator);
        insta::assert_snapshot!(format!("{columns}x{rows}-log-truncated"), window.text(&dark()));
    }
}

#[test]
fn internal_topics_are_listed_when_asked_for_and_then_last() {
    let (mut window, _) = leader_dies("1", 120, 40);
    window = window.keys("2 z");
    let screen = window.text(&dark());
    assert!(!screen.contains("__consumer") && screen.contains("internal (i shows)"), "{screen}");
    let screen = window.keys("i").text(&dark());
    let (own, internal) = (screen.find("orders-0").unwrap(), screen.find("__consumer").unwrap());
    assert!(own < internal, "{screen}");
}
