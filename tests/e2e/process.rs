//! The librdkafka process of `klever live`: hidden from the terminal, without secrets to see, gone with its parent.

use super::{PATIENCE, given_back, terminal};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use termlens::{Signal, Terminal};

const KLEVER: &str = env!("CARGO_BIN_EXE_klever");

/// The librdkafka process that a klever has started.
fn process_of(klever: &Terminal) -> PathBuf {
    let until = Instant::now() + PATIENCE;
    loop {
        let tasks = fs::read_dir(format!("/proc/{}/task", klever.pid().unwrap())).unwrap();
        for task in tasks.flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for pid in children.split_whitespace() {
                let process = PathBuf::from(format!("/proc/{pid}"));
                if command_of(&process).ends_with("\0librdkafka-process\0") {
                    return process;
                }
            }
        }
        assert!(Instant::now() < until, "no librdkafka process");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn command_of(process: &Path) -> String {
    fs::read_to_string(process.join("cmdline")).unwrap_or_default()
}

fn wait_until_gone(process: &PathBuf) {
    let until = Instant::now() + PATIENCE;
    // A process that has ended and that nobody has asked about yet has no command line.
    while !command_of(process).is_empty() {
        assert!(Instant::now() < until, "{process:?} is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn live(arguments: &[&str]) -> Terminal {
    let way = ["live", "-b", "127.0.0.1:1", "--transport", "librdkafka"];
    let mut live = terminal(120, 30).args(way).args(arguments).spawn(KLEVER).unwrap();
    live.wait_until(|screen| screen.contains("READ-ONLY")).unwrap();
    live
}

#[test]
fn no_secret_is_to_be_seen_from_outside() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let properties = "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n\
                      sasl.username=alice\nsasl.password=hunter2hunter\n";
    fs::write(file.path(), properties).unwrap();
    let mut live = live(&["-F", file.path().to_str().unwrap()]);
    let process = process_of(&live);
    let command = command_of(&process);
    assert!(!command.contains("hunter2hunter") && !command.contains("alice"), "{command:?}");
    // Where the system does not show it to this user either, nobody sees it.
    let environment = fs::read(process.join("environ")).unwrap_or_default();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    assert!(!environment.contains("hunter2hunter"), "{environment:?}");
    live.signal(Signal::Term).unwrap();
    live.wait_exit().unwrap();
    assert!(!live.screen().text().contains("hunter2hunter"));
    wait_until_gone(&process);
}

#[test]
fn it_ends_with_a_parent_that_ends_without_a_word() {
    let mut live = live(&[]);
    let process = process_of(&live);
    live.signal(Signal::Kill).unwrap();
    live.wait_exit().unwrap();
    wait_until_gone(&process);
}

#[test]
fn its_end_is_told_on_the_screen_and_ends_nothing_else() {
    let mut live = live(&[]);
    let process = process_of(&live);
    let pid: i32 = process.file_name().unwrap().to_str().unwrap().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::ABORT).unwrap();
    live.wait_until(|screen| screen.contains("librdkafka process ended (signal 6)")).unwrap();
    assert!(live.screen().alternate_screen());
    let next = process_of(&live);
    assert_ne!(next, process);
    live.signal(Signal::Term).unwrap();
    live.wait_exit().unwrap();
    given_back(&live.screen());
    wait_until_gone(&next);
}

#[test]
fn without_a_word_on_its_pipe_it_ends_and_says_nothing() {
    let output = Command::new(KLEVER).arg("librdkafka-process").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}
