//! `check --survives`: what a client's file survives, and with which change it would.

use super::{Files, json, klever, ok, refused};

#[test]
fn acks_one_does_not_survive_a_crash_and_the_change_that_would_is_named() {
    let files = Files::new();
    let producer = files.write("pay.properties", "acks=1\n");
    let text = ok(1, &["check", "--producer", &producer, "--survives", "broker", "--fail-on", "critical"]);
    assert!(text.contains("What the clients survive on the reference cluster"), "{text}");
    assert!(text.contains("acknowledged records LOST"), "{text}");
    assert!(text.contains("with producer:acks=all none"), "{text}");
    let value =
        json(&klever(&["check", "--producer", &producer, "--survives", "broker", "--format", "json"]).out);
    let one = &value["survival"]["clients"][0];
    assert_eq!((one["test"].as_str(), one["survived"].as_bool()), (Some("broker"), Some(false)));
    assert!(one["lost"].as_u64().unwrap() > 0, "{one}");
}

#[test]
fn a_sound_producer_survives_restarts_and_what_cannot_be_played_is_unknown() {
    let files = Files::new();
    let producer = files.write("pay.properties", "acks=all\ndelivery.timeout.ms=120000\n");
    let snapshot = files.snapshot(&["topic:min.insync.replicas=2"]);
    let text = klever(&["check", "--snapshot", &snapshot, "--producer", &producer, "--survives", "roll"]);
    assert!(text.out.contains("every broker restarted in turn: nothing gave way"), "{}", text.out);
    let one_rack = files.snapshot(&["topic:min.insync.replicas=2", "cluster:racks=1"]);
    let arguments = ["check", "--snapshot", &one_rack, "--producer", &producer, "--survives", "rack"];
    let unknown = klever(&[&arguments[..], &["--fail-on", "critical"]].concat());
    assert_eq!(unknown.code, 3, "{}{}", unknown.out, unknown.err);
    assert!(unknown.out.contains("UNKNOWN, every rack without power in turn"), "{}", unknown.out);
}

#[test]
fn it_needs_a_client_and_a_format_that_can_say_it() {
    let files = Files::new();
    let producer = files.write("pay.properties", "acks=1\n");
    let snapshot = files.snapshot(&[]);
    assert!(
        refused(2, &["check", "--snapshot", &snapshot, "--survives", "roll"]).contains("add --producer FILE")
    );
    let sarif = ["check", "--producer", &producer, "--survives", "roll", "--format", "sarif"];
    assert!(refused(2, &sarif).contains("text or json"));
    refused(2, &["check", "--producer", &producer, "--survives", "flood"]);
}

/// Waits until a process listens to SIGINT, as its status has it.
fn listens(pid: u32) {
    let catches = |status: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0)
    };
    let status = || std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(2));
    assert!((0..10_000).any(|_| catches(&status()) || (pause(), false).1), "it never listens");
}

#[test]
fn ctrl_c_ends_it_with_what_was_reached() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::process::{Command, Stdio};
    let files = Files::new();
    let producer = files.write("pay.properties", "acks=all\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_klever"));
    command.args(["check", "--producer", &producer, "--survives", "roll,broker,rack", "--fail-on", "never"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    listens(child.id());
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::INT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(3), "{out}{err}");
    assert!(out.contains("rack    UNKNOWN") && out.contains("it was interrupted"), "{out}");
    assert!(err.contains("interrupted: not everything was played"), "{err}");
}

#[test]
fn clients_of_any_kind_of_file_are_played() {
    let files = Files::new();
    let spring = files.write(
        "application.yml",
        "spring:\n  kafka:\n    bootstrap-servers: a:1,b:1\n    producer:\n      acks: 1\n",
    );
    let librdkafka = "{\n \"bootstrap.servers\": \"a:1,b:1\",\n \"request.required.acks\": 1,\n \"statistics.interval.ms\": 5\n}";
    let librdkafka = files.write("rdkafka.json", librdkafka);
    let played = klever(&["check", &spring, &librdkafka, "--survives", "broker", "--format", "json"]);
    assert_eq!(played.code, 1, "{}", played.err);
    let document = json(&played.out);
    let clients = document["survival"]["clients"].as_array().unwrap();
    let producers = clients.iter().filter(|one| one["client"].as_str().unwrap().starts_with("producer"));
    assert_eq!(producers.clone().count(), 2, "{clients:?}");
    for client in producers {
        assert!(client["lost"].as_u64().unwrap() > 0, "{client}");
    }
    let spring =
        clients.iter().find(|one| one["client"].as_str().unwrap().contains("application.yml")).unwrap();
    let lost = spring["gave_way"].as_array().unwrap().iter().find(|one| one["harm"] == "lost").unwrap();
    assert_eq!(lost["change"], "producer:acks=all", "{spring}");
}
