//! Whether records keep their order and are stored once, from the producer's settings (kafka.md#order-and-duplicates).

use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::Derivation;
use crate::consequences::{Figure, Qualitative};
use crate::knobs::{Idempotence, Knob, Value, client_value, idempotence_of, producer};
use crate::model::ClientProfile;

const INPUTS: &[&Knob] = &[
    &producer::ENABLE_IDEMPOTENCE,
    &producer::ACKS,
    &producer::RETRIES,
    &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
    &producer::DELIVERY_TIMEOUT_MS,
];

/// What the settings come to.
struct SendSettings {
    idempotence: Idempotence,
    retries: i64,
    in_flight: i64,
}

fn send_settings(producer: &ClientProfile) -> SendSettings {
    let int = |knob: &Knob, default: i64| {
        client_value(producer, knob).as_ref().and_then(Value::int).unwrap_or(default)
    };
    SendSettings {
        idempotence: idempotence_of(producer),
        retries: int(&producer::RETRIES, i64::from(i32::MAX)),
        in_flight: int(&producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5),
    }
}

/// Whether records of one partition keep the order in which they were sent.
pub(super) fn ordering(context: &AssessmentContext<'_>) -> Figure<Qualitative> {
    let (verdict, rank, formula) = match context.cluster.assumed.producers.first().map(send_settings) {
        None => ("?", None, "no producer is known".to_string()),
        Some(SendSettings { idempotence: Idempotence::On, .. }) => {
            ("kept", Some(2), "idempotence: the broker refuses batches out of sequence".into())
        }
        Some(SendSettings { retries: 0, .. }) => {
            ("kept", Some(2), "no retries: a batch that fails leaves a gap, never a later place".into())
        }
        Some(SendSettings { in_flight: 1, .. }) => {
            ("kept", Some(2), "one request in flight: a retry cannot be overtaken".into())
        }
        Some(SendSettings { idempotence, in_flight, .. }) => (
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
    figure(context, "ordering", "Order", Qualitative { verdict: verdict.into(), rank }, headline, formula)
}

/// Whether a record may be stored twice.
pub(super) fn duplicates(context: &AssessmentContext<'_>) -> Figure<Qualitative> {
    let (verdict, rank, formula) = match context.cluster.assumed.producers.first().map(send_settings) {
        None => ("?", None, "no producer is known".to_string()),
        Some(SendSettings { idempotence: Idempotence::On, .. }) => (
            "none from retries",
            Some(2),
            "idempotence: the broker recognises a batch that it has; a new producer session starts anew"
                .into(),
        ),
        Some(SendSettings { retries: 0, .. }) => {
            ("none, but gaps", Some(1), "no retries: every error is a lost record".into())
        }
        Some(SendSettings { idempotence, .. }) => (
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
    figure(
        context,
        "duplicates",
        "Duplicates",
        Qualitative { verdict: verdict.into(), rank },
        headline,
        formula,
    )
}

fn off(idempotence: &Idempotence) -> String {
    match idempotence {
        Idempotence::On => "idempotence on".into(),
        Idempotence::Off => "idempotence off".into(),
        Idempotence::SilentlyOff(by) => format!("idempotence silently off because of {by}"),
    }
}

fn figure(
    context: &AssessmentContext<'_>,
    id: &'static str,
    label: &'static str,
    value: Qualitative,
    headline: String,
    formula: String,
) -> Figure<Qualitative> {
    let why = Derivation {
        formula,
        inputs: context.knobs.inputs(INPUTS),
        assumptions: vec!["the Java producer's rules".into()],
        knob: Some("enable.idempotence=true, said explicitly".into()),
    };
    Figure { id, label, value, headline, affected: None, why }
}
