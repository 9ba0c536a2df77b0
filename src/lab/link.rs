//! Links between the lab's processes: loopback proxies that delay, cut and record what passes.
//!
//! Every listener of a lab cluster is advertised at a proxy. Who is at the other end of a connection is
//! told by the client id in its first request header, so one port serves all links towards one listener.

use super::blackhole::BlackholeListener;
use super::network::{End, Network, Way};
use super::pacer::Pacer;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};

/// A longer frame is not one of Kafka's.
const LONGEST_FRAME: usize = 200 << 20;

/// Kafka's ApiKeys of what a broker's life shows by.
const BROKER_REGISTRATION: i16 = 62;
const BROKER_HEARTBEAT: i16 = 63;

/// One request as it went over the wire: Kafka's ApiKey and the version of the request.
pub type ApiCall = (i16, i16);

/// How often each client id has sent which request.
pub type Calls = BTreeMap<String, BTreeMap<ApiCall, u64>>;

/// Everything that the proxies of one lab share.
pub struct Links {
    network: Mutex<Network>,
    changed: watch::Sender<u64>,
    calls: Mutex<Calls>,
    lifetimes: Mutex<BTreeMap<i32, Lifetime>>,
    pacer: Pacer,
}

/// When a node's processes registered and sent heartbeats, by what passed towards the controllers.
#[derive(Clone, Debug, Default)]
struct Lifetime {
    registrations: Vec<Instant>,
    last_heartbeat: Option<Instant>,
}

impl Links {
    /// Links over this network.
    pub fn new(network: Network) -> Arc<Links> {
        Arc::new(Links {
            network: Mutex::new(network),
            changed: watch::channel(0).0,
            calls: Mutex::default(),
            lifetimes: Mutex::default(),
            pacer: Pacer::start(),
        })
    }

    /// Changes the network. What waits on a way that is open now passes at once.
    pub fn change(&self, how: impl FnOnce(&mut Network)) {
        how(&mut lock(&self.network));
        self.changed.send_modify(|generation| *generation += 1);
    }

    /// What each client id has asked for so far.
    pub fn calls(&self) -> Calls {
        lock(&self.calls).clone()
    }

    /// When a process of this node that was started at `started` asked to be registered for the first time.
    pub(super) fn registration_since(&self, node: i32, started: Instant) -> Option<Instant> {
        let lifetimes = lock(&self.lifetimes);
        lifetimes.get(&node)?.registrations.iter().copied().find(|at| *at >= started)
    }

    /// When this node sent its last heartbeat to a controller.
    pub(super) fn last_heartbeat(&self, node: i32) -> Option<Instant> {
        lock(&self.lifetimes).get(&node)?.last_heartbeat
    }

    /// Waits until the way is open.
    async fn open(&self, from: &End, to: &End) -> Way {
        self.until(|network| Some(network.way(from, to)).filter(|way| !way.cut)).await
    }

    fn has_power(&self, end: &End) -> bool {
        lock(&self.network).has_power(end)
    }

    /// Waits until a machine has power, or has none.
    async fn power(&self, end: &End, on: bool) {
        self.until(|network| (network.has_power(end) == on).then_some(())).await;
    }

    /// Waits for something of the network.
    async fn until<T>(&self, sought: impl Fn(&Network) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            let found = sought(&lock(&self.network));
            match found {
                Some(found) => return found,
                None if changes.changed().await.is_err() => std::future::pending().await,
                None => {}
            }
        }
    }

    /// Listens on `address` and forwards to a node's own listener, until the runtime ends.
    ///
    /// # Errors
    /// When the port cannot be taken.
    pub async fn listen(
        self: &Arc<Self>,
        address: SocketAddr,
        node: i32,
        target: SocketAddr,
    ) -> io::Result<()> {
        let port = BlackholeListener::open(address)?;
        tokio::spawn(self.clone().accept_all(port, End::Node(node), target));
        Ok(())
    }

    /// Accepts connections as long as the machine has power.
    async fn accept_all(self: Arc<Self>, mut port: BlackholeListener, node: End, target: SocketAddr) {
        loop {
            tokio::select! {
                biased;
                () = self.power(&node, false) => {
                    port.drop_packets();
                    self.power(&node, true).await;
                    port.accept_again();
                }
                accepted = port.accept() => match accepted {
                    Ok(client) => _ = tokio::spawn(serve(client, node.clone(), target, self.clone())),
                    Err(_) => return,
                },
            }
        }
    }

    fn record(&self, header: &Header) {
        let mut calls = lock(&self.calls);
        let call = (header.api_key, header.api_version);
        if !calls.contains_key(&header.client_id) {
            calls.insert(header.client_id.clone(), BTreeMap::new());
        }
        calls.get_mut(&header.client_id).into_iter().for_each(|of| *of.entry(call).or_default() += 1);
        if let End::Node(id) = End::named(&header.client_id) {
            self.note_life(id, header.api_key);
        }
    }

    fn note_life(&self, node: i32, api_key: i16) {
        let mut lifetimes = lock(&self.lifetimes);
        let lifetime = lifetimes.entry(node).or_default();
        match api_key {
            BROKER_REGISTRATION => lifetime.registrations.push(Instant::now()),
            BROKER_HEARTBEAT => lifetime.last_heartbeat = Some(Instant::now()),
            _ => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One direction of one connection.
struct Direction {
    from: End,
    to: End,
    links: Arc<Links>,
    /// Who of the two lost its power and knows nothing of the connection; both directions have the same.
    lost: Arc<OnceLock<End>>,
}

type Queue = mpsc::UnboundedSender<(Instant, Vec<u8>)>;
type Waiting = mpsc::UnboundedReceiver<(Instant, Vec<u8>)>;

/// One connection: the first request tells who it is, then both directions flow on their own.
async fn serve(client: TcpStream, node: End, target: SocketAddr, links: Arc<Links>) {
    let _ = client.set_nodelay(true);
    let (mut from_client, to_client) = client.into_split();
    let Ok(first) = read_frame(&mut from_client).await else { return };
    let Some(header) = header(&first) else { return };
    let end = End::named(&header.client_id);
    links.open(&end, &node).await;
    links.power(&node, true).await;
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = server.set_nodelay(true);
    let (from_server, to_server) = server.into_split();
    let lost = Arc::<OnceLock<End>>::default();
    let forth = Direction { from: end.clone(), to: node.clone(), links: links.clone(), lost: lost.clone() };
    let back = Direction { from: node, to: end, links, lost: lost.clone() };
    let requests =
        forth.flow(to_server, async |queue| read_requests(from_client, first, &forth.links, queue).await);
    let mut answers = pin!(back.flow(to_client, async |queue| read_answers(from_server, queue).await));
    tokio::select! {
        () = &mut answers => {}
        () = requests => if lost.get().is_none() { answers.await; },
    }
}

async fn read_requests(mut from: OwnedReadHalf, first: Vec<u8>, links: &Links, queue: &Queue) {
    let mut frame = Ok(first);
    while let Ok(bytes) = frame {
        if let Some(header) = header(&bytes) {
            links.record(&header);
        }
        let _ = queue.send((Instant::now(), bytes));
        frame = read_frame(&mut from).await;
    }
}

async fn read_answers(mut from: OwnedReadHalf, queue: &Queue) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let _ = queue.send((Instant::now(), buffer[..count].to_vec()));
    }
}

impl Direction {
    /// Passes on what is read until one end is gone.
    async fn flow(&self, to: OwnedWriteHalf, read: impl AsyncFnOnce(&Queue)) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let reader = async move {
            read(&queue).await;
            if self.falls_silent() {
                let _ = self.lost.set(self.from.clone());
            } else {
                drop(queue);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = self.release(waiting, to) => {}
            () = reader => {}
        }
    }

    /// The end of a machine without power is not told: its peer just hears nothing any more. The lab's own clients
    /// are told, for no fault reaches them.
    fn falls_silent(&self) -> bool {
        !self.links.has_power(&self.from) && !matches!(self.to, End::Other(_))
    }

    /// Writes what waits, in order, each piece when its delay is over and the way is open.
    async fn release(&self, mut waiting: Waiting, mut to: OwnedWriteHalf) {
        let Direction { from, to: end, links, lost } = self;
        while let Some((came, bytes)) = waiting.recv().await {
            let way = links.open(from, end).await;
            if !way.delay.is_zero() {
                links.pacer.until(came + way.delay).await;
                links.open(from, end).await;
            }
            if lost.get() == Some(end) || to.write_all(&bytes).await.is_err() {
                // A machine that has power again knows nothing of the connection, and says so to who speaks.
                return links.power(end, true).await;
            }
        }
        let _ = to.shutdown().await;
    }
}

/// Length and body of one request, as they came.
async fn read_frame(from: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let size = u32::from_be_bytes(length) as usize;
    if size > LONGEST_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = Vec::with_capacity(4 + size);
    frame.extend_from_slice(&length);
    frame.resize(4 + size, 0);
    from.read_exact(&mut frame[4..]).await?;
    Ok(frame)
}

struct Header {
    api_key: i16,
    api_version: i16,
    client_id: String,
}

/// The fixed part of a request header: key, version, correlation id, client id (a plain nullable string
/// in every header version).
fn header(frame: &[u8]) -> Option<Header> {
    let short = |at: usize| Some(i16::from_be_bytes(frame.get(at..at + 2)?.try_into().ok()?));
    let length = usize::try_from(short(12)?).unwrap_or(0);
    let client_id = frame.get(14..14 + length)?;
    Some(Header {
        api_key: short(4)?,
        api_version: short(6)?,
        client_id: String::from_utf8_lossy(client_id).into_owned(),
    })
}

#[cfg(test)]
mod tests;
