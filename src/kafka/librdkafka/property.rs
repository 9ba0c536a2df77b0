//! Whether librdkafka takes the value of a property, before a handle is made of it.

use crate::kafka::properties::is_secret;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;

/// Why librdkafka refuses a value; one that may be a secret is not repeated. Asks the library in this process: to set a
/// property neither connects nor starts anything.
pub(in crate::kafka) fn refused_value(name: &str, value: &str) -> Option<String> {
    let mut config = ClientConfig::new();
    config.set(name, value);
    let Err(KafkaError::ClientConfig(_, why, ..)) = config.create_native_config() else { return None };
    Some(if is_secret(name) { "its value is not one that it takes".into() } else { without(&why, name) })
}

/// librdkafka's words without the property's name, which klever puts in front.
fn without(why: &str, name: &str) -> String {
    why.replace(&format!(" for configuration property \"{name}\""), "")
        .replace(&format!("Configuration property \"{name}\" "), "")
        .trim()
        .to_string()
}
