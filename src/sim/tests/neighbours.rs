//! Clients that share brokers: a greedy one and its quota, and versions of schemas.

use super::*;
use crate::model::SchemaChange;

/// Two producers on one network of 10 MB/s, `good` with 0.1 MB/s of it; a group reads what it sends.
fn shared(more: &str) -> Scenario {
    let producer = |name: &str, topic: &str, rate: u32, bytes: u32| {
        format!(
            "[[producer]]\nname = \"{name}\"\ntopic = \"{topic}\"\nrecords_per_s = {rate}\nrecord_bytes = {bytes}\n\
             config = {{ \"acks\" = \"all\", \"batch.size\" = 200000 }}\n"
        )
    };
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\n{more}\n[net]\nbroker_mb_per_s = 10\n\
         [[topic]]\nname = \"t\"\nplacement = [[1, 2, 3]]\n[[topic]]\nname = \"u\"\nplacement = [[1, 2, 3]]\n{}{}\
         [[group]]\nname = \"g\"\ntopics = [\"t\"]\non_poison = \"skip\"\nprocessing_ms = 1\n\
         config = {{ \"auto.offset.reset\" = \"earliest\" }}\n",
        producer("good", "t", 100, 1000),
        producer("greedy", "u", 10, 10_000)
    );
    Scenario::parse("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn greedy(times: u32) -> Act {
    Act::Greedy { producer: "greedy".into(), times }
}

/// Of `good` and `greedy`.
fn producers(sim: &Simulator) -> [ProducerReport; 2] {
    sim.report().counters.producers.try_into().unwrap()
}

/// Of `good`, of all its records so far.
fn p99_ms(sim: &Simulator) -> f64 {
    producers(sim)[0].ack_latency_ms.p99.unwrap()
}

#[test]
fn a_greedy_client_makes_another_one_wait_and_a_quota_ends_that() {
    let run = |scenario: &Scenario, times: u32| {
        let mut sim = Simulator::new(scenario, 1, None);
        sim.run_until(SECOND);
        sim.apply(greedy(times)).unwrap();
        sim.run_until(21 * SECOND);
        sim
    };
    let (modest, greedy) = (run(&shared(""), 1), run(&shared(""), 200));
    assert!(p99_ms(&modest) < 15.0, "{:?}", producers(&modest));
    assert!(p99_ms(&greedy) > 3.0 * p99_ms(&modest), "{:?}", producers(&greedy));
    let mut quotas = shared("");
    quotas.quotas.producer_byte_rate = 200_000;
    let [good, throttled] = producers(&run(&quotas, 200));
    assert_eq!((good.throttled, good.failed, throttled.failed), (0, 0, 0));
    assert!(throttled.throttled > 5 && throttled.throttle_time_ms > 5_000, "{throttled:?}");
    // 21 s and the ten that a window gives in advance, within what one request more may be.
    let sent = throttled.acked * 10_000;
    assert!((200_000 * 21..200_000 * 36).contains(&sent), "{sent} bytes");
}

/// A quota is in force at once, of one client too, and nobody is restarted for it.
#[test]
fn quotas_are_turned_while_clients_run() {
    let mut sim = Simulator::new(&shared(""), 1, None);
    sim.apply(greedy(200)).unwrap();
    sim.run_until(5 * SECOND);
    assert_eq!(sim.set(change("cluster/greedy:producer_byte_rate=100000")), Applied::Done);
    sim.run_until(18 * SECOND);
    let [good, throttled] = producers(&sim);
    assert!(throttled.throttled > 0 && good.throttled == 0);
    assert_eq!(sim.set(change("cluster/greedy:producer_byte_rate=MAX_LONG")), Applied::Done);
    sim.run_until(40 * SECOND);
    let before = producers(&sim)[1].clone();
    sim.run_until(44 * SECOND);
    let after = producers(&sim)[1].clone();
    assert_eq!(after.throttled, before.throttled);
    assert!(after.acked - before.acked > 1000, "{} in four seconds", after.acked - before.acked);
    assert!(sim.report().counters.failed == 0);
    let told: Vec<String> = sim.recent_events().map(|event| sim.text(event)).collect();
    assert!(told.iter().any(|line| line.contains("throttles producer/greedy for")), "{told:?}");
}

/// Never more than its quota; and where each fetch is as large as the window, the next one has to wait until that has
/// left it, which is half.
#[test]
fn a_throttled_reader_gets_its_quota() {
    let mut scenario = shared("");
    scenario.quotas.consumer_byte_rate = 50_000;
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.run_until(60 * SECOND);
    let group = sim.report().groups[0].clone();
    let bytes = group.read * 1000;
    assert!((50_000 * 25..50_000 * 72).contains(&bytes), "{bytes} bytes read, {group:?}");
    assert!(group.throttle_time_ms > 10_000 && group.lag > Some(1000), "{group:?}");
}

#[test]
fn a_knob_narrows_the_network() {
    let mut scenario = shared("");
    scenario.net.broker_mb_per_s = None;
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.apply(greedy(200)).unwrap();
    sim.run_until(6 * SECOND);
    let wide = producers(&sim)[1].acked;
    assert!(wide > 9_000, "{wide}");
    assert_eq!(sim.set(change("env:network_mb_per_s=1")), Applied::Done);
    assert_eq!(sim.snapshot().0.assumed.env.machine.network_mb_per_s, 1.0);
    sim.run_until(12 * SECOND);
    let narrow = producers(&sim)[1].acked - wide;
    assert!(narrow < wide / 5, "{narrow} for {wide}");
}

fn deploy(client: Endpoint, change: Option<SchemaChange>) -> Act {
    Act::DeploySchema { client, change }
}

fn good() -> Endpoint {
    Endpoint::Producer("good".into())
}

#[test]
fn what_a_reader_cannot_read_is_poison_until_it_has_the_schema() {
    let mut sim = Simulator::new(&shared(""), 1, None);
    sim.audit();
    sim.run_until(5 * SECOND);
    sim.apply(deploy(good(), Some(SchemaChange::RenameField))).unwrap();
    sim.run_until(9 * SECOND);
    let group = sim.report().groups[0].processing.unwrap();
    assert!(group.unreadable > 200 && group.skipped == group.unreadable, "{group:?}");
    sim.apply(deploy(Endpoint::Group("g".into()), None)).unwrap();
    sim.run_until(11 * SECOND);
    let before = sim.report().groups[0].processing.unwrap().unreadable;
    sim.run_until(20 * SECOND);
    let after = sim.report().groups[0].processing.unwrap();
    assert_eq!(after.unreadable, before, "{after:?}");
    assert!(after.effects > 1_000, "{after:?}");
    assert!(sim.violations().is_empty(), "{:?}", sim.violations());
}

/// A registry lets nothing into the log that it does not allow, and the process that runs goes on.
#[test]
fn a_refused_version_never_reaches_the_log() {
    for level in ["BACKWARD", "FORWARD", "FULL_TRANSITIVE"] {
        let mut sim = Simulator::new(&shared(&format!("compatibility = \"{level}\"")), 1, None);
        sim.run_until(2 * SECOND);
        sim.apply(deploy(good(), Some(SchemaChange::ChangeType))).unwrap();
        sim.run_until(10 * SECOND);
        let report = sim.report();
        assert_eq!((report.counters.schemas_refused, report.counters.failed), (1, 0));
        assert_eq!(report.groups[0].processing.unwrap().unreadable, 0);
        assert!(producers(&sim)[0].acked > 900, "{level}");
    }
}

/// The level is a knob: it decides about the next deployment.
#[test]
fn the_level_is_turned_while_clients_run() {
    let mut sim = Simulator::new(&shared(""), 1, None);
    assert_eq!(sim.set(change("cluster:compatibility=FULL")), Applied::Done);
    sim.apply(deploy(good(), Some(SchemaChange::AddRequiredField))).unwrap();
    assert_eq!(sim.report().counters.schemas_refused, 1);
    assert_eq!(sim.set(change("cluster:compatibility=FORWARD")), Applied::Done);
    sim.apply(deploy(good(), Some(SchemaChange::AddRequiredField))).unwrap();
    assert_eq!(sim.report().counters.schemas_refused, 1);
    for _ in 0..3 {
        sim.set(change("cluster:compatibility=NONE"));
        let _ = sim.apply(deploy(good(), Some(SchemaChange::RemoveRequiredField)));
    }
    let left = sim.apply(deploy(good(), Some(SchemaChange::RemoveRequiredField)));
    assert_eq!(left, Err(Refusal::NoSuchField));
}
