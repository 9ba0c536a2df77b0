//! What a consumer group gets done: its capacity, catching up, rebalances, duplicates, the poll budget.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::headline_of;
use crate::consequences::figure::Derivation;
use crate::consequences::flow::member_records_per_s;
use crate::consequences::poison;
use crate::consequences::traffic::Flows;
use crate::consequences::wording::{digits, duration, number_of};
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{KeyScope, Knob, Value, consumer, env, load, set_or_default, topic};
use crate::model::KafkaVersion;

/// Joining and syncing of a classic group.
const JOIN_MS: (f64, f64) = (100.0, 3000.0);
/// `group.consumer.heartbeat.interval.ms`: a moved partition takes one to three of them (KIP-848).
const HEARTBEAT_MS: f64 = 5000.0;

const GROUP_KEYS: &[&Knob] =
    &[&load::CONSUMERS, &load::PROCESSING_MS, &load::RECORDS_PER_S, &load::RECORD_BYTES, &topic::PARTITIONS];

/// What decides about a group.
struct GroupLoad<'a> {
    context: &'a AssessmentContext<'a>,
    rate: f64,
    capacity: f64,
    working: f64,
}

pub(super) fn section(context: &AssessmentContext<'_>, flows: &Flows) -> Section {
    let load = &context.cluster.assumed.load;
    let partitions = flows.partitions();
    let working = f64::from(load.consumers).min(partitions);
    let each = member_records_per_s(load.processing_ms, f64::from(load.record_bytes));
    let group = GroupLoad { context, rate: load.records_per_s, capacity: working * each, working };
    let mut figures = vec![
        group.capacity().into(),
        group.catch_up().into(),
        group.rebalance().into(),
        group.unread().into(),
        group.reprocessed().into(),
        group.poll_interval_used().into(),
        group.retention(flows).into(),
    ];
    figures.extend(poison::figures(context, partitions));
    Section { name: "consumers", figures }
}

/// How long it takes to catch up after an outage: D x in / (capacity - in); never when that is not more.
pub(super) fn catch_up_ms(outage_ms: f64, rate: f64, capacity: f64) -> f64 {
    // What piled up shrinks by what the group does beyond the arrivals.
    if capacity <= rate { f64::INFINITY } else { outage_ms * rate / (capacity - rate) }
}

impl GroupLoad<'_> {
    fn figure(
        &self,
        (id, label): (&'static str, &'static str),
        value: Quantity,
        headline: String,
        why: (&str, &[&'static Knob], &str, &str),
    ) -> Figure<Quantity> {
        let (formula, inputs, assumption, knob) = why;
        let why = Derivation {
            formula: formula.into(),
            inputs: self.context.knobs.inputs(inputs),
            assumptions: vec![assumption.into()],
            knob: Some(knob.into()),
        };
        Figure::of_all(id, label, value, headline, why)
    }

    fn capacity(&self) -> Figure<Quantity> {
        let value = Estimate::Exact(self.capacity);
        let verdict = if self.capacity > self.rate { "" } else { ", less than is produced: its lag grows" };
        let headline = format!("A group processes {} records/s{verdict}", digits(&value));
        let value = Quantity::new(value, Unit::RecordsPerS);
        self.figure(
            ("consumers.capacity", "Group capacity"),
            value,
            headline,
            (
                "min(members, partitions) / (processing time + about 1 us in the client)",
                GROUP_KEYS,
                "keys are spread evenly; else the hottest partition's member is the bound",
                "load:processing_ms; more members up to the number of partitions",
            ),
        )
    }

    fn catch_up(&self) -> Figure<Quantity> {
        let outage = self.context.cluster.assumed.env.outage_minutes * 60_000.0;
        let ms = catch_up_ms(outage, self.rate, self.capacity);
        let headline = if ms.is_finite() {
            format!(
                "After an outage of {} a group has caught up in {}",
                duration(&Estimate::Exact(outage)),
                duration(&Estimate::Exact(ms))
            )
        } else {
            "A group never catches up: it processes no more than is produced".into()
        };
        let value = Quantity::new(Estimate::Exact(ms), Unit::Ms);
        self.figure(
            ("consumers.catch_up", "Backlog drained in"),
            value,
            headline,
            (
                "outage x rate / (capacity - rate)",
                &[&load::RECORDS_PER_S, &load::CONSUMERS, &load::PROCESSING_MS, &env::OUTAGE_MINUTES],
                "producers go on during the outage, at the same rate",
                "load:processing_ms; more members and partitions",
            ),
        )
    }

    /// The longest time that a member works between two polls.
    fn poll_ms(&self) -> Result<f64, String> {
        let records = self.context.knobs.known(&consumer::MAX_POLL_RECORDS)?;
        Ok(records * self.context.cluster.assumed.load.processing_ms)
    }

    fn is_classic(&self) -> bool {
        self.context.knobs.word(&consumer::GROUP_PROTOCOL) != Some("consumer")
    }

    fn rebalance(&self) -> Figure<Quantity> {
        let value = match (
            self.is_classic(),
            self.poll_ms(),
            self.context.knobs.known(&consumer::MAX_POLL_INTERVAL_MS),
        ) {
            (false, ..) => Estimate::between(HEARTBEAT_MS, 3.0 * HEARTBEAT_MS),
            (true, Ok(poll), Ok(limit)) => Estimate::between(JOIN_MS.0, poll.min(limit) + JOIN_MS.1),
            (true, Err(why), _) | (true, _, Err(why)) => Estimate::Unknown(why),
        };
        let who = if self.is_classic() { "all members" } else { "the partitions that move" };
        let headline = headline_of(&value, |ms| format!("A rebalance stops {who} for {}", duration(ms)));
        self.figure(("consumers.rebalance", "Rebalance"), Quantity::new(value, Unit::Ms), headline, (
            "classic: time to the next poll of the slowest member + 0.1 to 3 s of joining; consumer protocol: 1 to 3 \
             heartbeats of 5 s for each partition that moves",
            &[
                &consumer::GROUP_PROTOCOL,
                &consumer::MAX_POLL_RECORDS,
                &consumer::MAX_POLL_INTERVAL_MS,
                &load::PROCESSING_MS,
            ],
            "classic with an eager assignor; cooperative ones stop only what moves, in two rounds",
            "group.protocol=consumer (4.0); static members for restarts",
        ))
    }

    fn unread(&self) -> Figure<Quantity> {
        let key = &consumer::SESSION_TIMEOUT_MS;
        let value = if self.is_classic() { self.context.knobs.known(key) } else { self.broker_session() };
        let value =
            value.map_or_else(Estimate::Unknown, |session| Estimate::between(session, session + JOIN_MS.1));
        let headline = headline_of(&value, |ms| {
            format!("A crashed member's partitions stay unread for {}", duration(ms))
        });
        self.figure(("consumers.unread", "Unread after a crash"), Quantity::new(value, Unit::Ms), headline, (
            "session timeout + up to 3 s of rebalance; with group.protocol=consumer group.consumer.session.timeout.ms of \
             the brokers",
            &[key, &consumer::GROUP_PROTOCOL],
            "the member dies without leaving; one that leaves is replaced at once",
            "session.timeout.ms; too short a one rebalances during pauses",
        ))
    }

    fn broker_session(&self) -> Result<f64, String> {
        let key = "group.consumer.session.timeout.ms";
        let cluster = self.context.cluster;
        let set = cluster.brokers.iter().find_map(|broker| broker.config.get()?.get(key)?.value.clone());
        let version = cluster.version.get().copied().unwrap_or(KafkaVersion::REFERENCE);
        let text = set_or_default(set.as_deref(), KeyScope::Broker, key, version);
        text.and_then(|text| text.parse().ok()).ok_or_else(|| format!("broker:{key} is not known"))
    }

    fn reprocessed(&self) -> Figure<Quantity> {
        let auto = self.context.knobs.get(&consumer::ENABLE_AUTO_COMMIT).and_then(Value::bool);
        let per_member = self.rate / self.working.max(1.0);
        let polled = self.context.knobs.known(&consumer::MAX_POLL_RECORDS);
        let value = match (auto, polled, self.context.knobs.known(&consumer::AUTO_COMMIT_INTERVAL_MS)) {
            (Some(false), Ok(polled), _) => Estimate::between(0.0, polled),
            (Some(true), Ok(polled), Ok(interval)) => Estimate::between(
                0.0,
                per_member * interval / 1000.0 + polled.min(per_member * interval / 1000.0),
            ),
            (None, ..) => Estimate::Unknown(self.context.knobs.why_unknown(&consumer::ENABLE_AUTO_COMMIT)),
            (_, Err(why), _) | (_, _, Err(why)) => Estimate::Unknown(why),
        };
        let headline = headline_of(&value, |records| {
            format!("After a crash of a member {} must be processed again", number_of(records, "record"))
        });
        self.figure(("consumers.again", "Reprocessed on a crash"), Quantity::new(value, Unit::Records), headline, (
            "auto-commit: up to a commit interval of one member's records (half of it on average) and the poll in hand; \
             commits after each poll: up to max.poll.records",
            &[
                &consumer::ENABLE_AUTO_COMMIT,
                &consumer::AUTO_COMMIT_INTERVAL_MS,
                &consumer::MAX_POLL_RECORDS,
                &load::RECORDS_PER_S,
                &load::CONSUMERS,
            ],
            "without auto-commit the application commits after each poll; a commit per record bounds a member to 1 / \
             (processing + round trip)",
            "auto.commit.interval.ms, or commits by the application; idempotent processing",
        ))
    }

    fn poll_interval_used(&self) -> Figure<Quantity> {
        let value = match (self.poll_ms(), self.context.knobs.known(&consumer::MAX_POLL_INTERVAL_MS)) {
            (Ok(poll), Ok(limit)) => Estimate::Exact(100.0 * poll / limit.max(1.0)),
            (Err(why), _) | (_, Err(why)) => Estimate::Unknown(why),
        };
        let headline = match value.low() {
            Some(percent) if percent > 100.0 => {
                "Processing a full poll takes longer than max.poll.interval.ms: the member leaves the group and its work is done again"
                    .into()
            }
            _ => headline_of(&value, |percent| format!("Processing a full poll takes {} % of max.poll.interval.ms", digits(percent))),
        };
        self.figure(
            ("consumers.poll_budget", "Poll interval used"),
            Quantity::new(value, Unit::Percent),
            headline,
            (
                "max.poll.records x processing time / max.poll.interval.ms",
                &[&consumer::MAX_POLL_RECORDS, &consumer::MAX_POLL_INTERVAL_MS, &load::PROCESSING_MS],
                "records are processed one after the other within poll()",
                "max.poll.records; load:processing_ms",
            ),
        )
    }

    fn retention(&self, flows: &Flows) -> Figure<Quantity> {
        let keys = [&topic::RETENTION_MS, &topic::RETENTION_BYTES];
        let value = match (self.context.knobs.known(keys[0]), self.context.knobs.known(keys[1])) {
            (Ok(ms), Ok(bytes)) => flows.over(|flow| {
                let per_ms = flow.records_per_s * flow.record_bytes / flow.partitions / 1000.0;
                let by_time = if ms >= 0.0 { ms } else { f64::INFINITY };
                let by_size =
                    if bytes >= 0.0 { bytes / per_ms.max(f64::MIN_POSITIVE) } else { f64::INFINITY };
                Estimate::Exact(by_time.min(by_size))
            }),
            (Err(why), _) | (_, Err(why)) => Estimate::Unknown(why),
        };
        let headline = match &value {
            Estimate::Exact(ms) if ms.is_infinite() => {
                "A group that is down loses nothing: nothing is deleted".into()
            }
            other => {
                headline_of(other, |ms| format!("A group that is down loses records after {}", duration(ms)))
            }
        };
        self.figure(
            ("consumers.standstill", "Consumer may be down"),
            Quantity::more(value, Unit::Ms),
            headline,
            (
                "the sooner of retention.ms and retention.bytes / a partition's rate",
                &[keys[0], keys[1], &load::RECORDS_PER_S, &load::RECORD_BYTES, &topic::PARTITIONS],
                "closed segments only are deleted: it may last one segment longer",
                "retention.ms",
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catching_up_takes_what_is_left_over() {
        assert_eq!(catch_up_ms(60_000.0, 1000.0, 3000.0), 30_000.0);
        assert_eq!(catch_up_ms(60_000.0, 1000.0, 1000.0), f64::INFINITY);
        assert_eq!(catch_up_ms(60_000.0, 0.0, 1000.0), 0.0);
    }
}
