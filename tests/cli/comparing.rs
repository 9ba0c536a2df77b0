//! Two snapshots side by side, and snapshots without names, from outside.

use crate::{Files, json, klever, ok, refused};
use klever::hypothesis::{apply, reference};
use klever::knobs::Change;
use klever::model::{Cluster, Datum, KafkaVersion, Origin, Unknown};
use klever::report::write_snapshot;
use serde_json::{Value, json as value};

/// The reference cluster as it would be read from brokers with all topics seen, changed by knobs.
fn read(changes: &[&str]) -> Cluster {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
    let mut cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    cluster.id = Datum::known("abc".into(), 0, Origin::Broker);
    cluster.partitions = cluster.partitions.with_completeness(Datum::known((), 0, Origin::Broker));
    cluster
}

fn subjects(document: &Value, direction: &str) -> Vec<String> {
    let all = document[direction].as_array().unwrap().iter();
    all.map(|one| one["subject"].as_str().unwrap().to_string()).collect()
}

#[test]
fn what_got_riskier_fails_and_turned_around_passes() {
    let files = Files::new();
    let strong = files.write("strong.json", &write_snapshot(&read(&["min.insync.replicas=2"])));
    let weak = files.write("weak.json", &write_snapshot(&read(&[])));
    let riskier = json(&ok(1, &["diff", &strong, &weak, "--format", "json"]));
    assert_eq!((&riskier["schema"], &riskier["verdict"]), (&value!("klever.diff/1"), &value!("riskier")));
    let found = subjects(&riskier, "riskier");
    assert!(found.contains(&"min-isr-one, topic orders".to_string()), "{found:?}");
    assert!(found.iter().any(|subject| subject.ends_with("(durability.disk_loss)")), "{found:?}");
    assert_eq!(subjects(&riskier, "changed")[0], "topic orders min.insync.replicas");

    let better = json(&klever(&["diff", &weak, &strong, "--format", "json"]).out);
    // Fewer failures of writes are survived with a larger minimum: that is riskier, and said.
    assert_eq!(subjects(&better, "better"), found);
    let text = ok(1, &["diff", &strong, &weak]);
    assert!(text.contains("\nRiskier\n") && text.contains("\nRISKIER: "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    let same = ok(0, &["diff", &weak, &weak]);
    assert!(same.ends_with("\nSAME: 0 riskier, 0 better, 0 changed, 0 not seen\n"), "{same}");
    let isolated = json(&ok(0, &["diff", &weak, &weak, "--format", "json"]));
    assert_eq!(isolated["verdict"], "same");
}

#[test]
fn a_broker_that_went_is_riskier_and_its_return_is_better() {
    let files = Files::new();
    let whole = read(&["min.insync.replicas=2"]);
    let short = klever::consequences::lose(&whole, &[klever::model::BrokerId(3)]);
    let (whole, short) = (
        files.write("whole.json", &write_snapshot(&whole)),
        files.write("short.json", &write_snapshot(&short)),
    );
    let lost = json(&ok(1, &["diff", &whole, &short, "--format", "json"]));
    let found = subjects(&lost, "riskier");
    assert!(found.contains(&"broker 3".into()) && found.contains(&"orders-0".into()), "{found:?}");
    let back = json(&ok(0, &["diff", &short, &whole, "--format", "json"]));
    assert_eq!((&back["verdict"], subjects(&back, "better")), (&value!("better"), found));
}

#[test]
fn what_one_did_not_see_is_unknown() {
    let files = Files::new();
    let seen = files.write("seen.json", &write_snapshot(&read(&[])));
    let mut blind = read(&[]);
    blind.quorum = Datum::unknown(Unknown::Denied("Describe on Cluster".into()));
    let blind = files.write("blind.json", &write_snapshot(&blind));
    let ran = klever(&["diff", &seen, &blind, "--format", "json"]);
    let document = json(&ran.out);
    assert_eq!((ran.code, &document["verdict"]), (3, &value!("unknown")), "{}", ran.err);
    assert!(ran.err.contains("nothing got riskier in what both saw"), "{}", ran.err);
    assert!(subjects(&document, "unseen").contains(&"controllers".into()), "{document}");
    for direction in ["riskier", "better", "changed"] {
        assert_eq!(document[direction], value!([]), "{direction}");
    }
    let other = files.snapshot(&[]);
    let error = refused(3, &["diff", &seen, &other]);
    assert!(error.contains("not comparable: the first is of cluster `abc`"), "{error}");
    assert!(refused(2, &["diff", &seen]).contains("B.json"));
}

#[test]
fn an_anonymised_snapshot_names_nobody_and_judges_the_same() {
    let files = Files::new();
    let file = files.write("named.json", &write_snapshot(&read(&["racks=0"])));
    let path = files.folder.path().join("anonymous.json");
    let path = path.to_str().unwrap();
    ok(0, &["snapshot", "--snapshot", &file, "--anonymise", "-o", path]);
    let text = std::fs::read_to_string(path).unwrap();
    for name in ["orders", "\"abc\"", "reference"] {
        assert!(!text.contains(name), "{name}: {text}");
    }
    let findings = |file: &str| {
        let document = json(&klever(&["check", "--snapshot", file, "--format", "json"]).out);
        let all = document["findings"].as_array().unwrap().iter();
        all.map(|one| (one["rule"].clone(), one["severity"].clone(), one["status"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(findings(path), findings(&file));
    let figures = |file: &str| {
        let document = json(&ok(0, &["assess", "--snapshot", file, "--format", "json"]));
        ["durability", "writes", "reads", "visibility", "latency", "throughput"]
            .map(|key| document[key].clone())
    };
    assert_eq!(figures(path), figures(&file));
    let again = ok(0, &["snapshot", "--snapshot", &file, "--anonymise"]);
    let id = |text: &str| json(text)["cluster"]["id"]["known"]["value"].clone();
    assert_ne!(id(&again), id(&text), "nobody keeps the key");
    refused(3, &["diff", &file, path]);
    assert!(refused(2, &["snapshot", "--anonymise"]).contains("no cluster was named"));
    assert_eq!(ok(0, &["snapshot", "--snapshot", &file]), std::fs::read_to_string(&file).unwrap());
}
