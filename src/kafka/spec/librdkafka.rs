//! What librdkafka cannot do of what klever's own connections can, and what to do instead.

#[cfg(feature = "librdkafka")]
use crate::kafka::ConnectError;
#[cfg(feature = "librdkafka")]
use std::collections::BTreeMap;

/// Names that are Java's or klever's own; what they name is handed over in another way (`ssl.ca.pem`).
pub(super) const UNKNOWN_TO_IT: [&str; 3] =
    ["ssl.truststore.location", "ssl.truststore.password", "https.ca.location"];

/// Whether a property means something to librdkafka: not where only klever's own connections read it.
pub(super) fn is_known_to_it(name: &str) -> bool {
    let is_token = name == "sasl.scram.tokenauth" || name.starts_with("sasl.oauthbearer.");
    !is_token && !UNKNOWN_TO_IT.contains(&name)
}

/// # Errors
/// For tokens.
#[cfg(feature = "librdkafka")]
pub(super) fn can_do(properties: &BTreeMap<String, String>) -> Result<(), ConnectError> {
    let is_sasl = properties
        .get("security.protocol")
        .is_some_and(|protocol| protocol.to_ascii_lowercase().starts_with("sasl"));
    let mechanism = properties.get("sasl.mechanism").map(|name| name.to_ascii_uppercase());
    if is_sasl && mechanism.as_deref() == Some("OAUTHBEARER") {
        return Err(ConnectError::new(
            "sasl.mechanism=OAUTHBEARER is not supported by this build's librdkafka",
        )
        .with_hint("use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or a client certificate"));
    }
    if properties.contains_key("sasl.scram.tokenauth") {
        return Err(ConnectError::new("librdkafka does not authenticate with delegation tokens")
            .with_hint("use a user and a password"));
    }
    Ok(())
}
