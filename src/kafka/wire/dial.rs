//! From an address to a connection: the host's addresses, TCP, the versions, and who klever is.

use super::concurrent::first_success;
use super::connection::Connection;
use super::entry::secure;
use super::exchange::Stream;
use super::failure::Failure;
use super::security::Security;
use crate::kafka::Tunnels;
use crate::kafka::reads::Node;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// A host's next address is tried when the one before has not answered by then.
const ADDRESS_STAGGER: Duration = Duration::from_millis(50);

/// Where a broker listens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Address {
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Where a broker of a cluster listens.
    pub(super) fn of_node(node: &Node) -> Address {
        Address { host: node.host.clone(), port: node.port }
    }

    /// Of `HOST:PORT` or `[IPv6]:PORT`; port 0, which nobody listens at, when there is none.
    pub(super) fn of(server: &str) -> Address {
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        let host = host.trim_start_matches('[').trim_end_matches(']').to_string();
        Address { host, port: port.parse().unwrap_or(0) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How connections of one cluster are made.
pub(super) struct Dialer {
    /// How long a connection may take to be made.
    pub setup_timeout: Duration,
    /// TLS, and who klever says it is, where the cluster wants them.
    pub security: Security,
    /// Where to connect to in place of what brokers advertise.
    tunnels: Tunnels,
    /// Requests that went out over connections of this dialer.
    pub sent: Arc<AtomicU64>,
}

impl Dialer {
    pub(super) fn new(setup_timeout: Duration, security: Security) -> Dialer {
        Dialer { setup_timeout, security, tunnels: Tunnels::default(), sent: Arc::default() }
    }

    /// The same through tunnels.
    pub(super) fn through(self, tunnels: Tunnels) -> Dialer {
        Dialer { tunnels, ..self }
    }

    /// An address as a message names it: with the way there, where it has one of its own.
    pub(super) fn shown(&self, address: &Address) -> String {
        let address = address.to_string();
        match self.tunnels.way_to(&address) {
            Some(way) => format!("{address} (through {way})"),
            None => address,
        }
    }

    /// A connection that has been told its versions and is let in.
    ///
    /// # Errors
    /// Why there is none, by the deadline or after the time that a connection may take.
    pub(super) async fn connect(&self, address: &Address, deadline: Instant) -> Result<Connection, Failure> {
        let started = Instant::now();
        let setup_deadline = deadline.min(started + self.setup_timeout);
        let way = self.tunnels.way_to(&address.to_string()).map(Address::of);
        let stream = timeout_at(setup_deadline, connected(way.as_ref().unwrap_or(address))).await;
        let stream = stream.map_err(|_| Failure::NotConnected(started.elapsed()))??;
        let stream = timeout_at(deadline, self.let_in(stream, &address.host)).await;
        let stream = stream.map_err(|_| Failure::NoAnswer(started.elapsed()))??;
        Connection::start(stream, self.sent.clone(), deadline).await
    }

    async fn let_in(&self, stream: TcpStream, host: &str) -> Result<Box<dyn Stream>, Failure> {
        let secured = secure(stream, host, &self.security, &mut Vec::new()).await;
        secured.map_err(|refused| Failure::NotLetIn(refused.step, refused.error))
    }
}

async fn connected(address: &Address) -> Result<TcpStream, Failure> {
    let addresses = resolve(address).await?;
    let attempts = addresses.into_iter().map(TcpStream::connect);
    let stream = first_success(attempts, ADDRESS_STAGGER)
        .await
        .map_err(|errors| errors.into_iter().next().map_or(Failure::Unresolved, Failure::from))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// On a thread of its own: the system's resolver may take long, and nobody should wait for it who gave up.
async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, Failure> {
    let (sender, receiver) = oneshot::channel();
    let target = (address.host.clone(), address.port);
    let work = move || {
        let _ = sender.send(target.to_socket_addrs().map(Iterator::collect));
    };
    let thread = thread::Builder::new().name("kafka-resolve".into()).spawn(work);
    thread.map_err(|error| Failure::Io(error.kind()))?;
    let found: Vec<SocketAddr> =
        receiver.await.map_err(|_| Failure::Unresolved)?.map_err(|_| Failure::Unresolved)?;
    if found.is_empty() { Err(Failure::Unresolved) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_alike() {
        for server in ["broker1:9092", "127.0.0.1:1", "[::1]:9092"] {
            assert_eq!(Address::of(server).to_string(), server);
        }
        assert_eq!(Address::of("[::1]:9092").host, "::1");
    }
}
