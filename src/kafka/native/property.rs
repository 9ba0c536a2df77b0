//! Whether librdkafka takes the values of properties, before a handle is made of them.

use crate::kafka::properties::is_secret;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;

/// The first property whose value librdkafka refuses, and why; a value that may be a secret is not repeated.
pub(in crate::kafka) fn refused_property(properties: &[(String, String)]) -> Option<(String, String)> {
    properties.iter().find_map(|(name, value)| {
        let mut config = ClientConfig::new();
        config.set(name, value);
        let Err(KafkaError::ClientConfig(_, why, ..)) = config.create_native_config() else { return None };
        let told =
            if is_secret(name) { "its value is not one that it takes".into() } else { without(&why, name) };
        Some((name.clone(), told))
    })
}

/// librdkafka's words without the property's name, which klever puts in front.
fn without(why: &str, name: &str) -> String {
    why.replace(&format!(" for configuration property \"{name}\""), "")
        .replace(&format!("Configuration property \"{name}\" "), "")
        .trim()
        .to_string()
}
