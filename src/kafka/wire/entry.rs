//! Getting in to one broker: name, TCP, TLS, SASL, and on which of them it broke.

use super::api::Api;
use super::exchange::{self, AuthenticationFailure, CallFailure, Stream};
use super::sasl::Mechanism;
use super::security::Security;
use super::tls::{self, HandshakeFailure, TlsSettings};
use crate::kafka::{ConnectError, Tunnels};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// How long the look-up of a name, or an attempt to connect, may take.
const REACHED_WITHIN: Duration = Duration::from_secs(4);

/// A step on the way to the first request of a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// The host's name has an address.
    Name,
    /// Something accepts connections there.
    Tcp,
    /// It speaks TLS, and its certificate is believed.
    Tls,
    /// It believes who klever says it is.
    Sasl,
    /// It speaks Kafka's protocol.
    Protocol,
    /// What this user may see.
    Rights,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Step::Name => "name",
            Step::Tcp => "TCP",
            Step::Tls => "TLS",
            Step::Sasl => "SASL",
            Step::Protocol => "protocol",
            Step::Rights => "rights",
        })
    }
}

/// On which step it broke, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct EntryFailure {
    pub step: Step,
    pub error: ConnectError,
    /// Whether librdkafka would get in: a certificate that rustls does not take.
    pub is_for_librdkafka: bool,
}

fn failure(step: Step, message: impl Into<String>, hint: impl Into<String>) -> EntryFailure {
    EntryFailure { step, error: ConnectError::new(message).with_hint(hint), is_for_librdkafka: false }
}

/// Goes through all steps that the security has, to `HOST:PORT`: a connection on which any request may follow.
/// `passed` gets what was found on each step, also when a later one breaks.
pub(super) async fn enter(
    address: &str,
    tunnels: &Tunnels,
    security: &Security,
    passed: &mut Vec<(Step, String)>,
) -> Result<Box<dyn Stream>, EntryFailure> {
    let (host, port) = host_and_port(address)?;
    let way = tunnels.way_to(address);
    let (way_host, way_port) = way.map_or(Ok((host, port)), host_and_port)?;
    let instead = way.map(|_| format!(", by --map in place of {address}")).unwrap_or_default();
    let addresses = resolved(way_host, way_port).await?;
    let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    passed.push((Step::Name, format!("{way_host} is {}{instead}", shown.join(", "))));
    let stream = connected(&addresses).await?;
    passed.push((Step::Tcp, format!("port {way_port} accepts connections")));
    secure(stream, host, security, passed).await
}

/// Goes through TLS and SASL, as far as the security has them, on a connection to this host.
pub(super) async fn secure(
    stream: TcpStream,
    host: &str,
    security: &Security,
    passed: &mut Vec<(Step, String)>,
) -> Result<Box<dyn Stream>, EntryFailure> {
    let mut stream: Box<dyn Stream> = match &security.tls {
        None => Box::new(stream),
        Some(settings) => {
            let stream = tls::handshake(settings, stream, host).await.map_err(refused_by_tls)?;
            passed.push((Step::Tls, tls::describe(settings, &stream)));
            Box::new(stream)
        }
    };
    if let Some(mechanism) = &security.sasl {
        let session = authenticated(&mut stream, mechanism, security.tls.as_ref()).await?;
        let ends = session.map(|length| format!(", again every {} s", length.as_secs())).unwrap_or_default();
        passed.push((Step::Sasl, format!("{}: {}{ends}", mechanism.name(), mechanism.accepted())));
    }
    Ok(stream)
}

/// `[::1]:9092` is the host `::1`.
pub(super) fn host_and_port(address: &str) -> Result<(&str, u16), EntryFailure> {
    let parts = address.rsplit_once(':');
    let parts = parts.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let (host, port) = parts
        .ok_or_else(|| failure(Step::Name, "the address is not HOST:PORT", "for example broker1:9092"))?;
    Ok((host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host), port))
}

async fn resolved(host: &str, port: u16) -> Result<Vec<SocketAddr>, EntryFailure> {
    const CHECK: &str = "check the host's spelling, and the DNS of this machine";
    match timeout(REACHED_WITHIN, lookup_host((host, port))).await {
        Ok(Ok(found)) => {
            let all: Vec<SocketAddr> = found.collect();
            if all.is_empty() {
                return Err(failure(Step::Name, "the host's name has no address", CHECK));
            }
            Ok(all)
        }
        Ok(Err(_)) => Err(failure(Step::Name, "the host's name cannot be resolved", CHECK)),
        Err(_) => {
            let message = format!("the DNS does not answer for {} s", REACHED_WITHIN.as_secs());
            Err(failure(Step::Name, message, CHECK))
        }
    }
}

/// The first of the addresses that accepts, each with its share of the time.
async fn connected(addresses: &[SocketAddr]) -> Result<TcpStream, EntryFailure> {
    let share = REACHED_WITHIN / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut last = None;
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(error),
            Err(_) => last = Some(io::ErrorKind::TimedOut.into()),
        }
    }
    let error = last.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(match error.kind() {
        io::ErrorKind::ConnectionRefused => failure(
            Step::Tcp,
            "nothing listens there: the connection is refused",
            "check the port, and whether the broker runs",
        ),
        io::ErrorKind::TimedOut => failure(
            Step::Tcp,
            format!("no answer to an attempt to connect for {} s", REACHED_WITHIN.as_secs()),
            "check host and port; a firewall may drop packets silently",
        ),
        _ => failure(Step::Tcp, format!("cannot connect: {error}"), "check host, port and the network"),
    })
}

fn refused_by_tls(refused: HandshakeFailure) -> EntryFailure {
    EntryFailure {
        is_for_librdkafka: refused.kind == tls::Kind::RefusedByRustls,
        ..failure(Step::Tls, refused.message, refused.hint)
    }
}

async fn authenticated(
    stream: &mut Box<dyn Stream>,
    mechanism: &Mechanism,
    tls: Option<&TlsSettings>,
) -> Result<Option<Duration>, EntryFailure> {
    let versions = exchange::api_versions(stream).await;
    let versions = versions.map_err(|error| of_call(Step::Sasl, &error, tls))?;
    let known = versions.iter().find(|(key, ..)| *key == Api::SaslAuthenticate.key());
    let highest = known.map_or(0, |(.., highest)| *highest);
    match exchange::authenticate(stream, mechanism, highest).await {
        Ok(session) => Ok(session),
        Err(AuthenticationFailure::Call(error)) => Err(of_call(Step::Sasl, &error, tls)),
        Err(refused) => Err(failure(Step::Sasl, refused.to_string(), refused.hint())),
    }
}

/// A request without an answer; under TLS it may be the late end of the handshake.
pub(super) fn of_call(step: Step, error: &CallFailure, tls: Option<&TlsSettings>) -> EntryFailure {
    if let (CallFailure::Io(inner), Some(settings)) = (error, tls)
        && let Some(refused) = settings.refused_later(inner)
    {
        return refused_by_tls(refused);
    }
    let hint = match error {
        CallFailure::NotKafka(peer) => peer.hint(),
        CallFailure::Closed if tls.is_some() => {
            "the broker may demand a client's certificate (ssl.keystore.location); its log says why"
        }
        CallFailure::Closed => {
            "check that security.protocol is the one of that port: it may want TLS or SASL"
        }
        CallFailure::Silent(_) => {
            "check that the port is Kafka's and security.protocol the one of that port; a broker that hangs does the same"
        }
        CallFailure::Io(_) | CallFailure::Malformed(_) | CallFailure::Code(_) => {
            "check that the port is Kafka's; the broker's log may say more"
        }
    };
    failure(step, error.to_string(), hint)
}

#[cfg(test)]
mod tests;
