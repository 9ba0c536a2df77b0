//! TLS to a broker: what is trusted, who klever says it is, and a plain sentence for each way in which it fails.

use first_bytes::FirstBytes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{
    ClientConfig, ConfigBuilder, Error, InconsistentKeys, ProtocolVersion, RootCertStore,
};
use verifier::Verifier;

mod failure;
mod first_bytes;
mod verifier;

pub(super) use failure::{HandshakeFailure, Kind};
pub(super) use verifier::Checks;

/// A stream over TLS.
pub(super) type TlsStream = tokio_rustls::client::TlsStream<FirstBytes<TcpStream>>;

/// How long a handshake may take.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(4);

/// Whose signatures count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trust {
    /// The authorities that this machine trusts.
    Machine,
    /// Those of the user's file.
    Given,
}

/// A certificate chain, the client's own first, and its key.
pub(super) struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// All that a handshake needs.
#[derive(Clone)]
pub(super) struct TlsSettings {
    config: Arc<ClientConfig>,
    trust: Trust,
    checks: Checks,
    has_identity: bool,
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings")
            .field("trust", &self.trust)
            .field("has_identity", &self.has_identity)
            .finish_non_exhaustive()
    }
}

impl TlsSettings {
    /// Whether klever shows a certificate of its own to who asks.
    pub(super) fn has_identity(&self) -> bool {
        self.has_identity
    }

    /// # Errors
    /// In words, when the key is none that can sign or not the one of the certificate.
    pub(super) fn new(
        roots: RootCertStore,
        trust: Trust,
        checks: Checks,
        identity: Option<Identity>,
    ) -> Result<Self, String> {
        let has_identity = identity.is_some();
        let provider = Arc::new(ring::default_provider());
        let builder = builder(provider, roots, checks).map_err(|error| error.to_string())?;
        let config = match identity {
            Some(Identity { chain, key }) => {
                builder.with_client_auth_cert(chain, key).map_err(|error| wrong_key(&error))?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(TlsSettings { config: Arc::new(config), trust, checks, has_identity })
    }

    /// What a broken connection says of TLS, if that is why it broke. A broker refuses a client's certificate only
    /// after the handshake (TLS 1.3), in place of its first answer.
    pub(super) fn refused_later(&self, error: &std::io::Error) -> Option<HandshakeFailure> {
        let inner = error.get_ref()?.downcast_ref::<Error>()?;
        Some(failure::of(inner, &[], self.trust, self.has_identity))
    }
}

fn builder(
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
    checks: Checks,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(Verifier { roots, algorithms, checks });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier))
}

fn wrong_key(error: &Error) -> String {
    match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            "the private key is not that of the certificate".into()
        }
        error => format!("the private key or its certificate cannot be used: {error}"),
    }
}

/// Speaks TLS with a broker that should have this name.
pub(super) async fn handshake(
    settings: &TlsSettings,
    stream: TcpStream,
    host: &str,
) -> Result<TlsStream, HandshakeFailure> {
    handshake_within(settings, stream, host, HANDSHAKE_WITHIN).await
}

async fn handshake_within(
    settings: &TlsSettings,
    stream: TcpStream,
    host: &str,
    limit: Duration,
) -> Result<TlsStream, HandshakeFailure> {
    let name = ServerName::try_from(host.to_string()).map_err(|_| failure::no_host_name(host))?;
    let connecting = TlsConnector::from(settings.config.clone()).connect(name, FirstBytes::new(stream));
    match tokio::time::timeout(limit, connecting.into_fallible()).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err((error, stream))) => {
            Err(failure::of_io(&error, stream.first(), settings.trust, settings.has_identity))
        }
        Err(_) => Err(failure::silent(limit)),
    }
}

/// The version and what was looked at, for `doctor`.
pub(super) fn describe(settings: &TlsSettings, stream: &TlsStream) -> String {
    let version = match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    let looked_at = match settings.checks {
        Checks::ChainAndName => "the certificate is for this host and from a trusted authority",
        Checks::Chain => "the certificate is from a trusted authority; for which host was not looked at",
        Checks::Nothing => "the certificate was not looked at",
    };
    format!("{version}; {looked_at}")
}

#[cfg(test)]
mod tests;
