//! `explain` of Kafka's errors, by name and in a log.

use super::{Files, Ran, json, ok, refused};
use std::io::Write;
use std::process::{Command, Stdio};

/// What a producer logs while two of three replicas are down, with a secret beside it.
const LOG: &str = "\
12:00:00 INFO ssl.truststore.password = [hidden] token=Zm9vYmFy
12:00:01 WARN [Producer clientId=pay] Got error produce response with correlation id 7 on topic-partition orders-3, retrying (2147483646 attempts left). Error: NOT_ENOUGH_REPLICAS
12:02:01 ERROR pay failed for card 4111 key=hunter2
org.apache.kafka.common.errors.TimeoutException: Expiring 1 record(s) for orders-3:30000 ms has passed since batch creation
\tat com.example.Pay.run(Pay.java:12)
";

fn explain_log(arguments: &[&str], log: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_klever"))
        .args(["explain", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(log).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn an_error_is_explained_by_name_code_and_class() {
    let by_code = ok(0, &["explain", "19"]);
    assert_eq!(by_code, ok(0, &["explain", "NOT_ENOUGH_REPLICAS"]));
    assert_eq!(by_code, ok(0, &["explain", "org.apache.kafka.common.errors.NotEnoughReplicasException"]));
    assert!(ok(0, &["explain", "-1"]).starts_with("UNKNOWN_SERVER_ERROR: error -1 of Kafka"));
    assert!(ok(0, &["explain", "--errors"]).contains(" 19  NOT_ENOUGH_REPLICAS "));
    let value = json(&ok(0, &["explain", "19", "--format", "json"]));
    assert_eq!(
        (value["answers"][0]["code"].as_i64(), value["answers"][0]["written"].as_str()),
        (Some(19), Some("no"))
    );
    assert!(refused(2, &["explain", "NOT_ENOUGH_REPLICA"]).contains("did you mean `NOT_ENOUGH_REPLICAS`?"));
    assert!(refused(2, &["explain", "4711"]).contains("no rule, figure, error"));
}

#[test]
fn errors_of_a_log_are_counted_and_named_with_the_settings_that_led_to_them() {
    let files = Files::new();
    let producer =
        files.write("pay.properties", "bootstrap.servers=k:9092\nacks=1\ndelivery.timeout.ms=30000\n");
    let ran = explain_log(&["--producer", &producer], LOG.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("5 lines: 2 errors of Kafka, seen 2 times\n"), "{}", ran.out);
    let expired = ran.out.find("TimeoutException.expired: 1 time, in line 4\n").unwrap();
    let refused = ran.out.find("NOT_ENOUGH_REPLICAS: 1 time, in line 2\n").unwrap();
    assert!(expired < refused, "what ended stands before what was only tried again\n{}", ran.out);
    assert!(ran.out.contains("producer:delivery.timeout.ms = 30000"), "{}", ran.out);
    assert!(ran.out.contains("pay.properties:3)") && ran.out.contains("without idempotence"), "{}", ran.out);
    for secret in ["hunter2", "Zm9vYmFy", "4111"] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{}", ran.out);
    }
    let value = json(&explain_log(&["--producer", &producer, "--format", "json"], LOG.as_bytes()).out);
    assert_eq!(value["log"]["complete"], true);
    assert_eq!(value["answers"][0]["seen"]["partitions"]["orders-3"], 1);
    let given = value["answers"][0]["given"].as_array().unwrap();
    assert!(given.iter().any(|one| one["setting"] == "producer:acks" && one["line"] == 2), "{given:?}");
}

#[test]
fn a_log_without_errors_says_so_and_one_that_cannot_be_read_whole_does_not_pass() {
    assert_eq!(
        explain_log(&[], b"all is well\n").out,
        "1 line: none speaks of an error of Kafka that klever knows\n"
    );
    assert_eq!(explain_log(&[], b"").code, 2);
    let ran = explain_log(&[], &[vec![b'x'; 70_000], b"\n\xff\xfe\x1b[2J\n".to_vec()].concat());
    assert_eq!(ran.code, 3);
    let text = ran.out.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(text.contains("only the beginning was read"), "{text}");
}
