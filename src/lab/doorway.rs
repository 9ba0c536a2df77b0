//! The door of a machine to its network: open while it has power, a wall without.
//!
//! Nobody answers at a machine without power. Its port must not refuse, as a port does whose process is gone, and
//! not take what nobody reads. On loopback that is a listener whose queue is short and full: the kernel drops what
//! knocks, as the network would, and who knocks tries again later and later.

use std::io;
use std::net::{SocketAddr, TcpStream as Knock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// So many may wait to be let in; they are let in at once while there is power.
const QUEUE: u32 = 16;
/// Who is not let in by then stands before a wall.
const ANSWERS_WITHIN: Duration = Duration::from_millis(50);

/// A port, open or walled up.
pub(super) struct Doorway {
    listener: TcpListener,
    wall: Vec<Knock>,
}

impl Doorway {
    /// Opens a port.
    ///
    /// # Errors
    /// When it is taken.
    pub(super) fn open(address: SocketAddr) -> io::Result<Doorway> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Doorway { listener: socket.listen(QUEUE)?, wall: Vec::new() })
    }

    /// Lets the next one in.
    pub(super) async fn next(&self) -> io::Result<TcpStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }

    /// Walls the port up: nobody is let in, and nobody is told so.
    pub(super) fn wall_up(&mut self) {
        let Ok(address) = self.listener.local_addr() else { return };
        // The queue takes one more than it is long, and what had knocked before stands in it too.
        let knocks = (0..=QUEUE).map_while(|_| Knock::connect_timeout(&address, ANSWERS_WITHIN).ok());
        self.wall = knocks.collect();
    }

    pub(super) fn clear(&mut self) {
        self.wall.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knock(address: SocketAddr) -> io::Result<Knock> {
        Knock::connect_timeout(&address, Duration::from_millis(200))
    }

    #[tokio::test]
    async fn a_wall_neither_answers_nor_refuses() {
        let mut door = Doorway::open("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = door.listener.local_addr().unwrap();
        knock(address).unwrap();
        door.next().await.unwrap();
        door.wall_up();
        assert_eq!(knock(address).unwrap_err().kind(), io::ErrorKind::TimedOut);
        door.clear();
        for _ in 0..=QUEUE {
            door.next().await.unwrap();
        }
        knock(address).unwrap();
    }
}
