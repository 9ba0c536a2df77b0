//! Promises about processing are seen to break when the rule that keeps them is left out.

use super::*;
use crate::model::OnPoison;
use crate::protocol::consumer::{CommitStrategy, Consumer, ConsumerInput};
use crate::sim::settings;

/// A group `g` of one member, whose third record of each partition cannot be processed.
fn scenario(group: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\n[[topic]]\nname = \"t\"\nplacement = [[1, 2, 3]]\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\nrecords_per_s = 20\npoison_every = 40\n\
         [[group]]\nname = \"g\"\ntopics = [\"t\"]\nprocessing_ms = 20\n\
         config = {{ \"auto.offset.reset\" = \"earliest\", \"session.timeout.ms\" = 6000 }}\n{group}\n"
    );
    Scenario::parse("x.toml", &text).unwrap()
}

/// Promises that break when the group's member does otherwise than its scenario says.
fn broken(scenario: &Scenario, otherwise: impl Fn(&mut CommitStrategy, &mut OnPoison)) -> Vec<&'static str> {
    let mut sim = Simulator::new(scenario, 1, None);
    sim.audit();
    sim.run_until(SECOND / 10);
    let member = sim.world.clients.member_of(0, 0).unwrap();
    sim.world.end_client(member);
    sim.world.start_client(member);
    let mut settings = settings::consumer(&scenario.groups[0], 0, sim.world.profile.version);
    settings.work.one_by_one = true;
    otherwise(&mut settings.work.commit, &mut settings.work.on_poison);
    sim.world.clients.member_mut(member).consumer = Consumer::new(settings);
    sim.world.step_consumer(member, ConsumerInput::Start);
    sim.run_until(30 * SECOND);
    assert!(sim.report().groups[0].read > 100, "{:?}", sim.report().groups);
    sim.violations().iter().map(|found| found.invariant.name).collect()
}

#[test]
fn who_commits_what_poll_returned_between_two_records_breaks_a_promise() {
    let case = scenario("commit = \"each_record\"\non_poison = \"skip\"");
    assert_eq!(broken(&case, |_, _| ()), [""; 0]);
    let found = broken(&case, |commit, _| *commit = CommitStrategy::EachRecordPolled);
    assert_eq!(found, ["CommitsProcessed"]);
}

#[test]
fn who_commits_before_processing_breaks_a_promise() {
    let case = scenario("commit = \"sync_after\"\non_poison = \"skip\"");
    assert_eq!(broken(&case, |_, _| ()), [""; 0]);
    let found = broken(&case, |commit, _| *commit = CommitStrategy::BeforeProcessing);
    assert_eq!(found, ["CommitsProcessed"]);
}

#[test]
fn a_record_that_is_skipped_instead_of_kept_breaks_a_promise() {
    for answer in ["dead_letter", "retry_topic"] {
        let case = scenario(&format!("commit = \"sync_after\"\non_poison = \"{answer}\""));
        assert_eq!(broken(&case, |_, _| ()), [""; 0]);
        assert_eq!(broken(&case, |_, answer| *answer = OnPoison::Skip), ["PoisonAnswered"]);
    }
}

/// The driver's rule left out: a record that cannot be processed is said to be.
#[test]
fn poison_that_counts_as_processed_breaks_a_promise() {
    let case = scenario("commit = \"sync_after\"\non_poison = \"retry\"");
    let mut sim = Simulator::new(&case, 1, None);
    sim.audit();
    sim.run_until(10 * SECOND);
    assert!(sim.violations().is_empty() && sim.report().groups[0].processing.unwrap().poison == 1);
    let member = sim.world.clients.member_of(0, 0).unwrap();
    while sim.violations().is_empty() && sim.now() < 20 * SECOND {
        sim.world.step_consumer(member, ConsumerInput::Attempted { done: true });
        sim.run_until(sim.now() + SECOND / 10);
    }
    assert_eq!(sim.violations()[0].invariant.name, "PoisonAnswered");
}

#[test]
fn another_record_at_an_offset_that_was_cut_is_not_read_again() {
    let mut host = crate::sim::groups::HostedGroup::new(
        crate::protocol::group::GroupCoordinator::new(Default::default()),
        None,
        crate::sim::rng::Rng::stream(1, "service", 0),
    );
    let ix = crate::model::PartitionIx(0);
    let records = |first| crate::protocol::wire::RecordRange { producer: 0, first, count: 10 };
    host.processed(ix, 0, records(0), 0);
    host.processed(ix, 0, records(50), 0);
    assert_eq!((host.read, host.read_again), (20, 0), "other records");
    host.processed(ix, 60, records(50), 10);
    assert_eq!(host.read_again, 0, "the same ones, written twice");
    host.processed(ix, 5, records(5), 5);
    assert_eq!(host.read_again, 5);
}
