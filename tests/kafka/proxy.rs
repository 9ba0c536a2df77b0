//! A TCP proxy before a broker that writes down every request of klever's own connections.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// (ApiKey, version) by client id.
pub(crate) type Requests = BTreeMap<String, BTreeSet<(i16, i16)>>;

/// The proxy. It listens at once; until it knows where to forward to, it hangs up.
pub(crate) struct Proxy {
    /// Its own port.
    pub port: u16,
    target: Arc<Mutex<Option<u16>>>,
    seen: Arc<Mutex<Requests>>,
}

impl Proxy {
    pub(crate) fn start() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy {
            port: listener.local_addr().unwrap().port(),
            target: Arc::default(),
            seen: Arc::default(),
        };
        let (target, seen) = (proxy.target.clone(), proxy.seen.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, seen) = (target.clone(), seen.clone());
                thread::spawn(move || forward(client, &target, &seen));
            }
        });
        proxy
    }

    pub(crate) fn forward_to(&self, port: u16) {
        *self.target.lock().unwrap() = Some(port);
    }

    pub(crate) fn requests(&self) -> Requests {
        self.seen.lock().unwrap().clone()
    }
}

fn forward(client: TcpStream, target: &Mutex<Option<u16>>, seen: &Mutex<Requests>) {
    let Some(port) = *target.lock().unwrap() else { return };
    let Ok(broker) = TcpStream::connect(("127.0.0.1", port)) else { return };
    let (mut answers, mut back) = (broker.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let _ = requests(client, &broker, seen);
    let _ = broker.shutdown(Shutdown::Both);
}

/// A request is a length (i32), then ApiKey (i16), version (i16), correlation id (i32), client id (i16 length).
fn requests(mut client: TcpStream, mut broker: &TcpStream, seen: &Mutex<Requests>) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let mut frame = vec![0; i32::from_be_bytes(length) as usize];
        client.read_exact(&mut frame)?;
        let short = |at: usize| i16::from_be_bytes([frame[at], frame[at + 1]]);
        let id_length = usize::try_from(short(8)).unwrap_or(0);
        let client_id = String::from_utf8_lossy(&frame[10..10 + id_length]).into_owned();
        seen.lock().unwrap().entry(client_id).or_default().insert((short(0), short(2)));
        broker.write_all(&length)?;
        broker.write_all(&frame)?;
    }
}
