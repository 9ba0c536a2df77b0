//! What a run says of its producers, one by one.

use super::Quantiles;
use crate::model::{human_count, human_duration_ms};
use crate::scenario::{ProducerCounter, ProducerSpec};
use crate::sim::clients::ProducerClient;
use crate::sim::world::World;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One producer's part of a report.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ProducerReport {
    /// Its name in the scenario.
    pub producer: String,
    pub sent: u64,
    pub acked: u64,
    pub failed: u64,
    /// From `send()` to the acknowledgement.
    pub ack_latency_ms: Quantiles,
    /// Answers in which a broker throttled it for going beyond its quota.
    #[serde(default)]
    pub throttled: u64,
    /// The sum of their `throttle_time_ms`.
    #[serde(default)]
    pub throttle_time_ms: u64,
}

impl ProducerReport {
    /// A counter, as the expectations name it; `None` where nothing was measured.
    pub(super) fn counter(&self, counter: ProducerCounter) -> Option<i64> {
        let whole = |ms: Option<f64>| ms.map(|ms| ms as i64);
        let number = match counter {
            ProducerCounter::Sent => self.sent,
            ProducerCounter::Acked => self.acked,
            ProducerCounter::Failed => self.failed,
            ProducerCounter::AckP50Ms => return whole(self.ack_latency_ms.p50),
            ProducerCounter::AckP99Ms => return whole(self.ack_latency_ms.p99),
            ProducerCounter::ThrottleTimeMs => self.throttle_time_ms,
        };
        Some(number as i64)
    }
}

/// What it did, in words.
impl fmt::Display for ProducerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |ms: Option<f64>| ms.map_or("?".into(), |ms| format!("{ms:.1}"));
        let latency = &self.ack_latency_ms;
        let (acked, failed) = (human_count(self.acked as i64), human_count(self.failed as i64));
        let (p50, p99) = (tenths(latency.p50), tenths(latency.p99));
        write!(f, "{acked} acknowledged, {failed} failed, ack p50 / p99 {p50} / {p99} ms")?;
        if self.throttled > 0 {
            let time = human_duration_ms(self.throttle_time_ms as i64);
            write!(f, ", throttled {time} in {} answers", human_count(self.throttled as i64))?;
        }
        Ok(())
    }
}

impl World {
    /// All producers now. Where there is one, its latency is that of all records.
    pub(super) fn producer_reports(&self) -> Vec<ProducerReport> {
        let producers = self.clients.producers();
        let specs = &self.scenario.producers;
        let all = &self.observers.meter().latency;
        let of = |(host, spec): (&ProducerClient, &ProducerSpec)| {
            let throttled = host.runtime.throttled;
            ProducerReport {
                producer: spec.name.clone(),
                sent: host.sent,
                acked: host.acked,
                failed: host.failed,
                ack_latency_ms: Quantiles::of(if producers.len() == 1 { all } else { &host.latency }),
                throttled: throttled.answers,
                throttle_time_ms: throttled.time / 1_000_000,
            }
        };
        producers.iter().zip(specs).map(of).collect()
    }
}
