//! Figures of a year: the probability of a loss, minutes without service, stalls, each with its reasons.

use crate::consequences::assessment::CauseShare;
use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::headline_of;
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::loss_cause::LossCause;
use crate::consequences::risk::{Risk, minutes_of};
use crate::consequences::tolerance::Operation;
use crate::consequences::wording::{chance, digits, duration};
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{broker, env, producer};

/// Probability of at least one event a year at a rate.
pub(super) fn probability(rate: f64) -> f64 {
    debug_assert!(rate >= 0.0, "{rate}");
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

/// Causes beside the largest, which would hide them in the sum.
fn others(causes: &[CauseShare]) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let each = causes.iter().map(|share| format!("{} {}", share.cause.words(), chance(&share.per_year)));
    format!("; beside that {}", each.collect::<Vec<_>>().join(", "))
}

/// A figure for each cause, so that one that no knob moves hides none of the others.
pub(super) fn section(context: &AssessmentContext<'_>, risk: &Risk) -> Section {
    let figures = LossCause::ALL.iter().zip(&risk.losses).map(|(cause, rate)| {
        let (id, label) = cause.figure();
        let value = rate.map(probability);
        let headline = headline_of(&value, |_| match &value {
            Estimate::Exact(0.0) => format!("No acknowledged data is lost by {}", cause.words()),
            some => format!("The chance of a loss by {} is {} a year", cause.words(), chance(some)),
        });
        let why = Derivation {
            formula: "what the event adds to the losses of those before it: 1 - exp(-losses a year)".into(),
            inputs: environment(context),
            assumptions: risk.left_out.clone(),
            knob: Some(cause.knob().into()),
        };
        Figure::of_all(id, label, number(value), headline, why).into()
    });
    Section { name: "loss", figures: figures.collect() }
}

/// The probability that acknowledged data is lost within a year.
pub(super) fn loss(context: &AssessmentContext<'_>, risk: &Risk) -> Figure<Quantity> {
    let value = risk.losses_per_year().map(probability);
    let causes = by_cause(risk);
    let headline = match (&value, causes.first()) {
        (Estimate::Unknown(why), _) => format!("The probability of a loss is unknown: {why}"),
        (_, None) => "No modelled event loses acknowledged data".into(),
        (value, Some(share)) => {
            format!(
                "The chance of losing acknowledged data is {} a year, mostly by {}{}",
                chance(value),
                share.cause.words(),
                others(&causes[1..])
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
        assumptions: [risk.left_out.clone(), vec![
            "failures are independent but for racks and the site; repair times are exponential".into(),
            "followers leave the ISR one by one; a load that holds all of them up at once is not counted".into(),
            "an ELR member is eligible while it is down and not while it catches up; Kafka drops one that \
             returns after an unclean stop and lets one lead that catches up"
                .into(),
            "no source gives a rate at which racks or sites are lost for good: theirs are transient".into(),
        ]].concat(),
        knob: causes.first().map(|share| share.cause.knob().to_string()),
    };
    Figure {
        id: "durability.loss_per_year",
        label: "Chance of loss a year",
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
            "Writes unavailable",
            "Writes are refused",
            "fewer replicas in sync than acks needs",
        ),
        Operation::Read => {
            ("reads.unavailable", "Reads unavailable", "There is no leader", "no replica in sync")
        }
        Operation::Visible => (
            "visibility.unavailable",
            "New records invisible",
            "New records cannot be read",
            "fewer replicas in sync than the high watermark needs",
        ),
    };
    let headline = match &value {
        Estimate::Unknown(why) => format!("{what} for an unknown time a year: {why}"),
        minutes => format!("{what} for {} a year, not counting fail-overs", length(minutes)),
    };
    let why = Derivation {
        formula: format!("525,600 min x share of time with {condition}, from the chain's stationary vector"),
        inputs: environment(context),
        assumptions: [vec!["repair times are exponential".into()], risk.left_out.clone()].concat(),
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
        Estimate::Unknown(why) => format!("How long fail-overs block writes is unknown: {why}"),
        minutes => format!("Fail-overs and dead followers block writes for {} a year", length(minutes)),
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
    Figure { id: "failover.stalls_per_year", label: "Blocked a year", value, headline, affected: None, why }
}

/// Minutes as a person reads them: `3.9 s`, `65 min`.
fn length(minutes: &Estimate<f64>) -> String {
    duration(&minutes.map(|minutes| minutes * 60_000.0))
}

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
        &env::ISR_LEAVES_PER_YEAR,
    ])
}
