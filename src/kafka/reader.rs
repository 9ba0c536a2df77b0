//! The two ways to a cluster behind one reader: klever's own connections, and librdkafka in a process of its own.

#[cfg(feature = "librdkafka")]
use crate::kafka::librdkafka::Process;
#[cfg(not(feature = "librdkafka"))]
use crate::kafka::no_librdkafka::Process;
use crate::kafka::reads::{
    AclsRead, CallResult, Metadata, Node, OffsetSpec, RawReads, ReadAnswer, ReadKind, ReadTargets,
};
use crate::kafka::wire::{BrokerReport, ConnectionState, Security, SecurityError, WireProbes, WireReader};
use crate::kafka::{CallError, ConnectError, ConnectionSpec, Transport};
use crate::model::Unknown;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// Why four kinds of state are unknown.
const NOT_READ: &str = "librdkafka reads no features, no quorum, no ELR and no reassignments";

/// What the reads of a cluster go through.
pub struct Reader {
    connections: Connections,
    timeout: Duration,
}

/// Ask each broker once a second whether it is there. Dropping them ends that.
pub struct Probes {
    wire: Option<WireProbes>,
    /// Whoever waits for reports waits also where nobody probes.
    _reports: UnboundedSender<BrokerReport>,
}

impl Probes {
    /// Probes these brokers and no others from now on; to be called on a runtime.
    pub fn follow(&mut self, brokers: &[Node]) {
        if let Some(wire) = &mut self.wire {
            wire.follow(brokers);
        }
    }
}

enum Connections {
    Wire(Box<WireReader>),
    Librdkafka(Process),
}

impl Reader {
    /// Prepares the connections; nothing is sent yet. `timeout` bounds each read but the first Metadata.
    ///
    /// # Errors
    /// When a property is refused, a file that it names cannot be read, or the transport that was asked for cannot do
    /// what the properties ask for.
    pub fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Reader, ConnectError> {
        let connections = match wire_security(spec)? {
            Some(security) => Connections::Wire(Box::new(WireReader::open(spec, security, timeout)?)),
            None => Connections::Librdkafka(Process::open(spec)?),
        };
        Ok(Reader { connections, timeout })
    }

    /// Which transport it is.
    pub fn transport(&self) -> Transport {
        match &self.connections {
            Connections::Wire(_) => Transport::Wire,
            Connections::Librdkafka(_) => Transport::Librdkafka,
        }
    }

    /// Why the client library's process ended, each time that it did; another is started by itself. Closed where there
    /// is no such process.
    pub fn process_ends(&self) -> watch::Receiver<Option<String>> {
        match &self.connections {
            Connections::Wire(_) => watch::channel(None).1,
            Connections::Librdkafka(process) => process.ends(),
        }
    }

    /// Reads one kind of state; a failure says which and why.
    ///
    /// # Errors
    /// When nothing was learnt about the cluster, because the client library's process ended.
    pub async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> Result<ReadAnswer, CallError> {
        match (&self.connections, kind) {
            (_, ReadKind::Metadata) => Ok(ReadAnswer::Metadata(self.metadata(self.timeout).await)),
            (Connections::Wire(reader), _) => Ok(reader.read(kind, targets).await),
            (Connections::Librdkafka(_), ReadKind::Raw) => {
                let unknown = RawReads::unknown(Unknown::NotExposed(NOT_READ.into()));
                Ok(ReadAnswer::Raw(Box::new(unknown)))
            }
            (Connections::Librdkafka(_), ReadKind::Acls) => Ok(ReadAnswer::Acls(AclsRead::default())),
            (Connections::Librdkafka(_), ReadKind::LogDirs) => Ok(ReadAnswer::LogDirs(Vec::new())),
            (Connections::Librdkafka(_), ReadKind::LastStableOffsets) => {
                Ok(ReadAnswer::Offsets(OffsetSpec::LastStable, Vec::new()))
            }
            (Connections::Librdkafka(_), ReadKind::OpenTransactions) => {
                Ok(ReadAnswer::failed(kind, targets, &CallError::new("librdkafka reads no producers")))
            }
            (Connections::Librdkafka(_), ReadKind::LogEnds) => {
                Ok(ReadAnswer::Offsets(OffsetSpec::LogEnd, Vec::new()))
            }
            (Connections::Librdkafka(process), _) => process.read(kind, targets, self.timeout).await,
        }
    }

    /// All topics. Fails early when no broker can be reached.
    pub(super) async fn metadata(&self, timeout: Duration) -> CallResult<Metadata> {
        match &self.connections {
            Connections::Wire(reader) => reader.metadata(timeout).await,
            Connections::Librdkafka(process) => metadata_through(process, timeout).await,
        }
    }

    /// Requests that went out so far; librdkafka does not tell.
    pub fn requests_sent(&self) -> Option<u64> {
        match &self.connections {
            Connections::Wire(reader) => Some(reader.requests_sent()),
            Connections::Librdkafka(_) => None,
        }
    }

    /// Probes of brokers, and where they report; none over librdkafka, which asks by itself.
    pub fn probes(&self) -> (Probes, UnboundedReceiver<BrokerReport>) {
        let (reports, receiver) = unbounded_channel();
        let wire = match &self.connections {
            Connections::Wire(reader) => Some(reader.probes(reports.clone())),
            Connections::Librdkafka(_) => None,
        };
        (Probes { wire, _reports: reports }, receiver)
    }

    /// What is known of the way to each broker, by `HOST:PORT`; nothing over librdkafka, which does not tell.
    pub fn connections(&self) -> Vec<(String, ConnectionState)> {
        match &self.connections {
            Connections::Wire(reader) => reader.connections(),
            Connections::Librdkafka(_) => Vec::new(),
        }
    }
}

/// Asks once more where the process ended meanwhile: without Metadata nothing can be read.
async fn metadata_through(process: &Process, timeout: Duration) -> CallResult<Metadata> {
    match metadata_once(process, timeout).await {
        Err(error) if error.is_process_end() => metadata_once(process, timeout).await,
        answer => answer,
    }
}

async fn metadata_once(process: &Process, timeout: Duration) -> CallResult<Metadata> {
    match process.read(ReadKind::Metadata, &ReadTargets::default(), timeout).await? {
        ReadAnswer::Metadata(answer) => answer,
        _ => Err(CallError::new("Metadata was answered by something else")),
    }
}

/// What klever's own connections need, wherever they can get in; `None` where librdkafka is to be taken.
fn wire_security(spec: &ConnectionSpec) -> Result<Option<Security>, ConnectError> {
    match chosen_security(spec)? {
        None if !spec.tunnels().is_empty() => Err(ConnectError::new(
            "--map works with klever's own connections only, and these properties or --transport ask for librdkafka",
        )
        .of_properties()
        .with_hint("let the tunnel begin at the addresses that the brokers advertise")),
        security => Ok(security),
    }
}

fn chosen_security(spec: &ConnectionSpec) -> Result<Option<Security>, ConnectError> {
    if spec.transport() == Some(Transport::Librdkafka) {
        return Ok(None);
    }
    match (Security::of(spec), spec.transport()) {
        (Ok(security), _) => Ok(Some(security)),
        (Err(SecurityError::Wrong(error)), _) => Err(error),
        (Err(SecurityError::Unsupported(what)), Some(Transport::Wire)) => {
            Err(ConnectError::new(format!("klever's own connections do not do this: {what}"))
                .with_hint("leave --transport out, or give --transport librdkafka"))
        }
        (Err(SecurityError::Unsupported(_)), _) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wire(properties: &str, asked: Option<Transport>) -> Result<bool, ConnectError> {
        let spec = ConnectionSpec::from_parts(Some("127.0.0.1:1"), Some(("c", properties)), &[]).unwrap();
        wire_security(&spec.with_transport(asked)).map(|security| security.is_some())
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        let properties = "socket.connection.setup.timeout.ms=-5";
        let spec = ConnectionSpec::from_parts(Some("127.0.0.1:1"), Some(("c", properties)), &[]).unwrap();
        let opened = Reader::open(&spec.with_transport(Some(Transport::Wire)), Duration::from_secs(1));
        let error = opened.map(|_| ()).unwrap_err();
        assert!(
            error.message.starts_with("c:1: property socket.connection.setup.timeout.ms is no"),
            "{error}"
        );
        assert!(error.of_properties);
    }

    #[test]
    fn klevers_own_connections_are_taken_wherever_they_get_in() {
        let librdkafkas_own = "security.protocol=SSL\nssl.crl.location=/crl.pem\n";
        let plain = "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n\
                     sasl.username=u\nsasl.password=p\n";
        assert_eq!(is_wire("", None), Ok(true));
        assert_eq!(is_wire(plain, None), Ok(true));
        assert_eq!(is_wire(librdkafkas_own, None), Ok(false));
        assert_eq!(is_wire("", Some(Transport::Librdkafka)), Ok(false));
        assert!(is_wire(librdkafkas_own, Some(Transport::Wire)).is_err_and(|error| error.hint.is_some()));
    }

    #[test]
    fn a_map_that_would_be_left_out_is_refused() {
        let mapped = |transport| {
            let spec = ConnectionSpec::plaintext("b:1").unwrap().with_transport(transport);
            wire_security(&spec.with_map(&["b:1=127.0.0.1:2".into()]).unwrap())
                .map(|security| security.is_some())
        };
        assert_eq!(mapped(None), Ok(true));
        let error = mapped(Some(Transport::Librdkafka)).unwrap_err();
        assert!(error.of_properties && error.message.starts_with("--map works with"), "{error}");
    }
}
