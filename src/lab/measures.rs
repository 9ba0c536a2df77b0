//! Numbers that no single scenario holds: what injected round trips add to the acknowledgement, how long an ISR
//! keeps a dead follower, how many records go into a request.

use super::LabError;
use super::fidelity::Measured;
use super::play::{LabRun, run};
use super::truth::{Number, judge, median};
use crate::model::KafkaVersion;
use crate::scenario::Scenario;
use crate::sim;

/// Injected round trips between racks.
const ROUND_TRIPS_MS: [u32; 4] = [0, 5, 20, 60];
/// Topics and producers by their names, and the producers' `acks`.
const TOPICS: [(&str, &str); 2] = [("one", "1"), ("all", "all")];
/// How long each of them lasts.
const PHASE_S: u32 = 10;
/// What is measured at the beginning of each of them is left out.
const SETTLE_MS: f64 = 3000.0;
const SEEDS: u64 = 5;

/// A producer a topic, one with acks=1 and one with acks=all, and a round trip between the racks.
fn latency_text(rack_rtt_ms: u32, duration_s: u32, events: &str) -> String {
    let client = |name: &str, acks: &str| {
        format!(
            "[[topic]]\nname = \"{name}\"\nplacement = [[1, 2, 3]]\nconfig = {{ \"min.insync.replicas\" = 2 }}\n\
             [[producer]]\nname = \"{name}\"\ntopic = \"{name}\"\nrecords_per_s = 20\nrecord_bytes = 200\n\
             config = {{ acks = \"{acks}\", \"linger.ms\" = 0, \"enable.idempotence\" = false }}\n"
        )
    };
    format!(
        "id = \"round-trips\"\ntitle = \"Round trips between racks\"\nduration = \"{duration_s}s\"\n\
         [cluster]\ncontrollers = 1\n[net]\nrack_rtt_ms = {rack_rtt_ms}\nclient_rtt_ms = 0\n{}{}{events}",
        client(TOPICS[0].0, TOPICS[0].1),
        client(TOPICS[1].0, TOPICS[1].1),
    )
}

fn parse(text: &str) -> Result<Scenario, LabError> {
    Scenario::parse("round-trips.toml", text).map_err(|error| LabError::new(error.to_string()))
}

/// Everything that is measured apart from the scenarios.
///
/// # Errors
/// When the lab cannot run.
pub fn all(version: KafkaVersion) -> Result<Vec<Measured>, LabError> {
    round_trips(version)
}

/// The increase of the median acknowledgement time over no injected round trip, with acks=1 and acks=all.
///
/// The bar is 15 % or 2 ms.
///
/// # Errors
/// When the lab cannot run.
pub fn round_trips(version: KafkaVersion) -> Result<Vec<Measured>, LabError> {
    let event = |at: usize, rtt: &u32| {
        let at = at as u32 * PHASE_S;
        format!("[[event]]\nat = \"{at}s\"\ndo = \"set\"\nset = \"net:rack_rtt_ms={rtt}\"\n")
    };
    let later = ROUND_TRIPS_MS.iter().enumerate().skip(1).map(|(at, rtt)| event(at, rtt));
    let phases = ROUND_TRIPS_MS.len() as u32;
    let real = run(&parse(&latency_text(0, phases * PHASE_S, &later.collect::<String>()))?, version)?;
    let mut measured = Vec::new();
    for (producer, (_, acks)) in TOPICS.into_iter().enumerate() {
        let observed: Vec<f64> = (0..ROUND_TRIPS_MS.len())
            .map(|phase| median(&latencies(&real, producer as u32, phase)))
            .collect();
        let mut predicted = Vec::new();
        for rtt in ROUND_TRIPS_MS {
            predicted.push(simulated(rtt, TOPICS[producer].0, version)?);
        }
        for (at, rtt) in ROUND_TRIPS_MS.iter().enumerate().skip(1) {
            let expected: Vec<f64> =
                predicted[at].iter().zip(&predicted[0]).map(|(with, without)| with - without).collect();
            let number = increase(&expected, observed[at] - observed[0]);
            let what = format!("acks={acks}: increase of median ack time with {rtt} ms between racks, ms");
            measured.push(Measured { what, version: version.to_string(), number });
        }
    }
    Ok(measured)
}

fn latencies(run: &LabRun, producer: u32, phase: usize) -> Vec<f64> {
    let from = phase as f64 * f64::from(PHASE_S) * 1000.0;
    let window = from + SETTLE_MS..from + f64::from(PHASE_S) * 1000.0 - 500.0;
    let mine = run.acknowledged.iter().filter(|ack| ack.producer == producer);
    mine.filter(|ack| window.contains(&ack.sent_at_ms)).map(|ack| ack.latency_ms).collect()
}

/// Medians over some seeds.
fn simulated(rtt: u32, topic: &str, version: KafkaVersion) -> Result<Vec<f64>, LabError> {
    let scenario = parse(&latency_text(rtt, PHASE_S, ""))?;
    let runs = (0..SEEDS).map(|seed| sim::run(&scenario, seed, Some(version)));
    let name = format!("{topic}-0");
    let median = |report: sim::RunReport| {
        let found = report.partitions.iter().find(|part| part.partition == name);
        found?.counters.ack_latency_ms.p50
    };
    Ok(runs.filter_map(median).collect())
}

fn increase(expected: &[f64], observed: f64) -> Number {
    let mut number = judge("ack_latency_increase_ms", expected, vec![observed]);
    let middle = number.predicted[0];
    number.within = (observed - middle).abs() <= (middle * 0.15).max(2.0);
    number
}

/// From a broker's death to an ISR without it, told by the story of a run and by its controller's log.
pub fn isr_leave_ms(run: &LabRun, broker: i32) -> Option<f64> {
    let gone = [format!("kill broker/{broker}"), format!("pause broker/{broker}")];
    let (death, _) = run.story.iter().find(|(_, what)| gone.contains(what))?;
    let without = |what: &str| {
        let isr = what.split_once("isr [").map(|(_, list)| list.trim_end_matches(']'));
        isr.is_some_and(|list| !list.split(", ").any(|id| id == broker.to_string()))
    };
    let (left, _) = run.story.iter().find(|(at, what)| at > death && without(what))?;
    Some((left - death) as f64)
}
