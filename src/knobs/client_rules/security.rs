//! Settings of SSL and SASL that a client does not start with. What stores, JVM and network hold is not known here.

use super::settings::Settings;

const LOCATION: &str = "ssl.keystore.location";
const KEY: &str = "ssl.keystore.key";
const CHAIN: &str = "ssl.keystore.certificate.chain";
const CERTIFICATES: &str = "ssl.truststore.certificates";

/// Every client looks at this before it does anything else.
pub(super) fn mechanism_error(settings: Settings<'_>) -> Option<String> {
    let empty = is_sasl(settings)
        && settings.version().is_at_least(3, 3)
        && settings.set("sasl.mechanism") == Some("");
    empty.then(|| "sasl.mechanism names no mechanism".into())
}

/// Whether a SASL client leaves its login to a file of the JVM (`java.security.auth.login.config`), which nobody sees
/// here: without that it does not start.
pub(super) fn leaves_login_to_jvm(settings: Settings<'_>) -> bool {
    is_sasl(settings) && !settings.sets("sasl.jaas.config")
}

fn is_sasl(settings: Settings<'_>) -> bool {
    ["SASL_SSL", "SASL_PLAINTEXT"].iter().any(|word| settings.is("security.protocol", word))
}

/// A line for each: what only the first connection's maker looks at.
pub(super) fn store_errors(settings: Settings<'_>) -> Vec<String> {
    let ssl = ["SSL", "SASL_SSL"].iter().any(|word| settings.is("security.protocol", word));
    // An engine of its own reads the ssl.* keys as it likes.
    if !ssl || settings.sets("ssl.engine.factory.class") {
        return Vec::new();
    }
    let errors = [key_store_error(settings), trust_store_error(settings)];
    errors.into_iter().flatten().map(str::to_string).collect()
}

fn key_store_error(settings: Settings<'_>) -> Option<&'static str> {
    let pem = settings.is("ssl.keystore.type", "PEM");
    let sets = |key| settings.sets(key);
    if sets(KEY) && !pem {
        Some("ssl.keystore.key needs ssl.keystore.type=PEM")
    } else if sets(KEY) != sets(CHAIN) {
        Some("ssl.keystore.key and ssl.keystore.certificate.chain need each other")
    } else if sets("ssl.keystore.password") && !sets(LOCATION) && !sets(KEY) {
        Some("ssl.keystore.password needs ssl.keystore.location")
    } else {
        let bare = sets(LOCATION) && !sets("ssl.keystore.password") && !pem;
        bare.then_some("ssl.keystore.location needs ssl.keystore.password")
    }
}

fn trust_store_error(settings: Settings<'_>) -> Option<&'static str> {
    if settings.sets(CERTIFICATES) && !settings.is("ssl.truststore.type", "PEM") {
        return Some("ssl.truststore.certificates needs ssl.truststore.type=PEM");
    }
    let stray = settings.sets("ssl.truststore.password") && !settings.sets("ssl.truststore.location");
    (stray && !settings.sets(CERTIFICATES)).then_some("ssl.truststore.password needs ssl.truststore.location")
}
