//! The configuration of a topic or a broker.

use crate::kafka::CallError;
use crate::model::ConfigMap;

/// What is configured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ResourceKind {
    /// Topics; many in one call.
    Topic,
    /// A broker; one in a call, which goes to that broker.
    Broker,
}

/// One resource's answer: its name, and its configuration or its error.
pub(crate) type ResourceConfig = (String, Result<ConfigMap, CallError>);
