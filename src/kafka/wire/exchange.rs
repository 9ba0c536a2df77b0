//! The few frames that let klever in: ApiVersions, SaslHandshake and SaslAuthenticate over any stream.

use super::api::Api;
use super::peer::Peer;
use super::sasl::{Exchange, Mechanism, SaslError};
use crate::report::clean;
use frames::{Body, Fields};
use std::fmt;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub(super) mod frames;

/// How long one answer may take before its broker counts as silent.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// The number that goes with each request. One is under way at a time, and an HTTP server takes these four bytes for
/// two ends of line: it answers at once instead of waiting for the rest of a request.
const CORRELATION_ID: i32 = 0x0d0a_0d0a;
/// An answer to one of these requests is far shorter, even where a cluster has a thousand brokers.
const LONGEST_ANSWER: usize = 1 << 20;
/// A mechanism that goes on for longer than this does not end.
const LONGEST_EXCHANGE: usize = 8;

/// Kafka's error codes that mean something here.
const UNSUPPORTED_MECHANISM: i16 = 33;
const ILLEGAL_SASL_STATE: i16 = 34;
const AUTHENTICATION_FAILED: i16 = 58;

/// What klever reads and writes on.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum CallFailure {
    Io(io::Error),
    /// The peer ended the connection.
    Closed,
    /// The time is up.
    Silent(Duration),
    NotKafka(Peer),
    Malformed(&'static str),
    /// The broker answered with this error code.
    Code(i16),
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallFailure::Io(error) => write!(f, "the connection broke: {error}"),
            CallFailure::Closed => f.write_str("the broker ended the connection without an answer"),
            CallFailure::Silent(limit) => {
                write!(f, "it accepted the connection and did not answer for {} s", limit.as_secs())
            }
            CallFailure::NotKafka(peer) => write!(f, "{peer}"),
            CallFailure::Malformed(what) => write!(f, "its answer makes no sense: {what}"),
            CallFailure::Code(code) => write!(f, "it answered with Kafka's error code {code}"),
        }
    }
}

/// Sends one request and reads its answer, without the header.
pub(super) async fn call(
    stream: &mut impl Stream,
    api: (Api, i16),
    body: Body,
) -> Result<Vec<u8>, CallFailure> {
    call_within(stream, api, body, ANSWER_WITHIN).await
}

async fn call_within(
    stream: &mut impl Stream,
    (api, version): (Api, i16),
    body: Body,
    limit: Duration,
) -> Result<Vec<u8>, CallFailure> {
    let frame = body.frame(api.key(), version, CORRELATION_ID);
    let exchange = async {
        stream.write_all(&frame).await?;
        stream.flush().await?;
        read_answer(stream).await
    };
    let answer = tokio::time::timeout(limit, exchange).await;
    answer.unwrap_or(Err(CallFailure::Silent(limit)))
}

async fn read_answer(stream: &mut impl Stream) -> Result<Vec<u8>, CallFailure> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let length = u32::from_be_bytes(head) as usize;
    if length > LONGEST_ANSWER {
        return Err(CallFailure::NotKafka(Peer::of(&head)));
    }
    // Grows with what comes, not with what is promised.
    let mut answer = Vec::new();
    stream.take(length as u64).read_to_end(&mut answer).await?;
    if answer.len() < length {
        return Err(CallFailure::Closed);
    }
    let mut fields = Fields::of(&answer);
    if fields.i32()? != CORRELATION_ID {
        return Err(CallFailure::NotKafka(Peer::Unknown));
    }
    Ok(answer.split_off(4))
}

impl From<io::Error> for CallFailure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        let is_tls = error.get_ref().is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>());
        match error.kind() {
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe if !is_tls => {
                CallFailure::Closed
            }
            _ => CallFailure::Io(error),
        }
    }
}

impl From<frames::Malformed> for CallFailure {
    fn from(malformed: frames::Malformed) -> Self {
        CallFailure::Malformed(malformed.0)
    }
}

/// Which requests a broker knows: (ApiKey, lowest version, highest version). Allowed before SASL, too.
pub(super) async fn api_versions(stream: &mut impl Stream) -> Result<Vec<(i16, i16, i16)>, CallFailure> {
    let answer = call(stream, (Api::ApiVersions, 0), Body::default()).await?;
    let mut fields = Fields::of(&answer);
    match fields.i16()? {
        0 => Ok(fields.array(|fields| Ok((fields.i16()?, fields.i16()?, fields.i16()?)))?),
        code => Err(CallFailure::Code(code)),
    }
}

/// Why a broker did not let klever in.
#[derive(Debug)]
pub(super) enum AuthenticationFailure {
    /// It refused the user or the token; its own words, cleaned.
    Refused {
        who: String,
        said: String,
    },
    /// It offers other mechanisms.
    NotOffered {
        asked: &'static str,
        offered: Vec<String>,
    },
    /// Its listener is one without SASL.
    NoSasl,
    /// The exchange itself went wrong.
    Sasl(SaslError),
    Call(CallFailure),
}

impl From<CallFailure> for AuthenticationFailure {
    fn from(failure: CallFailure) -> Self {
        AuthenticationFailure::Call(failure)
    }
}

impl From<frames::Malformed> for AuthenticationFailure {
    fn from(malformed: frames::Malformed) -> Self {
        AuthenticationFailure::Call(malformed.into())
    }
}

impl fmt::Display for AuthenticationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuthenticationFailure::Refused { who, said } if said.is_empty() => f.write_str(who),
            AuthenticationFailure::Refused { who, said } => write!(f, "{who} (it says: {said})"),
            AuthenticationFailure::NotOffered { asked, offered } => {
                write!(f, "the broker does not offer {asked}, but {}", offered.join(", "))
            }
            AuthenticationFailure::NoSasl => f.write_str("this listener of the broker has no SASL"),
            AuthenticationFailure::Sasl(error) => write!(f, "{error}"),
            AuthenticationFailure::Call(failure) => write!(f, "{failure}"),
        }
    }
}

impl AuthenticationFailure {
    /// What helps.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            AuthenticationFailure::Refused { .. } => {
                "check the user and the password (or the token) in the file of -F, and that the user has them for this mechanism"
            }
            AuthenticationFailure::NotOffered { .. } => "set sasl.mechanism to one that it offers",
            AuthenticationFailure::NoSasl => {
                "set security.protocol without SASL_, or give the port of the listener with SASL"
            }
            AuthenticationFailure::Sasl(SaslError::Impostor) => {
                "do not trust this address: check it, and whether something stands in between"
            }
            AuthenticationFailure::Sasl(_) => "check the settings of SASL in the file of -F",
            AuthenticationFailure::Call(_) => {
                "check that security.protocol is the one of that port, and that the broker is well"
            }
        }
    }
}

/// Authenticates a fresh connection. `authenticate_version` is the highest SaslAuthenticate that the broker knows;
/// from version 1 on it says for how long the session lasts (KIP-368), else that is `None`.
pub(super) async fn authenticate(
    stream: &mut impl Stream,
    mechanism: &Mechanism,
    authenticate_version: i16,
) -> Result<Option<Duration>, AuthenticationFailure> {
    let mut exchange = begin(mechanism).await.map_err(AuthenticationFailure::Sasl)?;
    let mut message = exchange.first().map_err(AuthenticationFailure::Sasl)?;
    handshake(stream, mechanism.name()).await?;
    let version = authenticate_version.clamp(0, 2);
    for _ in 0..LONGEST_EXCHANGE {
        let answer = call(stream, (Api::SaslAuthenticate, version), Body::sasl(&message, version)).await?;
        let answer = Authenticate::of(&answer, version)?;
        if answer.code != 0 {
            return Err(refusal(&answer, mechanism, exchange.as_mut()));
        }
        match exchange.next(&answer.bytes).map_err(AuthenticationFailure::Sasl)? {
            Some(next) => message = next,
            None => return Ok(answer.lifetime()),
        }
    }
    Err(AuthenticationFailure::Sasl(SaslError::Malformed("the exchange does not end")))
}

/// On a thread where waiting for an identity provider holds up nothing else.
async fn begin(mechanism: &Mechanism) -> Result<Box<dyn Exchange>, SaslError> {
    let mechanism = mechanism.clone();
    let begun = tokio::task::spawn_blocking(move || mechanism.begin()).await;
    begun.unwrap_or_else(|_| Err(SaslError::Unusable("the exchange could not be prepared".into())))
}

async fn handshake(stream: &mut impl Stream, mechanism: &'static str) -> Result<(), AuthenticationFailure> {
    match propose(stream, mechanism).await? {
        (0, _) => Ok(()),
        (ILLEGAL_SASL_STATE, _) => Err(AuthenticationFailure::NoSasl),
        (UNSUPPORTED_MECHANISM, offered) => {
            Err(AuthenticationFailure::NotOffered { asked: mechanism, offered })
        }
        (code, _) => Err(CallFailure::Code(code).into()),
    }
}

/// The mechanisms that a listener offers; none where it has no SASL.
pub(super) async fn offered(stream: &mut impl Stream) -> Result<Vec<String>, CallFailure> {
    propose(stream, "PLAIN").await.map(|(_, offered)| offered)
}

async fn propose(stream: &mut impl Stream, mechanism: &str) -> Result<(i16, Vec<String>), CallFailure> {
    let answer = call(stream, (Api::SaslHandshake, 1), Body::default().string(mechanism)).await?;
    let mut fields = Fields::of(&answer);
    let code = fields.i16()?;
    let offered = fields.array(|fields| fields.string())?;
    Ok((code, offered.iter().map(|name| clean(name)).collect()))
}

fn refusal(
    answer: &Authenticate,
    mechanism: &Mechanism,
    exchange: &mut dyn Exchange,
) -> AuthenticationFailure {
    if answer.code != AUTHENTICATION_FAILED {
        return CallFailure::Code(answer.code).into();
    }
    // A mechanism that was told why knows more than the broker's own sentence.
    if let Err(SaslError::Refused(why)) = exchange.next(b"") {
        return AuthenticationFailure::Refused { who: mechanism.refused(), said: clean(&why) };
    }
    let secret = exchange.secret().reveal();
    let said = answer.message.as_deref().unwrap_or_default();
    let said = if secret.is_empty() { said.to_string() } else { said.replace(secret, "***") };
    let said: String = clean(&said).chars().take(200).collect();
    AuthenticationFailure::Refused { who: mechanism.refused(), said: said.trim().to_string() }
}

/// The answer to SaslAuthenticate.
struct Authenticate {
    code: i16,
    message: Option<String>,
    bytes: Vec<u8>,
    session_lifetime_ms: i64,
}

impl Authenticate {
    fn of(answer: &[u8], version: i16) -> Result<Self, frames::Malformed> {
        let mut fields = Fields::of(answer);
        let is_compact = version >= 2;
        if is_compact {
            fields.tags()?;
        }
        let code = fields.i16()?;
        let message = if is_compact { fields.compact_text()? } else { fields.nullable_string()? };
        let bytes = if is_compact { fields.compact_bytes()? } else { fields.bytes()? };
        let session_lifetime_ms = if version >= 1 { fields.i64()? } else { 0 };
        Ok(Authenticate { code, message, bytes, session_lifetime_ms })
    }

    fn lifetime(&self) -> Option<Duration> {
        u64::try_from(self.session_lifetime_ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests;
