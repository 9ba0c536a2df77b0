//! What a run will take, before it begins: how many events its queue will hand out, roughly.

use crate::model::Nanos;
use crate::scenario::{ProducerSpec, Scenario};

/// A run of more events is refused: at some millions a second it takes the better part of an hour and more.
pub const MOST_EVENTS: f64 = 2e9;

/// Requests and answers, and the timers about them.
const EVENTS_A_REQUEST: f64 = 4.0;
/// Fetches without an answer in a second: both brokers and consumers wait half a second for data.
const IDLE_FETCHES_A_SECOND: f64 = 2.0;
/// Heartbeats of a broker and of a member, the timers about them, and what else goes on of itself.
const HEARTBEATS_A_SECOND: f64 = 1.0;
/// An application hands records in at most so often, and a producer seldom sends more requests to a broker.
const MOST_A_SECOND: f64 = 1000.0;

/// How many events of the queue a run of this scenario has: right to a factor of a few.
pub fn estimated_events(scenario: &Scenario) -> f64 {
    seconds(scenario.duration.0) * idle_events_a_second(scenario)
        + scenario.producers.iter().map(|producer| events_of(scenario, producer)).sum::<f64>()
}

fn idle_events_a_second(scenario: &Scenario) -> f64 {
    let brokers = f64::from(scenario.cluster.brokers);
    let is_copied = scenario.topics.iter().any(|topic| topic.replication_factor > 1);
    let pairs = if is_copied { brokers * (brokers - 1.0) } else { 0.0 };
    let members: f64 = scenario.groups.iter().map(|group| f64::from(group.members)).sum();
    let fetches = IDLE_FETCHES_A_SECOND * (pairs + members * brokers);
    EVENTS_A_REQUEST * (fetches + HEARTBEATS_A_SECOND * (brokers + members))
}

/// Handing records in, and for each request the fetches that it wakes: of followers, and of each group that reads.
fn events_of(scenario: &Scenario, producer: &ProducerSpec) -> f64 {
    let topic = scenario.topics.iter().find(|topic| topic.name == producer.topic);
    let followers = topic.map_or(0.0, |topic| f64::from(topic.replication_factor) - 1.0);
    let leaders = topic.map_or(1, |topic| topic.partitions.min(scenario.cluster.brokers));
    let readers =
        scenario.groups.iter().filter(|group| group.topics.contains(&producer.topic)).count() as f64;
    let until = producer.until.map_or(scenario.duration, |until| until.min(scenario.duration));
    let active = seconds(until.0.saturating_sub(producer.from.0));
    let rate = producer.records_per_s;
    let all = producer.records.map_or(rate * active, |records| (records as f64).min(rate * active));
    let handed_in = all.min(MOST_A_SECOND * active);
    let requests = all.min(MOST_A_SECOND * active * f64::from(leaders));
    handed_in + requests * EVENTS_A_REQUEST * (1.0 + followers + readers)
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BUILT_IN, Time};
    use crate::sim::Simulator;

    fn handled(scenario: &Scenario) -> f64 {
        let mut simulator = Simulator::new(scenario, scenario.seed, None);
        simulator.keep_no_checkpoints();
        simulator.run_until(scenario.duration.0);
        simulator.queue_events() as f64
    }

    fn loaded(brokers: u32, partitions: u32, records_per_s: f64, seconds: u64) -> Scenario {
        let mut scenario = Scenario::reference();
        scenario.duration = Time::from_secs(seconds);
        scenario.cluster.brokers = brokers;
        scenario.topics[0].partitions = partitions;
        scenario.producers[0].records_per_s = records_per_s;
        scenario
    }

    #[test]
    fn an_estimate_is_right_to_a_factor_of_a_few() {
        for (brokers, partitions, rate, seconds) in [
            (3, 12, 0.0, 600),
            (3, 12, 10.0, 60),
            (3, 12, 1000.0, 20),
            (3, 12, 100_000.0, 2),
            (12, 48, 100.0, 20),
        ] {
            let scenario = loaded(brokers, partitions, rate, seconds);
            let (estimated, handled) = (estimated_events(&scenario), handled(&scenario));
            let off = estimated / handled;
            assert!((0.2..5.0).contains(&off), "{brokers} brokers, {rate}/s: {estimated} for {handled}");
        }
    }

    #[test]
    fn what_comes_with_klever_and_ten_quiet_days_can_be_run_and_ten_years_cannot() {
        for built_in in BUILT_IN {
            assert!(estimated_events(&built_in.scenario()) < MOST_EVENTS / 100.0, "{}", built_in.id);
        }
        let days = |days: u64| estimated_events(&loaded(3, 12, 1.0, days * 24 * 3600));
        assert!(days(10) < MOST_EVENTS && days(3650) > MOST_EVENTS);
    }
}
