//! Prediction against reality: what the simulator says of a scenario, what real brokers did, and a row of the
//! fidelity table for each scenario and release.

use super::recorded_run::RecordedRun;
use super::run_report::verdicts;
use super::settings::Clients;
use crate::model::KafkaVersion;
use crate::scenario::{Scenario, Time};
use crate::sim::{ProcessTimes, RunReport, run_with_process_times};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Each run may be this much outside of the predicted range.
const SLACK_MS: f64 = 1000.0;
/// The median of repeated runs may differ from the predicted one by this share.
const MEDIAN_SHARE: f64 = 0.15;
/// As many runs make a median.
const REPEATED: usize = 3;
/// Times shorter than this are not told apart from none: one look at the brokers takes 30 ms.
const NOTICEABLE_MS: f64 = 250.0;

/// Runs begin at all moments of this time: a leader's look at its ISR every 15 s, and not in step with it a
/// broker's heartbeat and the controller's look at sessions.
const PHASE_MS: u64 = 15_625;
/// What happens when the cluster is in some state happens to real brokers up to so much later: the lab knows the state
/// from what brokers say, and asks them every 30 ms.
const SEEN_WITHIN_MS: u64 = 100;
/// Steps from one seed's delay to the next one's, so that it does not go with the phase.
const STRIDE: u64 = 7;

/// A time of a run, in milliseconds.
/// Its name, where it stands in a report, and its place in [`RecordedRun::waited_for_boot`].
type Measure = (&'static str, fn(&RunReport) -> f64, usize);

const TIMES: [Measure; 3] = [
    ("failover_ms", |report| report.counters.failover_ms as f64, 0),
    ("write_unavailable_ms", |report| report.counters.write_unavailable_ms as f64, 1),
    ("read_unavailable_ms", |report| report.counters.read_unavailable_ms as f64, 0),
];

/// What kind of an end a run had: what a user would call the outcome.
pub fn class_of(report: &RunReport) -> String {
    let all = &report.counters;
    let offline = report.partitions.iter().filter(|part| part.leader.is_none()).count();
    let hidden = report
        .partitions
        .iter()
        .any(|part| part.leader.is_some() && part.counters.visible < part.counters.log_end);
    let words = [
        (all.lost_acked > 0, "acknowledged records lost"),
        (all.duplicated > 0, "duplicates"),
        (all.reordered > 0, "out of order"),
        (all.failed > 0, "sends failed"),
        (offline > 0, "offline"),
        (hidden, "records not visible"),
    ];
    let said: Vec<&str> = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    if said.is_empty() { "all kept".into() } else { said.join(", ") }
}

/// What the simulator says of a scenario: one run for each seed.
#[derive(Clone, PartialEq, Debug)]
pub struct Prediction {
    pub runs: Vec<RunReport>,
}

impl Prediction {
    /// Runs a scenario with so many seeds. Each begins a little later than the one before: in a real cluster
    /// nobody knows how long ago the last heartbeat was when a run begins. And in each it takes another while until
    /// the lab would see what an event waits for.
    pub fn of(scenario: &Scenario, version: KafkaVersion, seeds: u64) -> Prediction {
        Prediction::with(scenario, version, seeds, &ProcessTimes::default())
    }

    /// The same with what processes took to start and to end where real runs were recorded.
    pub fn with(
        scenario: &Scenario,
        version: KafkaVersion,
        seeds: u64,
        process_times: &ProcessTimes,
    ) -> Prediction {
        let count = seeds.max(1);
        let delay = |seed: u64| Time::from_millis(PHASE_MS * seed / count);
        let seen = |seed: u64| Time::from_millis(SEEN_WITHIN_MS * (seed * STRIDE % count) / count);
        let delayed = |seed: u64| seen_later(later(scenario, delay(seed)), seen(seed));
        let one = |seed: u64| {
            let seeded = scenario.seed + seed;
            run_with_process_times(&delayed(seed), seeded, Some(version), process_times.clone())
        };
        Prediction { runs: (0..seeds).map(one).collect() }
    }

    /// Expectations that some of the simulator's own runs do not meet: there the real system races too, and the kinds
    /// of ends decide.
    fn raced(&self, scenario: &Scenario) -> BTreeSet<String> {
        let verdicts = self.runs.iter().flat_map(|run| verdicts(scenario, run.kafka_version, run));
        verdicts.filter(|verdict| !verdict.met).map(|verdict| verdict.expected).collect()
    }

    /// The kinds of ends.
    pub fn classes(&self) -> BTreeSet<String> {
        self.runs.iter().map(class_of).collect()
    }
}

/// The same scenario, its events so much later, and so what clients do that do not begin with the run.
fn later(scenario: &Scenario, delay: Time) -> Scenario {
    let mut later = scenario.clone();
    later.duration.0 += delay.0;
    if let Some(first) = later.events.first_mut().filter(|first| first.at.is_none() && first.when.is_none()) {
        first.after = Some(Time(first.after.unwrap_or_default().0 + delay.0));
    }
    later.events.iter_mut().filter_map(|event| event.at.as_mut()).for_each(|at| at.0 += delay.0);
    let begin = later.producers.iter_mut().map(|spec| &mut spec.from);
    begin
        .chain(later.groups.iter_mut().map(|spec| &mut spec.from))
        .filter(|from| from.0 > 0)
        .for_each(|from| from.0 += delay.0);
    later.producers.iter_mut().filter_map(|spec| spec.until.as_mut()).for_each(|until| until.0 += delay.0);
    later
}

/// The same scenario, with so much between what events wait for and themselves.
fn seen_later(mut scenario: Scenario, by: Time) -> Scenario {
    for event in scenario.events.iter_mut().filter(|event| event.when.is_some()) {
        event.after = Some(Time(event.after.unwrap_or_default().0 + by.0));
    }
    scenario
}

/// A number: what was predicted and what was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Number {
    /// What it measures; its unit is the last word.
    pub name: String,
    /// Median, least and greatest of the predicted ones.
    pub predicted: [f64; 3],
    /// One of each run.
    pub observed: Vec<f64>,
    /// Whether it is within the bar.
    pub within: bool,
    /// It includes the start of a broker's process, which is this machine's matter and was not measured: nothing is
    /// compared.
    #[serde(default)]
    pub includes_boot: bool,
}

/// One row of the fidelity table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Row {
    pub scenario: String,
    pub title: String,
    pub version: KafkaVersion,
    #[serde(default)]
    pub clients: Clients,
    /// The kinds of ends that the simulator has over its seeds.
    pub predicted: Vec<String>,
    /// Expectations of the scenario that real brokers did not meet.
    pub unmet: Vec<String>,
    /// Whether every observed end is a predicted one and every expectation is met.
    pub same: bool,
    /// Times, where they matter.
    pub numbers: Vec<Number>,
    pub runs: Vec<RecordedRun>,
}

impl Row {
    /// Holds real runs against a prediction.
    pub fn new(
        scenario: &Scenario,
        version: KafkaVersion,
        predicted: &Prediction,
        runs: Vec<RecordedRun>,
    ) -> Row {
        let classes = predicted.classes();
        let raced = predicted.raced(scenario);
        let verdicts = |run: &RecordedRun| unmet(scenario, &run.report, &raced);
        let mut unmet: Vec<String> = runs.iter().flat_map(verdicts).collect();
        unmet.sort();
        unmet.dedup();
        let times = TIMES.iter().filter_map(|time| number(time, predicted, &runs));
        Row {
            scenario: scenario.id.clone(),
            title: scenario.title.clone(),
            version,
            clients: runs.first().map(|run| run.clients).unwrap_or_default(),
            same: runs.iter().all(|run| classes.contains(&class_of(&run.report))) && unmet.is_empty(),
            numbers: times.chain(read_again(predicted, &runs)).collect(),
            predicted: classes.into_iter().collect(),
            unmet,
            runs,
        }
    }

    /// The kind of end of each real run.
    pub fn observed(&self) -> Vec<String> {
        self.runs.iter().map(|run| class_of(&run.report)).collect()
    }

    /// Decisions of real controllers that were compared, and how many of them klever's would have made otherwise.
    pub fn decisions(&self) -> [usize; 2] {
        [0, 1].map(|at| self.runs.iter().map(|run| run.decisions[at]).sum())
    }

    pub fn agrees(&self) -> bool {
        self.same && self.numbers.iter().all(|number| number.within) && self.decisions()[1] == 0
    }
}

/// A row in one line.
pub fn sentence(row: &Row) -> String {
    let (predicted, observed) = (row.predicted.join(" / "), row.observed().join(" / "));
    let mut text = if row.same {
        format!("same: {observed}")
    } else {
        format!("DIFFERS: predicted {predicted}; observed {observed}")
    };
    row.unmet.iter().for_each(|what| text += &format!("; not met: {what}"));
    for Number { name, predicted: [middle, least, most], observed, within, .. } in &row.numbers {
        let mark = if *within { "" } else { " OUT" };
        text += &format!("; {name} {middle:.0} ({least:.0}-{most:.0}) observed {observed:.0?}{mark}");
    }
    let [decisions, other] = row.decisions();
    text + &format!("; controller {} of {decisions}", decisions - other)
}

/// What was expected and not found, but for what is known to be a race.
fn unmet(scenario: &Scenario, report: &RunReport, raced: &BTreeSet<String>) -> Vec<String> {
    let verdicts = verdicts(scenario, report.kafka_version, report);
    let found = |found: Option<i64>| found.map_or("unknown".into(), |found| found.to_string());
    let bad = verdicts.iter().filter(|verdict| !verdict.met && !raced.contains(&verdict.expected));
    bad.map(|verdict| format!("{} (found {})", verdict.expected, found(verdict.found))).collect()
}

/// The median of some numbers; 0 of none.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => (sorted[even / 2 - 1] + sorted[even / 2]) / 2.0,
    }
}

fn number(time: &Measure, predicted: &Prediction, runs: &[RecordedRun]) -> Option<Number> {
    let (name, of, place) = time;
    let expected: Vec<f64> = predicted.runs.iter().map(of).collect();
    let observed: Vec<f64> = runs.iter().map(|run| of(&run.report)).collect();
    let noticeable = expected.iter().chain(&observed).any(|ms| *ms > NOTICEABLE_MS);
    noticeable.then(|| {
        let number = judge(name, &expected, observed);
        let unmeasured = |run: &RecordedRun| run.process_times.starts_ms.is_empty();
        let includes_boot = runs.iter().any(|run| run.waited_for_boot[*place] && unmeasured(run));
        Number { within: number.within || includes_boot, includes_boot, ..number }
    })
}

fn read_again(predicted: &Prediction, runs: &[RecordedRun]) -> Option<Number> {
    let of = |report: &RunReport| report.groups.iter().map(|group| group.read_again).sum::<u64>() as f64;
    let expected: Vec<f64> = predicted.runs.iter().map(of).collect();
    let observed: Vec<f64> = runs.iter().map(|run| of(&run.report)).collect();
    let some = expected.iter().chain(&observed).any(|records| *records > 0.0);
    some.then(|| {
        let number = judge("read_again", &expected, observed);
        let [_, least, most] = number.predicted;
        // How much was read since the last commit depends on the moment, and on how fast the machine reads.
        let bar = least * (1.0 - MEDIAN_SHARE)..=most * (1.0 + MEDIAN_SHARE);
        Number { within: number.observed.iter().all(|records| bar.contains(records)), ..number }
    })
}

/// Each run inside the predicted range and a second; the median of repeated ones within 15 %.
pub fn judge(name: &str, expected: &[f64], observed: Vec<f64>) -> Number {
    let least = expected.iter().copied().fold(f64::INFINITY, f64::min);
    let most = expected.iter().copied().fold(0.0, f64::max);
    let middle = median(expected);
    let inside = |ms: &f64| (least - SLACK_MS..=most + SLACK_MS).contains(ms);
    let near = observed.len() < REPEATED
        || (median(&observed) - middle).abs() <= (middle * MEDIAN_SHARE).max(NOTICEABLE_MS);
    let within = observed.iter().all(inside) && near;
    Number { name: name.into(), predicted: [middle, least, most], observed, within, includes_boot: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frozen leader that wakes up the moment the next one is known: it may still be fetched from, or not any more.
    #[test]
    fn both_ends_of_a_race_with_what_is_seen_are_predicted() {
        let text = include_str!("../../assets/scenarios/lab/c2-at-once.toml");
        let scenario = Scenario::parse("c2-at-once.toml", text).unwrap();
        let classes = Prediction::of(&scenario, KafkaVersion::REFERENCE, 5).classes();
        assert_eq!(classes.into_iter().collect::<Vec<_>>(), ["acknowledged records lost", "all kept"]);
    }

    #[test]
    fn an_expectation_that_the_simulator_meets_by_chance_is_not_held_against_reality() {
        let text = include_str!("../../assets/scenarios/o01-reorder.toml");
        let scenario = Scenario::parse("o01-reorder.toml", text).unwrap();
        let predicted = Prediction::of(&scenario, KafkaVersion::REFERENCE, 20);
        let kept = predicted.runs.iter().find(|run| run.counters.reordered == 0).unwrap();
        assert!(!unmet(&scenario, kept, &BTreeSet::new()).is_empty());
        assert_eq!(unmet(&scenario, kept, &predicted.raced(&scenario)), Vec::<String>::new());
    }

    #[test]
    fn a_time_is_within_the_bar_by_its_range_and_by_its_median() {
        let expected = [7000.0, 8000.0, 8500.0, 9000.0, 10_000.0];
        assert!(judge("failover_ms", &expected, vec![6100.0]).within);
        assert!(!judge("failover_ms", &expected, vec![5900.0]).within);
        assert!(judge("failover_ms", &expected, vec![7300.0, 8000.0, 10_900.0]).within);
        assert!(!judge("failover_ms", &expected, vec![7000.0, 7100.0, 7200.0]).within);
        assert_eq!(median(&[3.0, 1.0, 2.0, 10.0]), 2.5);
    }
}
