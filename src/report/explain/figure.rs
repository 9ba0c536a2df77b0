//! A figure of an assessment in words: how it is computed, on the reference cluster.

use crate::consequences::{FigureView, Subject, assess};
use crate::hypothesis::reference;
use crate::model::KafkaVersion;
use crate::report::clean;
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Columns of a label.
const LABEL: usize = 9;

pub(super) fn ids() -> Vec<&'static str> {
    let assessment = assess(&reference(KafkaVersion::REFERENCE), Subject::Cluster);
    assessment.figures().iter().map(|figure| figure.id).collect()
}

/// What a figure is and how it is computed, if there is one of this id.
pub(super) fn figure_text(id: &str) -> Option<String> {
    let assessment = assess(&reference(KafkaVersion::REFERENCE), Subject::Cluster);
    assessment.figure(id).map(|figure| text(&figure))
}

pub(super) fn figure_json(id: &str) -> Option<Value> {
    let assessment = assess(&reference(KafkaVersion::REFERENCE), Subject::Cluster);
    let figure = assessment.figure(id)?;
    Some(json!({
        "kind": "figure",
        "id": figure.id,
        "title": figure.label,
        "example": figure.value.text(),
        "meaning": figure.headline,
        "formula": figure.why.formula,
        "assumptions": figure.why.assumptions,
        "knob": figure.why.knob,
    }))
}

fn text(figure: &FigureView<'_>) -> String {
    let mut out = format!("{}: {}\n", figure.id, figure.label);
    let mut line = |label: &str, text: &str| labelled(&mut out, 2, label, LABEL, &clean(text));
    line("example", &format!("on the reference cluster it is {}", figure.value.text()));
    line("meaning", figure.headline);
    line("formula", &figure.why.formula);
    for (at, input) in figure.why.inputs.iter().enumerate() {
        let label = if at == 0 { "from" } else { "" };
        line(label, &format!("{} = {} ({})", input.name, input.value, input.source));
    }
    for (at, assumption) in figure.why.assumptions.iter().enumerate() {
        line(if at == 0 { "assumes" } else { "" }, assumption);
    }
    if let Some(knob) = &figure.why.knob {
        line("knob", knob);
    }
    out
}
