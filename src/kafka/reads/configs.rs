//! The configuration of a topic or a broker.

use crate::kafka::CallError;
use crate::model::{ConfigMap, ConfigSource};

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

/// Where a value comes from: `DescribeConfigsResponse.ConfigSource` (KIP-226), which librdkafka hands on as it is.
pub(crate) fn config_source(code: i32) -> ConfigSource {
    match code {
        1 => ConfigSource::Topic,
        2 => ConfigSource::DynamicBroker,
        3 => ConfigSource::DynamicDefault,
        4 => ConfigSource::StaticBroker,
        5 => ConfigSource::Default,
        8 => ConfigSource::Group,
        _ => ConfigSource::Other,
    }
}
