//! An assessment as text and as `klever.assessment/1`.

mod json;
mod text;

pub use json::assessment_json;
pub use text::assessment_text;

use crate::consequences::{Assessment, RestartVerdict};
use crate::model::{BrokerId, Cluster};

/// What was asked, and what came out.
#[derive(Clone, Debug)]
pub struct AssessmentReport<'a> {
    /// The cluster that was judged, changes and losses included.
    pub cluster: &'a Cluster,
    /// As it would be, or as it is when nothing was changed.
    pub now: Assessment,
    /// As it is, when something was changed.
    pub was: Option<Assessment>,
    /// What was changed, as `--set` writes it.
    pub changes: Vec<String>,
    /// Brokers taken as crashed.
    pub lost: Vec<BrokerId>,
    /// The verdict on one broker's restart, if it was asked for.
    pub restart: Option<RestartVerdict>,
}
