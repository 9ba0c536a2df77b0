//! Whether a client starts, held against what Kafka's own clients of six releases said: a table recorded by `tests/lab`.

#[path = "../client_starts/answer.rs"]
mod answer;

use answer::{Drawn, differ};
use klever::knobs::KeyScope;
use klever::model::KafkaVersion;

const RECORDED: &str = include_str!("../recorded/client-starts.tsv");

#[test]
fn klever_agrees_with_every_recorded_start() {
    let mut wrong = Vec::new();
    for line in RECORDED.lines() {
        let (version, said, drawn) = recorded(line);
        let judged = drawn.judged(version);
        if differ(&judged, &said) {
            wrong.push(format!("{version} {}\n  Kafka:  {said}\n  klever: {judged}", drawn.line()));
        }
    }
    assert!(RECORDED.lines().count() > 600, "the table is too short");
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

/// The release, the answer of its client, and the settings.
fn recorded(line: &str) -> (KafkaVersion, String, Drawn) {
    let (version, rest) = line.split_once('\t').unwrap();
    let (said, drawn) = rest.split_once("\t|\t").unwrap();
    let cells: Vec<&str> = drawn.split('\t').collect();
    let scope = if cells[0] == "producer" { KeyScope::Producer } else { KeyScope::Consumer };
    let settings = cells[1..].chunks(2).map(|pair| (pair[0].to_string(), pair[1].to_string()));
    (version.parse().unwrap(), said.to_string(), Drawn { scope, settings: settings.collect() })
}
