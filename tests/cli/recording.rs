//! Recordings of a live screen, opened as files.

use crate::{Files, refused};
use klever::hypothesis::reference;
use klever::model::KafkaVersion;
use klever::report::{recording_head, write_snapshot};
use std::io::Write;
use std::process::{Command, Stdio};

/// So many states, ten seconds apart.
fn recording(states: i64) -> String {
    let state = |at: i64| {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        cluster.taken_at = 1_764_000_000_000 + at * 10_000;
        write_snapshot(&cluster)
    };
    recording_head(1_764_000_000_000) + &(0..states).map(state).collect::<String>()
}

/// What is told without a screen, and on standard error.
fn opened(file: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klever"));
    command.args(["open", file, "--plain"]).env("TERM", "dumb");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"state\n").unwrap();
    let ran = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn a_recording_is_replayed_and_one_that_was_cut_says_so() {
    let files = Files::new();
    let whole = recording(3);
    let (code, out, err) = opened(&files.write("whole.jsonl", &whole));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("FILE whole.jsonl"), "{out}");
    let cut = files.write("cut.jsonl", &whole[..whole.len() - 500]);
    let (code, out, err) = opened(&cut);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("cut.jsonl:4: it ends in the middle of a line; 2 whole states before it"), "{err}");
}

#[test]
fn a_newer_and_a_broken_recording_are_plain_errors() {
    let files = Files::new();
    let newer = files.write("newer.jsonl", &recording(1).replacen("recording/1", "recording/9", 1));
    let error = refused(2, &["open", &newer]);
    assert!(error.contains("the schema is `klever.recording/9`, not `klever.recording/1`"), "{error}");
    let broken = files.write("broken.jsonl", &(recording(1) + "{\"schema\":\"klever.snapshot/1\"}\n"));
    let error = refused(2, &["open", &broken]);
    assert!(error.contains("broken.jsonl:3: ") && error.contains("cluster"), "{error}");
    let none = files.write("none.jsonl", &recording(0));
    assert!(refused(2, &["open", &none]).contains("holds no whole state"));
    let one = files.write("one.jsonl", &recording(1));
    let error = refused(2, &["check", "--snapshot", &one]);
    assert!(error.contains("is a recording of many states"), "{error}");
}

#[cfg(feature = "live")]
#[test]
fn a_recording_never_writes_over_a_file() {
    let files = Files::new();
    let there = files.write("there.jsonl", "older\n");
    let error = refused(2, &["live", "-b", "127.0.0.1:1", "--record", &there]);
    assert!(error.contains("there.jsonl is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "older\n");
    assert!(crate::ok(0, &["live", "--help"]).contains("--record <FILE>"));
}
