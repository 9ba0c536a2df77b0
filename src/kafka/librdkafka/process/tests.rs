//! Processes that are no klever: they print rubbish, hang, crash, and never end.

use super::*;
use crate::kafka::reads::Metadata;
use std::fmt::Write as _;
use tokio::runtime::{Builder, Runtime};

const QUICK: Patience = Patience {
    opening: Duration::from_secs(20),
    look: Duration::from_millis(20),
    silent_looks: 500,
    read_looks: 10_000,
};

fn spec() -> ConnectionSpec {
    ConnectionSpec::from_parts(Some("127.0.0.1:1"), Some(("c", "sasl.password=hunter2hunter\n")), &[])
        .unwrap()
}

/// What a shell's `printf` prints as this reply.
fn printed(reply: &Reply) -> String {
    let mut text = String::from("printf '");
    for byte in encode(reply).unwrap() {
        write!(text, "\\{byte:03o}").unwrap();
    }
    text + "'"
}

/// A shell that takes the properties, and then does something else.
fn opened_then(script: &str, patience: Patience) -> Process {
    let script = format!("ulimit -c 0; {}; {script}", printed(&Reply::Opened(Ok(()))));
    Process::open_with(shell(&script), &spec(), patience).unwrap()
}

fn shell(script: &str) -> Program {
    Program { path: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()] }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn read(process: &Process) -> CallResult<ReadAnswer> {
    runtime().block_on(process.read(ReadKind::Metadata, &ReadTargets::default(), Duration::from_secs(1)))
}

/// How a read ends that must not be answered.
fn end_of_read(process: &Process) -> String {
    let error = read(process).map(drop).unwrap_err();
    assert!(error.is_process_end(), "{error:?}");
    error.message
}

#[test]
fn rubbish_and_huge_lengths_end_it_in_one_plain_line() {
    let refused = |script: &str| Process::open_with(shell(script), &spec(), QUICK).map(drop).unwrap_err();
    let error = refused("echo rubbish; exec sleep 100");
    assert_eq!(error.message, "the librdkafka process was ended: it announced 1650619762 bytes");
    let error = refused("printf '\\377\\377\\377\\377'; exec sleep 100");
    assert_eq!(error.message, "the librdkafka process was ended: it announced 4294967295 bytes");
    let error = refused("printf '\\001\\000\\000\\000\\177'; exec sleep 100");
    assert_eq!(error.message, "the librdkafka process was ended: it said what klever does not understand");
    let why = end_of_read(&opened_then("sleep 0.2; echo rubbish; exec sleep 100", QUICK));
    assert!(why.starts_with("the librdkafka process was ended: it announced 1650619762 bytes; "), "{why}");
}

#[test]
fn a_program_that_is_not_there_or_ends_at_once_is_one_plain_line() {
    let program = Program { path: "/no/such/klever".into(), arguments: Vec::new() };
    let error = Process::open_with(program, &spec(), QUICK).map(drop).unwrap_err();
    assert!(error.message.starts_with("the librdkafka process cannot be started: "), "{error}");
    let error = Process::open_with(shell("echo no >&2; exit 3"), &spec(), QUICK).map(drop).unwrap_err();
    assert_eq!(error.message, "the librdkafka process ended (exit code 3: no)");
}

#[test]
fn a_refused_property_is_told_as_it_was() {
    let refused = ConnectError::new("no such property").with_hint("another");
    let program = shell(&printed(&Reply::Opened(Err(refused.clone()))));
    assert_eq!(Process::open_with(program, &spec(), QUICK).map(drop).unwrap_err(), refused);
}

#[test]
fn a_crash_names_its_signal_and_its_assertion_and_no_secret() {
    let script = "sleep 0.2; echo 'f: Assertion `p == hunter2hunter` failed.' >&2; kill -ABRT $$";
    let process = opened_then(script, QUICK);
    let mut ends = process.ends();
    let why = end_of_read(&process);
    let wanted =
        "the librdkafka process ended (signal 6: f: Assertion `p == ***` failed.); another is started";
    assert_eq!(why, wanted);
    runtime().block_on(ends.changed()).unwrap();
    assert_eq!(ends.borrow().as_deref(), Some(wanted));
}

#[test]
fn a_process_that_hangs_is_ended_and_one_that_only_says_that_it_lives_too() {
    let hangs = opened_then("exec sleep 100", Patience { silent_looks: 3, ..QUICK });
    assert!(end_of_read(&hangs).contains("was ended: it no longer answered; "));
    let alive = printed(&Reply::Alive);
    let script = format!("while :; do {alive}; sleep 0.01; done");
    let process = opened_then(&script, Patience { read_looks: 20, ..QUICK });
    assert!(end_of_read(&process).contains("was ended: it no longer answered; "));
}

#[test]
fn after_an_end_the_next_process_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (properties, secrets) = (properties_of(&spec()).unwrap(), spec().secrets());
    let open = encode(&Request::Open { release: RELEASE.into(), properties, secrets }).unwrap();
    let answer = ReadAnswer::Metadata(Ok(Metadata::default()));
    let script = format!(
        "if mkdir {}/ran; then sleep 0.2; kill -KILL $$; fi; head -c {} >&2; {}; exec sleep 100",
        folder.path().display(),
        // All of the first message and some of the second.
        open.len() + 4,
        printed(&Reply::Answer { id: 1, answer }),
    );
    let process = opened_then(&script, QUICK);
    assert_eq!(end_of_read(&process), "the librdkafka process ended (signal 9); another is started");
    let answer = read(&process).map_err(|error| error.message);
    assert!(matches!(answer, Ok(ReadAnswer::Metadata(Ok(metadata))) if metadata == Metadata::default()));
}

#[test]
fn dropping_it_ends_the_process() {
    let process = opened_then("exec sleep 1000", QUICK);
    let pid = process.shared.state().running.as_ref().unwrap().pid;
    assert!(rustix::process::test_kill_process(pid).is_ok());
    drop(process);
    let until = Instant::now() + Duration::from_secs(20);
    while rustix::process::test_kill_process(pid).is_ok() {
        assert!(Instant::now() < until, "process {pid:?} still runs");
        thread::sleep(Duration::from_millis(10));
    }
}
