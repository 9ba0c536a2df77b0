//! Inputs without an end, without a writer or far too large are refused in one line, whatever option names them.

use super::{Files, klever, ok, refused};
use std::process::{Command, Stdio};

/// Every way to name a file, in the build without a client.
const READS: [&[&str]; 7] = [
    &["check", "--producer"],
    &["check", "--consumer"],
    &["check", "--snapshot"],
    &["simulate"],
    &["--scenario"],
    &["--keys"],
    &["--theme"],
];

#[test]
fn what_has_no_end_is_refused() {
    for command in READS {
        // A theme is a file only by its end.
        let files = Files::new();
        let path = files.folder.path().join("zero.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let told = refused(2, &[command, &[path.to_str().unwrap()]].concat());
        let is_told = told.contains("it is longer than a") || told.contains("zero.toml:1: ");
        assert!(is_told, "{command:?}: {told}");
    }
}

#[test]
fn a_pipe_that_nobody_writes_into_is_not_waited_for() {
    for command in READS {
        let files = Files::new();
        let path = files.folder.path().join("pipe.toml");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
        let told = refused(2, &[command, &[path.to_str().unwrap()]].concat());
        assert!(told.contains("nothing was written into this pipe"), "{command:?}: {told}");
    }
}

/// The kernel's log never ends, and is not there to be waited for.
#[test]
fn the_kernels_log_is_not_waited_for() {
    for command in READS {
        let files = Files::new();
        let path = files.folder.path().join("kernel.toml");
        std::os::unix::fs::symlink("/proc/kmsg", &path).unwrap();
        let told = refused(2, &[command, &[path.to_str().unwrap()]].concat());
        assert!(told.contains("kernel.toml"), "{command:?}: {told}");
    }
}

#[test]
fn a_stream_is_read_to_its_end_or_to_the_most_that_it_can_be() {
    let fed = |program: &str| {
        let line = format!("{program} | \"$0\" check --fail-on never --producer /dev/stdin");
        let output = Command::new("/bin/sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_klever")])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = fed("yes acks=1");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("it is longer than a properties file can be: 1 MiB"), "{told}");
    assert_eq!(fed("(sleep 1; echo acks=all)").0, Some(0), "a writer may take a while");
}

#[test]
fn many_keys_that_nobody_knows_are_told_by_their_number_and_do_not_pass() {
    let files = Files::new();
    let lines = |number: u32| -> String { (0..number).map(|at| format!("key.{at}=1\n")).collect() };
    let file = files.write("more.properties", &lines(300_000));
    assert!(
        refused(2, &["check", "--producer", &file]).contains("longer than a properties file can be: 1 MiB")
    );
    let file = files.write("app.properties", &format!("acks=all\n{}", lines(80_000)));
    let ran = klever(&["check", "--producer", &file]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("more keys that Kafka does not have were not looked at"), "{}", ran.err);
    assert!(ran.err.lines().count() < 110, "{} lines", ran.err.lines().count());
}

#[test]
fn names_that_are_none_and_names_given_twice_are_refused_with_their_line() {
    let files = Files::new();
    let told = |parts: &str| {
        let file = files.write("x.toml", &format!("id = \"x\"\ntitle = \"x\"\n{parts}"));
        refused(2, &["simulate", &file])
    };
    assert!(told("[[topic]]\nname = \"\"\n").contains("x.toml:3: a topic's name is 1 to 249 letters"));
    assert!(told("[[topic]]\nname = \"../../x\"\n").contains("x.toml:3: a topic's name is 1 to 249"));
    let group = "[[group]]\nname = \"g\"\ntopics = [\"t\"]\n";
    assert!(
        told(&format!("[[topic]]\nname = \"t\"\n{group}{group}"))
            .contains("x.toml:8: there are two groups `g`")
    );
}

#[test]
fn a_log_that_cannot_be_written_is_told_before_the_screen() {
    let files = Files::new();
    let folder = files.folder.path().to_str().unwrap();
    assert!(refused(2, &["--log", "/no/such/file"]).contains("cannot write /no/such/file: there is no such"));
    assert!(refused(2, &["--log", folder]).contains("is a directory"));
    assert!(files.folder.path().read_dir().unwrap().next().is_none());
}

/// A scenario of one topic and its producer.
fn scenario(files: &Files, head: &str, topic: &str, producer: &str) -> String {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\n{head}\n[[topic]]\nname = \"t\"\n{topic}\n\
         [[producer]]\nname = \"p\"\ntopic = \"t\"\n{producer}\n"
    );
    files.write("x.toml", &text)
}

#[test]
fn what_is_too_large_to_be_simulated_is_refused_with_its_number_before_it_begins() {
    let files = Files::new();
    let told = |head: &str, topic: &str, producer: &str| {
        refused(2, &["simulate", &scenario(&files, head, topic, producer)])
    };
    let copies = told("", "partitions = 100000", "");
    assert!(copies.contains("x.toml:4: 300000 copies of partitions: at most 100000"), "{copies}");
    assert!(told("", "partitions = 1000000", "").contains("at most 100000"));
    let group = "[[group]]\nname = \"g\"\ntopics = [\"t\"]\nmembers = ";
    let members = told("", "", &format!("{group}2001"));
    assert!(members.contains("x.toml:10: 2002 producers and members of groups: at most 2000"), "{members}");
    let known = told("", "partitions = 20000", &format!("{group}600"));
    assert!(known.contains("601 producers and members of groups: at most 500"), "{known}");
    let years = told("duration = \"87600h\"", "", "records_per_s = 1");
    assert!(years.contains(" events: at most 2,000,000,000") && years.contains("hint: "), "{years}");
    assert!(told("duration = \"1000000h\"", "", "").contains("longer than 876000h"));
    let set = refused(2, &["simulate", "c01-acks-1-leader-dies", "--set", "partitions=1000000"]);
    assert!(set.contains("larger than what is simulated") && set.contains("100,000 copies"), "{set}");
}

#[test]
fn a_million_records_a_second_can_be_simulated() {
    let files = Files::new();
    let file = scenario(&files, "duration = \"2s\"", "partitions = 12", "records_per_s = 1000000");
    assert!(ok(0, &["simulate", &file]).contains("Acknowledged"));
}
