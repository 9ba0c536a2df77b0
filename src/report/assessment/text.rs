//! An assessment for people: the verdict first, then the figures with what they were.

use crate::consequences::{Assessment, FigureView};
use crate::knobs::{Knob, Value, cluster, producer, topic};
use crate::model::{Datum, Origin, plural};
use crate::report::AssessmentReport;
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::layout::labelled;
use crate::report::roll::restart_lines;

/// Columns of a figure's label, and of its value.
const LABEL: usize = 26;
const VALUE: usize = 22;

/// The assessment for a terminal, 80 columns wide: what breaks first, then every figure with its sentence.
pub fn assessment_text(report: &AssessmentReport<'_>) -> String {
    let (now, was) = (&report.now, report.was.as_ref());
    let mut out = heading(report.cluster);
    let assessed = format!(
        "{} {}, {}",
        now.subject.scope(),
        clean(&now.name),
        plural(now.partitions as usize, "partition")
    );
    labelled(&mut out, 0, "Assessed", 10, &assessed);
    if !report.changes.is_empty() {
        labelled(&mut out, 0, "What if", 10, &clean(&report.changes.join(", ")));
    }
    if !report.lost.is_empty() {
        let lost: Vec<String> = report.lost.iter().map(|id| format!("broker {id}")).collect();
        labelled(&mut out, 0, "Lost", 10, &lost.join(", "));
    }
    if let Some(loss) = &report.loss {
        labelled(&mut out, 0, loss.verdict.heading(), 10, &clean(&loss.headline()));
    }
    if let Some(restart) = &report.restart {
        out.push('\n');
        restart_lines(&mut out, report.cluster, restart);
    }
    let next = &now.next_break;
    out.push('\n');
    labelled(&mut out, 0, "Next", 10, &clean(&format!("{}: {}", next.event, next.consequence)));
    out.push('\n');
    push_figures(&mut out, now, was);
    super::alternatives::push(&mut out, report);
    push_setting(&mut out, now, was);
    out.push_str("\nAssumed\n");
    for line in &now.assumptions {
        labelled(&mut out, 2, "", 0, &clean(line));
    }
    out
}

fn push_figures(out: &mut String, now: &Assessment, was: Option<&Assessment>) {
    if was.is_some() {
        out.push_str(&format!("{:LABEL$}{:VALUE$}{}\n", "", "now", "was"));
    }
    for figure in now.figures().into_iter().filter(is_answered) {
        let before = was.and_then(|was| was.figure(figure.id)).map(|before| before.value.text());
        let value = figure.value.text();
        let line = match &before {
            Some(before) if *before != value => format!("{value:VALUE$}{before}"),
            _ => value,
        };
        out.push_str(format!("{:LABEL$}{line}\n", figure.label).as_str());
        labelled(out, 2, "", 0, &clean(figure.headline));
    }
}

/// Figures that this version of klever cannot compute at all are left out; unknown ones are shown.
pub(super) fn is_answered(figure: &FigureView<'_>) -> bool {
    !(figure.value.text() == "?" && figure.headline.is_empty())
}

/// Settings that are shown even where they have their defaults.
pub(super) static TELLING: [&Knob; 5] = [
    &producer::ACKS,
    &topic::REPLICATION_FACTOR,
    &topic::MIN_INSYNC_REPLICAS,
    &topic::UNCLEAN_LEADER_ELECTION_ENABLE,
    &cluster::KAFKA_VERSION,
];

fn push_setting(out: &mut String, now: &Assessment, was: Option<&Assessment>) {
    out.push_str("\nSettings (all others have their defaults)\n");
    for (knob, datum) in now.knobs.iter() {
        let before = was.map(|was| shown(was.knobs.datum(knob)));
        let value = shown(datum);
        let note = match before {
            Some(before) if before != value => format!("  (was {before})"),
            _ => String::new(),
        };
        if !note.is_empty() || is_set(datum) || TELLING.contains(&knob) {
            out.push_str(&format!("  {:<44} {value}{note}\n", knob.full_name()));
        }
    }
}

pub(super) fn is_set(value: &Datum<Value>) -> bool {
    !matches!(value, Datum::Known { from: Origin::Default | Origin::Assumed, .. })
}

pub(super) fn shown(value: &Datum<Value>) -> String {
    value.get().map_or("?".into(), |value| clean(&value.to_string()))
}
