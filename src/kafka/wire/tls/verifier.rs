//! Which certificates of brokers are believed: Java's three degrees of looking.

use std::fmt;
use std::sync::Arc;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

/// How much of a broker's certificate is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) enum Checks {
    /// Signed by a trusted authority, and for this host.
    ChainAndName,
    /// For any host: `ssl.endpoint.identification.algorithm` is empty.
    Chain,
    /// Nothing: librdkafka's `enable.ssl.certificate.verification=false`.
    Nothing,
}

/// rustls's own rules, name and chain apart.
#[derive(Debug)]
pub(super) struct Verifier {
    pub roots: RootCertStore,
    pub algorithms: WebPkiSupportedAlgorithms,
    pub checks: Checks,
}

/// An authority that is not trusted, by the name that the certificate gives it.
#[derive(Debug)]
pub(super) struct UnknownAuthority(pub Option<String>);

impl fmt::Display for UnknownAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown authority")
    }
}

impl std::error::Error for UnknownAuthority {}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.checks == Checks::Nothing {
            return Ok(ServerCertVerified::assertion());
        }
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, intermediates, now, algorithms)
            .map_err(|error| named(error, intermediates.last().unwrap_or(end_entity)))?;
        if self.checks == Checks::ChainAndName {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The same error, with the issuer's name where nobody knows the issuer.
fn named(error: Error, top: &CertificateDer<'_>) -> Error {
    if error != Error::InvalidCertificate(CertificateError::UnknownIssuer) {
        return error;
    }
    let issuer = p12_keystore::Certificate::from_der(top).ok();
    let issuer = issuer.map(|certificate| certificate.issuer().to_string()).filter(|name| !name.is_empty());
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(UnknownAuthority(issuer)))))
}
