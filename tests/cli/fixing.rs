//! `check --fix`: a patch of the client's file that was tried, without secrets, and never applied.

use super::{Files, klever, ok, refused};
use std::fs;

const FILE: &str = "client.id=pay\nacks=1\nlinger.ms=5\nbatch.size=16384\nssl.key.password=hush\nssl.keystore.password=hush\n";

#[test]
fn a_finding_of_a_file_gets_a_patch_and_the_file_stays_as_it_is() {
    let files = Files::new();
    let producer = files.write("pay.properties", FILE);
    let text = ok(1, &["check", "--producer", &producer, "--fix"]);
    assert!(text.contains("\n-acks=1\n+acks=all\n"), "{text}");
    assert!(text.contains(&format!("--- {producer}\n+++ {producer}\n")), "{text}");
    assert!(!text.contains("hush"), "{text}");
    assert_eq!(fs::read_to_string(&producer).unwrap(), FILE);
}

#[test]
fn what_no_patch_mends_is_a_command_or_left_to_the_hand() {
    let files = Files::new();
    let snapshot = files.snapshot(&["topic:min.insync.replicas=1"]);
    let ran = klever(&["check", "--snapshot", &snapshot, "--fix"]);
    assert!(ran.out.contains("Commands, not run"), "{}", ran.out);
    assert!(
        ran.out.contains("  kafka-configs.sh --alter --topic orders --add-config min.insync.replicas=2\n"),
        "{}",
        ran.out
    );
    assert!(
        refused(2, &["check", "--snapshot", &snapshot, "--fix", "--format", "json"])
            .contains("written as text")
    );
}

#[test]
fn a_file_is_read_once() {
    use std::io::Write;
    let files = Files::new();
    let path = files.folder.path().join("pay.properties");
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, 0o600.into()).unwrap();
    let name = path.to_str().unwrap();
    // A pipe gives what is in it once: who would read it again would get nothing.
    let mut pipe = fs::File::options().read(true).write(true).open(&path).unwrap();
    pipe.write_all(FILE.as_bytes()).unwrap();
    let check = std::process::Command::new(env!("CARGO_BIN_EXE_klever"))
        .args(["check", "--producer", name, "--fix"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let opened = || {
        let files = fs::read_dir(format!("/proc/{}/fd", check.id())).unwrap().flatten();
        files.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|file| file == path)
    };
    let pause = || std::thread::sleep(std::time::Duration::from_millis(2));
    assert!((0..10_000).any(|_| opened() || (pause(), false).1), "it never opens the file");
    drop(pipe);
    let text = String::from_utf8(check.wait_with_output().unwrap().stdout).unwrap();
    assert!(text.contains("\n-acks=1\n+acks=all\n"), "{text}");
}

#[test]
fn files_of_other_kinds_are_mended_in_place() {
    let files = Files::new();
    let spring = "spring:\n  kafka:\n    bootstrap-servers: a:1,b:1\n    producer:\n      acks: 1\n      password: hush\n";
    let rdkafka = "{\n \"bootstrap.servers\": \"a:1,b:1\",\n \"request.required.acks\": 1,\n \"statistics.interval.ms\": 5\n}";
    let worker = "bootstrap.servers=a:1,b:1\ngroup.id=connect\noffset.storage.topic=o\nconfig.storage.topic=c\nstatus.storage.topic=s\nproducer.acks=1\nproducer.ssl.key.password=hush\n";
    for (name, text, wanted) in [
        ("application.yml", spring, "-      acks: 1\n+      acks: all\n"),
        ("rdkafka.json", rdkafka, "- \"request.required.acks\": 1,\n+ \"request.required.acks\": "),
        ("connect-distributed.properties", worker, "-producer.acks=1\n+producer.acks=all\n"),
    ] {
        let path = files.write(name, text);
        let told = klever(&["check", &path, "--fix"]);
        assert!(told.out.contains(wanted), "{name}\n{}\n{}", told.out, told.err);
        assert!(!told.out.contains("hush"), "{}", told.out);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
