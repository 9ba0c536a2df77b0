//! Verdicts from outside: what was not seen is never safe, and a quorum without a majority stops everything.

use crate::{Files, json, klever, ok, refused};
use klever::hypothesis::reference;
use klever::model::{Cluster, Datum, KafkaVersion, Origin, Unknown};
use klever::report::write_snapshot;
use serde_json::{Value, json as value};

const DEFAULT_TOPIC: &str = "tests/cases/16-default-topic-beside-offsets/default-topic.json";
const RF1_TOPIC: &str = "tests/cases/16-default-topic-beside-offsets/rf1-topic.json";
const QUORUM_LOST: &str = "tests/cases/17-quorum-lost-combined/quorum-lost.json";

fn assessed(code: i32, arguments: &[&str]) -> Value {
    json(&ok(code, &[&["assess", "--format", "json"], arguments].concat()))
}

/// Runs it and returns its output and its error.
fn told(code: i32, arguments: &[&str]) -> (String, String) {
    let ran = klever(arguments);
    assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.err);
    (ran.out, ran.err)
}

/// A file says itself that all topics were seen.
fn as_complete(path: &str) -> String {
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let known = value!({"known": {"value": null, "as_of": 0, "from": "broker"}});
    file["cluster"]["partitions"]["complete"] = known;
    file.to_string()
}

/// The reference cluster as it would be read from brokers, with what is known of its topics.
fn read_from_brokers(complete: Datum<()>) -> Cluster {
    let mut cluster = reference(KafkaVersion::REFERENCE);
    cluster.id = Datum::known("abc".into(), 0, Origin::Broker);
    cluster.partitions = cluster.partitions.with_completeness(complete);
    cluster
}

#[test]
fn a_cluster_is_as_safe_as_its_worst_users_topic() {
    let disks = |document: &Value| document["durability"]["failures_tolerated"]["disk_loss"].clone();
    let cluster = assessed(0, &["--snapshot", DEFAULT_TOPIC]);
    let payments = assessed(0, &["--snapshot", DEFAULT_TOPIC, "--topic", "payments"]);
    assert_eq!((&disks(&cluster)["guaranteed"], &disks(&payments)["guaranteed"]), (&value!(0), &value!(0)));
    let text = ok(0, &["assess", "--snapshot", DEFAULT_TOPIC]);
    assert!(text.contains("no lost disk (6 of 12 partitions,"), "{text}");
    ok(1, &["assess", "--snapshot", DEFAULT_TOPIC, "--goal", "survive data 1 disk_loss"]);

    let single = assessed(0, &["--snapshot", RF1_TOPIC]);
    assert_eq!(disks(&single), value!({"guaranteed": 0, "now": 0, "of": 3}));
    let loss = single["durability"]["loss_probability_per_year"].as_f64().unwrap();
    assert!(loss > 0.9, "{loss}");
}

#[test]
fn a_dead_cluster_is_never_fine() {
    let (out, _) = told(1, &["roll", "--snapshot", QUORUM_LOST]);
    assert!(!out.contains("may stop") && out.contains("the controllers cannot be reached"), "{out}");
    let plan = json(&ok(1, &["roll", "--snapshot", QUORUM_LOST, "--format", "json"]));
    let only = value!([1]);
    let ids: Vec<&Value> = plan["brokers"].as_array().unwrap().iter().map(|broker| &broker["id"]).collect();
    assert_eq!((value!(ids), &plan["order"]), (only, &value!([])), "two brokers do not answer");
    assert_eq!(
        (&plan["brokers"][0]["quorum_lost"], &plan["complete"]["quorum"]),
        (&Value::Null, &value!(false))
    );
    ok(1, &["check", "--snapshot", QUORUM_LOST]);
    let dead = assessed(1, &["--snapshot", QUORUM_LOST]);
    for operation in ["writes", "reads", "visibility"] {
        assert_eq!(dead[operation]["failures_tolerated"]["crash"]["now"], 0, "{operation}");
        assert!(dead[operation]["unavailable_minutes_per_year"].is_null(), "{operation}");
    }
    assert!(dead["fail_over_ms"]["crash"].is_null(), "nothing is promised of elections");
}

#[test]
fn brokers_that_vote_are_lost_as_voters() {
    let crash = |document: &Value, at: &str| document["writes"]["failures_tolerated"]["crash"][at].clone();
    let payments = ["--snapshot", DEFAULT_TOPIC, "--topic", "payments"];
    let healthy = assessed(0, &payments);
    assert_eq!((crash(&healthy, "guaranteed"), crash(&healthy, "now")), (value!(1), value!(1)), "not two");
    let both = assessed(1, &[&payments[..], &["--lose", "broker=1", "--lose", "broker=2"]].concat());
    assert_eq!((crash(&both, "now"), both["quorum"]["now"].clone()), (value!(0), value!(0)));
    let event = both["next_break"].to_string();
    assert!(event.contains("No leader is elected"), "{event}");
    let together = ["--restart", "broker=1", "--restart", "broker=2"];
    let stop = assessed(1, &[&payments[..], &together].concat());
    assert_eq!(stop["restart"]["quorum_lost"], true);
}

#[test]
fn waiting_that_does_not_help_is_said() {
    for version in ["3.6.0", "4.1.0"] {
        let path = format!("tests/cases/21-roll-rf1-min-isr2/{version}.json");
        let files = Files::new();
        let file = files.write("complete.json", &as_complete(&path));
        let (out, _) = told(1, &["roll", "--snapshot", &file]);
        assert!(out.contains("waiting does not help broker 1: my-topic2-0"), "{out}");
        let plan = json(&ok(1, &["roll", "--snapshot", &file, "--format", "json"]));
        assert_eq!((&plan["order"], &plan["brokers"][0]["waiting_helps"]), (&value!([2, 3]), &value!(false)));
        assert_eq!(plan["brokers"][0]["offline"], 1);
    }
}

#[test]
fn topics_that_may_be_hidden_are_never_safe() {
    let files = Files::new();
    let hidden = Datum::unknown(Unknown::NotExposed("topics may be hidden".into()));
    let write = |complete: Datum<()>| files.write("c.json", &write_snapshot(&read_from_brokers(complete)));
    let file = write(hidden);
    let (out, err) = told(3, &["roll", "--snapshot", &file]);
    assert!(out.contains("UNKNOWN   Broker 1") && out.contains("at least 1 topic"), "{out}");
    assert!(err.contains("topics may be hidden"), "{err}");
    let plan = json(&told(3, &["roll", "--snapshot", &file, "--format", "json"]).0);
    assert_eq!(plan["complete"], value!({"topics": false, "quorum": true}));
    assert_eq!((&plan["brokers"][0]["verdict"], &plan["order"]), (&value!("unknown"), &value!([])));
    told(3, &["assess", "--snapshot", &file, "--restart", "broker=1"]);
    let goal = ["assess", "--snapshot", &file, "--goal", "survive 1 crash"];
    let (out, err) = told(3, &goal);
    assert!(
        out.contains("met by what was seen") && err.contains("although what was seen meets it"),
        "{out}{err}"
    );
    told(0, &[&goal[..], &["--topic", "orders"]].concat());
    // What is certain comes before what is unknown.
    told(1, &[&goal[..4], &["survive 3 crash", "--restart", "broker=1"]].concat());

    let file = write(Datum::known((), 0, Origin::Broker));
    ok(0, &["roll", "--snapshot", &file]);
    ok(0, &["assess", "--snapshot", &file, "--goal", "survive 1 crash"]);
}

#[test]
fn a_check_passes_only_what_it_could_see() {
    let files = Files::new();
    let mut cluster = read_from_brokers(Datum::known((), 0, Origin::Broker));
    let critical = ["--fail-on", "critical"];
    let check = |cluster: &Cluster, code: i32, more: &[&str]| {
        let file = files.write("c.json", &write_snapshot(cluster));
        told(code, &[&["check", "--snapshot", &file], more].concat())
    };
    check(&cluster, 0, &critical);
    cluster.quorum = Datum::unknown(Unknown::Denied("Describe on Cluster".into()));
    let (_, err) = check(&cluster, 3, &critical);
    assert!(err.contains("kraft-no-leader") && err.contains("--allow-unknown"), "{err}");
    check(&cluster, 0, &["--fail-on", "critical", "--allow-unknown"]);
    check(&cluster, 0, &["--fail-on", "never"]);
    check(&cluster, 3, &["--fail-on", "never", "--strict"]);
    let hidden = Unknown::NotExposed("topics may be hidden".into());
    let cluster = read_from_brokers(Datum::unknown(hidden));
    let (_, err) = check(&cluster, 3, &critical);
    assert!(err.contains("topics may be hidden"), "{err}");
    check(&cluster, 0, &["--fail-on", "critical", "--allow-unknown"]);
    let file = files.write("c.json", &write_snapshot(&cluster));
    assert!(refused(2, &["check", "--snapshot", &file, "--strict", "--allow-unknown"]).contains("cannot be"));
}

#[test]
fn a_file_from_before_says_nothing_of_its_completeness() {
    let plan = json(
        &told(3, &["assess", "--snapshot", DEFAULT_TOPIC, "--restart", "broker=1", "--format", "json"]).0,
    );
    assert_eq!(plan["complete"], value!({"topics": false, "quorum": true}));
    let unseen = plan["restart"]["unseen"][0].as_str().unwrap().to_string();
    assert!(unseen.contains("was not recorded"), "{unseen}");
}

#[test]
fn the_reference_cluster_has_any_number_of_partitions() {
    for (count, brokers) in [(1, 3), (5, 5), (50, 4)] {
        let (partitions, brokers) = (format!("topic:partitions={count}"), format!("brokers={brokers}"));
        let document =
            assessed(0, &["--set", &partitions, "--set", "replication.factor=3", "--set", &brokers]);
        assert_eq!(document["partitions"], count);
    }
    let five = ["--set", "replication.factor=5", "--set", "brokers=5"];
    let turned = [&five[2..], &five[..2]].concat();
    assert_eq!(assessed(0, &five)["writes"], assessed(0, &turned)["writes"]);
}

/// A snapshot of the reference cluster with all topics seen, changed by hand.
fn edited(files: &Files, name: &str, edit: impl FnOnce(&mut Value)) -> String {
    let known = Datum::known((), 0, Origin::Broker);
    let mut file: Value = serde_json::from_str(&write_snapshot(&read_from_brokers(known))).unwrap();
    edit(&mut file["cluster"]);
    files.write(name, &file.to_string())
}

#[test]
fn a_broker_that_is_gone_already_is_never_safe_to_stop() {
    let files = Files::new();
    let down = edited(&files, "down.json", |cluster| cluster["brokers"][2]["state"] = value!("down"));
    let (out, _) = told(1, &["roll", "--snapshot", &down]);
    assert!(out.contains("UNSAFE") && !out.contains("SAFE      Broker"), "{out}");
    let restart = klever(&["assess", "--snapshot", &down, "--restart", "broker=3"]);
    assert!(restart.code != 0 && !restart.out.contains("may stop"), "{}{}", restart.out, restart.err);
    let (out, _) = told(1, &["check", "--snapshot", &down]);
    assert!(out.contains("leader 3 does not run"), "{out}");
}

#[test]
fn a_minority_of_voters_is_critical() {
    let files = Files::new();
    let minority = edited(&files, "minority.json", |cluster| {
        let quorum = &mut cluster["quorum"]["known"]["value"];
        let leader = quorum["leader"].clone();
        quorum["online"] = value!([leader]);
    });
    let (out, _) = told(1, &["check", "--snapshot", &minority]);
    assert!(out.contains("no majority, 1 of 3 voters answer"), "{out}");
}

#[test]
fn a_snapshot_that_cannot_be_is_refused() {
    let files = Files::new();
    let empty = edited(&files, "empty.json", |cluster| cluster["partitions"]["sets"][0] = value!([]));
    let negative =
        edited(&files, "negative.json", |cluster| cluster["assumed"]["load"]["records_per_s"] = value!(-5.0));
    for file in [empty, negative] {
        told(2, &["assess", "--snapshot", &file]);
    }
}
