//! Simulates a powered-off machine on loopback: its port must time out, not refuse.
//!
//! A port whose process is gone refuses a connection (RST). A machine without power answers nothing at all. Here that
//! is a listener whose backlog is short and kept full: the kernel drops further SYNs, so that a client retries until
//! its connect timeout.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Length of the listen backlog; with power on, connections are accepted at once.
const BACKLOG: u32 = 16;
/// A connection that is not in the backlog by then will not get in.
const CONNECTS_WITHIN: Duration = Duration::from_millis(50);

/// A port that accepts connections, or drops them.
pub(super) struct BlackholeListener {
    listener: TcpListener,
    /// Connections that fill the backlog.
    filler: Vec<std::net::TcpStream>,
}

impl BlackholeListener {
    /// Opens a port that accepts connections.
    ///
    /// # Errors
    /// When it is taken.
    pub(super) fn open(address: SocketAddr) -> io::Result<BlackholeListener> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(BlackholeListener { listener: socket.listen(BACKLOG)?, filler: Vec::new() })
    }

    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }

    /// From now on connections time out.
    pub(super) fn drop_packets(&mut self) {
        let Ok(address) = self.listener.local_addr() else { return };
        // A backlog holds one more than its length, and connections made before may be in it already.
        let fillers =
            (0..=BACKLOG).map_while(|_| std::net::TcpStream::connect_timeout(&address, CONNECTS_WITHIN).ok());
        self.filler = fillers.collect();
    }

    /// Connections are accepted again.
    pub(super) fn accept_again(&mut self) {
        self.filler.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(address: SocketAddr) -> io::Result<std::net::TcpStream> {
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200))
    }

    #[tokio::test]
    async fn without_power_a_connection_times_out_and_is_not_refused() {
        let mut port = BlackholeListener::open("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = port.listener.local_addr().unwrap();
        connect(address).unwrap();
        port.accept().await.unwrap();
        port.drop_packets();
        assert_eq!(connect(address).unwrap_err().kind(), io::ErrorKind::TimedOut);
        port.accept_again();
        for _ in 0..=BACKLOG {
            port.accept().await.unwrap();
        }
        connect(address).unwrap();
    }
}
