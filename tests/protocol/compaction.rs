//! What the cleaner of the simulator removes, who never sees it, and that nothing else changes.

use klever::model::{BrokerId, KafkaVersion};
use klever::scenario::{Act, Process, Scenario};
use klever::sim::{EventKind, ProcessingCounters, RecordId, RunReport, Simulator};

const SECOND: u64 = 1_000_000_000;

/// One compacted partition with a few keys, read by one member, in segments of two seconds.
fn scenario(topic: &str, producer: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"600s\"\n\
         [cluster]\nbrokers = 3\nracks = []\n\
         config = {{ \"log.cleaner.backoff.ms\" = 1000, \"log.initial.task.delay.ms\" = 0 }}\n\
         [[topic]]\nname = \"t\"\npartitions = 1\n\
         config = {{ \"min.insync.replicas\" = 2, \"segment.bytes\" = 100000, \"min.cleanable.dirty.ratio\" = 0.01{topic} }}\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\nrecords_per_s = 50\nuntil = \"60s\"\n\
         keys = \"uniform\"\nkey_count = 10\n{producer}\n\
         [[group]]\nname = \"g\"\ntopics = [\"t\"]\ncommit = \"sync_after\"\n\
         config = {{ \"auto.offset.reset\" = \"earliest\", \"session.timeout.ms\" = 6000 }}\n"
    );
    Scenario::parse("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const COMPACT: &str = ", \"cleanup.policy\" = \"compact\"";

fn member() -> Process {
    Process::Member("g".into(), 0)
}

/// A run whose group is away from the tenth to the fiftieth second; the second broker dies meanwhile.
fn away(topic: &str, producer: &str) -> Simulator {
    let mut sim = Simulator::new(&scenario(topic, producer), 1, None);
    sim.audit();
    sim.run_until(10 * SECOND);
    sim.apply(Act::Stop(member())).unwrap();
    sim.run_until(20 * SECOND);
    sim.apply(Act::Kill(Process::Broker(BrokerId(2)))).unwrap();
    sim.run_until(30 * SECOND);
    sim.apply(Act::Restart(Process::Broker(BrokerId(2)))).unwrap();
    sim.run_until(50 * SECOND);
    sim.apply(Act::Restart(member())).unwrap();
    sim.run_until(90 * SECOND);
    let faults: Vec<String> = sim.violations().iter().map(ToString::to_string).collect();
    assert_eq!(faults, Vec::<String>::new());
    sim
}

fn counted(report: &RunReport) -> ProcessingCounters {
    report.groups[0].processing.unwrap()
}

#[test]
fn who_comes_late_sees_the_last_record_of_each_key_only() {
    let kept = away("", "").report();
    let all = counted(&kept);
    assert_eq!((all.compacted_before_read, all.deletes_missed), (0, 0));
    let report = away(COMPACT, "").report();
    let compacted = counted(&report).compacted_before_read;
    assert!((1700..2200).contains(&compacted), "{compacted}");
    assert_eq!(report.groups[0].read + compacted, report.counters.visible, "each is read or compacted away");
    assert_eq!((report.counters.lost_acked, counted(&report).passed_over), (0, 0));
    assert_eq!(report.groups[0].lag, Some(0), "offsets go on over the holes");
    let bytes = |report: &RunReport| report.partitions[0].bytes.unwrap();
    assert!(bytes(&report) * 5 < bytes(&kept), "{} of {}", bytes(&report), bytes(&kept));
}

#[test]
fn deletes_are_missed_when_tombstones_are_gone_before_they_are_read() {
    // The first ten keys are written again until the end, the other ninety are not.
    let deletes = "tombstone_share = 0.5\n\
        [[producer]]\nname = \"before\"\ntopic = \"t\"\nrecords_per_s = 50\nuntil = \"8s\"\n\
        keys = \"uniform\"\nkey_count = 100\n\
        [[producer]]\nname = \"erasure\"\ntopic = \"t\"\nrecords_per_s = 50\nfrom = \"12s\"\nuntil = \"16s\"\n\
        keys = \"uniform\"\nkey_count = 100\ntombstone_share = 1";
    let long = away(COMPACT, deletes).report();
    assert_eq!(counted(&long).deletes_missed, 0, "a day is longer than the group was away");
    let sim = away(&format!("{COMPACT}, \"delete.retention.ms\" = 1000"), deletes);
    let missed =
        |kind: &EventKind| matches!(kind, EventKind::CompactedBeforeRead { deletes, .. } if *deletes > 0);
    let event = sim.recent_events().find(|event| missed(&event.kind)).unwrap();
    let why = sim.why(event.seq);
    assert!(why[0].contains("DELETES MISSED: it keeps "), "{why:?}");
    assert!(why[1].contains("compacted t-0 from"), "{why:?}");
    let missed = counted(&sim.report()).deletes_missed;
    assert!((1..=90).contains(&missed), "{missed}: a key that was written again is not deleted");
}

#[test]
fn a_record_that_was_compacted_away_is_not_lost() {
    let sim = away(COMPACT, "");
    let record = RecordId { partition: "t-0".into(), producer: 0, number: 700 };
    let trace = sim.record_trace(&record).unwrap();
    let of = (trace.acked, trace.compacted, trace.lost.is_some(), trace.copies.len(), trace.read_by.len());
    assert_eq!(of, (true, true, false, 0, 0));
}

#[test]
fn nothing_is_cleaned_that_min_compaction_lag_protects_or_when_the_cleaner_is_off() {
    let protected = away(&format!("{COMPACT}, \"min.compaction.lag.ms\" = 600000"), "").report();
    assert_eq!(counted(&protected).compacted_before_read, 0);
    assert_eq!(protected.groups[0].read, protected.counters.visible);
    let mut off = scenario(COMPACT, "");
    off.cluster.config.insert("log.cleaner.enable".into(), false.into());
    let mut sim = Simulator::new(&off, 1, None);
    sim.run_until(70 * SECOND);
    assert!(!sim.recent_events().any(|event| format!("{:?}", event.kind).contains("LogCleaned")));
}

/// Of what is compacted and deleted, retention takes the front of the log, too.
#[test]
fn compact_and_delete_does_both() {
    let policy = ", \"cleanup.policy\" = \"compact,delete\", \"retention.ms\" = 20000";
    let report = away(policy, "").report();
    assert!(report.counters.deleted.unwrap() > 1000, "{:?}", report.counters.deleted);
    assert_eq!(report.counters.lost_acked, 0);
    assert!(counted(&report).compacted_before_read > 0);
}

#[test]
fn every_version_keeps_the_last_value_of_each_key() {
    for version in ["4.1", "3.0", "2.8", "2.0"] {
        let version: KafkaVersion = version.parse().unwrap();
        let mut sim = Simulator::new(&scenario(COMPACT, "from = \"0s\""), 1, Some(version));
        sim.audit();
        sim.run_until(80 * SECOND);
        let report = sim.report();
        // What is cleaned before it has joined, in three seconds, is one segment.
        let compacted = counted(&report).compacted_before_read;
        assert_eq!(report.groups[0].read + compacted, report.counters.visible, "{version}");
        assert!(compacted < 100, "{version}: {compacted}");
        assert!(report.partitions[0].bytes.unwrap() < 400_000, "{version}: {:?}", report.partitions[0].bytes);
    }
}

#[test]
fn records_without_a_key_are_refused() {
    let text = "id = \"x\"\ntitle = \"x\"\nduration = \"10s\"\n[cluster]\nbrokers = 1\nracks = []\n\
         [[topic]]\nname = \"t\"\npartitions = 1\nreplication_factor = 1\nconfig = { \"cleanup.policy\" = \"compact\" }\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\nkeys = \"none\"\n";
    let refused = Scenario::parse("x.toml", text).unwrap_err().to_string();
    assert!(refused.contains("brokers refuse records without a key"), "{refused}");
    let keyed = text.replace("none", "uniform");
    let event = format!("{keyed}[[event]]\nat = \"1s\"\ndo = \"set\"\nset = \"load:keys=none\"\n");
    let refused = Scenario::parse("x.toml", &event).unwrap_err().to_string();
    assert!(refused.contains("brokers refuse records without a key"), "{refused}");
}
