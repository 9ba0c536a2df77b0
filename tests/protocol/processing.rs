//! What consumers do with records in the simulator, held against the figures that say what comes of it.

use klever::consequences::{Subject, assess};
use klever::knobs::Change;
use klever::model::OnPoison;
use klever::scenario::Scenario;
use klever::sim::{Applied, EventKind, GroupReport, Simulator};

const SECOND: u64 = 1_000_000_000;
const RATE: f64 = 60.0;
/// Of a rate: partitions are not filled evenly.
const TOLERANCE: f64 = 0.2;

/// Three members read six partitions; the next record of the first one is poison from the 15th second on.
fn scenario(group: &str) -> Scenario {
    let text = format!(
        "id = \"x\"\ntitle = \"x\"\nduration = \"300s\"\n[[topic]]\nname = \"t\"\npartitions = 6\n\
         [[producer]]\nname = \"app\"\ntopic = \"t\"\nrecords_per_s = {RATE}\nrecord_bytes = 100\n\
         [[group]]\nname = \"g\"\ntopics = [\"t\"]\nmembers = 3\nprocessing_ms = 0.1\ncommit = \"sync_after\"\n\
         config = {{ \"auto.offset.reset\" = \"earliest\", \"session.timeout.ms\" = 6000, \
         \"max.poll.interval.ms\" = 10000 }}\n{group}\n\
         [[event]]\nat = \"15s\"\ndo = \"poison\"\ntarget = \"t-0\"\n"
    );
    Scenario::parse("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn group(sim: &Simulator) -> GroupReport {
    sim.report().groups[0].clone()
}

/// By how much the lag grows, records a second, between two times.
fn growth(sim: &mut Simulator, from: u64, to: u64) -> f64 {
    sim.run_until(from * SECOND);
    let before = group(sim).lag.unwrap() as f64;
    sim.run_until(to * SECOND);
    (group(sim).lag.unwrap() as f64 - before) / (to - from) as f64
}

#[test]
fn the_lag_behind_a_poison_record_grows_as_the_figure_says() {
    for answer in OnPoison::ALL {
        let restart = if answer == OnPoison::Crash { "restart_after = \"1s\"" } else { "" };
        let case = scenario(&format!("on_poison = \"{}\"\n{restart}", answer.word()));
        let mut sim = Simulator::new(&case, 1, None);
        let (cluster, _) = sim.snapshot();
        let told = assess(&cluster, Subject::Cluster);
        let figure = told.figure("consumers.poison").unwrap();
        let (low, high) = (-figure.value.best_score().unwrap(), -figure.value.score().unwrap());
        let found = growth(&mut sim, 25, 145);
        let (least, most) = (low * (1.0 - TOLERANCE) - 0.5, high * (1.0 + TOLERANCE) + 0.5);
        assert!((least..=most).contains(&found), "{answer:?}: {found} records/s for {low} to {high}");
    }
}

/// At first one member's share waits, and when all have left the group nobody reads.
#[test]
fn who_retries_for_ever_takes_the_whole_group_along() {
    let mut sim = Simulator::new(&scenario("on_poison = \"retry\""), 1, None);
    let first = growth(&mut sim, 17, 23);
    let last = growth(&mut sim, 100, 140);
    assert!((first - RATE / 3.0).abs() < RATE * TOLERANCE, "{first}");
    assert!((last - RATE).abs() < RATE * TOLERANCE, "{last}");
    assert_eq!(group(&sim).processing.unwrap().poll_timeouts, 3);
}

#[test]
fn a_retry_is_noticed_when_the_member_leaves() {
    let mut sim = Simulator::new(&scenario("on_poison = \"retry\""), 1, None);
    assert!(sim.run_to_next(60 * SECOND, |what| matches!(what, EventKind::PoisonMet { .. })));
    let met = sim.now();
    assert!(sim.run_to_next(60 * SECOND, |what| matches!(what, EventKind::PollTimedOut(_))));
    let noticed_ms = ((sim.now() - met) / 1_000_000) as f64;
    let (cluster, _) = sim.snapshot();
    let told = assess(&cluster, Subject::Cluster);
    let said = -told.figure("consumers.poison_noticed").unwrap().value.score().unwrap();
    assert!((noticed_ms - said).abs() < 100.0, "{noticed_ms} ms for {said}");
}

#[test]
fn the_knobs_of_processing_act() {
    let mut sim = Simulator::new(&scenario("on_poison = \"retry\""), 1, None);
    sim.run_until(20 * SECOND);
    let set = |sim: &mut Simulator, text: &str| sim.set(Change::parse(text).unwrap());
    assert_eq!(sim.snapshot().0.assumed.load.on_poison, "retry");
    assert_eq!(set(&mut sim, "on_poison=skip"), Applied::Done);
    sim.run_until(60 * SECOND);
    let skipped = group(&sim);
    assert_eq!(
        (skipped.processing.unwrap().skipped, sim.snapshot().0.assumed.load.on_poison.as_str()),
        (1, "skip")
    );
    assert!(skipped.lag.unwrap() < 120, "{skipped:?}");
    assert_eq!(set(&mut sim, "processing_ms=200"), Applied::Done);
    let slower = growth(&mut sim, 80, 140);
    // A poll of 500 records takes longer than max.poll.interval.ms, so that nobody commits any more.
    assert!((slower - RATE).abs() < RATE * TOLERANCE, "{slower}");
    let Applied::NeedsRebuild(rebuilt) = set(&mut sim, "consumers=6") else { panic!("consumers") };
    assert_eq!(rebuilt.groups[0].members, 6);
}

/// A run with everything of this twice, and once more after going back.
#[test]
fn a_run_with_calls_and_poison_repeats_exactly() {
    let mut case =
        scenario("on_poison = \"retry_topic\"\n[group.call]\nlatency_ms = 3\nfailures_permille = 50");
    case.producers[0].poison_every = Some(50);
    let run = || {
        let mut sim = Simulator::new(&case, 7, None);
        sim.audit();
        sim.run_until(60 * SECOND);
        sim
    };
    let (one, mut other) = (run(), run());
    assert_eq!(one.report(), other.report());
    assert!(one.violations().is_empty(), "{:?}", one.violations());
    other.rewind(20 * SECOND);
    other.run_until(60 * SECOND);
    assert_eq!(one.report(), other.report());
    let counted = group(&one).processing.unwrap();
    assert!(
        counted.retried_later > 50 && counted.dead_lettered > 10 && counted.overtaken > 10,
        "{counted:?}"
    );
}
