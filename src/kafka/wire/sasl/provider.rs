//! Tokens from an identity provider: the client credentials of OAuth 2 (RFC 6749, 4.4), as Kafka's own clients ask.

use super::SaslError;
use super::token::token;
use crate::kafka::wire::secret::Secret;
use crate::report::clean;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error, Proxy};

/// How long the provider may take, the look-up of its name included.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// Tokens are some kilobytes.
const LONGEST_ANSWER: u64 = 256 << 10;
/// The letters that stand for themselves in a form.
const PLAIN: &[u8] = b"-._~";

/// Who asks.
#[derive(Clone, Debug)]
pub(in crate::kafka::wire) struct Client {
    pub id: String,
    pub secret: Secret,
    pub scope: Option<String>,
}

/// A token endpoint. The last token serves all connections until a fifth of its time is left.
#[derive(Clone)]
pub(in crate::kafka::wire) struct Provider {
    url: String,
    client: Client,
    agent: Agent,
    last: Arc<Mutex<Option<(Secret, Instant)>>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Provider {
    /// # Errors
    /// When the secret would travel where others can read it.
    pub(in crate::kafka::wire) fn new(
        url: &str,
        client: Client,
        authorities: Vec<CertificateDer<'static>>,
    ) -> Result<Provider, &'static str> {
        if !is_safe(url) {
            return Err("it is no address with TLS");
        }
        let roots: Vec<Certificate<'static>> =
            authorities.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            // An address without TLS is one of this machine: no proxy may see the secret.
            .proxy(if is_over_tls(url) { Proxy::try_from_env() } else { None })
            .timeout_global(Some(ANSWER_WITHIN))
            // Whoever is named by a redirection must not get the secret.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("klever/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Provider { url: url.into(), client, agent, last: Arc::default() })
    }

    /// The last token, or a new one.
    pub(super) fn token(&self) -> Result<Secret, SaslError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, until)) = last.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let (token, lifetime) = self.fetch()?;
        *last = Some((token.clone(), Instant::now() + lifetime * 4 / 5));
        Ok(token)
    }

    fn fetch(&self) -> Result<(Secret, Duration), SaslError> {
        let credentials = BASE64.encode(format!("{}:{}", self.client.id, self.client.secret.reveal()));
        let mut form = "grant_type=client_credentials".to_string();
        if let Some(scope) = &self.client.scope {
            form.push_str(&format!("&scope={}", encoded(scope)));
        }
        let request = self
            .agent
            .post(&self.url)
            .header("Authorization", format!("Basic {credentials}"))
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded");
        let mut answer = request.send(form).map_err(|error| unreachable(&error))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string();
        granted(status, &text.map_err(|error| unreachable(&error))?)
    }
}

/// Over TLS, or without leaving this machine.
fn is_safe(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before it would be a user and a password.
    if authority.is_empty() || authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_over_tls(url) || (scheme.eq_ignore_ascii_case("http") && is_here)
}

fn is_over_tls(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
}

fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// The token of an answer, and for how long it is good.
fn granted(status: u16, text: &str) -> Result<(Secret, Duration), SaslError> {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    if status != 200 {
        let error = answer["error"].as_str().map(|error| format!(": {}", shortened(error)));
        let why = format!(
            "the identity provider gave no token (HTTP status {status}{})",
            error.unwrap_or_default()
        );
        return Err(SaslError::Unusable(why));
    }
    let found = answer["access_token"].as_str().or(answer["id_token"].as_str()).and_then(token);
    let found = found
        .ok_or_else(|| SaslError::Unusable("the identity provider's answer holds no access token".into()))?;
    Ok((found, Duration::from_secs(answer["expires_in"].as_u64().unwrap_or(0).min(86_400))))
}

fn shortened(text: &str) -> String {
    clean(text).chars().take(100).collect()
}

fn unreachable(error: &Error) -> SaslError {
    let why = match error {
        Error::Timeout(_) => format!("does not answer within {} s", ANSWER_WITHIN.as_secs()),
        Error::HostNotFound => "has a host's name that cannot be resolved".into(),
        Error::ConnectionFailed => "refuses the connection".into(),
        Error::Io(error) => format!("cannot be asked: {}", shortened(&error.to_string())),
        Error::BodyExceedsLimit(_) => "gives an answer that is too long for a token".into(),
        _ => "gives no answer of HTTP".into(),
    };
    SaslError::Unusable(format!("the identity provider {why}"))
}

#[cfg(test)]
mod tests;
