//! Figures of how partitions are spread over brokers: distinct replica sets and what brokers gone at once take.

use crate::consequences::context::AssessmentContext;
use crate::consequences::copysets::{distinct_at_random, hit_probability, subsets};
use crate::consequences::cost::headline_of;
use crate::consequences::estimate::format_significant;
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::risk::Risk;
use crate::consequences::wording::digits;
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::topic;
use crate::model::{human_count, plural};

pub(super) fn section(context: &AssessmentContext<'_>, risk: &Risk) -> Section {
    let figures = vec![
        sets(context).into(),
        gone_together(context).into(),
        refused(context).into(),
        share(context, risk).into(),
        stalled(context, risk).into(),
    ];
    Section { name: "copysets", figures }
}

fn brokers(context: &AssessmentContext<'_>) -> u32 {
    context.cluster.brokers.len() as u32
}

/// The fewest replicas that an assessed partition has.
fn fewest(context: &AssessmentContext<'_>) -> u32 {
    context.copysets.sizes.iter().copied().min().unwrap_or(0)
}

fn counts(context: &AssessmentContext<'_>) -> Vec<Input> {
    let input = |name: &str, value: usize| Input {
        name: name.into(),
        value: human_count(value as i64),
        source: "the cluster".into(),
    };
    vec![
        input("brokers", context.cluster.brokers.len()),
        input("partitions", context.partitions() as usize),
        input("distinct replica sets", context.copysets.count()),
    ]
}

fn sets(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let (count, replicas) = (context.copysets.count(), fewest(context));
    let possible = subsets(brokers(context), replicas);
    let random = distinct_at_random(f64::from(context.partitions()), possible);
    let partitions = plural(context.partitions() as usize, "partition");
    let headline = match count {
        1 => format!("One set of brokers holds all of {partitions}"),
        _ => format!("{} of brokers hold {partitions}", plural(count, "distinct set")),
    };
    let why = Derivation {
        formula: format!(
            "replica lists without their order; possible sets of {replicas}: {}; of them partitions placed at random \
             would make {}",
            format_significant(possible),
            format_significant(random)
        ),
        inputs: counts(context),
        assumptions: vec![
            "more sets lose more often and less each time: the expected share is the same".into(),
        ],
        knob: Some("placing replicas within cells of brokers".into()),
    };
    let value = Quantity::new(Estimate::Exact(count as f64), Unit::Count);
    Figure::of_all("copysets.count", "Distinct replica sets", value, headline, why)
}

fn gone_together(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let (brokers, gone) = (brokers(context), fewest(context));
    let ways = subsets(brokers, gone);
    let hits = context.copysets.of_size(gone) as f64;
    let value = if gone > 0 && ways > 0.0 {
        Estimate::Exact((hits / ways).min(1.0))
    } else {
        Estimate::Unknown("there are no partitions".into())
    };
    let headline = headline_of(&value, |chance| {
        format!(
            "Losing {} for good loses a whole partition with probability {}",
            plural(gone as usize, "random broker"),
            digits(chance)
        )
    });
    let why = Derivation {
        formula: format!(
            "sets of {gone} that hold a partition: {} / ways to take {gone} of {brokers}: {}",
            hits,
            format_significant(ways)
        ),
        inputs: counts(context),
        assumptions: vec!["all ways are equally likely: no shared rack, power or cause".into()],
        knob: Some("fewer distinct replica sets; one more replica".into()),
    };
    let value = Quantity::new(value, Unit::Share);
    Figure::of_all("copysets.lost_together", "Brokers lost for good", value, headline, why)
}

fn refused(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let brokers = brokers(context);
    let needed = |case: &crate::consequences::case::Case| {
        (case.replicas + 1).saturating_sub(case.write_floor()).max(1)
    };
    let gone = context.classes.iter().flat_map(|class| class.cases.iter().map(needed)).max().unwrap_or(1);
    let each = |pick: fn(f64, f64) -> f64| {
        let worst = context.classes.iter().map(|class| {
            let chances =
                class.cases.iter().map(|case| hit_probability(brokers, gone, case.replicas, needed(case)));
            f64::from(class.partitions) * chances.reduce(pick).unwrap_or(0.0)
        });
        worst.sum::<f64>()
    };
    let value = Estimate::between(each(f64::min), each(f64::max));
    let (many, are) = if gone == 1 { ("broker", "is") } else { ("brokers", "are") };
    let headline = format!(
        "When {gone} random {many} {are} down, {} of {} refuse writes",
        digits(&value),
        plural(context.partitions() as usize, "partition")
    );
    let why = Derivation {
        formula: format!(
            "partitions x sum over j >= replicas - needed + 1 of C(R,j) C(B-R,F-j) / C(B,F) with B = {brokers}, F = {gone}"
        ),
        inputs: counts(context)
            .into_iter()
            .chain(context.knobs.inputs(&[&topic::MIN_INSYNC_REPLICAS]))
            .collect(),
        assumptions: vec!["a full ISR; any brokers are as likely as any others".into()],
        knob: Some("min.insync.replicas below the replica count; more brokers".into()),
    };
    let value = Quantity::new(value, Unit::Count);
    Figure::of_all("copysets.refusing", "Partitions that refuse", value, headline, why)
}

fn share(context: &AssessmentContext<'_>, risk: &Risk) -> Figure<Quantity> {
    let headline = headline_of(&risk.share, |share| {
        format!("{} of the partitions are expected to lose acknowledged data in a year", digits(share))
    });
    let why = Derivation {
        formula: "partitions x (1 - exp(-1 / mean time to loss)) over all classes / partitions".into(),
        inputs: counts(context),
        assumptions: vec![
            "the tails of acks=0 and 1 aside; a loss is counted, not how much of the log it takes".into(),
        ],
        knob: Some("as for the loss a year; the number of sets does not matter here".into()),
    };
    let value = Quantity::new(risk.share.clone(), Unit::Share);
    Figure::of_all("copysets.share_per_year", "Partitions hit a year", value, headline, why)
}

fn stalled(context: &AssessmentContext<'_>, risk: &Risk) -> Figure<Quantity> {
    let value = risk.unwritable_sets.map(|sets| -libm::expm1(-sets));
    let one = risk.writes.map(|minutes| minutes / 525_600.0);
    let headline = headline_of(&value, |chance| {
        format!("At a random moment some partition refuses writes with probability {}", digits(chance))
    });
    let why = Derivation {
        formula: format!(
            "1 - exp(-sum over replica sets of the share of time below the floor); one partition: {}, {} nines",
            digits(&one),
            digits(&one.high().map_or(Estimate::Unknown(String::new()), |one| Estimate::Exact(nines(one))))
        ),
        inputs: counts(context),
        assumptions: vec!["sets are down independently (an upper bound); stalls of fail-over aside".into()],
        knob: Some("min.insync.replicas below the replica count; fewer distinct replica sets".into()),
    };
    let value = Quantity::new(value, Unit::Share);
    Figure::of_all("copysets.stalled_now", "Some partition blocked", value, headline, why)
}

/// How many nines an availability has: 0.999 has 3.
fn nines(unavailability: f64) -> f64 {
    if unavailability > 0.0 { -libm::log10(unavailability) } else { f64::INFINITY }
}
