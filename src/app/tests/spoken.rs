//! Without a screen: commands as lines, and what is told of them.

use super::*;

impl Robot {
    fn line(mut self, line: &str) -> Robot {
        self.send(Msg::Line(line.into()));
        self
    }
}

fn heard(listener: &mut Listener, robot: &Robot) -> String {
    listener.hear(&robot.app).join("\n")
}

#[test]
fn first_the_whole_state_is_told_then_only_what_is_new() {
    let robot = Robot::sim();
    let mut listener = Listener::default();
    let state = heard(&mut listener, &robot);
    for part in
        ["SIM reference, Kafka 4.1.0", "rack a, broker 1", "state OK", "Partitions: 14 ok", "First to break"]
    {
        assert!(state.to_lowercase().contains(&part.to_lowercase()), "{part} is not told:\n{state}");
    }
    assert_eq!(heard(&mut listener, &robot), "");
    let robot = robot.pass(20).line("kill broker 1").pass(15);
    let news = heard(&mut listener, &robot);
    assert!(
        news.contains("kill broker/1") && news.contains("NO LEADER") || news.contains("UNDER-REPL"),
        "{news}"
    );
    assert!(news.contains("new warning: "), "{news}");
    assert!(!news.contains("SIM reference"), "the state is told once:\n{news}");
}

#[test]
fn a_line_does_one_thing_or_says_what_it_may_mean() {
    let mut listener = Listener::default();
    let robot = Robot::sim();
    heard(&mut listener, &robot);
    let robot = robot.line("acks 1");
    assert_eq!(robot.knob("acks"), "1 (was all)");
    let robot = robot.line("pane-brokers");
    let told = heard(&mut listener, &robot);
    assert!(told.contains("Brokers:\n  rack a, broker 1, leaders"), "{told}");
    let robot = robot.line("kill");
    let told = heard(&mut listener, &robot);
    assert!(told.starts_with("`kill` may mean:") && told.contains("kill broker 1"), "{told}");
    assert!(
        robot.app.cluster().unwrap().brokers.iter().all(|broker| broker.state == model::BrokerStatus::Up)
    );
    let robot = robot.line("zzzzqq");
    assert!(heard(&mut listener, &robot).contains("no match for `zzzzqq`"));
    let robot = robot.line("acks 7");
    assert_eq!(robot.knob("acks"), "1 (was all)", "a wrong value sets nothing");
    assert!(!robot.line("quit").effects.is_empty());
}

#[test]
fn a_fault_runs_only_when_it_is_named_whole() {
    let mut listener = Listener::default();
    let robot = Robot::sim();
    heard(&mut listener, &robot);
    let robot = robot.line("lse two contr");
    let told = heard(&mut listener, &robot);
    assert!(told.starts_with("`lse two contr` may mean:"), "{told}");
    assert!(told.contains("fault lose two controllers"), "{told}");
    assert!(robot.driven().is_empty(), "{:?}", robot.driven());
    assert_eq!(robot.line("lose two controllers").driven(), ["Act(ControllerLoss(2))"]);
}

#[test]
fn what_asks_for_a_line_takes_the_next_one() {
    let mut listener = Listener::default();
    let robot = Robot::sim().line("pane-partitions").line("filter");
    assert!(heard(&mut listener, &robot).contains("Partitions / ("));
    let robot = robot.line("orders-1");
    assert!(robot.app.prompt.is_none());
    assert_eq!(robot.app.filter(Pane::Partitions).text(), "orders-1");
    let robot = robot.line("rows");
    let told = heard(&mut listener, &robot);
    assert!(told.contains("partition orders-1, leader ") && !told.contains("orders-2,"), "{told}");
    let robot = robot.line("goal").line("survive everything");
    assert!(
        heard(&mut listener, &robot).contains("goal:") && robot.app.prompt.is_some(),
        "a mistake leaves it open"
    );
    assert!(robot.line("").app.prompt.is_none());
}

#[test]
fn every_judgement_is_a_word() {
    let robot = Robot::sim().line("acks 1");
    let rows = robot.app.row_lines(Pane::Consequences).join("\n");
    assert!(rows.contains("BAD: Data survives crashes, now 0, before any, worse"), "{rows}");
    let help = robot.line("help");
    let told = heard(&mut Listener::default(), &help);
    assert!(told.contains("Show only rows that match."), "{told}");
}

#[test]
fn the_title_tells_what_must_not_be_missed() {
    let title = |robot: &Robot| robot.app.state_lines()[0].clone();
    let mut robot = Robot::live();
    assert!(!title(&robot).contains("FROZEN"), "{}", title(&robot));
    robot = robot.keys("space");
    robot.send(Msg::Tick(robot.app.now_ms + 5_000));
    assert!(title(&robot).contains("FROZEN for 5.0 s"), "{}", title(&robot));
    robot = robot.keys("space");
    let mut lost = cluster();
    lost.quorum = Datum::unknown(model::Unknown::Unreachable("timed out".into()));
    robot.see(lost);
    assert!(title(&robot).contains("NO CONTROLLER ANSWERS"), "{}", title(&robot));
    robot.send(Msg::SourceError(Some(SourceError {
        since_ms: robot.app.now_ms,
        what: "no broker answers".into(),
        retry_ms: None,
    })));
    assert!(title(&robot).contains("! stale for") && title(&robot).contains("no broker answers"));
}

#[test]
fn what_just_happened_is_told_when_time_stands_still() {
    let mut listener = Listener::default();
    let robot = Robot::sim();
    heard(&mut listener, &robot);
    let robot = robot.pass(20);
    heard(&mut listener, &robot);
    let robot = robot.line("pause").line("kill broker 1");
    let news = heard(&mut listener, &robot);
    assert!(news.contains("kill broker/1"), "{news}");
    assert!(!heard(&mut listener, &robot).contains("kill broker/1"), "once");
    let robot = robot.line("pause").pass(15);
    assert!(!heard(&mut listener, &robot).contains("s: kill broker/1"), "nor again when it goes on");
}
