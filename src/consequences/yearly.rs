//! Figures of a year: the probability of a loss, minutes without service, stalls, each with its reasons.

use crate::consequences::assessment::CauseShare;
use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::{Derivation, Input, digits};
use crate::consequences::loss_cause::LossCause;
use crate::consequences::risk::{Risk, minutes_of};
use crate::consequences::tolerance::Operation;
use crate::consequences::{Estimate, Figure, Quantity, Unit};
use crate::knobs::{broker, env, producer};

/// Probability of at least one event a year at a rate.
pub(super) fn probability(rate: f64) -> f64 {
    -libm::expm1(-rate)
}

/// Each cause's part, the largest first; causes that add nothing are left out.
pub(super) fn by_cause(risk: &Risk) -> Vec<CauseShare> {
    let mut shares: Vec<CauseShare> = LossCause::ALL
        .iter()
        .zip(&risk.losses)
        .filter(|(_, rate)| rate.high().is_none_or(|rate| rate > 0.0))
        .map(|(cause, rate)| CauseShare { cause: *cause, per_year: rate.map(probability) })
        .collect();
    let size = |share: &CauseShare| share.per_year.high().unwrap_or(0.0);
    shares.sort_by(|a, b| size(b).total_cmp(&size(a)));
    shares
}

/// The probability that acknowledged data is lost within a year.
pub(super) fn loss(context: &AssessmentContext<'_>, risk: &Risk) -> Figure<Quantity> {
    let value = risk.losses_per_year().map(probability);
    let causes = by_cause(risk);
    let headline = match (&value, causes.first()) {
        (Estimate::Unknown(why), _) => format!("The probability of a loss is unknown: {why}"),
        (_, None) => "No modelled event loses acknowledged data".into(),
        (chance, Some(share)) => {
            format!(
                "Acknowledged data is lost with probability {} a year, mostly by {}",
                digits(chance),
                share.cause.words()
            )
        }
    };
    let why = Derivation {
        formula: format!(
            "1 - exp(-sum of 1 / mean time to loss over {} distinct replica sets); by cause: {}",
            context.copysets.count(),
            causes
                .iter()
                .map(|share| format!("{} {}", share.cause.id(), digits(&share.per_year)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        inputs: environment(context),
        assumptions: vec![
            "failures are independent but for racks and the site; repair times are exponential".into(),
            "an ELR member is eligible while it is down and not while it catches up; Kafka drops one that \
             returns after an unclean stop and lets one lead that catches up"
                .into(),
            "no source gives a rate at which racks or sites are lost for good: theirs are transient".into(),
        ],
        knob: causes.first().map(|share| share.cause.knob().to_string()),
    };
    Figure {
        id: "durability.loss_per_year",
        label: "Loss a year",
        value: number(value),
        headline,
        affected: None,
        why,
    }
}

fn number(value: Estimate<f64>) -> Quantity {
    Quantity::new(value, Unit::PerYear)
}

/// Minutes a year in which an operation does not work, fail-over aside.
pub(super) fn unavailable(
    context: &AssessmentContext<'_>,
    risk: &Risk,
    operation: Operation,
) -> Figure<Quantity> {
    let value = minutes_of(risk, operation).clone();
    let (id, label, what, condition) = match operation {
        Operation::Write => (
            "writes.unavailable",
            "Writes down",
            "Writes are refused",
            "fewer replicas in sync than acks needs",
        ),
        Operation::Read => ("reads.unavailable", "Reads down", "Nobody leads", "no replica in sync"),
        Operation::Visible => (
            "visibility.unavailable",
            "Invisible",
            "New records stay invisible",
            "fewer replicas in sync than the high watermark needs",
        ),
    };
    let headline = match &value {
        Estimate::Unknown(why) => format!("{what} for an unknown time a year: {why}"),
        minutes => format!("{what} {} minutes a year, fail-over stalls aside", digits(minutes)),
    };
    let why = Derivation {
        formula: format!("525,600 min x share of time with {condition}, from the chain's stationary vector"),
        inputs: environment(context),
        assumptions: vec![
            "repair times are exponential".into(),
            "a rack's brokers are back together; where that makes too many states, one by one as after any outage"
                .into(),
        ],
        knob: Some(
            match operation {
                Operation::Read => "shorter outages; replicas in more racks",
                _ => "min.insync.replicas below the replica count; then shorter restarts and more racks",
            }
            .into(),
        ),
    };
    let value = Quantity::new(value, Unit::MinutesPerYear);
    Figure { id, label, value, headline, affected: None, why }
}

/// Minutes a year of fail-over and of waiting for dead followers.
pub(super) fn stalls(context: &AssessmentContext<'_>, detection_ms: &Estimate<f64>) -> Figure<Quantity> {
    let value = crate::consequences::risk::stalls(context, detection_ms);
    let headline = match &value {
        Estimate::Unknown(why) => format!("How long fail-overs stall writes is unknown: {why}"),
        minutes => format!("Fail-overs and dead followers stall writes {} minutes a year", digits(minutes)),
    };
    let mut inputs = environment(context);
    inputs.extend(context.knobs.inputs(&[&producer::ACKS, &broker::BROKER_SESSION_TIMEOUT_MS]));
    let why = Derivation {
        formula: "outages x (detection + 0.3 s) + restarts x 0.1 s as leader; with acks=all also outages x detection \
                  for each follower"
            .into(),
        inputs,
        assumptions: vec!["one stall per crash: the next crash comes later".into()],
        knob: Some("broker.session.timeout.ms; then fewer crashes".into()),
    };
    let value = Quantity::new(value, Unit::MinutesPerYear);
    Figure { id: "failover.stalls_per_year", label: "Stalls a year", value, headline, affected: None, why }
}

/// The rates as inputs.
fn environment(context: &AssessmentContext<'_>) -> Vec<Input> {
    context.knobs.inputs(&[
        &env::PRESET,
        &env::OUTAGES_PER_YEAR,
        &env::OUTAGE_MINUTES,
        &env::RESTARTS_PER_YEAR,
        &env::RESTART_MINUTES,
        &env::GUARDED_RESTARTS,
        &env::DISK_LOSSES_PER_YEAR,
        &env::REBUILD_HOURS,
        &env::PAGE_CACHE_LOSS_SHARE,
        &env::RACK_OUTAGES_PER_YEAR,
        &env::RACK_OUTAGE_MINUTES,
        &env::POWER_SHARE,
        &env::SITE_OUTAGES_PER_YEAR,
        &env::CATCH_UP_MINUTES,
    ])
}
