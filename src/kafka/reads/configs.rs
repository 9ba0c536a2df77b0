//! The configuration of a topic or a broker.

use crate::kafka::CallError;
use crate::model::ConfigMap;

/// One resource's answer: its name, and its configuration or its error.
pub(crate) type ResourceConfig = (String, Result<ConfigMap, CallError>);
