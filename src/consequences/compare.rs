//! Two or more settings side by side: what each gains and what it costs.

use crate::consequences::{Assessment, Subject, assess};
use crate::hypothesis::{HypothesisError, apply};
use crate::knobs::Change;
use crate::model::Cluster;
use std::cmp::Ordering;

/// One figure under two settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Delta {
    /// The figure's id.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Its value before.
    pub was: String,
    /// Its value now.
    pub now: String,
    /// Less is worse, greater is better; `None` when one of them is not known.
    pub change: Option<Ordering>,
}

/// What of an assessment differs from another one, in the order of the panel.
pub fn differences(was: &Assessment, now: &Assessment) -> Vec<Delta> {
    let (before, after) = (was.figures(), now.figures());
    let pairs = before.iter().zip(&after).filter(|(a, b)| a.value.text() != b.value.text());
    let delta = |(a, b): (&super::FigureView<'_>, &super::FigureView<'_>)| Delta {
        id: a.id,
        label: a.label,
        was: a.value.text(),
        now: b.value.text(),
        change: a.value.goodness().zip(b.value.goodness()).and_then(|(a, b)| b.partial_cmp(&a)),
    };
    pairs.map(delta).collect()
}

/// A setting that was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What it comes to.
    pub assessment: Assessment,
    /// How that differs from the cluster as it is.
    pub deltas: Vec<Delta>,
}

/// Tries settings on a cluster. A setting that cannot be made there is an error in its place.
pub fn compare(
    cluster: &Cluster,
    subject: Subject,
    settings: &[(String, Vec<Change>)],
) -> Vec<Result<Compared, HypothesisError>> {
    let was = assess(cluster, subject);
    let tried = |(name, changes): &(String, Vec<Change>)| {
        let assessment = assess(&apply(cluster, changes)?, subject);
        let deltas = differences(&was, &assessment);
        Ok(Compared { name: name.clone(), changes: changes.clone(), assessment, deltas })
    };
    settings.iter().map(tried).collect()
}
