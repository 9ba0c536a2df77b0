//! A record that cannot be processed: what stops, and how long until somebody notices, by what the consumer does.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::headline_of;
use crate::consequences::figure::Derivation;
use crate::consequences::wording::{digits, duration};
use crate::consequences::{Estimate, Figure, Quantity, SectionFigure, Unit};
use crate::knobs::{Knob, consumer, load, topic};
use crate::model::OnPoison;

const INPUTS: &[&Knob] = &[
    &load::ON_POISON,
    &load::RECORDS_PER_S,
    &load::CONSUMERS,
    &topic::PARTITIONS,
    &consumer::MAX_POLL_INTERVAL_MS,
    &consumer::SESSION_TIMEOUT_MS,
];

fn handling(context: &AssessmentContext<'_>) -> OnPoison {
    OnPoison::named(&context.cluster.assumed.load.on_poison).unwrap_or_default()
}

/// By how much the lag grows, and when it is noticed.
pub(super) fn figures(context: &AssessmentContext<'_>, partitions: f64) -> Vec<SectionFigure> {
    vec![lag(context, partitions).into(), noticed(context).into()]
}

/// Records a second by which the lag grows: at first, and when the pill has gone round.
fn growth(handling: OnPoison, rate: f64, members: f64, partitions: f64) -> (f64, f64) {
    match handling {
        // All partitions of a member wait in the same loop.
        OnPoison::Retry => (rate / members.min(partitions).max(1.0), rate),
        // The next member begins with the same record; where each is started again the others' partitions go on.
        OnPoison::Crash => (rate / partitions.max(1.0), rate),
        OnPoison::Skip | OnPoison::DeadLetter | OnPoison::RetryTopic => (0.0, 0.0),
    }
}

fn lag(context: &AssessmentContext<'_>, partitions: f64) -> Figure<Quantity> {
    let load = &context.cluster.assumed.load;
    let handling = handling(context);
    let (first, last) = growth(handling, load.records_per_s, f64::from(load.consumers), partitions);
    let value = Estimate::between(first, last);
    let grows = format!("the lag grows by {} records/s", digits(&value));
    let headline = match handling {
        OnPoison::Retry => format!(
            "A record that cannot be processed stops all partitions of one member, and of the next one when that \
             leaves the group: {grows}"
        ),
        OnPoison::Crash => format!(
            "A record that cannot be processed ends the member that reads it, then the next one that takes over its \
             partition: {grows}"
        ),
        OnPoison::Skip => "A record that cannot be processed is lost for this group; nothing stops".into(),
        OnPoison::DeadLetter => {
            "A record that cannot be processed waits in another topic; nothing stops, and later records of its key \
             overtake it"
                .into()
        }
        OnPoison::RetryTopic => {
            "A record that cannot be processed is tried again later from another topic; nothing stops, and later \
             records of its key overtake it"
                .into()
        }
    };
    let why = Derivation {
        formula: "retry: from one member's share (rate / working members) to all of it, member by member; crash: from \
                  one partition's share (members that start again) to all of it; skip, dead_letter and retry_topic: none"
            .into(),
        inputs: context.knobs.inputs(INPUTS),
        assumptions: vec!["the record fails each time it is tried".into()],
        knob: Some("a dead letter topic that somebody watches; retries only for what passes by itself".into()),
    };
    let value = Quantity { value, unit: Unit::RecordsPerS, more_is_better: false };
    Figure::of_all("consumers.poison", "Poison record, lag", value, headline, why)
}

fn noticed(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let ms = |knob: &'static Knob, answer: fn(f64) -> Estimate<f64>| {
        context.knobs.known(knob).map_or_else(Estimate::Unknown, answer)
    };
    let handling = handling(context);
    let value = match handling {
        OnPoison::Retry => ms(&consumer::MAX_POLL_INTERVAL_MS, Estimate::Exact),
        OnPoison::Crash => ms(&consumer::SESSION_TIMEOUT_MS, |session| Estimate::between(0.0, session)),
        OnPoison::Skip => Estimate::Exact(f64::INFINITY),
        OnPoison::DeadLetter | OnPoison::RetryTopic => {
            Estimate::Unknown("it shows when somebody looks into the dead letter topic".into())
        }
    };
    let headline = match handling {
        OnPoison::Skip => {
            "Kafka never shows that a record was skipped: only the application's own count does".into()
        }
        OnPoison::Retry => headline_of(&value, |ms| {
            format!(
                "A poison record is noticed after {}: the member that retries leaves the group",
                duration(ms)
            )
        }),
        _ => headline_of(&value, |ms| {
            format!("A poison record is noticed after {}: a member is gone", duration(ms))
        }),
    };
    let why = Derivation {
        formula: "retry: max.poll.interval.ms; crash: at once, when the member leaves, to session.timeout.ms, when it \
                  does not; skip: never; dead_letter and retry_topic: when that topic is watched"
            .into(),
        inputs: context.knobs.inputs(INPUTS),
        assumptions: vec!["nobody watches the lag, which shows retry and crash at once".into()],
        knob: Some("an alert on the lag in seconds; an alert on the dead letter topic".into()),
    };
    Figure::of_all(
        "consumers.poison_noticed",
        "Poison record noticed",
        Quantity::new(value, Unit::Ms),
        headline,
        why,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The storyline of chapter 4: 4,000 records/s, six partitions, three members.
    #[test]
    fn what_stops_depends_on_who_retries() {
        let of = |handling| growth(handling, 4000.0, 3.0, 6.0);
        assert_eq!(of(OnPoison::Retry), (4000.0 / 3.0, 4000.0));
        assert_eq!(of(OnPoison::Crash), (4000.0 / 6.0, 4000.0));
        assert_eq!(of(OnPoison::Skip), (0.0, 0.0));
    }
}
