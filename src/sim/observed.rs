//! What observers see: the world without themselves.

use crate::model::Nanos;
use crate::protocol::profile::Profile;
use crate::scenario::Scenario;
use crate::sim::clients::Clients;
use crate::sim::machines::Machines;

/// One moment of a run.
#[derive(Clone, Copy)]
pub(super) struct Observed<'a> {
    pub(super) now: Nanos,
    pub(super) scenario: &'a Scenario,
    pub(super) profile: &'a Profile,
    pub(super) machines: &'a Machines,
    pub(super) clients: &'a Clients,
}
