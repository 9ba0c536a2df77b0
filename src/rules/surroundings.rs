//! What is judged beside the cluster itself.

use crate::model::Host;

/// What an operator gave beside a cluster and its clients' files.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Surroundings {
    /// Machines on which brokers run.
    pub hosts: Vec<Host>,
}

/// Nothing was given.
pub(super) static NOTHING: Surroundings = Surroundings { hosts: Vec::new() };
