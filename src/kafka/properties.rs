//! Which client properties klever takes, under Kafka's (Java) and librdkafka's names; everything else is refused.

use crate::config::is_secret_key;
use crate::knobs::{KeyScope, default_at, nearest_of};

/// What klever does with a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Treatment {
    /// Handed on under this name of librdkafka.
    Take(&'static str),
    /// As `Take`, and its value is a secret: refused on the command line.
    Secret(&'static str),
    /// A Java property that needs translation (see `spec`); secret when the flag is set.
    Translate {
        /// Whether the value is a secret.
        secret: bool,
    },
    /// Would run or load something: always refused.
    Executes,
    /// Means nothing to a reader of metadata: skipped.
    Ignored,
    Unknown,
}

use Treatment::{Executes, Secret, Take, Translate};

/// Every property that is not merely ignored.
const ACCEPTED: &[(&str, Treatment)] = &[
    ("security.protocol", Take("security.protocol")),
    ("ssl.ca.location", Take("ssl.ca.location")),
    ("ssl.ca.pem", Take("ssl.ca.pem")),
    ("ssl.truststore.certificates", Take("ssl.ca.pem")),
    ("ssl.certificate.location", Take("ssl.certificate.location")),
    ("ssl.certificate.pem", Take("ssl.certificate.pem")),
    ("ssl.keystore.certificate.chain", Take("ssl.certificate.pem")),
    ("ssl.key.location", Take("ssl.key.location")),
    ("ssl.key.pem", Secret("ssl.key.pem")),
    ("ssl.keystore.key", Secret("ssl.key.pem")),
    ("ssl.key.password", Secret("ssl.key.password")),
    ("ssl.keystore.location", Translate { secret: false }),
    ("ssl.keystore.type", Translate { secret: false }),
    ("ssl.keystore.password", Secret("ssl.keystore.password")),
    ("ssl.truststore.location", Translate { secret: false }),
    ("ssl.truststore.type", Translate { secret: false }),
    ("ssl.truststore.password", Secret("ssl.truststore.password")),
    ("ssl.crl.location", Take("ssl.crl.location")),
    ("ssl.cipher.suites", Take("ssl.cipher.suites")),
    ("ssl.curves.list", Take("ssl.curves.list")),
    ("ssl.sigalgs.list", Take("ssl.sigalgs.list")),
    ("ssl.endpoint.identification.algorithm", Translate { secret: false }),
    ("enable.ssl.certificate.verification", Take("enable.ssl.certificate.verification")),
    ("sasl.mechanism", Take("sasl.mechanism")),
    ("sasl.mechanisms", Take("sasl.mechanism")),
    ("sasl.username", Take("sasl.username")),
    ("sasl.password", Secret("sasl.password")),
    ("sasl.jaas.config", Translate { secret: true }),
    ("sasl.kerberos.service.name", Take("sasl.kerberos.service.name")),
    ("sasl.kerberos.principal", Take("sasl.kerberos.principal")),
    ("sasl.kerberos.keytab", Take("sasl.kerberos.keytab")),
    ("client.dns.lookup", Take("client.dns.lookup")),
    ("broker.address.family", Take("broker.address.family")),
    ("broker.address.ttl", Take("broker.address.ttl")),
    ("socket.timeout.ms", Take("socket.timeout.ms")),
    ("request.timeout.ms", Take("socket.timeout.ms")),
    ("socket.connection.setup.timeout.ms", Take("socket.connection.setup.timeout.ms")),
    ("socket.keepalive.enable", Take("socket.keepalive.enable")),
    ("reconnect.backoff.ms", Take("reconnect.backoff.ms")),
    ("reconnect.backoff.max.ms", Take("reconnect.backoff.max.ms")),
    ("connections.max.idle.ms", Take("connections.max.idle.ms")),
    ("receive.message.max.bytes", Take("receive.message.max.bytes")),
    ("bootstrap.servers", Translate { secret: false }),
    ("metadata.broker.list", Translate { secret: false }),
    ("sasl.oauthbearer.token.endpoint.url", Take("sasl.oauthbearer.token.endpoint.url")),
    ("https.ca.location", Take("https.ca.location")),
    ("sasl.oauthbearer.method", Take("sasl.oauthbearer.method")),
    ("sasl.oauthbearer.scope", Take("sasl.oauthbearer.scope")),
    ("sasl.oauthbearer.extensions", Take("sasl.oauthbearer.extensions")),
    ("sasl.oauthbearer.client.id", Take("sasl.oauthbearer.client.id")),
    ("sasl.oauthbearer.client.credentials.client.id", Take("sasl.oauthbearer.client.id")),
    ("sasl.oauthbearer.client.secret", Secret("sasl.oauthbearer.client.secret")),
    ("sasl.oauthbearer.client.credentials.client.secret", Secret("sasl.oauthbearer.client.secret")),
    ("sasl.kerberos.kinit.cmd", Executes),
    ("plugin.library.paths", Executes),
    ("ssl.engine.location", Executes),
    ("ssl.engine.id", Executes),
    ("ssl.providers", Executes),
    ("ssl.engine.factory.class", Executes),
    ("security.providers", Executes),
    ("sasl.login.class", Executes),
    ("sasl.login.callback.handler.class", Executes),
    ("sasl.client.callback.handler.class", Executes),
    ("sasl.oauthbearer.jwt.retriever.class", Executes),
    ("sasl.oauthbearer.jwt.validator.class", Executes),
    ("interceptor.classes", Executes),
    ("metric.reporters", Executes),
];

/// What klever does with a property of this name.
pub(super) fn treatment(name: &str) -> Treatment {
    if let Some((_, treatment)) = ACCEPTED.iter().find(|(known, _)| *known == name) {
        return *treatment;
    }
    let is_client_key =
        [KeyScope::Producer, KeyScope::Consumer].into_iter().any(|scope| default_at(scope, name).is_some());
    if is_client_key { Treatment::Ignored } else { Treatment::Unknown }
}

/// Whether a property's value must never be shown: all that is secret in a client's file, and more.
pub(super) fn is_secret(name: &str) -> bool {
    let listed = matches!(treatment(name), Secret(_) | Translate { secret: true });
    let looks = ["password", "secret", "token", "jaas", "assertion", ".pem", "keystore.key"];
    listed || is_secret_key(name, None) || looks.iter().any(|part| name.contains(part))
}

/// Classes of Kafka itself that only do what klever does anyway: fetch a token as the other properties say.
const KAFKAS_OWN_CLASSES: [&str; 8] = [
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
    "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.FileJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.ClientJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator",
];

/// Whether a property that would load a class names one of Kafka's own that needs no loading.
pub(super) fn is_kafkas_own(name: &str, value: &str) -> bool {
    name.starts_with("sasl.") && KAFKAS_OWN_CLASSES.contains(&value.trim())
}

/// The accepted name nearest to a mistyped one, if one is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, ACCEPTED.iter().map(|(known, _)| *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_executes_is_taken() {
        for name in
            ["sasl.kerberos.kinit.cmd", "plugin.library.paths", "ssl.engine.location", "ssl.providers"]
        {
            assert_eq!(treatment(name), Executes, "{name}");
        }
    }

    #[test]
    fn other_client_keys_are_skipped_and_typos_are_not() {
        assert_eq!(treatment("linger.ms"), Treatment::Ignored);
        assert_eq!(treatment("group.id"), Treatment::Ignored);
        assert_eq!(treatment("security.protocl"), Treatment::Unknown);
        assert_eq!(nearest("security.protocl"), Some("security.protocol"));
        assert_eq!(nearest("nonsense"), None);
    }

    #[test]
    fn secrets_are_known_as_such() {
        for name in ["sasl.password", "ssl.key.pem", "sasl.jaas.config", "ssl.truststore.password"] {
            assert!(is_secret(name), "{name}");
        }
        assert!(!is_secret("sasl.username"));
    }
}
