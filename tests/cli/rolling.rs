//! Rolling restarts from outside: headroom that is asked for, the next failure of each step, ways out with their price.

use crate::{Files, json, klever, ok, refused};
use serde_json::{Value, json as value};

fn planned(code: i32, file: &str, margin: &str) -> Value {
    json(&ok(code, &["roll", "--snapshot", file, "--margin", margin, "--format", "json"]))
}

fn ways(plan: &Value) -> Vec<&str> {
    plan["ways_out"].as_array().unwrap().iter().map(|way| way["way"].as_str().unwrap()).collect()
}

#[test]
fn each_step_says_what_one_more_failure_breaks() {
    let files = Files::new();
    let file = files.snapshot(&["min.insync.replicas=2"]);
    let plan = planned(0, &file, "0");
    assert_eq!((&plan["margin"], &plan["ways_out"]), (&value!(0), &value!([])));
    let step = &plan["steps"][0];
    let worst = value!({"broker": 2, "offline": 0, "under_min_isr": 12, "quorum_lost": false});
    assert_eq!((&step["broker"], &step["if_one_more_fails"]), (&value!(1), &worst));
    let text = ok(0, &["roll", "--snapshot", &file]);
    assert!(text.contains("broker 1 stopped: if broker 2 fails meanwhile, 0 partitions offline,"), "{text}");
    let spare = ok(0, &["roll", "--snapshot", &files.snapshot(&[])]);
    assert!(spare.contains("broker 3 stopped: nothing stops, whichever other broker fails"), "{spare}");
}

#[test]
fn a_margin_never_lets_a_stop_reach_the_minimum() {
    let files = Files::new();
    let file = files.snapshot(&["min.insync.replicas=2"]);
    let plan = planned(1, &file, "1");
    assert_eq!((&plan["order"], &plan["steps"]), (&value!([]), &value!([])));
    let broker = &plan["brokers"][0];
    assert_eq!((&broker["verdict"], &broker["at_min_isr"]), (&value!("unsafe"), &value!(12)));
    assert_eq!((&broker["short_of_margin"], &broker["waiting_helps"]), (&value!(12), &value!(false)));
    assert_eq!(ways(&plan), ["raise_replication_factor", "lower_min_isr", "lower_margin"]);
    let way = |at: usize, key: &str| plan["ways_out"][at][key].as_str().unwrap().to_string();
    assert_eq!(way(0, "action"), "add 1 broker, then raise the replication factor: orders to 4");
    assert_eq!(way(1, "action"), "lower min.insync.replicas: orders to 1");
    assert!(way(1, "price").contains("Data survives disk loss 1 (now 2) -> 0"), "{plan}");
    assert_eq!(way(2, "price"), "the next failure during a stop makes up to 12 partitions refuse acks=all");
    let text = ok(1, &["roll", "--snapshot", &file, "--margin", "1"]);
    assert!(text.contains("\nMargin    1 in sync above") && text.contains("\nWays out\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    let spare = files.snapshot(&[]);
    assert_eq!(planned(0, &spare, "1")["brokers"][0]["verdict"], "safe");
    assert_eq!(planned(1, &spare, "2")["brokers"][0]["verdict"], "unsafe");
    assert!(refused(2, &["roll", "--snapshot", &spare, "--margin", "many"]).contains("--margin"));
}

#[test]
fn more_replicas_are_priced_where_there_are_brokers() {
    let files = Files::new();
    let plan = planned(1, &files.snapshot(&["min.insync.replicas=2", "brokers=4"]), "1");
    assert_eq!(ways(&plan)[..2], ["raise_replication_factor", "move_replicas"]);
    let price = plan["ways_out"][0]["price"].as_str().unwrap();
    assert!(price.contains("copied over the network; for orders: "), "{price}");
}

#[test]
fn what_only_waits_for_the_isr_says_so() {
    let files = Files::new();
    let mut file: Value =
        serde_json::from_str(&std::fs::read_to_string(files.snapshot(&["min.insync.replicas=2"])).unwrap())
            .unwrap();
    // One replica of the first partition is out of sync: no broker that holds another may stop.
    file["cluster"]["partitions"]["isr"][0] = value!(3);
    let plan = planned(1, &files.write("short.json", &file.to_string()), "0");
    assert_eq!(ways(&plan), ["wait_for_isr", "stop_anyway"]);
    assert!(plan["ways_out"][0]["action"].as_str().unwrap().contains("1 under-replicated partition"));
}

#[test]
fn a_margin_over_what_was_not_seen_is_unknown() {
    const HIDDEN: &str = "tests/cases/21-roll-rf1-min-isr2/4.1.0.json";
    let ran = klever(&["roll", "--snapshot", HIDDEN, "--margin", "0", "--format", "json"]);
    let plan = json(&ran.out);
    // What is certain decides before what is not known.
    assert_eq!((ran.code, &plan["complete"]["topics"]), (1, &value!(false)));
    assert!(plan["brokers"].as_array().unwrap().iter().any(|one| one["verdict"] == "unknown"), "{plan}");
    assert_eq!(plan["order"], value!([]));
}

#[test]
fn one_broker_is_judged_alone() {
    let files = Files::new();
    let file = files.snapshot(&["min.insync.replicas=2"]);
    let whole = json(&ok(0, &["roll", "--snapshot", &file, "--format", "json"]));
    let one = json(&ok(0, &["roll", "--snapshot", &file, "--broker", "2", "--format", "json"]));
    assert_eq!((one["brokers"].as_array().unwrap().len(), &one["brokers"][0]), (1, &whole["brokers"][1]));
    assert_eq!(one["order"], value!([2]));
    assert_eq!(whole["step_ms"]["from"], 2000, "what a step takes at the least is said");
    assert!(refused(2, &["roll", "--snapshot", &file, "--broker", "9"]).contains("there is no broker 9"));
}

#[test]
fn a_snapshot_is_rehearsed_and_says_what_it_assumes() {
    let files = Files::new();
    let file = files.snapshot(&["min.insync.replicas=2"]);
    let all = ["simulate", "--from", &file, "--set", "topic:min.insync.replicas=2", "--format", "json"];
    let rehearsal = json(&ok(0, &all));
    assert_eq!((&rehearsal["schema"], &rehearsal["whole"]), (&"klever.rehearsal/1".into(), &true.into()));
    assert_eq!((&rehearsal["seen"]["refused"], &rehearsal["seen"]["lost_acked"]), (&0.into(), &0.into()));
    assert_eq!(rehearsal["steps"].as_array().unwrap().len(), 3);
    assert!(rehearsal["assumptions"].to_string().contains("1000 records/s of 1000 bytes"), "{rehearsal}");
    assert!(refused(2, &["simulate", "--from", "no-such.json"]).contains("no-such.json"));
    refused(2, &["simulate", "c01-acks-1-leader-dies", "--from", &file]);
    let error = refused(2, &["simulate", "--from", &file, "--set", "topic:no.such=1"]);
    assert!(error.contains("no.such"), "{error}");
}
