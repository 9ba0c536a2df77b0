//! Whether records keep their order and are stored once, from the producer's settings (kafka.md#order-and-duplicates).

use crate::consequences::figure::Derivation;
use crate::consequences::judgement::Docket;
use crate::consequences::{Figure, Words};
use crate::knobs::{Idempotence, Value, client_value, find, idempotence_of};
use crate::model::ClientProfile;

const INPUTS: &[&str] = &[
    "producer:enable.idempotence",
    "producer:acks",
    "producer:retries",
    "producer:max.in.flight.requests.per.connection",
    "producer:delivery.timeout.ms",
];

/// What the settings come to.
struct Sending {
    idempotence: Idempotence,
    retries: i64,
    in_flight: i64,
}

fn sending(producer: &ClientProfile) -> Sending {
    let int = |key: &str, other: i64| {
        let knob = find(Some(crate::knobs::Scope::Producer), key).ok();
        knob.and_then(|knob| client_value(producer, knob)).as_ref().and_then(Value::int).unwrap_or(other)
    };
    Sending {
        idempotence: idempotence_of(producer),
        retries: int("retries", i64::from(i32::MAX)),
        in_flight: int("max.in.flight.requests.per.connection", 5),
    }
}

/// Whether records of one partition keep the order in which they were sent.
pub(super) fn ordering(docket: &Docket<'_>) -> Figure<Words> {
    let (verdict, rank, formula) = match docket.cluster.assumed.producers.first().map(sending) {
        None => ("?", None, "no producer is known".to_string()),
        Some(Sending { idempotence: Idempotence::On, .. }) => {
            ("kept", Some(2), "idempotence: the broker refuses batches out of sequence".into())
        }
        Some(Sending { retries: 0, .. }) => {
            ("kept", Some(2), "no retries: a batch that fails leaves a gap, never a later place".into())
        }
        Some(Sending { in_flight: 1, .. }) => {
            ("kept", Some(2), "one request in flight: a retry cannot be overtaken".into())
        }
        Some(Sending { idempotence, in_flight, .. }) => (
            "may be broken",
            Some(0),
            format!(
                "{}, retries, {in_flight} requests in flight: a retried batch lands behind its successors",
                off(&idempotence)
            ),
        ),
    };
    let headline = match rank {
        None => "Whether order is kept is unknown".into(),
        Some(2) => "Order within a partition is kept, except where the application sends again itself".into(),
        Some(_) => "Order within a partition may be broken by a retry".to_string(),
    };
    figure(docket, "ordering", "Order", Words { verdict: verdict.into(), rank }, headline, formula)
}

/// Whether a record may be stored twice.
pub(super) fn duplicates(docket: &Docket<'_>) -> Figure<Words> {
    let (verdict, rank, formula) = match docket.cluster.assumed.producers.first().map(sending) {
        None => ("?", None, "no producer is known".to_string()),
        Some(Sending { idempotence: Idempotence::On, .. }) => (
            "none from retries",
            Some(2),
            "idempotence: the broker recognises a batch that it has; a new producer session starts anew"
                .into(),
        ),
        Some(Sending { retries: 0, .. }) => {
            ("none, but gaps", Some(1), "no retries: every error is a lost record".into())
        }
        Some(Sending { idempotence, .. }) => (
            "possible",
            Some(0),
            format!("{}: a retry after a lost response or a timeout is stored again", off(&idempotence)),
        ),
    };
    let headline = match rank {
        None => "Whether records are stored twice is unknown".into(),
        Some(2) => "Retries store nothing twice; an application that sends again after an error does".into(),
        Some(1) => "Nothing is stored twice, but every error loses a record".into(),
        Some(_) => "A retry may store a record twice".to_string(),
    };
    figure(docket, "duplicates", "Duplicates", Words { verdict: verdict.into(), rank }, headline, formula)
}

fn off(idempotence: &Idempotence) -> String {
    match idempotence {
        Idempotence::On => "idempotence on".into(),
        Idempotence::Off => "idempotence off".into(),
        Idempotence::SilentlyOff(by) => format!("idempotence silently off because of {by}"),
    }
}

fn figure(
    docket: &Docket<'_>,
    id: &'static str,
    label: &'static str,
    value: Words,
    headline: String,
    formula: String,
) -> Figure<Words> {
    let why = Derivation {
        formula,
        inputs: docket.setting.inputs(INPUTS),
        assumptions: vec!["the Java producer's rules".into()],
        lever: Some("enable.idempotence=true, said explicitly".into()),
    };
    Figure { id, label, value, headline, affected: None, why }
}
