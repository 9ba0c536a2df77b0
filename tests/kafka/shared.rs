//! The one cluster of three brokers in racks a, b, c that the tests share, one test at a time.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request};
use klever::kafka::{Client, ConnectionSpec, SnapshotRequest, Transport};
use klever::lab::{Fixture, Lab, LabSpec};
use klever::model::{BrokerId, Cluster};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The cluster and a writer for it.
pub(crate) struct Shared {
    pub lab: Lab,
    pub fixture: Fixture,
}

/// Whether the person who runs the tests wants no Kafka; says so where it is heard.
pub(crate) fn skipped() -> bool {
    let skip = std::env::var_os("KLEVER_SKIP_KAFKA").is_some_and(|value| value == "1");
    if skip {
        // Not eprintln: the test harness swallows what passing tests print.
        let _ =
            writeln!(io::stderr(), "SKIPPED: KLEVER_SKIP_KAFKA=1, nothing was checked against real Kafka");
    }
    skip
}

/// A lab, or a failure that says what is missing.
pub(crate) fn start(spec: LabSpec) -> Lab {
    run_as_klever();
    Lab::start(spec).unwrap_or_else(|error| panic!("no Kafka to test against: {error}"))
}

/// This program cannot be run again as klever's librdkafka process.
pub(crate) fn run_as_klever() {
    klever::kafka::run_as(env!("CARGO_BIN_EXE_klever"));
}

/// The cluster, all brokers up. Its processes end with this test process: see `klever::lab`.
pub(crate) fn cluster() -> MutexGuard<'static, Shared> {
    static SHARED: OnceLock<Mutex<Shared>> = OnceLock::new();
    let both = || {
        let spec = LabSpec::brokers(3)
            .with("group.initial.rebalance.delay.ms", "0")
            .with("auto.create.topics.enable", "true")
            .with("broker.session.timeout.ms", "6000");
        let lab = start(spec);
        let fixture = Fixture::new(&lab.bootstrap()).unwrap();
        Mutex::new(Shared { lab, fixture })
    };
    SHARED.get_or_init(both).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connected client.
pub(crate) fn connect(bootstrap: &str) -> Client {
    Client::connect(&ConnectionSpec::plaintext(bootstrap).unwrap()).unwrap()
}

/// A client that is connected with this transport.
pub(crate) fn connect_over(transport: Transport, bootstrap: &str) -> Client {
    let spec = ConnectionSpec::plaintext(bootstrap).unwrap();
    Client::connect(&spec.with_transport(Some(transport))).unwrap()
}

/// A whole snapshot.
pub(crate) fn snapshot(client: &Client) -> Arc<Cluster> {
    client.snapshot(&SnapshotRequest::everything()).unwrap()
}

/// Snapshots until one satisfies a condition.
pub(crate) fn eventually(client: &Client, what: &str, holds: impl Fn(&Cluster) -> bool) -> Arc<Cluster> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let request = SnapshotRequest { timeout: Duration::from_secs(2), ..SnapshotRequest::everything() };
        let cluster = client.snapshot(&request).unwrap();
        if holds(&cluster) {
            return cluster;
        }
        assert!(Instant::now() < until, "never saw: {what}\n{:?}", cluster.brokers);
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Replica lists of a topic in which each of three brokers leads in turn.
pub(crate) fn spread(partitions: i32, copies: i32) -> Vec<Vec<BrokerId>> {
    (0..partitions).map(|p| (0..copies).map(|copy| BrokerId((p + copy) % 3 + 1)).collect()).collect()
}

/// What a broker on this port of loopback answers to a request that klever itself cannot spell.
pub(crate) fn ask<R: Request>(port: u16, request: &R, version: i16) -> R::Response {
    let mut frame = BytesMut::new();
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(1);
    header.encode(&mut frame, R::header_version(version)).unwrap();
    request.encode(&mut frame, version).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(&(frame.len() as u32).to_be_bytes()).unwrap();
    stream.write_all(&frame).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    let mut answer = Bytes::from(answer);
    ResponseHeader::decode(&mut answer, R::Response::header_version(version)).unwrap();
    R::Response::decode(&mut answer, version).unwrap()
}
