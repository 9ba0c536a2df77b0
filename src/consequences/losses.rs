//! Records that are lost outside the chain: with the leader, with the power, in the producer, in the consumer.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::{compression_of, headline_of};
use crate::consequences::figure::Derivation;
use crate::consequences::risk::Risk;
use crate::consequences::tail;
use crate::consequences::traffic::Flows;
use crate::consequences::wording::{digits, duration, number_of};
use crate::consequences::{Estimate, Figure, Qualitative, Quantity, Section, Unit};
use crate::knobs::{Knob, Value, consumer, env, load, net, producer, topic};
use crate::model::human_bytes;

/// First and longest pause between two tries (`retry.backoff.ms`, `retry.backoff.max.ms`; KIP-580).
const BACK_OFF_MS: (f64, f64) = (100.0, 1000.0);

pub(super) fn section(context: &AssessmentContext<'_>, risk: &Risk, flows: &Flows) -> Section {
    let limit = delivery_limit(context);
    let figures = vec![
        leader_crash(context).into(),
        power(context, flows).into(),
        refused(context, risk, &limit).into(),
        limit.figure(context).into(),
        skipped(context).into(),
    ];
    Section { name: "losses", figures }
}

fn leader_crash(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let value = tail::records(context);
    let headline = match &value {
        Estimate::Exact(0.0) => "A leader crash loses no acknowledged record".into(),
        other => headline_of(other, |records| {
            format!("A broker crash loses {} that its followers lack", number_of(records, "record"))
        }),
    };
    let why = Derivation {
        formula: "records/s of one leading broker x window: acks=1 one replication round trip and append, acks=0 \
                  until a new leader is known, acks=all none"
            .into(),
        inputs: context.knobs.inputs(&[
            &producer::ACKS,
            &load::RECORDS_PER_S,
            &net::RACK_RTT_MS,
            &env::FOLLOWER_APPEND_MS,
        ]),
        assumptions: vec![
            "followers keep up; one that lags inside the ISR widens the window up to 1.5 x replica.lag.time.max.ms"
                .into(),
        ],
        knob: Some("acks=all".into()),
    };
    Figure::of_all(
        "losses.leader_crash",
        "At risk, leader crash",
        Quantity::new(value, Unit::Records),
        headline,
        why,
    )
}

fn power(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let window_s = context.cluster.assumed.env.machine.writeback_s;
    let value = flows.over(|flow| {
        let bytes_per_s = flow.records_per_s * flow.record_bytes * compression_of(flow);
        Estimate::Exact(if flow.fsync { 0.0 } else { bytes_per_s * window_s / 2.0 })
    });
    let headline = match &value {
        Estimate::Exact(0.0) => "If all power fails at once, nothing that was acknowledged is lost".into(),
        Estimate::Exact(bytes) => {
            format!("If all power fails at once, about {} is not yet on disk", human_bytes(*bytes as u64))
        }
        other => headline_of(other, |bytes| {
            format!("If all power fails at once, {} bytes are not yet on disk", digits(bytes))
        }),
    };
    let why = Derivation {
        formula: "bytes/s as stored x time since the last write-back / 2".into(),
        inputs: context.knobs.inputs(&[
            &load::RECORDS_PER_S,
            &load::RECORD_BYTES,
            &producer::COMPRESSION_TYPE,
            &topic::FLUSH_MESSAGES,
            &env::WRITEBACK_S,
        ]),
        assumptions: vec!["it takes a rack's outage only what has its whole ISR there".into()],
        knob: Some("flush.messages=1, or another site".into()),
    };
    Figure::of_all("losses.power", "Not yet on disk", Quantity::new(value, Unit::Bytes), headline, why)
}

/// How long a producer keeps what it cannot deliver.
struct DeliveryLimit {
    value: Estimate<f64>,
    /// Which limit comes first.
    limit: &'static str,
    /// When its buffer is full.
    full_after_ms: Option<f64>,
}

fn delivery_limit(context: &AssessmentContext<'_>) -> DeliveryLimit {
    let float = |knob: &'static Knob| context.knobs.float(knob);
    let load = &context.cluster.assumed.load;
    let bytes_per_ms =
        load.records_per_s * f64::from(load.record_bytes) / f64::from(load.producers.max(1)) / 1000.0;
    let full_after_ms =
        float(&producer::BUFFER_MEMORY).map(|bytes| bytes / bytes_per_ms.max(f64::MIN_POSITIVE));
    let retries = float(&producer::RETRIES).and_then(tries_ms);
    let blocked = full_after_ms.zip(float(&producer::MAX_BLOCK_MS)).map(|(full, block)| full + block);
    let limits = [
        (float(&producer::DELIVERY_TIMEOUT_MS), "delivery.timeout.ms"),
        (retries, "retries"),
        (blocked, "buffer.memory and max.block.ms"),
    ];
    let known = limits.into_iter().filter_map(|(ms, limit)| Some((ms?, limit)));
    match known.min_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((ms, limit)) => DeliveryLimit { value: Estimate::Exact(ms), limit, full_after_ms },
        None => DeliveryLimit {
            value: Estimate::Unknown(context.knobs.why_unknown(&producer::DELIVERY_TIMEOUT_MS)),
            limit: "?",
            full_after_ms,
        },
    }
}

/// How long so many tries take when each is refused at once; `None` when they do not run out.
fn tries_ms(retries: f64) -> Option<f64> {
    const NEVER: f64 = 1e6;
    if retries >= NEVER {
        return None;
    }
    // KIP-580: each pause is twice the last one; its jitter of 20 % is left out.
    let doubling = libm::log2(BACK_OFF_MS.1 / BACK_OFF_MS.0);
    let short = retries.min(libm::ceil(doubling));
    let pauses = (0..short as u32).map(|at| (BACK_OFF_MS.0 * libm::exp2(f64::from(at))).min(BACK_OFF_MS.1));
    Some(pauses.sum::<f64>() + (retries - short).max(0.0) * BACK_OFF_MS.1)
}

const DELIVERY_INPUTS: &[&Knob] = &[
    &producer::DELIVERY_TIMEOUT_MS,
    &producer::RETRIES,
    &producer::BUFFER_MEMORY,
    &producer::MAX_BLOCK_MS,
    &load::RECORDS_PER_S,
    &load::RECORD_BYTES,
    &load::PRODUCERS,
];

impl DeliveryLimit {
    fn figure(&self, context: &AssessmentContext<'_>) -> Figure<Quantity> {
        let headline = headline_of(&self.value, |ms| {
            format!("send() fails {} into an outage, by {}", duration(ms), self.limit)
        });
        let full = self.full_after_ms.map_or("?".into(), |ms| duration(&Estimate::Exact(ms)));
        let why = Derivation {
            formula: format!(
                "the first of delivery.timeout.ms, the pauses of all retries, and buffer.memory / rate + max.block.ms; the \
                 buffer is full after {full}"
            ),
            inputs: context.knobs.inputs(DELIVERY_INPUTS),
            assumptions: vec!["each try is refused at once, pauses double from 0.1 to 1 s".into()],
            knob: Some("delivery.timeout.ms; a larger buffer.memory at high rates".into()),
        };
        let value = Quantity::more(self.value.clone(), Unit::Ms);
        Figure::of_all("losses.producer_patience", "Producer gives up after", value, headline, why)
    }
}

/// Records whose send() fails, in a year: outages of writes that outlast the producer, and fail-overs.
fn refused(context: &AssessmentContext<'_>, risk: &Risk, limit: &DeliveryLimit) -> Figure<Quantity> {
    let env = &context.cluster.assumed.env;
    let rate = context.cluster.assumed.load.records_per_s;
    let outage_ms = env.outage_minutes * 60_000.0;
    let detection = context.detection_ms();
    let count = |minutes: f64, detection_ms: f64, limit_ms: f64| {
        // Outages are exponential, so a share exp(-limit / mean length) of their time lies beyond what a producer waits.
        let outages = minutes * 60.0 * libm::exp(-limit_ms / outage_ms);
        let leaders = f64::from(context.broker_load.leading);
        let stalls = leaders * env.outages_per_year * (detection_ms - limit_ms).max(0.0) / 1000.0;
        rate * (outages + stalls / leaders.max(1.0))
    };
    let value = match (&risk.writes, &detection, &limit.value) {
        (Estimate::Unknown(why), ..) | (_, Estimate::Unknown(why), _) | (.., Estimate::Unknown(why)) => {
            Estimate::Unknown(why.clone())
        }
        (writes, detection, Estimate::Exact(limit)) | (writes, detection, Estimate::Between(limit, _)) => {
            let end = |minutes: Option<f64>, ms: Option<f64>| {
                count(minutes.unwrap_or(0.0), ms.unwrap_or(0.0), *limit)
            };
            Estimate::between(end(writes.low(), detection.low()), end(writes.high(), detection.high()))
        }
    };
    let headline = headline_of(&value, |records| {
        format!("send() fails for {} a year; the application must handle that", number_of(records, "record"))
    });
    let mut inputs = context.knobs.inputs(DELIVERY_INPUTS);
    inputs.extend(context.knobs.inputs(&[&env::OUTAGE_MINUTES, &env::OUTAGES_PER_YEAR, &producer::ACKS]));
    let why = Derivation {
        formula: "records/s x (minutes a year without writes x exp(-delivery limit / length of an outage) + crashes of the \
                  leader x what detection takes beyond the limit)"
            .into(),
        inputs,
        assumptions: vec!["outages of writes last as long as outages of brokers, exponentially".into()],
        knob: Some("min.insync.replicas below the replica count; delivery.timeout.ms".into()),
    };
    let value = Quantity::new(value, Unit::RecordsPerYear);
    Figure::of_all("losses.refused", "Send errors by outages", value, headline, why)
}

/// What a consumer may pass over without any error.
fn skipped(context: &AssessmentContext<'_>) -> Figure<Qualitative> {
    let knobs = &context.knobs;
    let auto = knobs.get(&consumer::ENABLE_AUTO_COMMIT).and_then(Value::bool);
    let reset = knobs.word(&consumer::AUTO_OFFSET_RESET);
    let mut ways = Vec::new();
    if auto == Some(true) {
        ways.push("auto-commit commits what asynchronous work has not finished");
    }
    if reset == Some("latest") {
        ways.push("auto.offset.reset=latest skips what was written while no offset was committed");
    }
    let (verdict, rank) = match (auto.zip(reset), ways.len()) {
        (None, _) => ("?", None),
        (_, 0) => ("none, if retention holds", Some(2)),
        (_, 1) => ("possible", Some(1)),
        _ => ("possible, two ways", Some(0)),
    };
    let headline = match rank {
        None => "Whether consumers skip records is not known".into(),
        Some(2) => "Consumers skip nothing, as long as they are not behind retention".to_string(),
        Some(_) => "Consumers may skip records without any error".into(),
    };
    let why = Derivation {
        formula: if ways.is_empty() {
            "offsets are committed after the work, and a lost offset starts at the beginning or fails".into()
        } else {
            ways.join("; ")
        },
        inputs: knobs.inputs(&[
            &consumer::ENABLE_AUTO_COMMIT,
            &consumer::AUTO_COMMIT_INTERVAL_MS,
            &consumer::AUTO_OFFSET_RESET,
            &topic::RETENTION_MS,
        ]),
        assumptions: vec![
            "work within poll() is safe with auto-commit: it commits what earlier polls returned".into(),
        ],
        knob: Some("enable.auto.commit=false and commit after the work; auto.offset.reset=earliest".into()),
    };
    let value = Qualitative { verdict: verdict.into(), rank };
    Figure { id: "losses.consumer", label: "Records skipped", value, headline, affected: None, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_between_tries_double_up_to_a_second() {
        let printed = [0.0, 1.0, 3.0, 5.0, 10.0].map(|retries| tries_ms(retries).unwrap());
        assert_eq!(printed, [0.0, 100.0, 700.0, 2500.0, 7500.0]);
        assert_eq!(tries_ms(2_147_483_647.0), None);
    }
}
