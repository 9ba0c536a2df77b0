//! Why a handshake fails, in one plain sentence each, and what helps.

use super::Trust;
use super::verifier::UnknownAuthority;
use crate::kafka::wire::peer::Peer;
use crate::report::clean;
use std::fmt;
use std::io;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible,
};

/// What kind of failure it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) enum Kind {
    UnknownAuthority,
    Expired,
    NotYetValid,
    WrongName,
    /// A certificate that rustls does not take and OpenSSL does: X.509 v1, a common name only, an authority's own.
    RefusedByRustls,
    /// The peer speaks something else.
    NoTls,
    ClientCertificateDemanded,
    ClientCertificateRefused,
    /// Neither side's protocol versions or ciphers suit the other.
    NothingInCommon,
    Silent,
    Closed,
    Other,
}

/// Why there is no TLS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) struct HandshakeFailure {
    pub kind: Kind,
    /// One sentence, without the address.
    pub message: String,
    pub hint: String,
}

impl fmt::Display for HandshakeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn failure(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> HandshakeFailure {
    HandshakeFailure { kind, message: message.into(), hint: hint.into() }
}

const OTHER_TRANSPORT: &str = "--transport librdkafka takes it; better: have it issued anew, as X.509 v3 with a subject alternative name";
const NO_TLS: &str =
    "set security.protocol without SSL, or give the port of the listener with TLS (often 9093)";

pub(super) fn no_host_name(host: &str) -> HandshakeFailure {
    let message = format!("`{}` is not a name that a certificate can be for", clean(host));
    failure(Kind::WrongName, message, "connect by a host name or an IP address")
}

pub(super) fn silent(limit: Duration) -> HandshakeFailure {
    let seconds = limit.as_secs();
    let message = format!("it accepted the connection and did not answer TLS for {seconds} s");
    failure(
        Kind::Silent,
        message,
        "check that the port is the one of the listener with TLS, and that the broker is well",
    )
}

/// By the error of a stream under TLS and the first bytes that came.
pub(super) fn of_io(error: &io::Error, first: &[u8], trust: Trust, has_identity: bool) -> HandshakeFailure {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        return of(inner, first, trust, has_identity);
    }
    if first.is_empty() {
        return failure(
            Kind::NoTls,
            "it ended the connection when klever began TLS: it may speak none there",
            NO_TLS,
        );
    }
    if has_identity {
        return failure(
            Kind::Closed,
            "it ended the connection in the middle of the TLS handshake",
            "the broker may refuse the client's certificate; its log says why",
        );
    }
    failure(
        Kind::Closed,
        "it ended the connection in the middle of the TLS handshake",
        "it may demand a client's certificate (ssl.keystore.location); its log says why",
    )
}

/// By rustls's error.
pub(super) fn of(error: &Error, first: &[u8], trust: Trust, has_identity: bool) -> HandshakeFailure {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error, trust),
        Error::AlertReceived(alert) => of_alert(*alert, has_identity),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        )
        | Error::InappropriateMessage { .. } => no_tls(first),
        Error::PeerIncompatible(why) => nothing_in_common(Some(why)),
        Error::InvalidMessage(_) if Peer::of(first) != Peer::Tls => no_tls(first),
        other => failure(
            Kind::Other,
            format!("TLS failed: {}", clean(&other.to_string())),
            "check that the port is the one of the listener with TLS",
        ),
    }
}

fn no_tls(first: &[u8]) -> HandshakeFailure {
    match Peer::of(first) {
        peer @ (Peer::Http | Peer::Ssh) => failure(Kind::NoTls, peer.to_string(), peer.hint()),
        Peer::Tls | Peer::Unknown => failure(Kind::NoTls, "what answers there does not speak TLS", NO_TLS),
    }
}

fn nothing_in_common(why: Option<&PeerIncompatible>) -> HandshakeFailure {
    let why = why.map(|why| format!(" ({why:?})")).unwrap_or_default();
    failure(
        Kind::NothingInCommon,
        format!("the broker and klever have no TLS version and cipher in common{why}"),
        "klever speaks TLS 1.2 and 1.3; check ssl.enabled.protocols and ssl.cipher.suites of the broker",
    )
}

fn of_alert(alert: AlertDescription, has_identity: bool) -> HandshakeFailure {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => demanded(),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied
            if has_identity =>
        {
            failure(
                Kind::ClientCertificateRefused,
                format!("the broker refused the client's certificate ({})", words(alert)),
                "check who issued it, until when it is valid, and ssl.truststore.location of the broker",
            )
        }
        Alert::BadCertificate | Alert::CertificateUnknown => demanded(),
        Alert::ProtocolVersion | Alert::InsufficientSecurity => nothing_in_common(None),
        Alert::HandshakeFailure if has_identity => nothing_in_common(None),
        Alert::HandshakeFailure => failure(
            Kind::NothingInCommon,
            "the broker refused the TLS handshake",
            "it may demand a client's certificate (ssl.keystore.location), or other TLS versions or ciphers",
        ),
        other => failure(
            Kind::Other,
            format!("the broker ended TLS ({})", words(other)),
            "the broker's log says why",
        ),
    }
}

fn demanded() -> HandshakeFailure {
    failure(
        Kind::ClientCertificateDemanded,
        "the broker demands a client's certificate (mutual TLS), and klever was given none",
        "set ssl.keystore.location (PEM or PKCS#12) and its password in the file of -F",
    )
}

/// `UnknownCA` as `unknown CA`.
fn words(alert: AlertDescription) -> String {
    let name = format!("{alert:?}");
    let mut words = String::new();
    let mut before = 'A';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        before = letter;
        words.push(letter);
    }
    words
}

fn of_certificate(error: &CertificateError, trust: Trust) -> HandshakeFailure {
    use CertificateError as Wrong;
    match error {
        Wrong::UnknownIssuer => unknown_authority(None, trust),
        Wrong::Other(OtherError(inner)) => match inner.downcast_ref::<UnknownAuthority>() {
            Some(UnknownAuthority(issuer)) => unknown_authority(issuer.as_deref(), trust),
            None => refused_by_rustls(&inner.to_string()),
        },
        Wrong::Expired => expired(String::new()),
        Wrong::ExpiredContext { not_after, .. } => expired(format!(" on {}", day(*not_after))),
        Wrong::NotValidYet => not_yet(String::new()),
        Wrong::NotValidYetContext { not_before, .. } => not_yet(format!(" before {}", day(*not_before))),
        Wrong::NotValidForNameContext { expected, presented } if presented.is_empty() => failure(
            Kind::RefusedByRustls,
            format!(
                "the broker's certificate names no host but in its common name, so it cannot be for {}",
                expected.to_str()
            ),
            OTHER_TRANSPORT,
        ),
        Wrong::NotValidForNameContext { expected, presented } => {
            wrong_name(&expected.to_str(), &names(presented))
        }
        Wrong::NotValidForName => wrong_name("this host", "others"),
        Wrong::BadSignature => failure(
            Kind::Other,
            "the broker's certificate is not signed by the authority that it names",
            "an authority of the same name may have been renewed: check ssl.truststore.location",
        ),
        other => refused_by_rustls(&format!("{other}")),
    }
}

fn unknown_authority(issuer: Option<&str>, trust: Trust) -> HandshakeFailure {
    let issuer = issuer.map(|name| format!(" ({})", clean(name))).unwrap_or_default();
    let (among, hint) = match trust {
        Trust::Machine => (
            "this machine trusts",
            "give the authority's certificate with ssl.truststore.location (PEM or PKCS#12) or ssl.ca.location",
        ),
        Trust::Given => (
            "the given trust store has",
            "put the authority's certificate into the file of ssl.truststore.location or ssl.ca.location",
        ),
    };
    let message =
        format!("the broker's certificate is from an authority{issuer} that is none of those {among}");
    failure(Kind::UnknownAuthority, message, hint)
}

fn expired(when: String) -> HandshakeFailure {
    failure(
        Kind::Expired,
        format!("the broker's certificate expired{when}"),
        "have it renewed; if it was, check this machine's clock",
    )
}

fn not_yet(when: String) -> HandshakeFailure {
    failure(
        Kind::NotYetValid,
        format!("the broker's certificate is not valid{}", if when.is_empty() { " yet" } else { &when }),
        "check this machine's clock",
    )
}

fn wrong_name(expected: &str, presented: &str) -> HandshakeFailure {
    failure(
        Kind::WrongName,
        format!("the broker's certificate is for {presented}, not for {expected}"),
        "connect by a name that is in it, or skip that check with an empty ssl.endpoint.identification.algorithm",
    )
}

/// The first names of a certificate: some have hundreds.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| {
        let inner = name.split_once("(\"").and_then(|(_, rest)| rest.strip_suffix("\")"));
        let inner = inner.or(name.strip_prefix("IpAddress(").and_then(|rest| rest.strip_suffix(')')));
        clean(inner.unwrap_or(name))
    };
    let mut shown: Vec<String> = presented.iter().take(4).map(bare).collect();
    if presented.len() > shown.len() {
        shown.push(format!("{} more", presented.len() - shown.len()));
    }
    shown.join(", ")
}

fn refused_by_rustls(why: &str) -> HandshakeFailure {
    let why = match why {
        "UnsupportedCertVersion" => "it is X.509 version 1",
        "CaUsedAsEndEntity" => "it is the certificate of an authority, not of a broker",
        other => other,
    };
    let message = format!("klever's TLS does not take the broker's certificate: {}", clean(why));
    failure(Kind::RefusedByRustls, message, OTHER_TRANSPORT)
}

fn day(time: UnixTime) -> String {
    crate::clock::day_of(i64::try_from(time.as_secs() * 1000).unwrap_or(i64::MAX))
}
