//! Links between the lab's processes: loopback proxies that delay, cut and record what passes.
//!
//! Every listener of a lab cluster is advertised at a proxy. Who is at the other end of a connection is
//! told by the client id in its first request header, so one port serves all links towards one listener.

use super::network::{End, Network, Way};
use super::pacer::Pacer;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// A longer frame is not one of Kafka's.
const LONGEST_FRAME: usize = 200 << 20;

/// One request as it went over the wire: Kafka's ApiKey and the version of the request.
pub type ApiCall = (i16, i16);

/// How often each client id has sent which request.
pub type Calls = BTreeMap<String, BTreeMap<ApiCall, u64>>;

/// Everything that the proxies of one lab share.
pub struct Links {
    network: Mutex<Network>,
    changed: watch::Sender<u64>,
    calls: Mutex<Calls>,
    pacer: Pacer,
}

impl Links {
    /// Links over this network.
    pub fn new(network: Network) -> Arc<Links> {
        let (network, calls) = (Mutex::new(network), Mutex::default());
        Arc::new(Links { network, changed: watch::channel(0).0, calls, pacer: Pacer::start() })
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

    fn way(&self, from: &End, to: &End) -> Way {
        lock(&self.network).way(from, to)
    }

    /// Waits until the way is open.
    async fn open(&self, from: &End, to: &End) -> Way {
        let mut changes = self.changed.subscribe();
        loop {
            let way = self.way(from, to);
            if !way.cut {
                return way;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
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
        let listener = TcpListener::bind(address).await?;
        let links = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, End::Node(node), target, links.clone()));
            }
        });
        Ok(())
    }

    fn record(&self, header: &Header) {
        let mut calls = lock(&self.calls);
        let call = (header.api_key, header.api_version);
        if !calls.contains_key(&header.client_id) {
            calls.insert(header.client_id.clone(), BTreeMap::new());
        }
        calls.get_mut(&header.client_id).into_iter().for_each(|of| *of.entry(call).or_default() += 1);
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
}

/// One connection: the first request tells who it is, then both directions flow on their own.
async fn serve(client: TcpStream, node: End, target: SocketAddr, links: Arc<Links>) {
    let _ = client.set_nodelay(true);
    let (mut from_client, to_client) = client.into_split();
    let Ok(first) = read_frame(&mut from_client).await else { return };
    let Some(header) = header(&first) else { return };
    let end = End::named(&header.client_id);
    links.open(&end, &node).await;
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = server.set_nodelay(true);
    let (from_server, to_server) = server.into_split();
    let forth = Direction { from: end.clone(), to: node.clone(), links: links.clone() };
    let back = Direction { from: node, to: end, links };
    let requests = tokio::spawn(forward_requests(from_client, to_server, first, forth));
    forward_answers(from_server, to_client, back).await;
    requests.abort();
}

async fn forward_requests(mut from: OwnedReadHalf, to: OwnedWriteHalf, first: Vec<u8>, way: Direction) {
    let (queue, waiting) = mpsc::unbounded_channel();
    let links = way.links.clone();
    let writer = tokio::spawn(release(waiting, to, way));
    let mut frame = Ok(first);
    while let Ok(bytes) = frame {
        if let Some(header) = header(&bytes) {
            links.record(&header);
        }
        if queue.send((Instant::now(), bytes)).is_err() {
            break;
        }
        frame = read_frame(&mut from).await;
    }
    drop(queue);
    let _ = writer.await;
}

async fn forward_answers(mut from: OwnedReadHalf, to: OwnedWriteHalf, way: Direction) {
    let (queue, waiting) = mpsc::unbounded_channel();
    let writer = tokio::spawn(release(waiting, to, way));
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if queue.send((Instant::now(), buffer[..count].to_vec())).is_err() {
            break;
        }
    }
    drop(queue);
    let _ = writer.await;
}

/// Writes what waits, in order, each piece when its delay is over and the way is open.
async fn release(
    mut waiting: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>,
    mut to: OwnedWriteHalf,
    direction: Direction,
) {
    let Direction { from, to: end, links } = direction;
    while let Some((came, bytes)) = waiting.recv().await {
        let way = links.open(&from, &end).await;
        if !way.delay.is_zero() {
            links.pacer.until(came + way.delay).await;
            links.open(&from, &end).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
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
mod tests {
    use super::*;
    use crate::model::BrokerId;
    use crate::scenario::{Endpoint, NetSpec};
    use std::time::Duration;

    /// ApiVersions 3, correlation 7, from broker 2's fetcher, with one byte of body.
    fn frame() -> Vec<u8> {
        let client = b"broker-2-fetcher-0";
        let mut body = vec![0, 18, 0, 3, 0, 0, 0, 7, 0, client.len() as u8];
        body.extend_from_slice(client);
        body.push(0);
        let mut frame = (body.len() as u32).to_be_bytes().to_vec();
        frame.extend(body);
        frame
    }

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut from, mut to) = stream.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });
            }
        });
        address
    }

    #[tokio::test]
    async fn a_link_delays_both_ways_and_holds_while_it_is_cut() {
        let spec = NetSpec { rack_rtt_ms: 40.0, ..NetSpec::default() };
        let links = Links::new(Network::new(3, &["a".into(), "b".into(), "c".into()], spec));
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        links.listen(free, 1, echo().await).await.unwrap();
        let mut client = TcpStream::connect(free).await.unwrap();
        let mut answer = vec![0; frame().len()];
        let sent = Instant::now();
        client.write_all(&frame()).await.unwrap();
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, frame());
        assert!(sent.elapsed() >= Duration::from_millis(40));
        assert_eq!(links.calls()["broker-2-fetcher-0"], BTreeMap::from([((18, 3), 1)]));

        let (one, two) = (Endpoint::Broker(BrokerId(1)), Endpoint::Broker(BrokerId(2)));
        links.change(|network| network.cut(&one, &two, true, true));
        client.write_all(&frame()).await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(100), client.read_exact(&mut answer)).await;
        assert!(silent.is_err(), "nothing passes from 1 to 2");
        links.change(Network::heal_all);
        client.read_exact(&mut answer).await.unwrap();
    }
}
