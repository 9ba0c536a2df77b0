//! How many records go into a request: Produce requests as the links count them, against the batching model.
//!
//! What would make them more than linger does is kept out. The first append to a partition under a new leader epoch
//! flushes a file (`LeaderEpochFileCache.assign`), for twelve of them together for seconds, while everything that may
//! be in flight is and batches grow: another producer does that before. Producers are counted one after the other,
//! for two cores must not be shared. And records come at random, as the model has it: even ones of 2 ms would be
//! three in every 5 ms, not three and a half.

use super::super::LabError;
use super::super::conformance::{Number, judge, median};
use super::super::scenario_runner::{LabRun, run};
use super::Measured;
use super::parse;
use crate::consequences::Sending;
use crate::model::KafkaVersion;
use crate::scenario::Scenario;

/// A producer that is counted.
struct Counted {
    linger_ms: u32,
    records_per_s: u32,
    /// Partitions of one broker, which keys spread the records over.
    partitions: u32,
}

const COUNTED: [Counted; 4] = [
    Counted { linger_ms: 5, records_per_s: 500, partitions: 12 },
    Counted { linger_ms: 20, records_per_s: 500, partitions: 12 },
    Counted { linger_ms: 100, records_per_s: 500, partitions: 12 },
    Counted { linger_ms: 10, records_per_s: 1500, partitions: 3 },
];
/// How long other producers write to all topics before, and how many records a second.
const BEFORE_S: usize = 10;
const BEFORE_PER_S: u32 = 100;
/// How long each is counted.
const EACH_S: usize = 15;
const RECORD_BYTES: u32 = 200;
const RUNS: usize = 3;
/// The median of the runs may differ from the model by this share.
const SHARE: f64 = 0.15;
const PRODUCE: i16 = 0;

/// Acknowledged records by Produce requests.
pub(super) fn records_per_request(version: KafkaVersion) -> Result<Vec<Measured>, LabError> {
    let mut runs = Vec::new();
    for seed in 0..RUNS as u64 {
        runs.push(run(&scenario(seed)?, version)?);
    }
    let one = |(at, counted): (usize, &Counted)| {
        let seen: Vec<[f64; 2]> = runs.iter().map(|run| counted.seen(at, run)).collect();
        let [expected, observed] = [0, 1].map(|of| seen.iter().map(|pair| pair[of]).collect::<Vec<f64>>());
        let within = (median(&observed) / median(&expected) - 1.0).abs() <= SHARE;
        let number = judge("records_per_request", &expected, observed);
        Measured { what: counted.what(), version: version.to_string(), number: Number { within, ..number } }
    };
    Ok(COUNTED.iter().enumerate().map(one).collect())
}

/// A topic for each, led by broker 1; the producers that write before, and those that are counted, by turns.
fn scenario(seed: u64) -> Result<Scenario, LabError> {
    let clients: String = COUNTED.iter().enumerate().map(|(at, counted)| counted.text(at)).collect();
    let duration = BEFORE_S + COUNTED.len() * EACH_S;
    let mut scenario = parse(&format!(
        "id = \"requests\"\ntitle = \"Records of a request\"\nduration = \"{duration}s\"\nseed = {seed}\n\
         [cluster]\ncontrollers = 1\n{clients}"
    ))?;
    // The lab's own word for its clients: scenarios know even arrivals only.
    let word = ("lab.arrivals".to_string(), "random".into());
    scenario.producers.iter_mut().for_each(|spec| spec.config.extend([word.clone()]));
    Ok(scenario)
}

impl Counted {
    fn what(&self) -> String {
        let Counted { linger_ms, records_per_s, partitions } = self;
        format!(
            "records per request, linger.ms={linger_ms}, {records_per_s} records/s over {partitions} partitions"
        )
    }

    fn text(&self, at: usize) -> String {
        let Counted { linger_ms, records_per_s, partitions } = self;
        let placement = vec!["[1, 2, 3]"; *partitions as usize].join(", ");
        let from = BEFORE_S + at * EACH_S;
        let client = |name: &str, rate: u32, from: usize, until: usize| {
            format!(
                "[[producer]]\nname = \"{name}-{at}\"\ntopic = \"t{at}\"\nkeys = \"uniform\"\nrecords_per_s = {rate}\n\
                 record_bytes = {RECORD_BYTES}\nfrom = \"{from}s\"\nuntil = \"{until}s\"\n\
                 config = {{ \"linger.ms\" = {linger_ms} }}\n"
            )
        };
        let topic =
            format!("[[topic]]\nname = \"t{at}\"\npartitions = {partitions}\nplacement = [{placement}]\n");
        topic
            + &client("before", BEFORE_PER_S, 0, BEFORE_S - 2)
            + &client("counted", *records_per_s, from, from + EACH_S - 1)
    }

    /// Records of a request: what the model says, and what the links saw.
    fn seen(&self, at: usize, run: &LabRun) -> [f64; 2] {
        // Two producers a topic: the one before and the one that counts.
        let acked = run.acknowledged.iter().filter(|ack| ack.producer as usize == 2 * at + 1);
        let latencies: Vec<f64> = acked.map(|ack| ack.latency_ms).collect();
        let calls = run.calls.get(&format!("producer.counted-{at}"));
        let produced = calls.into_iter().flatten().filter(|((key, _), _)| *key == PRODUCE);
        let requests: u64 = produced.map(|(_, count)| count).sum();
        let mean = latencies.iter().sum::<f64>() / latencies.len() as f64;
        // What an acknowledgement takes beyond the wait for the batch.
        let round_trip_ms = (mean - self.sending(0.0).batches().mean_wait_ms).max(0.0);
        let model = self.sending(round_trip_ms).batches();
        [model.records_per_request, latencies.len() as f64 / requests as f64]
    }

    fn sending(&self, round_trip_ms: f64) -> Sending {
        Sending {
            records_per_s: f64::from(self.records_per_s),
            record_bytes: f64::from(RECORD_BYTES),
            partitions: f64::from(self.partitions),
            keyed: true,
            linger_ms: f64::from(self.linger_ms),
            batch_bytes: 16_384.0,
            in_flight: 5.0,
            round_trip_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn producers_are_counted_by_turns_after_others_wrote() {
        let scenario = scenario(7).unwrap();
        assert_eq!(scenario.producers.len(), 2 * COUNTED.len());
        for (at, pair) in scenario.producers.chunks(2).enumerate() {
            assert_eq!(
                pair.iter().map(|spec| spec.topic.clone()).collect::<Vec<_>>(),
                vec![format!("t{at}"); 2]
            );
            assert!(pair[0].until.unwrap().0 < pair[1].from.0);
        }
        let ends = scenario.producers.iter().skip(1).step_by(2).map(|spec| spec.until.unwrap().0);
        assert!(
            ends.clone()
                .zip(scenario.producers.iter().skip(3).step_by(2))
                .all(|(end, next)| end < next.from.0)
        );
        assert!(ends.max().unwrap() < scenario.duration.0);
    }
}
