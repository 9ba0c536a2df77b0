//! A broker dies, and the consequences are those that `assess --lose` had said before.

use super::shared::{Shared, cluster, connect, eventually, skipped, spread};
use klever::app::{App, Msg, Origin, Snapshot, Start};
use klever::model::{BrokerId, BrokerStatus, Cluster};
use klever::theme::{Depth, Glyphs, Theme};
use klever::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;

const TOPIC: &str = "lose-one";

/// What `klever assess --topic lose-one` says of the live cluster.
fn assess(shared: &Shared, more: &[&str]) -> Value {
    let bootstrap = shared.lab.bootstrap();
    let output = Command::new(env!("CARGO_BIN_EXE_klever"))
        .args(["assess", "-b", &bootstrap, "--topic", TOPIC, "--format", "json"])
        .args(more)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Failures tolerated from the live ISR, of everything that has such a number.
fn tolerated_now(assessment: &Value) -> Vec<i64> {
    let durability = ["power_loss", "disk_loss"].map(|cause| ["durability", cause]);
    let available = ["writes", "reads", "visibility"].map(|what| [what, "crash"]);
    let now =
        |[what, cause]: [&str; 2]| assessment[what]["failures_tolerated"][cause]["now"].as_i64().unwrap();
    durability.into_iter().chain(available).map(now).collect()
}

/// The partitions pane's lines of the topic.
fn pane(cluster: &Arc<Cluster>) -> Vec<String> {
    let mut app = App::new(Start::new(Origin::Live("lab".into()))).unwrap();
    let theme = Theme::built_in("dark", Depth::True, Glyphs::UNICODE).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(200, 150)).unwrap();
    drop(app.update(Msg::Resize(200, 150)));
    drop(app.update(Msg::Snapshot(Snapshot { cluster: cluster.clone(), clock: None, detail: None })));
    terminal.draw(|frame| _ = ui::render(&app, &theme, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..100).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let is_row = |line: &String| line.trim_start_matches(['>', ' ']).starts_with(&format!("{TOPIC}-"));
    (0..150).map(line).filter(is_row).collect()
}

#[test]
fn a_broker_that_is_killed_leaves_what_assess_lose_had_said() {
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic(TOPIC, &spread(3, 3), &[]).unwrap();
    let client = connect(&shared.lab.bootstrap());
    let whole = eventually(&client, "every replica in sync", |cluster| in_sync(cluster) == [3; 3]);
    assert!(pane(&whole).iter().all(|line| line.contains("OK")), "{:#?}", pane(&whole));
    let (before, said) = (assess(&shared, &[]), assess(&shared, &["--lose", "broker=2"]));

    shared.lab.kill(2).unwrap();
    let down = eventually(&client, "broker 2 down", |cluster| {
        cluster.broker(BrokerId(2)).unwrap().state == BrokerStatus::Down && in_sync(cluster) == [2; 3]
    });
    let lines = pane(&down);
    assert!(lines.len() == 3 && lines.iter().all(|line| line.contains("UNDER-REPL")), "{lines:#?}");
    let after = assess(&shared, &[]);
    shared.lab.restart(2).unwrap();
    eventually(&client, "broker 2 back", |cluster| in_sync(cluster) == [3; 3]);

    let one_less: Vec<i64> = tolerated_now(&before).iter().map(|failures| failures - 1).collect();
    assert_eq!(tolerated_now(&after), one_less, "one failure less is tolerated");
    assert_eq!(tolerated_now(&after), tolerated_now(&said));
    assert_eq!(after["next_break"], said["next_break"]);
    for part in ["writes", "reads", "visibility"] {
        assert_eq!(after[part]["works_now"], said[part]["works_now"], "{part} as --lose broker=2 had said");
    }
    // Kafka 4.1 tells the rack of a fenced broker, so that the figure is as sure as it was said to be.
    let racks = |assessment: &Value| assessment["durability"]["failures_tolerated"]["rack"]["now"].clone();
    assert_eq!(racks(&after), racks(&said));
}

/// How many replicas of each partition are in sync.
fn in_sync(cluster: &Cluster) -> Vec<usize> {
    let topic = cluster.topic_named(TOPIC).unwrap().1;
    cluster.partitions_of(topic).map(|partition| partition.isr_len()).collect()
}
