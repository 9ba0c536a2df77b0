//! Links between stand-ins for nodes: delays, cuts, ends of processes and of power.

use super::*;
use crate::model::BrokerId;
use crate::scenario::{Endpoint, NetSpec};
use std::time::Duration;
use tokio::net::TcpListener;

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

const SOON: Duration = Duration::from_millis(150);

/// Links of three nodes, and the address of broker 1's proxy before such a listener.
async fn linked(target: SocketAddr) -> (Arc<Links>, SocketAddr) {
    let links = Links::new(Network::new(3, &["a".into()], NetSpec::default()));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    links.listen(free, 1, target).await.unwrap();
    (links, free)
}

/// What one read gives soon; `None` when it hears nothing.
async fn heard(stream: &mut TcpStream) -> Option<io::Result<usize>> {
    tokio::time::timeout(SOON, stream.read(&mut [0; 100])).await.ok()
}

#[tokio::test]
async fn a_killed_process_closes_its_connections_and_its_port_refuses() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_links, free) = linked(server.local_addr().unwrap()).await;
    let mut client = TcpStream::connect(free).await.unwrap();
    client.write_all(&frame()).await.unwrap();
    drop(server.accept().await.unwrap());
    assert!(matches!(heard(&mut client).await, Some(Ok(0) | Err(_))), "the end of the process is told");
    drop(server);
    let mut next = TcpStream::connect(free).await.unwrap();
    next.write_all(&frame()).await.unwrap();
    assert!(matches!(heard(&mut next).await, Some(Ok(0) | Err(_))), "nobody is there, and it is told");
}

#[tokio::test]
async fn a_machine_without_power_says_nothing_to_anybody() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (links, free) = linked(server.local_addr().unwrap()).await;
    let mut speaks = TcpStream::connect(free).await.unwrap();
    speaks.write_all(&frame()).await.unwrap();
    let first = server.accept().await.unwrap();
    let mut listens = TcpStream::connect(free).await.unwrap();
    listens.write_all(&frame()).await.unwrap();
    let second = server.accept().await.unwrap();

    links.change(|network| network.power(1, false));
    drop((first, second));
    speaks.write_all(&frame()).await.unwrap();
    assert!(heard(&mut speaks).await.is_none() && heard(&mut listens).await.is_none(), "nobody hears of it");
    let knocked = tokio::time::timeout(SOON, TcpStream::connect(free)).await;
    assert!(knocked.is_err(), "who comes now is neither let in nor refused");

    links.change(|network| network.power(1, true));
    assert!(
        matches!(heard(&mut speaks).await, Some(Ok(0) | Err(_))),
        "who spoke learns that nobody knows it"
    );
    assert!(heard(&mut listens).await.is_none(), "who did not has not noticed");
    listens.write_all(&frame()).await.unwrap();
    assert!(matches!(heard(&mut listens).await, Some(Ok(0) | Err(_))));
    let mut next = TcpStream::connect(free).await.unwrap();
    next.write_all(&frame()).await.unwrap();
    server.accept().await.unwrap();
}

#[tokio::test]
async fn a_server_does_not_hear_of_a_peer_without_power() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (links, free) = linked(server.local_addr().unwrap()).await;
    let mut peer = TcpStream::connect(free).await.unwrap();
    peer.write_all(&frame()).await.unwrap();
    let (mut one, _) = server.accept().await.unwrap();
    assert!(matches!(heard(&mut one).await, Some(Ok(1..))));
    links.change(|network| network.power(2, false));
    drop(peer);
    assert!(heard(&mut one).await.is_none());
    one.write_all(b"answer").await.unwrap();
    assert!(heard(&mut one).await.is_none());
    links.change(|network| network.power(2, true));
    assert!(matches!(heard(&mut one).await, Some(Ok(0) | Err(_))));
}
