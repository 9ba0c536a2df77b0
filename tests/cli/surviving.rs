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
