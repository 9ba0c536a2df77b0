//! Probes against a broker that answers, takes its time, says nothing, is gone and is back.

use super::*;
use crate::kafka::reads::Node;
use crate::kafka::wire::probe::BrokerReport;
use crate::model::BrokerId;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};

/// Nothing is answered.
const FOR_EVER: u64 = u64::MAX;

/// A broker that takes so long over an answer; dropping it closes everything.
struct FakeBroker {
    port: u16,
    delay_ms: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl FakeBroker {
    async fn start(port: u16) -> FakeBroker {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let delay_ms = Arc::new(AtomicU64::new(0));
        let delay = delay_ms.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, delay.clone()));
            }
        });
        FakeBroker { port, delay_ms, task }
    }

    fn take(&self, ms: u64) {
        self.delay_ms.store(ms, Ordering::Relaxed);
    }

    fn node(&self) -> Node {
        Node { id: BrokerId(7), host: "127.0.0.1".into(), port: self.port }
    }

    async fn end(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn serve(mut stream: TcpStream, delay_ms: Arc<AtomicU64>) {
    while let Some(request) = Request::read(&mut stream).await {
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(delay_ms.load(Ordering::Relaxed)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let answer = request.same(&versions(&[ApiKey::ApiVersions, ApiKey::ListGroups]));
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// The words of what is told until this one.
async fn told_until(reports: &mut UnboundedReceiver<BrokerReport>, last: &str) -> Vec<&'static str> {
    let mut told = Vec::new();
    while told.last() != Some(&last) {
        let report = tokio::time::timeout(Duration::from_secs(60), reports.recv()).await;
        let (broker, state) = report.unwrap_or_else(|_| panic!("{last} was not told: {told:?}")).unwrap();
        assert_eq!(broker, BrokerId(7));
        told.push(word(&state));
    }
    told
}

fn word(state: &ConnectionState) -> &'static str {
    match state {
        ConnectionState::Connected => "connected",
        ConnectionState::NotTried => "not tried",
        ConnectionState::Slow => "slow",
        ConnectionState::Silent => "silent",
        ConnectionState::Refused(_) => "refused",
    }
}

fn wire_reader() -> WireReader {
    let spec = ConnectionSpec::plaintext("127.0.0.1:1").unwrap();
    WireReader::open(&spec, Security::default(), Duration::from_secs(20)).unwrap()
}

#[test]
fn a_probe_tells_at_once_when_a_broker_is_slow_silent_gone_and_back() {
    on_runtime(async {
        let broker = FakeBroker::start(0).await;
        let (reader, (sender, mut reports)) = (wire_reader(), unbounded_channel());
        let mut probes = reader.probes(sender);
        let node = broker.node();
        probes.follow(std::slice::from_ref(&node));
        assert_eq!(told_until(&mut reports, "connected").await, ["connected"]);

        broker.take(1_300);
        assert_eq!(told_until(&mut reports, "slow").await, ["slow"]);
        broker.take(0);
        assert_eq!(told_until(&mut reports, "connected").await, ["connected"]);

        broker.take(FOR_EVER);
        assert_eq!(told_until(&mut reports, "silent").await, ["slow", "silent"]);
        broker.take(0);
        let back = told_until(&mut reports, "connected").await;
        assert!(matches!(&*back, ["connected"] | ["slow", "connected"]), "{back:?}");

        let port = broker.port;
        broker.end().await;
        assert_eq!(told_until(&mut reports, "refused").await, ["refused"]);
        let _again = FakeBroker::start(port).await;
        assert_eq!(told_until(&mut reports, "connected").await, ["connected"]);

        assert!(reader.requests_sent() > 5, "the meter counts them");
        let own = Address { host: node.host, port: node.port };
        assert_eq!(reader.state_of(&own), ConnectionState::Connected);
        probes.follow(&[]);
        assert_eq!(reader.state_of(&own), ConnectionState::NotTried, "nobody probes it any more");
    });
}

/// What any broker can answer is asked of one that answers, and not of the first.
#[test]
fn a_broker_that_is_known_to_be_silent_is_asked_last() {
    on_runtime(async {
        let silent = FakeBroker::start(0).await;
        silent.take(FOR_EVER);
        let alive = FakeBroker::start(0).await;
        let (reader, (sender, mut reports)) = (wire_reader(), unbounded_channel());
        let mut probes = reader.probes(sender);
        probes.follow(&[silent.node()]);
        told_until(&mut reports, "silent").await;
        let nodes = vec![silent.node(), Node { id: BrokerId(8), ..alive.node() }];
        let metadata = crate::kafka::reads::Metadata { nodes, topics: Vec::new() };
        let targets = ReadTargets { metadata: Arc::new(metadata), ..ReadTargets::default() };
        let asked = reader.candidates(&targets, crate::kafka::wire::reader::Lane::Controller, 0);
        let ports: Vec<u16> = asked.iter().map(|link| link.address().port).collect();
        assert_eq!(ports, [alive.port, silent.port]);
    });
}
