//! What would be: restarts, losses, presets side by side, goals and advice, as `assess` tells them.

use super::{Files, json, ok, refused};

#[test]
fn a_restart_is_safe_at_the_floor_or_unsafe() {
    let verdict = |code: i32, arguments: &[&str]| {
        let text = ok(code, &[&["assess", "--format", "json", "--restart", "broker=2"], arguments].concat());
        json(&text)["restart"]["verdict"].as_str().unwrap().to_string()
    };
    assert_eq!(verdict(0, &[]), "safe");
    assert_eq!(verdict(0, &["--set", "min.insync.replicas=2"]), "at_floor");
    assert_eq!(verdict(1, &["--set", "min.insync.replicas=2", "--lose", "broker=1"]), "unsafe");
}

#[test]
fn several_brokers_are_lost_or_stopped_at_once() {
    let of = |code: i32, arguments: &[&str]| {
        json(&ok(
            code,
            &[&["assess", "--format", "json", "--set", "min.insync.replicas=2"], arguments].concat(),
        ))
    };
    let lost = of(1, &["--lose", "broker=3", "--lose", "rack=b", "--lose", "broker=2"]);
    assert_eq!(lost["lost_brokers"], serde_json::json!([3, 2]));
    assert_eq!(lost["writes"]["works_now"], false);
    let both = of(1, &["--restart", "broker=1", "--restart", "broker=2"]);
    let restart = &both["restart"];
    assert_eq!((&restart["verdict"], &restart["under_min_isr"]), (&"unsafe".into(), &12.into()));
    assert_eq!((&restart["id"], &restart["together_with"]), (&1.into(), &serde_json::json!([2])));
    let text = ok(
        1,
        &["assess", "--set", "min.insync.replicas=2", "--restart", "broker=1", "--restart", "broker=2"],
    );
    assert!(
        text.contains("UNSAFE    Brokers 1, 2 must not stop together: 0 partitions offline, 12"),
        "{text}"
    );
    assert!(
        refused(2, &["assess", "--restart", "broker=1", "--restart", "broker=9"]).contains("no such broker")
    );
}

#[test]
fn findings_come_and_go_with_the_change() {
    let both = ["assess", "--set", "acks=1", "--set", "min.insync.replicas=2", "--lose", "broker=1"];
    let document = json(&ok(0, &[&both[..], &["--format", "json"]].concat()));
    let rules = |which: &str| -> Vec<String> {
        let findings = document["findings"][which].as_array().unwrap();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_string()).collect()
    };
    assert!(rules("new").contains(&"acks-one".into()) && rules("new").contains(&"under-replicated".into()));
    assert!(rules("gone").contains(&"min-isr-one".into()), "{:?}", rules("gone"));
    let text = ok(0, &both);
    assert!(
        text.contains("- new   HIGH acks-one, producer") && text.contains("+ gone  HIGH min-isr-one"),
        "{text}"
    );
    assert!(json(&ok(0, &["assess", "--format", "json"]))["findings"].is_null(), "nothing was changed");
}

#[test]
fn presets_are_compared() {
    let document = json(&ok(0, &["assess", "--compare", "throughput,durability", "--format", "json"]));
    let compared = document["compare"].as_array().unwrap();
    assert_eq!(
        (&compared[0]["preset"], &compared[1]["preset"]),
        (&"throughput".into(), &"durability".into())
    );
    let delta = |at: usize, id: &str| {
        let deltas = compared[at]["deltas"].as_array().unwrap();
        deltas.iter().find(|delta| delta["id"] == id).cloned().unwrap_or_default()
    };
    assert_eq!(delta(0, "throughput.max")["change"], "better");
    assert_eq!(delta(0, "durability.crash")["change"], "worse");
    assert_eq!(delta(1, "durability.disk_loss")["change"], "better");
    assert_eq!(document["schema"], "klever.assessment/1");

    let text = ok(0, &["assess", "--compare", "latency", "--compare", "sane"]);
    assert!(
        text.contains("\nPreset latency\n  sets  producer:linger.ms=0,") && text.contains("\nPreset sane\n"),
        "{text}"
    );
    assert!(text.contains("+ better, ") && text.contains("- worse"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(
        refused(2, &["assess", "--compare", "speed"])
            .contains("throughput, latency, durability, availability, sane")
    );

    let files = Files::new();
    let snapshot = files.snapshot(&["replication.factor=1", "brokers=1"]);
    let text = ok(0, &["assess", "--snapshot", &snapshot, "--compare", "durability"]);
    assert!(
        text.contains("not possible: replication.factor 3 needs 3 brokers, and the cluster has 1"),
        "{text}"
    );
}

#[test]
fn a_goal_is_met_or_planned_or_forbidden() {
    let goal = "survive rack, survive disk_loss, ack_p99_ms < 20";
    let document = json(&ok(1, &["assess", "--goal", goal, "--format", "json"]));
    assert_eq!(
        (&document["goal"]["met"], &document["goal"]["goals"][2]["met"]),
        (&false.into(), &true.into())
    );
    assert_eq!(document["goal"]["changes"], serde_json::json!(["topic/orders:min.insync.replicas=2"]));
    let text = ok(1, &["assess", "--goal", goal]);
    assert!(text.contains("  NOT MET  survive data 1 disk_loss\n"), "{text}");
    assert!(text.contains("  =>       met by topic/orders:min.insync.replicas=2\n"), "{text}");

    let text = ok(0, &["assess", "--set", "min.insync.replicas=2", "--goal", goal]);
    assert!(text.contains("  =>       met already\n"), "{text}");
    let none = ["assess", "--goal", "throughput_mb_per_s > 1000000000", "--format", "json"];
    let document = json(&ok(1, &none));
    assert_eq!(document["goal"]["impossible"]["alone"][0], "throughput_mb_per_s > 1000000000");

    for wrong in ["survive flood", "", "ack_p99_ms < soon", "acks=all"] {
        let error = refused(2, &["assess", "--goal", wrong]);
        assert!(error.starts_with("klever: --goal: ") && error.lines().count() == 1, "{error}");
        assert!(
            error.contains("survive [data|writes|reads] [N] crash|") && error.contains("ack_p99_ms"),
            "{error}"
        );
    }
}

#[test]
fn advice_names_what_helps_and_what_it_costs() {
    let text = ok(0, &["assess", "--advise", "latency"]);
    assert!(text.contains("\nChanges that improve: Ack p50/p99\n"), "{text}");
    assert!(text.contains("    brings  ") && text.contains("    costs   "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let document = json(&ok(0, &["assess", "--advise", "writes.crash", "--format", "json"]));
    assert_eq!(document["advice"]["figure"], "writes.crash");
    let error = refused(2, &["assess", "--advise", "latencies"]);
    assert!(
        error.contains("it takes durability, latency") && error.contains("did you mean `latency`?"),
        "{error}"
    );
}

#[test]
fn an_assessment_is_written_as_markdown() {
    let everything = [
        "assess",
        "--format",
        "markdown",
        "--set",
        "acks=1",
        "--lose",
        "broker=3",
        "--compare",
        "sane,latency",
        "--advise",
        "durability",
        "--goal",
        "survive crash",
    ];
    let text = ok(1, &everything);
    for part in [
        "## klever\n",
        "| figure | was | now |",
        "### Goal",
        "### Findings with the change",
        "### Presets",
        "### Changes that improve: Chance of loss a year",
        "- worse",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    // Every table has as many cells in each row as in its head.
    let mut cells = 0;
    for line in text.lines() {
        let count = line.replace("\\|", "").matches('|').count();
        assert!(count == 0 || cells == 0 || count == cells, "{line}\n{text}");
        cells = count;
    }
}

#[test]
fn the_frontier_lists_what_nothing_beats() {
    let text = ok(0, &["assess", "--frontier"]);
    let table = text.split("\nFrontier\n").nth(1).unwrap().split("\n\n").next().unwrap().to_string();
    assert!(table.contains("best trade-offs between loss a year and ack p50/p99"), "{text}");
    assert_eq!(table.lines().filter(|line| line.starts_with('@')).count(), 1, "{table}");
    assert!(table.contains("throughput") && table.contains("bytes stored per byte"), "{table}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let document = json(&ok(0, &["assess", "--frontier", "throughput,cost", "--format", "json"]));
    let frontier = &document["frontier"];
    assert_eq!(frontier["axes"], serde_json::json!(["throughput.max", "cost.storage"]));
    let settings = frontier["settings"].as_array().unwrap();
    assert_eq!(settings.iter().filter(|setting| setting["now"] == true).count(), 1);
    // None is better in both than one that nothing beats.
    let at = |setting: &serde_json::Value, id: &str| setting["figures"][id]["goodness"].as_f64().unwrap();
    for one in settings.iter().filter(|setting| setting["on_frontier"] == true) {
        for other in settings {
            let better = |id: &str| at(other, id) > at(one, id);
            assert!(!(better("throughput.max") && better("cost.storage")), "{other} beats {one}");
        }
    }
    let error = refused(2, &["assess", "--frontier", "latency,latency"]);
    assert!(error.contains("it takes two of durability, latency"), "{error}");
}
