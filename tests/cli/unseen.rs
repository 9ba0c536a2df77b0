//! Losses and what was not seen, from outside: verdicts, bounds, exit codes and the formats that machines read.

use crate::{Files, json, klever, ok};
use klever::hypothesis::{apply, reference};
use klever::knobs::Change;
use klever::model::{Cluster, Datum, KafkaVersion, Origin, Unknown};
use klever::report::write_snapshot;
use serde_json::{Value, json as value};

const DEFAULT_TOPIC: &str = "tests/cases/16-default-topic-beside-offsets/default-topic.json";

/// The reference cluster as it would be read from brokers with all topics seen, changed by knobs.
fn read(changes: &[&str]) -> Cluster {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
    let mut cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    cluster.id = Datum::known("abc".into(), 0, Origin::Broker);
    cluster.partitions = cluster.partitions.with_completeness(Datum::known((), 0, Origin::Broker));
    cluster
}

struct Judged {
    files: Files,
    file: String,
}

impl Judged {
    fn of(cluster: &Cluster) -> Self {
        let files = Files::new();
        let file = files.write("c.json", &write_snapshot(cluster));
        Judged { files, file }
    }

    fn json(&self, code: i32, arguments: &[&str]) -> Value {
        json(&self.text(code, &[arguments, &["--format", "json"]].concat()))
    }

    /// The output; the error is no part of it.
    fn text(&self, code: i32, arguments: &[&str]) -> String {
        assert!(self.files.folder.path().exists());
        let ran = klever(&[&arguments[..1], &["--snapshot", &self.file], &arguments[1..]].concat());
        assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }
}

#[test]
fn a_loss_has_a_verdict_in_text_json_and_code() {
    let cluster = Judged::of(&read(&["min.insync.replicas=2"]));
    let one = cluster.json(0, &["assess", "--lose", "broker=1"]);
    assert_eq!(one["loss_verdict"], value!({"verdict": "at_floor", "because": []}));
    let two = ["assess", "--lose", "broker=1", "--lose", "broker=2"];
    let stopped = cluster.json(1, &two);
    assert_eq!(stopped["loss_verdict"]["verdict"], "unsafe");
    let text = cluster.text(1, &two);
    assert!(text.contains("\nUNSAFE    Writes are refused or wait now"), "{text}");
    let markdown = cluster.text(1, &[&two[..], &["--format", "markdown"]].concat());
    assert!(markdown.contains("**unsafe**: Writes are refused"), "{markdown}");
    let spare = Judged::of(&read(&[]));
    assert_eq!(spare.json(0, &["assess", "--lose", "broker=1"])["loss_verdict"]["verdict"], "safe");
    // A goal that is met does not excuse it.
    cluster.text(1, &[&two[..], &["--goal", "ordered"]].concat());
}

#[test]
fn losing_the_majority_of_voters_fails() {
    let both = ["assess", "--snapshot", DEFAULT_TOPIC, "--lose", "broker=1", "--lose", "broker=2"];
    let text = ok(1, &both);
    assert!(text.contains("\nUNSAFE    No leader is elected"), "{text}");
    let document = json(&ok(1, &[&both[..], &["--format", "json"]].concat()));
    assert_eq!(document["loss_verdict"]["verdict"], "unsafe");
    assert!(document["loss_verdict"]["because"][0].as_str().unwrap().contains("No leader is elected"));
}

#[test]
fn a_setting_that_stops_writes_fails() {
    let old = Judged::of(&read(&["cluster:kafka.version=3.6"]));
    old.text(0, &["assess"]);
    let stopped = old.json(1, &["assess", "--set", "min.insync.replicas=4"]);
    assert_eq!((&stopped["writes"]["works_now"], stopped["loss_verdict"].is_null()), (&value!(false), true));
    assert_eq!(stopped["next_break"]["event"], "now");
}

#[test]
fn a_loss_of_what_was_not_seen_is_unknown() {
    let mut cluster = read(&[]);
    let hidden = Datum::unknown(Unknown::NotExposed("topics may be hidden".into()));
    cluster.partitions = cluster.partitions.with_completeness(hidden);
    let seen = Judged::of(&cluster);
    seen.text(0, &["assess"]);
    let lost = seen.json(3, &["assess", "--lose", "broker=1"]);
    assert_eq!(lost["loss_verdict"], value!({"verdict": "unknown", "because": ["topics may be hidden"]}));
    seen.text(0, &["assess", "--lose", "broker=1", "--topic", "orders"]);
}

#[test]
fn a_quorum_that_was_not_read_promises_nothing() {
    let mut cluster = read(&[]);
    cluster.quorum = Datum::unknown(Unknown::Denied("Describe on Cluster".into()));
    let unread = Judged::of(&cluster);
    let document = unread.json(0, &["assess"]);
    for operation in ["writes", "reads", "visibility"] {
        let tolerated = &document[operation]["failures_tolerated"];
        let bound = value!({"min": 0, "max": 2});
        assert_eq!((&tolerated["crash"]["now"], &tolerated["crash"]["guaranteed"]), (&bound, &bound));
        assert!(document[operation]["unavailable_minutes_per_year"].is_null(), "{operation}");
    }
    assert!(document["fail_over_ms"]["crash"].is_null());
    assert!(document["next_break"]["consequence"].as_str().unwrap().contains("perhaps sooner"));
    let text = unread.text(0, &["assess"]);
    let bound = "Writes survive at most 2 more broker crashes: the controller quorum is denied";
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(bound), "{text}");
    unread.text(3, &["assess", "--goal", "survive writes 1 crash"]);
    unread.text(1, &["assess", "--goal", "survive writes 3 crash"]);
    unread.text(3, &["assess", "--goal", "failover_s < 60"]);
    let goal = ["assess", "--goal", "survive writes 1 crash", "--format", "markdown"];
    assert!(unread.text(3, &goal).contains("- unknown: survive"));
}

/// Kafka tells the racks of brokers, not of controllers.
#[test]
fn controllers_of_unknown_racks_bound_what_a_rack_takes() {
    let mut cluster = read(&[]);
    let quorum = cluster.quorum.get().unwrap().clone();
    cluster.quorum = Datum::known(quorum, 0, Origin::Broker);
    let apart = Judged::of(&cluster);
    let document = apart.json(0, &["assess"]);
    let tolerated = &document["writes"]["failures_tolerated"];
    assert_eq!(
        (&tolerated["crash"]["now"], &tolerated["rack"]["now"]),
        (&value!(2), &value!({"min": 0, "max": 2}))
    );
    assert_eq!(document["durability"]["failures_tolerated"]["crash"]["now"], 3);
    let text = apart.text(0, &["assess"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("at most 2 more rack outages: the racks of controllers 3001, 3002, 3003 are not known"),
        "{text}"
    );
    apart.text(3, &["assess", "--goal", "survive writes 1 rack"]);
    apart.text(0, &["assess", "--goal", "survive writes 1 crash"]);
}

#[test]
fn brokers_that_the_cluster_does_not_list_are_one_judgement() {
    let mut file: Value = serde_json::from_str(&write_snapshot(&read(&[]))).unwrap();
    let partitions = &mut file["cluster"]["partitions"];
    partitions["sets"][0] = value!([9, 8, 7]);
    let replicas = partitions["replicas"].clone();
    let gone = replicas.as_array().unwrap().iter().enumerate().filter(|(_, set)| **set == 0);
    let gone: Vec<usize> = gone.map(|(at, _)| at).collect();
    gone.iter().for_each(|at| partitions["leader"][at] = value!(9));
    let files = Files::new();
    let file = files.write("gone.json", &file.to_string());
    let checked = klever(&["check", "--snapshot", &file]);
    assert!(checked.code == 1 && checked.out.contains("leader 9 does not run"), "{}", checked.out);
    let plan = json(&ok(1, &["roll", "--snapshot", &file, "--format", "json"]));
    for broker in plan["brokers"].as_array().unwrap() {
        assert_eq!(
            (&broker["verdict"], &broker["offline_already"]),
            (&value!("unsafe"), &value!(gone.len()))
        );
    }
    assert_eq!(plan["order"], value!([]));
    let text = ok(1, &["roll", "--snapshot", &file]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("offline already") && text.contains("the cluster does not list broker 9, 8, 7"),
        "{text}"
    );
}

#[test]
fn what_breaks_next_is_counted() {
    let text = ok(0, &["assess", "--set", "min.insync.replicas=2"]);
    assert!(text.contains("\nNext      lose brokers 1 and 2: no writes on 12 partitions\n"), "{text}");
}

#[test]
fn a_minimum_of_two_comes_before_flushes() {
    let text = klever(&["assess", "--goal", "survive data 1 power_loss"]).out;
    assert!(text.contains("met by topic/orders:min.insync.replicas=2\n"), "{text}");
}

#[test]
fn machines_are_told_that_topics_may_be_hidden() {
    let mut cluster = read(&[]);
    let all = Judged::of(&cluster);
    let hidden = Datum::unknown(Unknown::NotExposed("topics may be hidden".into()));
    cluster.partitions = cluster.partitions.with_completeness(hidden);
    let some = Judged::of(&cluster);
    let check = |of: &Judged, format: &str| of.text(1, &["check", "--format", format]);
    let (seen, unseen) = (json(&check(&all, "json")), json(&check(&some, "json")));
    assert_eq!((&seen["complete"]["topics"], &seen["unseen"]), (&value!(true), &value!([])));
    let reason = value!(["topics may be hidden"]);
    assert_eq!((&unseen["complete"]["topics"], &unseen["unseen"]), (&value!(false), &reason));
    let sarif = |of: &Judged| json(&check(of, "sarif"))["runs"][0]["invocations"][0].clone();
    assert_eq!(sarif(&all)["toolExecutionNotifications"], value!([]));
    let note = value!({"level": "warning", "message": {"text": "topics may be hidden"}});
    assert_eq!(sarif(&some)["toolExecutionNotifications"], value!([note]));
    let skipped = "name=\"all-topics-seen\">\n      <skipped message=\"unknown: topics may be hidden\"/>";
    assert!(check(&some, "junit").contains(skipped) && !check(&all, "junit").contains("all-topics-seen"));
    let line = "Not seen in full: topics may be hidden";
    assert!(check(&some, "markdown").contains(line) && !check(&all, "markdown").contains(line));
    assert!(check(&some, "text").trim_end().ends_with("topics may be hidden"));
}
