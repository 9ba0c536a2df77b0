//! acks=0 and 1: records that are acknowledged, or sent, and that no follower has when the leader goes.

use crate::consequences::Estimate;
use crate::consequences::case::{Acks, Case};
use crate::consequences::context::AssessmentContext;

/// From a move of the leader until the old one knows of it, beside the round trip: records that it accepts
/// meanwhile are cut off (assumed).
const MOVE_MS: f64 = 1.0;
/// acks=0: until a client knows the new leader, everything it sends goes nowhere.
const REFRESH_S: f64 = 0.3;

/// Events a year in which a crash of a leader takes a record with it.
pub(super) fn crashes(context: &AssessmentContext<'_>) -> Estimate<f64> {
    let env = &context.cluster.assumed.env;
    events(context, env.outages_per_year + env.rack_outages_per_year, crash_window_s)
}

/// The same for leaders that move in order: each restart moves them away.
pub(super) fn moves(context: &AssessmentContext<'_>) -> Estimate<f64> {
    events(context, context.cluster.assumed.env.restarts_per_year, move_window_s)
}

/// Records that one crash of a broker takes with it, expected.
pub(super) fn records(context: &AssessmentContext<'_>) -> Estimate<f64> {
    let rate = records_per_s(context);
    over(context, |case| rate * crash_window_s(context, case))
}

/// Records a second that one leading broker gets.
fn records_per_s(context: &AssessmentContext<'_>) -> f64 {
    context.cluster.assumed.load.records_per_s / f64::from(context.broker_load.leading.max(1))
}

fn events(
    context: &AssessmentContext<'_>,
    per_year: f64,
    window_s: fn(&AssessmentContext<'_>, &Case) -> f64,
) -> Estimate<f64> {
    let (leaders, rate) = (f64::from(context.broker_load.leading), records_per_s(context));
    // At least one record within the window (Poisson arrivals).
    over(context, |case| leaders * per_year * -libm::expm1(-rate * window_s(context, case)))
}

/// The worst class, over its possible cases.
fn over(context: &AssessmentContext<'_>, of: impl Fn(&Case) -> f64) -> Estimate<f64> {
    let each = context
        .data()
        .map(|class| Estimate::covering(class.cases.iter().map(|case| Estimate::Exact(of(case)))));
    each.reduce(|a, b| match (a.low().zip(b.low()), a.high().zip(b.high())) {
        (Some(low), Some(high)) => Estimate::between(low.0.max(low.1), high.0.max(high.1)),
        _ => a,
    })
    .unwrap_or(Estimate::Exact(0.0))
}

/// How long the newest records are on the leader alone, or on their way to nobody.
fn crash_window_s(context: &AssessmentContext<'_>, case: &Case) -> f64 {
    let assumed = &context.cluster.assumed;
    // A follower that lags within the ISR widens this window up to replica.lag.time.max.ms; healthy ones are assumed.
    let replicated_ms = assumed.net.rack_rtt_ms + assumed.env.machine.follower_append_ms;
    match case.acks {
        Acks::All => 0.0,
        Acks::One if case.replicas == 1 => 0.0,
        // A follower fetches all the time: one round trip and its append later it has the record.
        Acks::One => replicated_ms / 1000.0,
        // No answer tells the client that its leader is gone: all it sends until it knows the next one is lost.
        Acks::Zero => context.detection_ms().high().map_or(0.0, |ms| ms / 1000.0) + REFRESH_S,
    }
}

fn move_window_s(context: &AssessmentContext<'_>, case: &Case) -> f64 {
    match case.acks {
        Acks::All => 0.0,
        _ if case.replicas == 1 => 0.0,
        // Until it hears of its successor the old leader acknowledges records, and cuts them off when it follows: its log
        // must agree with the new leader epoch (KIP-101).
        Acks::One => (context.cluster.assumed.net.rack_rtt_ms + MOVE_MS) / 1000.0,
        Acks::Zero => REFRESH_S,
    }
}
