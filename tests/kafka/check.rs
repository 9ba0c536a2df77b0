//! What the rules say of real brokers: the settings that were made, and nothing that is not so.

use super::shared::{cluster, connect, skipped, snapshot, spread};
use klever::rules::{Evidence, FindingStatus, examine};
use std::process::Command;

#[test]
fn a_fresh_cluster_has_the_findings_that_it_deserves() {
    if skipped() {
        return;
    }
    let shared = cluster();
    let create = |name: &str, copies: i32, settings: &[(&str, &str)]| {
        shared.fixture.create_topic(name, &spread(3, copies), settings).unwrap();
    };
    create("rules-single", 1, &[]);
    create("rules-weak", 3, &[("min.insync.replicas", "1"), ("unclean.leader.election.enable", "true")]);
    create("rules-sound", 3, &[("min.insync.replicas", "2")]);
    let seen = snapshot(&connect(&shared.lab.bootstrap()));
    let findings = examine(&seen);
    let of = |topic: &str| -> Vec<&str> {
        let mine = findings.findings.iter().filter(|finding| *finding.subject.name == *topic);
        mine.map(|finding| finding.rule.id).collect()
    };
    assert_eq!(of("rules-single"), ["topic-rf-one"]);
    assert_eq!(of("rules-weak"), ["unclean-election-enabled", "min-isr-one"]);
    assert!(of("rules-sound").is_empty(), "{:?}", of("rules-sound"));
    let unknown: Vec<_> =
        findings.findings.iter().filter(|finding| finding.status == FindingStatus::Unknown).collect();
    assert!(unknown.is_empty(), "everything was readable: {unknown:?}");
    let not_given = [Evidence::Producers, Evidence::Consumers, Evidence::Clients, Evidence::Hosts];
    for missed in &findings.not_examined {
        assert!(missed.evidence.iter().all(|evidence| not_given.contains(evidence)), "{missed:?}");
    }
}

#[test]
fn the_binary_reads_judges_and_keeps_a_real_cluster() {
    if skipped() {
        return;
    }
    let shared = cluster();
    shared.fixture.create_topic("rules-cli", &spread(3, 3), &[("min.insync.replicas", "2")]).unwrap();
    let bootstrap = shared.lab.bootstrap();
    let klever = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_klever")).args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = klever(&["check", "-b", &bootstrap]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.starts_with("Kafka 4.1.0, cluster kleverLab"), "{out}");
    assert!(out.contains("auto-create-topics") && err.is_empty(), "{out}{err}");

    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("cluster.json");
    let path = path.to_str().unwrap();
    assert_eq!(klever(&["snapshot", "-b", &bootstrap, "-o", path]).0, 0);
    let (code, from_file, _) = klever(&["check", "--snapshot", path]);
    assert_eq!((code, from_file), (1, out), "a snapshot is judged as the cluster was");

    let (code, out, err) =
        klever(&["assess", "--snapshot", path, "--topic", "rules-cli", "--format", "json"]);
    let writes = "\"writes\": {\n    \"works_now\": true";
    assert!(code == 0 && out.contains(writes), "{out}{err}");
    // Other tests leave topics of one replica behind, so that every verdict may be `unsafe`; none is unknown, since the
    // brokers say that they have no authorizer.
    let (code, out, err) = klever(&["roll", "-b", &bootstrap, "--format", "json"]);
    assert!(matches!(code, 0 | 1) && out.matches("\"verdict\"").count() == 3, "{out}{err}");
    assert!(!out.contains("\"unknown\": \"") && out.contains("\"topics\": true"), "{out}");
    let (code, _, err) = klever(&["check", "-b", &bootstrap, "--expect-cluster-id", "another"]);
    assert_eq!(code, 3, "{err}");
}
