//! How long the processes of brokers take to start and to end: a matter of this machine, not of Kafka's rules.

use super::Links;
use crate::model::Nanos;
use crate::sim::ProcessTimes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was seen in one run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ProcessTimesSeen {
    /// From the start of a process to its first request to be registered, one for each start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_ms: Vec<u64>,
    /// From the last heartbeat of a process that was asked to stop to its end, one for each stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops_ms: Vec<u64>,
}

impl ProcessTimesSeen {
    /// Whether no broker was started or stopped.
    pub fn is_empty(&self) -> bool {
        self.starts_ms.is_empty() && self.stops_ms.is_empty()
    }
}

/// What processes took over several runs, as bounds to predict these runs with; the simulator's own where none was seen.
pub fn process_times<'a>(runs: impl IntoIterator<Item = &'a ProcessTimesSeen>) -> ProcessTimes {
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for run in runs {
        starts.extend_from_slice(&run.starts_ms);
        stops.extend_from_slice(&run.stops_ms);
    }
    let usual = ProcessTimes::default();
    ProcessTimes {
        start_up: bounds(&starts).unwrap_or(usual.start_up),
        stop: bounds(&stops).unwrap_or(usual.stop),
    }
}

fn bounds(times_ms: &[u64]) -> Option<RangeInclusive<Nanos>> {
    let (least, most) = (times_ms.iter().min()?, times_ms.iter().max()?);
    Some(least * 1_000_000..=most * 1_000_000)
}

/// Watches processes start and end.
#[derive(Default)]
pub(super) struct ProcessClock {
    starting: BTreeMap<i32, Instant>,
    stopping: BTreeSet<i32>,
    seen: ProcessTimesSeen,
}

impl ProcessClock {
    /// A process of this node is about to be started.
    pub(super) fn started(&mut self, node: i32) {
        self.starting.insert(node, Instant::now());
    }

    /// The process of this node was asked to stop.
    pub(super) fn stopping(&mut self, node: i32) {
        self.stopping.insert(node);
    }

    /// Takes what passed the links since the last look.
    pub(super) fn note_registrations(&mut self, links: Option<&Arc<Links>>) {
        let Some(links) = links else { return };
        let seen = &mut self.seen.starts_ms;
        self.starting.retain(|node, started| match links.registration_since(*node, *started) {
            Some(at) => {
                seen.push(millis(at - *started));
                false
            }
            None => true,
        });
    }

    /// The process of this node is gone.
    pub(super) fn ended(&mut self, node: i32, links: Option<&Arc<Links>>) {
        let last = links.and_then(|links| links.last_heartbeat(node));
        if let (true, Some(last)) = (self.stopping.remove(&node), last) {
            self.seen.stops_ms.push(millis(last.elapsed()));
        }
        self.starting.remove(&node);
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> &ProcessTimesSeen {
        &self.seen
    }
}

fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_predicted_with_what_their_processes_took() {
        let seen = |starts: &[u64], stops: &[u64]| ProcessTimesSeen {
            starts_ms: starts.to_vec(),
            stops_ms: stops.to_vec(),
        };
        let times = process_times(&[seen(&[2600, 1900], &[]), seen(&[2100], &[380])]);
        assert_eq!(times.start_up, 1_900_000_000..=2_600_000_000);
        assert_eq!(times.stop, 380_000_000..=380_000_000);
        assert_eq!(process_times(&[seen(&[], &[])]), ProcessTimes::default());
    }
}
