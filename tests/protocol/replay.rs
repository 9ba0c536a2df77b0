//! The controller logs of fault runs on Kafka 4.1 and 4.4, replayed decision by decision.

use klever::model::{BrokerId, KafkaVersion};
use klever::protocol::controller::replay::{LoggedBody, LoggedRecord, ReplayReport, replay};
use klever::protocol::profile::Profile;
use std::collections::BTreeMap;

/// Epochs of the processes that registered after a SIGTERM; all others came after a SIGKILL.
const CLEAN: [i64; 4] = [231, 281, 501, 558];

fn log() -> Vec<LoggedRecord> {
    parsed(include_str!("../gold/controller-log.jsonl"))
}

/// Three brokers of Kafka 4.4 that were stopped in good order, one after the other, and started in another order
/// (`assets/scenarios/lab/b8-elr.toml`).
fn log_of_4_4() -> Vec<LoggedRecord> {
    parsed(include_str!("../gold/controller-log-4.4.jsonl"))
}

fn parsed(log: &str) -> Vec<LoggedRecord> {
    log.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn replay_as(clean: &dyn Fn(BrokerId, i64) -> bool) -> ReplayReport {
    let report = replay(&log(), Profile::default(), clean);
    println!(
        "{} decisions, {} of them with partition changes, {} partition changes compared, {} inputs",
        report.decisions, report.with_changes, report.compared, report.inputs
    );
    report
}

#[test]
fn every_record_of_the_log_is_understood() {
    let log = log();
    assert_eq!(log.len(), 289);
    let other = log.iter().filter(|record| matches!(record.body, LoggedBody::Other(_))).count();
    assert_eq!(other, 0);
}

#[test]
fn every_decision_of_the_real_controller_is_ours() {
    let report = replay_as(&|_, epoch| CLEAN.contains(&epoch));
    assert_eq!(report.mismatches, []);
    assert_eq!((report.decisions, report.with_changes, report.compared), (52, 21, 132));
}

#[test]
fn every_decision_of_a_real_4_4_controller_is_ours() {
    let report = replay(&log_of_4_4(), Profile::of(KafkaVersion::new(4, 4, 0), None), &|_, _| true);
    assert_eq!(report.mismatches, []);
    assert_eq!((report.decisions, report.with_changes, report.compared), (23, 4, 4));
}

/// KIP-1066: between a registration and the change that unfences it a 4.4 controller writes one more.
#[test]
fn cordoned_directories_are_written_once_for_each_registration_before_it_is_unfenced() {
    let mut told: BTreeMap<(BrokerId, i64), Vec<&str>> = BTreeMap::new();
    for record in log_of_4_4() {
        match record.body {
            LoggedBody::RegisterBrokerRecord(one) => {
                told.entry((one.broker_id, one.broker_epoch)).or_default().push("registered");
            }
            LoggedBody::BrokerRegistrationChangeRecord(one) => {
                let what = match (one.cordoned_log_dirs, one.fenced) {
                    (Some(cordoned), 0) if cordoned.is_empty() => "cordoned none",
                    (None, -1) => "unfenced",
                    _ => continue,
                };
                told.entry((one.broker_id, one.broker_epoch)).or_default().push(what);
            }
            _ => {}
        }
    }
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told.values().all(|said| *said == ["registered", "cordoned none", "unfenced"]), "{told:?}");
}

#[test]
fn whether_a_stop_was_clean_decides() {
    assert_ne!(replay_as(&|_, _| true).mismatches, [], "the ELR would have kept lossy brokers");
    assert_ne!(replay_as(&|_, _| false).mismatches, [], "the ELR would have lost complete brokers");
}

#[test]
fn a_changed_log_is_noticed() {
    let mut log = log();
    let change = log.iter_mut().find_map(|record| match &mut record.body {
        LoggedBody::PartitionChangeRecord(change) if record.batch == 61 => Some(change),
        _ => None,
    });
    change.expect("batch 61 fences broker 1").leader = Some(3);
    let report = replay(&log, Profile::default(), &|_, epoch| CLEAN.contains(&epoch));
    assert_eq!(report.mismatches.first().map(|mismatch| mismatch.batch), Some(61));
}

/// The controller writes what several requests led to in one batch: a broker that left, and another's
/// `AssignReplicasToDirs`, which nothing in the log asked for.
#[test]
fn where_a_replica_lives_is_told_not_decided() {
    let mut log = log();
    let at = log.iter().position(|record| record.batch == 61).unwrap();
    let line = r#"{"batch":61,"offset":61,"time_ms":3,"type":"PARTITION_CHANGE_RECORD","version":2,"data":{
        "partitionId":0,"topicId":"HmDWTn0LThKqbUYeTnqghA",
        "directories":["cZ4TGPz8Pniuedcey-8zfA","iA3U1zpxBuGLedO8KkH8Pg","j3dY_CPpIJpEEhlB3NuA5w"]}}"#;
    log.insert(at, serde_json::from_str(line).unwrap());
    let report = replay(&log, Profile::default(), &|_, epoch| CLEAN.contains(&epoch));
    assert_eq!(report.mismatches, []);
    assert_eq!(report.compared, 132, "nothing else is left out");
}

#[test]
fn records_of_other_types_are_skipped() {
    let line = r#"{"batch":1,"offset":2,"time_ms":3,"type":"PRODUCER_IDS_RECORD","version":0,"data":{"brokerId":1}}"#;
    let record: LoggedRecord = serde_json::from_str(line).unwrap();
    assert!(matches!(record.body, LoggedBody::Other(_)));
    let malformed = line.replace("PRODUCER_IDS", "PARTITION_CHANGE");
    assert!(serde_json::from_str::<LoggedRecord>(&malformed).is_err());
}
