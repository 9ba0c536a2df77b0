//! Mistakes of Kafka's history, switched back on: they lose records that the rules of today keep.

use klever::protocol::profile::{Profile, Truncation};
use klever::scenario::Scenario;
use klever::sim::{EventKind, Simulator};

const CLUSTER: &str = r#"
[cluster]
racks = []
controllers = 1

[[topic]]
name = "t"
placement = [[1, 2, 3]]
config = { "min.insync.replicas" = 1, "unclean.leader.election.enable" = true }

[[producer]]
name = "app"
topic = "t"
record_bytes = 100
config = { "acks" = "all", "linger.ms" = 0, "request.timeout.ms" = 2000 }
"#;

fn simulate(events: &str, change: impl FnOnce(&mut Profile)) -> Simulator {
    let text = format!("id = \"x\"\ntitle = \"x\"\nversions = [\"2.8\"]\n{CLUSTER}{events}");
    let scenario = Scenario::parse("history.toml", &text).unwrap();
    let mut profile = Profile::of(scenario.version(), None);
    change(&mut profile);
    let mut simulator = Simulator::with_profile(&scenario, 1, profile);
    simulator.keep_events();
    simulator.run_until(120_000_000_000);
    assert!(simulator.script_is_over(), "the scenario got stuck");
    simulator
}

/// Records that were lost at some time, whether they came back or not.
fn ever_lost(simulator: &mut Simulator) -> u64 {
    let lost = |kind: &EventKind| if let EventKind::AckedLost { records, .. } = kind { *records } else { 0 };
    simulator.take_events().iter().map(|event| lost(&event.kind)).sum()
}

/// C11: the followers have the third record and do not know yet that it is committed. The leader goes, and
/// the next one dies before the third broker could fetch from it what it has just cut off.
const CUT_TO_THE_HIGH_WATERMARK: &str = r#"
[[event]]
at = "1s"
do = "send"
target = "producer/app"
count = 3

[[event]]
when = "settled app"
do = "partition"
target = "broker/2"
to = "broker/3"

[[event]]
do = "stop"
target = "broker/1"

[[event]]
when = "leader t-0 = 2"
after = "500ms"
do = "kill"
target = "broker/2"

[[event]]
when = "leader t-0 = 3"
do = "heal"
"#;

#[test]
fn c11_cutting_to_the_high_watermark_loses_what_was_committed() {
    let lost = |truncation| {
        let mut simulator = simulate(CUT_TO_THE_HIGH_WATERMARK, |profile| profile.truncation = truncation);
        assert_eq!(simulator.report().partitions[0].leader, Some(3));
        ever_lost(&mut simulator)
    };
    assert_eq!(lost(Truncation::ToHighWatermark), 1);
    for truncation in [Truncation::Kip101, Truncation::Kip279, Truncation::Kip320, Truncation::ViaFetch] {
        assert_eq!(lost(truncation), 0, "{truncation:?}");
    }
}

/// C12: both replicas lose power, the one that keeps less leads and writes something else at the offsets that
/// the other one believes to be committed. Then that one leads.
const TWO_RUNS: &str = r#"
[[event]]
at = "1s"
do = "stop"
target = "broker/3"

[[event]]
when = "isr t-0 = 1 2"
do = "send"
target = "producer/app"
count = 3

# The file of the high watermark is written every 5 s.
[[event]]
when = "settled app"
after = "11s"
do = "power_loss"
target = "broker/1"
keep = "everything"

[[event]]
do = "power_loss"
target = "broker/2"
keep = "1 batch"

[[event]]
when = "broker/1 fenced"
do = "restart"
target = "broker/2"

[[event]]
when = "leader t-0 = 2"
do = "send"
target = "producer/app"
count = 4

[[event]]
when = "acked app >= 7"
do = "restart"
target = "broker/1"

[[event]]
when = "isr t-0 = 1 2"
after = "2s"
do = "preferred_election"

[[event]]
when = "leader t-0 = 1"
after = "1s"
do = "send"
target = "producer/app"
"#;

#[test]
fn c12_logs_that_are_not_compared_by_epoch_stay_different() {
    let lost = |truncation| {
        let mut simulator = simulate(TWO_RUNS, |profile| profile.truncation = truncation);
        assert_eq!(simulator.report().partitions[0].leader, Some(1));
        (simulator.report().counters.acked, ever_lost(&mut simulator))
    };
    assert_eq!(lost(Truncation::ToHighWatermark), (8, 4), "two of the first, and those written instead");
    for truncation in [Truncation::Kip101, Truncation::Kip279, Truncation::Kip320, Truncation::ViaFetch] {
        assert_eq!(lost(truncation), (8, 2), "{truncation:?}: only the power loss itself");
    }
}
