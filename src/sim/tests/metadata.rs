//! What a client learns from whom while brokers are away: refusals, silence, metadata (kafka.md#metadata-of-clients).

use crate::scenario::{PowerDomain, Process, Time, UnflushedTail};
use crate::sim::process::ProcessState;
use crate::sim::*;

const SECOND: Nanos = 1_000_000_000;

fn broker(id: i32) -> Process {
    Process::Broker(BrokerId(id))
}

/// One partition on brokers 1, 2 and 3; a producer that begins when it is started, with these settings.
fn late_producer(config: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"300s\"\n[cluster]\nracks = []\ncontrollers = 1\n\
         [[topic]]\nname = \"t\"\nplacement = [[1, 2, 3]]\nconfig = {{ \"min.insync.replicas\" = 2 }}\n\
         [[producer]]\nname = \"late\"\ntopic = \"t\"\nrecords_per_s = 10\nfrom = \"20s\"\nconfig = {{ {config} }}\n"
    );
    Scenario::parse("x.toml", &text).unwrap()
}

/// Sent, acknowledged and failed records.
fn counts(sim: &mut Simulator) -> (u64, u64, u64) {
    let counters = sim.counters();
    (counters.sent.unwrap(), counters.acked, counters.failed)
}

#[test]
fn a_new_producer_throws_a_record_for_each_max_block_ms_while_nobody_answers() {
    let mut sim = Simulator::new(&late_producer("\"max.block.ms\" = 5000"), 1, None);
    sim.run_until(5 * SECOND);
    (1..=3).for_each(|id| sim.apply(Act::Pause(broker(id))).unwrap());
    sim.run_until(36 * SECOND);
    assert_eq!(counts(&mut sim), (4, 0, 3), "one waits since 35 s");
    (1..=3).for_each(|id| sim.apply(Act::Resume(broker(id))).unwrap());
    sim.run_until(60 * SECOND);
    let (sent, acked, failed) = counts(&mut sim);
    assert!((235..=246).contains(&sent) && acked + 4 >= sent && failed == 3, "{sent} {acked} {failed}");
}

/// Two of three machines are without power. An attempt to connect to one takes ten seconds, then it is the next
/// one's turn, and nobody is tried twice before all were tried.
#[test]
fn machines_without_power_are_given_up_one_after_the_other() {
    let mut waits = Vec::new();
    for seed in 0..30 {
        let mut sim = Simulator::new(&late_producer("\"max.block.ms\" = 60000"), seed, None);
        sim.run_until(5 * SECOND);
        for id in [1, 2] {
            let domain = PowerDomain::Broker(BrokerId(id));
            sim.apply(Act::PowerLoss { domain, keep: UnflushedTail::Everything }).unwrap();
        }
        while counts(&mut sim).0 < 2 {
            let next = sim.now() + SECOND / 10;
            sim.run_until(next);
        }
        waits.push((sim.now() - 20 * SECOND) / SECOND);
    }
    waits.sort_unstable();
    assert!(waits[0] < 1 && *waits.last().unwrap() <= 25, "{waits:?}");
    assert!(waits.iter().any(|wait| (8..=12).contains(wait)), "one silent machine first: {waits:?}");
    assert!(waits.iter().any(|wait| (16..=25).contains(wait)), "two of them first: {waits:?}");
}

/// A broker that was killed and started at once waits for its old session to end: its listeners are closed meanwhile,
/// and nobody hears from it of partitions that it does not know.
#[test]
fn a_broker_that_is_not_let_in_yet_refuses_clients() {
    let scenario = Scenario { duration: Time::from_secs(60), ..late_producer("\"max.block.ms\" = 1000") };
    let mut sim = Simulator::new(&scenario, 1, None);
    sim.run_until(16 * SECOND);
    (1..=3).for_each(|id| sim.apply(Act::Kill(broker(id))).unwrap());
    (1..=3).for_each(|id| sim.apply(Act::Restart(broker(id))).unwrap());
    sim.run_until(19 * SECOND);
    let up = |sim: &Simulator| sim.world.machines.hosts().iter().all(|host| host.process == ProcessState::Up);
    assert!(up(&sim), "they run, and are not registered");
    sim.run_until(23 * SECOND);
    let (sent, acked, failed) = counts(&mut sim);
    assert!(up(&sim) && acked == 0 && failed == sent - 1 && failed >= 2, "{sent} {acked} {failed}");
}

/// The only broker that the client's metadata names goes, and others come back (KIP-899).
#[test]
fn a_client_whose_brokers_are_all_gone_finds_the_others_since_4_0() {
    let acked = |version: &str| {
        let text = "id = \"x\"\ntitle = \"x\"\nduration = \"120s\"\n[cluster]\nracks = []\ncontrollers = 1\n\
             [[topic]]\nname = \"t\"\npartitions = 2\nplacement = [[2, 3], [1, 3]]\n\
             [[producer]]\nname = \"late\"\ntopic = \"t\"\nrecords_per_s = 10\nfrom = \"30s\"\n\
             keys = \"none\"\nconfig = { acks = \"1\" }\n";
        let scenario = Scenario::parse("x.toml", text).unwrap();
        let mut sim = Simulator::new(&scenario, 1, Some(version.parse().unwrap()));
        sim.run_until(2 * SECOND);
        [2, 3].iter().for_each(|id| sim.apply(Act::Stop(broker(*id))).unwrap());
        sim.run_until(35 * SECOND);
        let before = counts(&mut sim).1;
        assert!(before > 0, "{version}: broker 1 leads a partition");
        sim.apply(Act::Kill(broker(1))).unwrap();
        [2, 3].iter().for_each(|id| sim.apply(Act::Restart(broker(*id))).unwrap());
        sim.run_until(80 * SECOND);
        counts(&mut sim).1 - before
    };
    assert!(acked("4.1") > 100, "it asks its bootstrap servers again");
    assert_eq!(acked("3.9"), 0, "it knows of broker 1 only");
}
