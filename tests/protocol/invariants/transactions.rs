//! Transactions under random faults, and with their rules left out one by one.

use super::{RECOVERY, SECOND, cases, faults};
use klever::protocol::profile::Profile;
use klever::scenario::{Act, Endpoint, Event, Process, Scenario, Time};
use klever::sim::Simulator;
use proptest::prelude::*;

const TIMEOUTS: &str =
    r#""transaction.timeout.ms" = 6000, "delivery.timeout.ms" = 5000, "request.timeout.ms" = 2000"#;

/// Two processes of one id and one of another write to three partitions; one group reads all of it, one what is
/// committed.
fn scenario(duration_s: u32, features: &str, events: &str) -> Scenario {
    let text = format!(
        r#"
id = "transactions"
title = "Transactions"
duration = "{duration_s}s"
[cluster]
brokers = 3
racks = []
config = {{ "broker.session.timeout.ms" = 3000, "broker.heartbeat.interval.ms" = 700 }}
{features}
[[topic]]
name = "t"
partitions = 3
placement = [[1, 2, 3], [2, 3, 1], [3, 1, 2]]
config = {{ "min.insync.replicas" = 2 }}
[[producer]]
name = "first"
topic = "t"
keys = "uniform"
records_per_s = 100
record_bytes = 100
until = "{duration_s}s"
transaction_records = 30
config = {{ "transactional.id" = "a", {TIMEOUTS} }}
[[producer]]
name = "second"
topic = "t"
keys = "uniform"
records_per_s = 100
record_bytes = 100
from = "8s"
until = "{duration_s}s"
transaction_records = 30
config = {{ "transactional.id" = "a", {TIMEOUTS} }}
[[producer]]
name = "other"
topic = "t"
keys = "uniform"
records_per_s = 50
record_bytes = 100
until = "{duration_s}s"
transaction_records = 20
config = {{ "transactional.id" = "b", {TIMEOUTS} }}
[[group]]
name = "careful"
topics = ["t"]
config = {{ "isolation.level" = "read_committed", "auto.offset.reset" = "earliest" }}
[[group]]
name = "careless"
topics = ["t"]
config = {{ "auto.offset.reset" = "earliest" }}
{events}
"#
    );
    Scenario::parse("transactions.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Runs it under the eyes of an auditor; then everything is healed, and it is quiet.
fn play(scenario: &Scenario, seed: u64, profile: Option<Profile>) -> Simulator {
    let version = scenario.version();
    let mut sim = match profile {
        Some(profile) => Simulator::with_profile(scenario, seed, profile),
        None => Simulator::new(scenario, seed, Some(version)),
    };
    sim.audit();
    sim.run_until(scenario.duration.0);
    for part in [0, RECOVERY / 2, RECOVERY] {
        sim.run_until(scenario.duration.0 + part);
        if part < RECOVERY {
            super::heal(&mut sim);
            for spec in &scenario.producers {
                // Who is not paused refuses to be resumed.
                let _ = sim.apply(Act::Resume(Process::Producer(spec.name.clone())));
            }
        }
    }
    sim.expect_healed();
    sim
}

#[test]
fn without_faults_transactions_commit_and_the_older_process_is_fenced() {
    for version in ["3.5", "3.9", "4.1"] {
        let mut scenario = scenario(20, "", "");
        scenario.versions = vec![version.parse().unwrap()];
        let mut sim = play(&scenario, 1, None);
        assert_eq!(faults(sim.violations()), Vec::<String>::new(), "{version}");
        let report = sim.report();
        let counters = sim.counters();
        let transactions = counters.transactions.unwrap();
        assert!(transactions.committed > 60, "{version}: {transactions:?}");
        assert_eq!(transactions.fenced, 1, "{version}: {transactions:?}");
        assert_eq!(counters.duplicated + counters.lost_acked, 0, "{version}");
        assert_eq!(transactions.stable, Some(counters.visible), "{version}: nothing is left open");
        let read = |name: &str| report.groups.iter().find(|group| group.group == name).unwrap().read;
        assert!(read("careful") <= read("careless"), "{version}");
        assert!(read("careful") > 2000, "{version}: {}", read("careful"));
    }
}

/// The rule left out: a promise breaks, and with the rule none does.
fn missed(scenario: &Scenario, without: Profile, promises: &[&str]) {
    let with = play(scenario, 1, None);
    assert_eq!(faults(with.violations()), Vec::<String>::new(), "with all rules");
    let found = faults(play(scenario, 1, Some(without)).violations());
    let expected = found.iter().any(|line| promises.iter().any(|name| line.contains(name)));
    assert!(expected, "{promises:?} should be among {found:#?}");
}

#[test]
fn without_fencing_a_zombie_goes_on() {
    let case = scenario(15, "", "");
    let without = Profile { producer_fencing: false, ..Profile::default() };
    missed(&case, without, &["ZombiesFenced"]);
}

/// Markers take long, and one broker after the other dies: no write of the next transaction may join the one before,
/// and every coordinator goes on with what was decided.
#[test]
fn slow_markers_and_dying_coordinators_leave_every_decision_carried_out() {
    let events: String = (1..=3)
        .map(|id| {
            format!(
                "[[event]]\nat = \"{}ms\"\ndo = \"kill\"\ntarget = \"broker/{id}\"\n\
                 [[event]]\nafter = \"6s\"\ndo = \"restart\"\ntarget = \"broker/{id}\"\n",
                id * 12_000 - 8_000
            )
        })
        .collect();
    let slow = "[[event]]\nat = \"1s\"\ndo = \"slow_link\"\ntarget = \"broker/1\"\nto = \"broker/2\"\nextra = \"150ms\"\n\
                [[event]]\nat = \"1s\"\ndo = \"slow_link\"\ntarget = \"broker/2\"\nto = \"broker/3\"\nextra = \"150ms\"\n\
                [[event]]\nat = \"1s\"\ndo = \"slow_link\"\ntarget = \"broker/1\"\nto = \"broker/3\"\nextra = \"150ms\"\n";
    let case = scenario(45, "", &format!("{slow}{events}"));
    assert_eq!(faults(play(&case, 1, None).violations()), Vec::<String>::new());
}

/// What happens to the cluster, each after so many milliseconds.
#[derive(Clone, Debug)]
enum Fault {
    Broker(u8, u32),
    Pause(u8, u32),
    Cut(u8, u8, u32),
    Producer(u8, u8),
}

fn fault() -> impl Strategy<Value = (u32, Fault)> {
    let one = prop_oneof![
        (1..4_u8, 500..9000_u32).prop_map(|(id, down)| Fault::Broker(id, down)),
        (1..4_u8, 500..9000_u32).prop_map(|(id, down)| Fault::Pause(id, down)),
        (1..4_u8, 1..4_u8, 500..9000_u32).prop_map(|(a, b, long)| Fault::Cut(a, b, long)),
        (0..3_u8, 0..4_u8).prop_map(|(which, what)| Fault::Producer(which, what)),
    ];
    (100..4000_u32, one)
}

fn events(faults: &[(u32, Fault)]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = 2000_u64;
    let mut add = |ms: u64, act: Act| events.push((ms, act));
    for (after, fault) in faults {
        at += u64::from(*after);
        let broker = |id: u8| klever::model::BrokerId(i32::from(id));
        match *fault {
            Fault::Broker(id, down) => {
                add(at, Act::Kill(Process::Broker(broker(id))));
                add(at + u64::from(down), Act::Restart(Process::Broker(broker(id))));
            }
            Fault::Pause(id, down) => {
                add(at, Act::Pause(Process::Broker(broker(id))));
                add(at + u64::from(down), Act::Resume(Process::Broker(broker(id))));
            }
            Fault::Cut(a, b, long) if a != b => {
                let (from, to) = (Endpoint::Broker(broker(a)), Endpoint::Broker(broker(b)));
                add(at, Act::Partition { from: from.clone(), to: to.clone(), one_way: false });
                add(at + u64::from(long), Act::Heal { from, to });
            }
            Fault::Cut(..) => {}
            Fault::Producer(which, what) => {
                let name = ["first", "second", "other"][usize::from(which)].to_string();
                let process = Process::Producer(name);
                match what {
                    0 => add(at, Act::Kill(process)),
                    1 => add(at, Act::Pause(process)),
                    2 => add(at, Act::Resume(process)),
                    _ => add(at, Act::Restart(process)),
                }
            }
        }
    }
    events.sort_by_key(|(ms, _)| *ms);
    events.into_iter().map(event).collect()
}

fn event((ms, act): (u64, Act)) -> Event {
    Event { at: Some(Time::from_millis(ms)), when: None, after: None, act }
}

proptest! {
    #![proptest_config(cases(100, 3000))]

    #[test]
    fn promises_about_transactions_hold_under_any_faults(
        faults_drawn in prop::collection::vec(fault(), 0..6),
        version in prop::sample::select(vec!["3.5", "3.6", "3.9", "4.0.1", "4.1", "4.2"]),
        seed in 1..1000_u64,
    ) {
        let mut scenario = scenario(25, "", "");
        scenario.versions = vec![version.parse().unwrap()];
        scenario.events = events(&faults_drawn);
        let sim = play(&scenario, seed, None);
        let found = faults(sim.violations());
        prop_assert!(
            found.is_empty(),
            "seed {seed}, version {version}\n{}\n# then everything is healed and {} s pass\n{}",
            scenario.to_toml(), RECOVERY / SECOND, found.join("\n")
        );
    }
}
