//! The embedded cluster under every fault: what was not to stop goes on, and what was broken comes back.

use klever::scenario::Scenario;
use klever::sim::{PartitionReport, RunReport, Simulator};

const S: u64 = 1_000_000_000;

/// A fault at 10 s and its repair at 40 s.
struct Fault {
    name: String,
    breaks: String,
    repairs: String,
}

fn fault(name: &str, breaks: &str, repairs: &str) -> Fault {
    Fault { name: name.into(), breaks: breaks.into(), repairs: repairs.into() }
}

fn reference(acks: &str, version: &str, fault: &Fault) -> Scenario {
    let mut scenario = Scenario::reference();
    scenario.versions = vec![version.parse().unwrap()];
    scenario.topics[0].config.insert("min.insync.replicas".into(), 2.into());
    scenario.producers[0].records_per_s = 100.0;
    scenario.producers[0].config.insert("acks".into(), acks.into());
    let event = |at: &str, act: &str| format!("[[event]]\nat = \"{at}\"\n{act}\n");
    let events = format!("{}{}", event("10s", &fault.breaks), event("40s", &fault.repairs));
    let text = format!("{}\n{events}", scenario.to_toml());
    Scenario::parse("reference.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Groups that lag by more than so many records.
fn laggards(report: &RunReport, most: u64) -> Vec<String> {
    let late = report.groups.iter().filter(|group| group.lag.is_none_or(|lag| lag > most));
    late.map(|group| format!("{} lags by {:?}", group.group, group.lag)).collect()
}

/// What is wrong with the cluster at the end, in words.
fn complaints(report: &RunReport, idempotent: bool) -> Vec<String> {
    let whole = |part: &&PartitionReport| part.isr.len() == 3 && part.leader.is_some();
    let broken = report.partitions.iter().filter(|part| !whole(part));
    let mut found: Vec<String> = broken
        .map(|part| format!("{}: leader {:?}, ISR {:?}", part.partition, part.leader, part.isr))
        .collect();
    // Auto-commit runs every 5 s.
    found.extend(laggards(report, 600));
    let counters = &report.counters;
    let sent = counters.sent.unwrap_or(0);
    if counters.acked + 20 < sent || counters.failed > 0 {
        found.push(format!("{sent} sent, {} acknowledged, {} failed", counters.acked, counters.failed));
    }
    let (duplicated, reordered) = (counters.duplicated, counters.reordered);
    if idempotent && duplicated + reordered > 0 {
        found.push(format!("{duplicated} duplicated, {reordered} out of order"));
    }
    found
}

fn check(acks: &str, version: &str, fault: &Fault) -> Vec<String> {
    let mut simulator = Simulator::new(&reference(acks, version, fault), 1, None);
    simulator.run_until(39 * S);
    let mut found = laggards(&simulator.report(), 700);
    simulator.run_until(75 * S);
    let report = simulator.report();
    // Idempotence is the default since 3.0, and off without acks=all.
    found.extend(complaints(&report, acks == "all" && version != "2.8"));
    if acks == "all" && report.counters.lost_acked > 0 {
        found.push(format!("{} lost", report.counters.lost_acked));
    }
    found.into_iter().map(|text| format!("{}, acks={acks}, {version}: {text}", fault.name)).collect()
}

fn faults() -> Vec<Fault> {
    let mut all = Vec::new();
    for id in 1..=3 {
        let act = |verb: &str| format!("do = \"{verb}\"\ntarget = \"broker/{id}\"");
        for verb in ["kill", "stop", "restart", "disk_loss", "power_loss"] {
            all.push(fault(&format!("{verb} {id}"), &act(verb), &act("restart")));
        }
        all.push(fault(&format!("pause {id}"), &act("pause"), &act("resume")));
    }
    let back = "do = \"controller_back\"";
    all.push(fault("one controller lost", "do = \"controller_loss\"\ncount = 1", back));
    all.push(fault("all controllers lost", "do = \"controller_loss\"", back));
    let slow = "do = \"slow_link\"\ntarget = \"broker/3\"\nto = \"brokers\"\nextra = \"50ms\"";
    all.push(fault("slow follower", slow, "do = \"heal\""));
    let cut = "do = \"partition\"\ntarget = \"broker/3\"\nto = \"controllers\"";
    all.push(fault("no way to the controllers", cut, "do = \"heal\""));
    all
}

#[test]
fn the_embedded_cluster_recovers_from_every_single_fault() {
    let runs = [("all", "4.1"), ("1", "4.1"), ("0", "4.1"), ("all", "3.9"), ("all", "2.8")];
    let mut complaints = Vec::new();
    for fault in faults() {
        complaints.extend(runs.iter().flat_map(|(acks, version)| check(acks, version, &fault)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
