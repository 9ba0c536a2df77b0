//! From a checked way to a cluster to what its connections need: TLS, and how to say who klever is.

use super::sasl::{Bearer, Client, Login, Mechanism, Provider, SHA_256, SHA_512, TokenSource};
use super::secret::Secret;
use super::tls::{Checks, TlsSettings, Trust};
use crate::kafka::{ConnectError, ConnectionSpec};
use std::sync::Arc;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;

mod pem;
mod stores;

/// What stands between a TCP connection and the first request.
#[derive(Clone, Debug, Default)]
pub(in crate::kafka) struct Security {
    pub(super) tls: Option<TlsSettings>,
    pub(super) sasl: Option<Mechanism>,
}

/// Why a way to a cluster cannot be gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SecurityError {
    /// klever's own connections do not do it; librdkafka may.
    Unsupported(String),
    /// Nobody could do it: the user's mistake, or a file that cannot be read.
    Wrong(ConnectError),
}

impl From<ConnectError> for SecurityError {
    fn from(error: ConnectError) -> Self {
        SecurityError::Wrong(error)
    }
}

/// Properties of TLS that only librdkafka has: to leave one out would be less than was asked for.
const LIBRDKAFKAS_OWN: [&str; 4] =
    ["ssl.crl.location", "ssl.cipher.suites", "ssl.curves.list", "ssl.sigalgs.list"];

impl Security {
    /// Who klever is to a broker that has Kafka's own principal builder; `None` where only the broker knows: the name of
    /// a certificate goes through its `ssl.principal.mapping.rules`.
    pub(super) fn principal(&self) -> Option<Arc<str>> {
        let name = match (&self.sasl, &self.tls) {
            (Some(mechanism), _) => mechanism.user()?,
            (None, Some(tls)) if tls.has_identity() => return None,
            (None, _) => "ANONYMOUS",
        };
        Some(format!("User:{name}").into())
    }

    /// Reads what the properties name: key stores, trust stores, the machine's authorities.
    pub(in crate::kafka) fn of(spec: &ConnectionSpec) -> Result<Security, SecurityError> {
        Security::read(spec).map_err(|error| match error {
            SecurityError::Wrong(error) => SecurityError::Wrong(spec.placed(error).of_properties()),
            other => other,
        })
    }

    fn read(spec: &ConnectionSpec) -> Result<Security, SecurityError> {
        let protocol = spec.property("security.protocol").unwrap_or("PLAINTEXT").to_ascii_uppercase();
        let (tls, sasl) = match protocol.as_str() {
            "PLAINTEXT" => (false, false),
            "SSL" => (true, false),
            "SASL_PLAINTEXT" => (false, true),
            "SASL_SSL" => (true, true),
            _ => {
                let error = ConnectError::new("security.protocol is none that Kafka has")
                    .with_hint("PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
                return Err(error.into());
            }
        };
        // The cheap half first: what only librdkafka does must not wait for files.
        let sasl = if sasl { Some(mechanism(spec)?) } else { None };
        let tls = if tls { Some(tls_settings(spec)?) } else { None };
        Ok(Security { tls, sasl })
    }
}

/// For librdkafka, which reads no trust store of Java: its certificates, as PEM in a property. A key store that
/// it cannot read is refused here in plain words.
#[cfg(feature = "librdkafka")]
pub(in crate::kafka) fn java_stores(spec: &ConnectionSpec) -> Result<Vec<(String, String)>, ConnectError> {
    stores::check_key_store(spec)?;
    if spec.property("ssl.truststore.location").is_none() {
        return Ok(Vec::new());
    }
    let all = stores::authorities(spec)?.unwrap_or_default();
    let text: String = all.iter().map(|certificate| pem::armoured("CERTIFICATE", certificate)).collect();
    Ok(vec![("ssl.ca.pem".into(), text)])
}

fn tls_settings(spec: &ConnectionSpec) -> Result<TlsSettings, SecurityError> {
    if let Some(name) = LIBRDKAFKAS_OWN.iter().find(|name| spec.property(name).is_some()) {
        return Err(SecurityError::Unsupported(format!("property {name}")));
    }
    let checks = checks(spec)?;
    let given = stores::authorities(spec)?;
    let trust = if given.is_some() { Trust::Given } else { Trust::Machine };
    let roots = match given {
        Some(certificates) => given_roots(certificates)?,
        None if checks == Checks::Nothing => RootCertStore::empty(),
        None => machines_roots()?,
    };
    let identity = stores::identity(spec)?;
    TlsSettings::new(roots, trust, checks, identity).map_err(|why| {
        let hint = "check ssl.keystore.location (or ssl.key.location and ssl.certificate.location)";
        ConnectError::new(why).with_hint(hint).into()
    })
}

fn checks(spec: &ConnectionSpec) -> Result<Checks, ConnectError> {
    if spec.property("enable.ssl.certificate.verification").is_some_and(|value| value.trim() == "false") {
        return Ok(Checks::Nothing);
    }
    let algorithm = spec.property("ssl.endpoint.identification.algorithm").unwrap_or("https");
    match algorithm.to_ascii_lowercase().as_str() {
        "https" => Ok(Checks::ChainAndName),
        "none" | "" => Ok(Checks::Chain),
        _ => Err(ConnectError::new("ssl.endpoint.identification.algorithm is none that Kafka has")
            .with_hint("https, or empty to skip the check of the host's name")),
    }
}

fn given_roots(certificates: Vec<CertificateDer<'static>>) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(ConnectError::new("the given trust store holds no certificate that can be read")
            .with_hint("check ssl.truststore.location or ssl.ca.location"));
    }
    Ok(roots)
}

fn machines_roots() -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        let error = "this machine has no list of trusted authorities, and no other one was given";
        return Err(ConnectError::new(error).with_hint(
            "give the cluster's authority with ssl.truststore.location, or install ca-certificates",
        ));
    }
    Ok(roots)
}

fn mechanism(spec: &ConnectionSpec) -> Result<Mechanism, SecurityError> {
    let name = spec.property("sasl.mechanism").unwrap_or("GSSAPI").to_ascii_uppercase();
    match name.as_str() {
        "PLAIN" => Ok(Mechanism::Plain(login(spec)?)),
        "SCRAM-SHA-256" | "SCRAM-SHA-512" => {
            let hash = if name.ends_with("256") { SHA_256 } else { SHA_512 };
            let is_token = spec.property("sasl.scram.tokenauth") == Some("true");
            Ok(Mechanism::Scram { hash, login: login(spec)?, is_token })
        }
        "OAUTHBEARER" => Ok(Mechanism::OAuthBearer(bearer(spec)?)),
        "GSSAPI" => Err(SecurityError::Unsupported("Kerberos (sasl.mechanism=GSSAPI)".into())),
        _ => Err(ConnectError::new("sasl.mechanism is none that klever knows")
            .with_hint("PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI")
            .into()),
    }
}

fn login(spec: &ConnectionSpec) -> Result<Login, ConnectError> {
    let (user, password) = (spec.property("sasl.username"), spec.property("sasl.password"));
    match (user, password) {
        (Some(user), Some(password)) if !user.is_empty() => {
            Ok(Login { user: user.into(), password: Secret::new(password) })
        }
        (None | Some(""), _) => Err(ConnectError::new("this sasl.mechanism needs a user").with_hint(HOW)),
        (_, _) => Err(ConnectError::new("this sasl.mechanism needs a password").with_hint(HOW)),
    }
}

const HOW: &str = "set sasl.jaas.config, or sasl.username and sasl.password, in the file of -F";

fn bearer(spec: &ConnectionSpec) -> Result<Bearer, SecurityError> {
    let url = spec.property("sasl.oauthbearer.token.endpoint.url").ok_or_else(|| {
        ConnectError::new("sasl.mechanism=OAUTHBEARER needs to know where tokens come from").with_hint(
            "set sasl.oauthbearer.token.endpoint.url: https://... of the identity provider, or file:///path",
        )
    })?;
    let source = match url.split_once(':') {
        Some(("file", path)) => TokenSource::File(path.strip_prefix("//").unwrap_or(path).into()),
        _ => TokenSource::Provider(provider(spec, url)?),
    };
    let extensions = spec.property("sasl.oauthbearer.extensions").unwrap_or_default();
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.trim().to_string(), value.trim().to_string())
    };
    let extensions = extensions.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect();
    Ok(Bearer { source, extensions })
}

fn provider(spec: &ConnectionSpec, url: &str) -> Result<Provider, ConnectError> {
    let property = |name: &str| spec.property(&format!("sasl.oauthbearer.{name}"));
    let (Some(id), Some(secret)) = (property("client.id"), property("client.secret")) else {
        return Err(ConnectError::new("an identity provider wants to know the client's id and secret")
            .with_hint("set clientId and clientSecret in sasl.jaas.config, in the file of -F"));
    };
    let client = Client {
        id: id.into(),
        secret: Secret::new(secret),
        scope: property("scope").filter(|scope| !scope.is_empty()).map(str::to_string),
    };
    let authorities = stores::providers_authorities(spec)?;
    Provider::new(url, client, authorities).map_err(|why| {
        ConnectError::new(format!("sasl.oauthbearer.token.endpoint.url: {why}"))
            .with_hint("https://..., which keeps the client's secret; http:// only on this machine")
    })
}

#[cfg(test)]
mod tests;
