//! Numbers that no scenario holds: what injected round trips add to the acknowledgement, how many records go into
//! a request. And those that scenarios hold, by what they are called.

mod requests;

use super::LabError;
use super::conformance::{Number, Row, judge, median};
use super::scenario_runner::{LabRun, run};
use crate::model::KafkaVersion;
use crate::scenario::Scenario;
use crate::sim;
use serde::{Deserialize, Serialize};

/// One number of the fidelity page's second table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measured {
    pub what: String,
    pub version: String,
    pub number: Number,
}

/// Injected round trips between racks.
const ROUND_TRIPS_MS: [u32; 4] = [0, 5, 20, 60];
/// Topics and producers by their names, the producers' `acks`, and the replicas: another leader for each, hence
/// another fetch of the followers.
const TOPICS: [(&str, &str, &str); 2] = [("one", "1", "[1, 2, 3]"), ("all", "all", "[2, 3, 1]")];
/// A broker handles one request of a connection at a time: what is sent must not wait for what was sent before.
const RECORDS_PER_S: u32 = 5;
/// How long each of the round trips lasts, after virtual machines have warmed up for as long.
const PHASE_S: u32 = 15;
/// What warms them up: another producer of each topic, so many records a second.
const WARM_PER_S: u32 = 200;
/// What is measured at the beginning of each of them is left out.
const SETTLE_MS: f64 = 3000.0;
const SEEDS: u64 = 5;

/// A producer a topic, one with acks=1 and one with acks=all, and a round trip between the racks.
fn latency_text(rack_rtt_ms: u32, duration_s: u32, events: &str) -> String {
    let client = |(name, acks, replicas): &(&str, &str, &str)| {
        format!(
            "[[topic]]\nname = \"{name}\"\nplacement = [{replicas}]\nconfig = {{ \"min.insync.replicas\" = 2 }}\n\
             [[producer]]\nname = \"{name}\"\ntopic = \"{name}\"\nrecords_per_s = {RECORDS_PER_S}\nrecord_bytes = 200\n\
             config = {{ acks = \"{acks}\", \"linger.ms\" = 0, \"enable.idempotence\" = false }}\n"
        )
    };
    let warm = |(name, acks, _): &(&str, &str, &str)| {
        format!(
            "[[producer]]\nname = \"warm-{name}\"\ntopic = \"{name}\"\nrecords_per_s = {WARM_PER_S}\nrecord_bytes = 200\n\
             until = \"{}s\"\nconfig = {{ acks = \"{acks}\", \"linger.ms\" = 0, \"enable.idempotence\" = false }}\n",
            PHASE_S - 1
        )
    };
    let warm = if events.is_empty() { String::new() } else { TOPICS.iter().map(warm).collect() };
    format!(
        "id = \"round-trips\"\ntitle = \"Round trips between racks\"\nduration = \"{duration_s}s\"\n\
         [cluster]\ncontrollers = 1\n[net]\nrack_rtt_ms = {rack_rtt_ms}\nclient_rtt_ms = 0\n{}{warm}{events}",
        TOPICS.iter().map(client).collect::<String>(),
    )
}

fn parse(text: &str) -> Result<Scenario, LabError> {
    Scenario::parse("round-trips.toml", text).map_err(|error| LabError::new(error.to_string()))
}

/// Everything that is measured apart from the scenarios.
///
/// # Errors
/// When the lab cannot run.
pub(crate) fn all(version: KafkaVersion) -> Result<Vec<Measured>, LabError> {
    let mut measured = round_trips(version)?;
    measured.extend(requests::records_per_request(version)?);
    Ok(measured)
}

/// The increase of the median acknowledgement time over no injected round trip, with acks=1 and acks=all.
///
/// The bar is 15 % or 2 ms.
///
/// # Errors
/// When the lab cannot run.
pub(crate) fn round_trips(version: KafkaVersion) -> Result<Vec<Measured>, LabError> {
    let event = |at: usize, rtt: &u32| {
        let at = (at as u32 + 1) * PHASE_S;
        format!("[[event]]\nat = \"{at}s\"\ndo = \"set\"\nset = \"net:rack_rtt_ms={rtt}\"\n")
    };
    let later = ROUND_TRIPS_MS.iter().enumerate().skip(1).map(|(at, rtt)| event(at, rtt));
    // Once more without: what still gets quicker meanwhile must not count as the network's.
    let last = event(ROUND_TRIPS_MS.len(), &ROUND_TRIPS_MS[0]);
    let phases = ROUND_TRIPS_MS.len() as u32 + 2;
    let real =
        run(&parse(&latency_text(0, phases * PHASE_S, &(later.collect::<String>() + &last)))?, version)?;
    let mut measured = Vec::new();
    for (producer, (_, acks, _)) in TOPICS.into_iter().enumerate() {
        let observed: Vec<f64> = (0..=ROUND_TRIPS_MS.len())
            .map(|phase| median(&latencies(&real, producer as u32, phase)))
            .collect();
        let without_any = (observed[0] + observed[ROUND_TRIPS_MS.len()]) / 2.0;
        let mut predicted = Vec::new();
        for rtt in ROUND_TRIPS_MS {
            predicted.push(simulated(rtt, TOPICS[producer].0, version)?);
        }
        for (at, rtt) in ROUND_TRIPS_MS.iter().enumerate().skip(1) {
            let expected: Vec<f64> =
                predicted[at].iter().zip(&predicted[0]).map(|(with, without)| with - without).collect();
            let number = increase(&expected, observed[at] - without_any);
            let what = format!("acks={acks}: increase of median ack time with {rtt} ms between racks, ms");
            measured.push(Measured { what, version: version.to_string(), number });
        }
    }
    Ok(measured)
}

fn latencies(run: &LabRun, producer: u32, phase: usize) -> Vec<f64> {
    let from = (phase + 1) as f64 * f64::from(PHASE_S) * 1000.0;
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

/// Numbers of scenarios by scenario, name and meaning.
const NAMED: [(&str, &str, &str); 4] = [
    ("b3", "failover_ms", "fail-over after a leader's crash, ms"),
    ("b2", "write_unavailable_ms", "stall when a follower dies, ms"),
    ("b12-stuck-follower", "write_unavailable_ms", "time to leave the ISR without fetching, ms"),
    ("g1", "read_again", "records read twice after a consumer's crash"),
];

/// The numbers that the rows of the table hold.
pub(super) fn named(rows: &[Row]) -> Vec<Measured> {
    let of = |row: &Row| {
        let (_, name, what) = *NAMED.iter().find(|(scenario, ..)| *scenario == row.scenario)?;
        let number = row.numbers.iter().find(|number| number.name == name)?.clone();
        Some(Measured { what: format!("{what} ({})", row.clients), version: row.version.to_string(), number })
    };
    rows.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_a_scenario() {
        assert_eq!(parse(&latency_text(5, 10, "")).unwrap().net.rack_rtt_ms, 5.0);
        let event = "[[event]]\nat = \"1s\"\ndo = \"set\"\nset = \"net:rack_rtt_ms=5\"\n";
        assert_eq!(parse(&latency_text(0, 10, event)).unwrap().producers.len(), 2 * TOPICS.len());
    }
}
