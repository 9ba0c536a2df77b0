//! Files of clients that klever understands in part or not at all: none of them passes, and no secret in them is repeated.

use super::{Files, klever};

fn check(kind: &str, file: &str) -> super::Ran {
    let path = format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    klever(&["check", kind, &path])
}

#[test]
fn files_of_another_kind_are_refused_by_their_name() {
    let files = [
        ("01-spring-boot-yaml/application.yml", "Spring Boot"),
        ("01-spring-boot-yaml/nested.yml", "Spring Boot"),
        ("04-connect-worker/connect-distributed.properties", "Connect worker"),
        ("07-server-properties/server.properties", "server.properties"),
        ("09-strimzi-kafka/kafka.yaml", "Strimzi"),
    ];
    for (file, seems) in files {
        let ran = check("--producer", file);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{file}: {}", ran.err);
        assert!(ran.err.contains(seems) && ran.err.contains("klever check FILE"), "{}", ran.err);
    }
}

#[test]
fn a_client_that_does_not_start_is_high() {
    let producer = check("--producer", "12-in-flight-above-5/producer.properties");
    assert_eq!(producer.code, 1);
    assert!(producer.out.contains("producer-refuses-to-start"), "{}", producer.out);
    for (file, rule) in [
        ("heartbeat", "consumer-refuses-to-start"),
        ("no-group", "consumer-refuses-to-start"),
        ("kip848", "kip848-ignored-configs"),
    ] {
        let ran = check("--consumer", &format!("11-consumer-does-not-start/{file}.properties"));
        assert_eq!(ran.code, 1, "{file}: {}", ran.out);
        assert!(ran.out.contains(&format!("HIGH     {rule}")), "{}", ran.out);
    }
    let old = check("--producer", "04-connect-worker/producer-of-an-old-worker.properties");
    assert!(!old.out.contains("does not start"), "{}", old.out);
}

#[test]
fn a_byte_order_mark_before_a_setting_never_passes() {
    for file in ["producer", "bom-first"] {
        let ran = check("--producer", &format!("06-windows-jaas/{file}.properties"));
        assert_eq!(ran.code, 3, "{file}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("byte order mark") && !ran.err.contains("zzz"), "{}", ran.err);
        assert!(!ran.out.contains("acks-one"), "{}", ran.out);
    }
}

#[test]
fn lost_continuations_are_named_by_their_lines_only() {
    let ran = check("--producer", "13-pem-in-properties/producer.properties");
    // The key without its chain does not start; without that finding what was not read would not pass either.
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("need each other"), "{}", ran.out);
    let lost = ["6: a lost line continuation? (to line 8)", "11: a lost line continuation? (to line 12)"];
    for line in lost.map(|line| format!("producer.properties:{line}")) {
        assert!(ran.err.contains(&line), "{}", ran.err);
    }
    for secret in ["MADEuUP", "hunter2", "svc", "PRIVATE KEY"] {
        assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{secret}");
    }
}

#[test]
fn a_file_with_secrets_that_all_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    let file = files.write("app.properties", "acks=all\nssl.truststore.password=hush\n");
    let says = |mode: u32| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        klever(&["check", "--producer", &file, "--fail-on", "never"]).err
    };
    assert!(says(0o644).contains("every user of this machine may read it"));
    assert!(!says(0o600).contains("may read it"));
}

const BROKER: &str = "process.roles=broker\nnode.id=7\nlisteners=OUT://:9093\n\
    listener.security.protocol.map=OUT:SASL_PLAINTEXT\ninter.broker.listener.name=OUT\n\
    sasl.enabled.mechanisms=PLAIN\nauthorizer.class.name=com.example.Mine\n\
    auto.create.topics.enable=false\nlog.dirs=/data\ndefault.replication.factor=3\n";

#[test]
fn a_brokers_file_is_judged_with_file_and_line() {
    let files = Files::new();
    let path = files.write("server.properties", BROKER);
    let ran = klever(&["check", "--broker", &path]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("Settings of 1 broker only, no cluster"), "{}", ran.out);
    assert!(ran.out.contains("sasl-plain-no-tls"), "{}", ran.out);
    let plain: String = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain.contains("server.properties:6)"), "{}", ran.out);
    assert!(!ran.out.contains("topic-rf-one") && ran.out.contains("Not examined"), "{}", ran.out);
}

#[test]
fn what_a_brokers_file_leaves_open_is_no_pass() {
    let files = Files::new();
    let safe = BROKER.replace("SASL_PLAINTEXT", "SASL_SSL");
    let run = |text: &str| klever(&["check", "--broker", &files.write("server.properties", text)]);
    assert_eq!(run(&safe).code, 0, "{}", run(&safe).out);
    let typo = run(&format!("{safe}min.insync.replica=2\n"));
    assert_eq!(typo.code, 3, "{}", typo.err);
    let filled =
        run(&safe.replace("auto.create.topics.enable=false", "auto.create.topics.enable=${env:AUTO}"));
    assert_eq!(filled.code, 3, "{}", filled.out);
    let wrong = run(&format!("{safe}num.io.threads=many\n"));
    assert!(wrong.code == 2 && wrong.err.contains("server.properties:11"), "{}", wrong.err);
    let producer = run("acks=all\nlinger.ms=5\n");
    assert!(producer.code == 2 && producer.err.contains("it seems to be a producer's"), "{}", producer.err);
}
