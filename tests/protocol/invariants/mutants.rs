//! Each rule that history added, left out again: the promise that it keeps must be seen to break.

use super::faults;
use klever::protocol::profile::{LastKnownLeader, Profile, SessionRule, Truncation};
use klever::scenario::Scenario;
use klever::sim::Simulator;

/// Three brokers, or four if the topic needs them, with one partition; short sessions so that runs are short.
fn scenario(topic: &str, acks: &str, events: &[&str]) -> Scenario {
    let brokers = if topic.contains('4') { 4 } else { 3 };
    let mut text = format!(
        "id = \"mutant\"\ntitle = \"A rule left out\"\nduration = \"40s\"\n\
         [cluster]\nbrokers = {brokers}\nracks = []\n\
         config = {{ \"broker.session.timeout.ms\" = 3000, \"broker.heartbeat.interval.ms\" = 700 }}\n\
         [disk]\nwriteback_s = 0\n\
         [[topic]]\nname = \"t\"\npartitions = 1\n{topic}\n\
         [[producer]]\nname = \"p\"\ntopic = \"t\"\nrecords_per_s = 100\n\
         config = {{ acks = \"{acks}\", \"enable.idempotence\" = false, \"delivery.timeout.ms\" = 9000, \
         \"request.timeout.ms\" = 2500 }}\n"
    );
    for event in events {
        text += &format!("[[event]]\n{event}\n");
    }
    Scenario::parse("mutant.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The promises that broke within so many seeds, and the seed.
fn broken(scenario: &Scenario, profile: &Profile, seeds: u64) -> Option<(u64, Vec<String>)> {
    (1..=seeds).find_map(|seed| {
        let mut sim = Simulator::with_profile(scenario, seed, profile.clone());
        sim.audit();
        sim.run_until(scenario.duration.0);
        let found = faults(sim.violations());
        (!found.is_empty()).then_some((seed, found))
    })
}

/// A rule is missed when it is left out, and the latest version keeps all promises in the same scenarios.
fn missed(scenarios: &[Scenario], without: Profile, promises: &[&str]) {
    let seeds = 3;
    let mut missed = Vec::new();
    for case in scenarios {
        assert_eq!(broken(case, &Profile::default(), seeds), None, "with all rules");
        missed.extend(broken(case, &without, seeds).into_iter().flat_map(|(_, found)| found));
    }
    let expected = missed.iter().any(|line| promises.iter().any(|name| line.contains(name)));
    assert!(expected, "{promises:?} should be among {missed:#?}");
}

const ON_ALL: &str = "placement = [[1, 2, 3]]\nconfig = { \"min.insync.replicas\" = 2 }";

#[test]
fn truncation_to_the_high_watermark_loses_what_was_committed() {
    let case = scenario(ON_ALL, "all", &["at = \"5s\"\ndo = \"stop\"\ntarget = \"broker/1\""]);
    let without = Profile { truncation: Truncation::ToHighWatermark, ..Profile::default() };
    missed(&[case], without, &["LeaderCandidateCompleteness", "StrongIsr", "LeaderCompleteness"]);
}

/// Two leaders each append what the other never saw, in turn and before either copies (KIP-279).
fn two_fast_failovers() -> Scenario {
    let topic = "replication_factor = 2\nplacement = [[2, 1]]\nconfig = { \"min.insync.replicas\" = 1 }";
    let events = [
        "at = \"3s\"\ndo = \"restart\"\ntarget = \"broker/2\"",
        "at = \"12s\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"broker/2\"",
        "at = \"13s\"\ndo = \"preferred_election\"",
        "at = \"14s\"\ndo = \"kill\"\ntarget = \"broker/2\"",
        "at = \"20s\"\ndo = \"heal\"",
        "at = \"21s\"\ndo = \"restart\"\ntarget = \"broker/2\"",
    ];
    scenario(topic, "1", &events)
}

#[test]
fn epochs_looked_up_once_let_logs_diverge() {
    let without = Profile { truncation: Truncation::Kip101, ..Profile::default() };
    missed(&[two_fast_failovers()], without, &["LogMatching", "WeakIsr", "StrongIsr"]);
}

/// Broker 3 never hears that broker 1 was deposed and leads again in a later epoch: what it copied from the
/// first reign is gone from broker 1, and its fetches still tell of it (KIP-320).
#[test]
fn without_fencing_a_follower_of_an_old_epoch_is_believed() {
    let topic = "placement = [[2, 1, 3]]\nconfig = { \"min.insync.replicas\" = 1 }";
    let events = [
        "at = \"3s\"\ndo = \"restart\"\ntarget = \"broker/2\"",
        "at = \"12s\"\ndo = \"partition\"\ntarget = \"controllers\"\nto = \"broker/3\"\none_way = true",
        "at = \"12500ms\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"broker/2\"",
        "at = \"13500ms\"\ndo = \"preferred_election\"",
        "at = \"14s\"\ndo = \"heal\"\ntarget = \"broker/1\"\nto = \"broker/2\"",
        "at = \"16s\"\ndo = \"stop\"\ntarget = \"broker/2\"",
    ];
    let case = scenario(topic, "1", &events);
    let without =
        Profile { truncation: Truncation::Kip279, leader_epoch_fencing: false, ..Profile::default() };
    missed(&[case], without, &["LogMatching", "WeakIsr", "StrongIsr"]);
}

#[test]
fn a_leader_that_believes_its_own_shrink_commits_too_early() {
    let events = [
        "at = \"4s\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"controllers\"\none_way = true",
        "at = \"4s\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"broker/3\"",
    ];
    let mut case = scenario(ON_ALL, "all", &events);
    // The shrink is wished for before the controller fences the leader.
    case.cluster.config.insert("replica.lag.time.max.ms".into(), 1500.into());
    let without = Profile { maximal_isr: false, ..Profile::default() };
    missed(&[case], without, &["ReplicationQuorumSuperset", "ValidHighWatermark", "StrongIsr"]);
}

/// A follower comes back with an empty disk while the leader's wish to take it in is on its way (KIP-903).
#[test]
fn an_empty_replica_joins_by_the_fetches_of_its_former_life() {
    let events = [
        "at = \"4s\"\ndo = \"kill\"\ntarget = \"broker/3\"",
        "when = \"broker/3 fenced\"\ndo = \"restart\"\ntarget = \"broker/3\"",
        "when = \"broker/3 unfenced\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"controllers\"\n\
         one_way = true",
        "after = \"600ms\"\ndo = \"stop\"\ntarget = \"broker/3\"",
        "when = \"broker/3 down\"\ndo = \"disk_loss\"\ntarget = \"broker/3\"",
        "after = \"10ms\"\ndo = \"partition\"\ntarget = \"broker/1\"\nto = \"broker/3\"\none_way = true",
        "when = \"broker/3 fenced\"\ndo = \"restart\"\ntarget = \"broker/3\"",
        "when = \"broker/3 unfenced\"\ndo = \"heal\"\ntarget = \"broker/1\"\nto = \"controllers\"",
    ];
    let mut case = scenario(ON_ALL, "all", &events);
    case.cluster.config.insert("broker.session.timeout.ms".into(), 9000.into());
    // A replica that tells of its new directory bumps the partition epoch, which spoils the old wish too.
    // And since 4.0 the stopped broker would wait for its session, until the old leader is fenced.
    let without = Profile {
        broker_epoch_check: false,
        directory_ids: false,
        sessions: SessionRule::Unfenced,
        ..Profile::default()
    };
    missed(&[case], without, &["LeaderCandidateCompleteness", "StrongIsr"]);
}

fn last_replica_standing(acks: &str) -> Scenario {
    let events = [
        "at = \"4s\"\ndo = \"stop\"\ntarget = \"broker/3\"",
        "at = \"5s\"\ndo = \"stop\"\ntarget = \"broker/2\"",
        "at = \"8s\"\ndo = \"power_loss\"\ntarget = \"broker/1\"\nkeep = \"flushed\"",
        "at = \"14s\"\ndo = \"restart\"\ntarget = \"broker/2\"",
        "at = \"20s\"\ndo = \"restart\"\ntarget = \"broker/1\"",
    ];
    scenario(ON_ALL, acks, &events)
}

/// With ELR the high watermark must stand still below the minimum ISR: those outside may lead.
#[test]
fn a_high_watermark_that_moves_below_the_minimum_isr_betrays_the_eligible() {
    let without = Profile { hw_frozen_below_min_isr: false, ..Profile::default() };
    missed(&[last_replica_standing("1")], without, &["LeaderCandidateCompleteness", "LeaderCompleteness"]);
}

/// What consumers see of `acks=1` writes below the minimum ISR: nothing since 3.7, all of them before.
#[test]
fn writes_below_the_minimum_isr_are_invisible_since_3_7() {
    let mut case = last_replica_standing("1");
    case.events.truncate(2);
    let hidden = |version: &str| {
        let mut sim = Simulator::new(&case, 1, Some(version.parse().unwrap()));
        sim.audit();
        sim.run_until(20_000_000_000);
        assert_eq!(faults(sim.violations()), Vec::<String>::new());
        let counters = sim.counters();
        counters.log_end - counters.visible
    };
    assert!(hidden("3.7") > 1000 && hidden("4.1") > 1000);
    assert!(hidden("3.6") < 10);
}

/// The last member of the ISR loses its tail: without ELR it leads again all the same.
#[test]
fn without_elr_the_last_replica_standing_loses_for_all() {
    let case = last_replica_standing("all");
    let without = Profile { elr: false, last_known_leader: LastKnownLeader::Off, ..Profile::default() };
    assert_eq!(broken(&case, &Profile::default(), 6), None);
    let mut sim = Simulator::with_profile(&case, 1, without);
    sim.audit();
    sim.run_until(case.duration.0);
    let lost = sim.violations().iter().find(|found| found.invariant.name == "LeaderCompleteness");
    assert!(lost.is_some_and(|found| !found.is_fault()), "{:#?}", sim.violations());
    assert!(sim.counters().lost_acked > 0);
}

/// KAFKA-19522: the last known leader was elected although it is fenced.
#[test]
fn an_unchecked_last_known_leader_leads_while_it_is_fenced() {
    let events = [
        "at = \"4s\"\ndo = \"kill\"\ntarget = \"broker/3\"",
        "at = \"8s\"\ndo = \"kill\"\ntarget = \"broker/2\"",
        "at = \"12s\"\ndo = \"power_loss\"\ntarget = \"broker/1\"\nkeep = \"flushed\"",
        "at = \"18s\"\ndo = \"restart\"\ntarget = \"broker/1\"",
        "at = \"18s\"\ndo = \"restart\"\ntarget = \"broker/3\"",
    ];
    let topic = "placement = [[1, 2, 3]]\nconfig = { \"min.insync.replicas\" = 1 }";
    let case = scenario(topic, "all", &events);
    let without = Profile { last_known_leader_unchecked: true, ..Profile::default() };
    missed(&[case], without, &["ValidControllerState"]);
}

/// A leader whose power failed is back before its session is over: the new process must not lead by what was
/// decided for the old one (`BrokerServer.startup`).
#[test]
fn a_leader_that_is_back_at_once_does_not_lead_on() {
    let events = [
        "at = \"4s\"\ndo = \"power_loss\"\ntarget = \"broker/1\"\nkeep = \"flushed\"",
        "after = \"10ms\"\ndo = \"restart\"\ntarget = \"broker/1\"",
    ];
    let mut case = scenario(ON_ALL, "all", &events);
    case.cluster.config.insert("broker.session.timeout.ms".into(), 9000.into());
    assert_eq!(broken(&case, &Profile::default(), 3), None);
    let report = klever::sim::run(&case, 1, None);
    assert!((7_000..10_500).contains(&report.counters.failover_ms), "{:?}", report.counters);
    assert_eq!(report.counters.lost_acked, 0);
}

/// A broker that came back with an empty disk and has copied everything may lead (KIP-858).
#[test]
fn a_copy_on_a_new_disk_may_lead() {
    let events = [
        "at = \"4s\"\ndo = \"disk_loss\"\ntarget = \"broker/2\"",
        "after = \"10ms\"\ndo = \"restart\"\ntarget = \"broker/2\"",
        "at = \"18s\"\ndo = \"stop\"\ntarget = \"broker/1\"",
    ];
    let topic = "replication_factor = 2\nplacement = [[1, 2]]\nconfig = { \"min.insync.replicas\" = 1 }";
    let case = scenario(topic, "all", &events);
    assert_eq!(broken(&case, &Profile::default(), 3), None);
    let report = klever::sim::run(&case, 1, None);
    assert_eq!((report.partitions[0].leader, report.counters.lost_acked), (Some(2), 0));
}

/// The new leader's high watermark is a little behind what the old one committed; a follower outside the ISR
/// that has only so much asks first, while the one inside is slow to.
#[test]
fn a_follower_joins_before_it_has_reached_the_leaders_epoch() {
    let slow = |to: u32, ms: u32| {
        format!(
            "when = \"settled p\"\ndo = \"slow_link\"\ntarget = \"broker/2\"\nto = \"broker/{to}\"\nextra = \"{ms}ms\""
        )
    };
    let events = [
        "at = \"1s\"\ndo = \"send\"\ntarget = \"producer/p\"\ncount = 20".into(),
        slow(3, 200),
        slow(4, 600),
        "do = \"partition\"\ntarget = \"broker/1\"\nto = \"broker/3\"".into(),
        "after = \"100ms\"\ndo = \"send\"\ntarget = \"producer/p\"\ncount = 1".into(),
        "when = \"acked p >= 21\"\ndo = \"kill\"\ntarget = \"broker/1\"".into(),
    ];
    let topic =
        "replication_factor = 4\nplacement = [[1, 2, 3, 4]]\nconfig = { \"min.insync.replicas\" = 1 }";
    let mut case = scenario(topic, "all", &events.each_ref().map(String::as_str));
    case.producers[0].records_per_s = 0.0;
    case.cluster.config.insert("replica.lag.time.max.ms".into(), 1500.into());
    let without = Profile { epoch_start_check: false, ..Profile::default() };
    missed(&[case], without, &["LeaderCandidateCompleteness", "StrongIsr"]);
}
