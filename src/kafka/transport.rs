//! The two ways to a cluster behind one reader: klever's own connections, and librdkafka.

use crate::kafka::native::Metadata;
use crate::kafka::reader::LibrdkafkaReader;
use crate::kafka::reads::{CallResult, ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::wire::{ConnectionState, WireReader};
use crate::kafka::{ConnectError, ConnectionSpec, Transport};
use std::time::Duration;

/// What the reads of a cluster go through.
pub struct Reader(Connections);

enum Connections {
    Wire(Box<WireReader>),
    Librdkafka(LibrdkafkaReader),
}

impl Reader {
    /// Prepares the connections; nothing is sent yet. `timeout` bounds each read but the first Metadata.
    ///
    /// # Errors
    /// When a property is refused, or the transport that was asked for cannot do what the properties ask for.
    pub fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Reader, ConnectError> {
        Ok(Reader(match transport_of(spec)? {
            Transport::Wire => Connections::Wire(Box::new(WireReader::open(spec, timeout)?)),
            Transport::Librdkafka => Connections::Librdkafka(LibrdkafkaReader::open(spec, timeout)?),
        }))
    }

    /// Which transport it is.
    pub fn transport(&self) -> Transport {
        match &self.0 {
            Connections::Wire(_) => Transport::Wire,
            Connections::Librdkafka(_) => Transport::Librdkafka,
        }
    }

    /// Reads one kind of state; a failure says which and why.
    pub async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> ReadAnswer {
        match &self.0 {
            Connections::Wire(reader) => reader.read(kind, targets).await,
            Connections::Librdkafka(reader) => reader.read(kind, targets).await,
        }
    }

    /// All topics. Fails early when no broker can be reached.
    pub(super) async fn metadata(&self, timeout: Duration) -> CallResult<Metadata> {
        match &self.0 {
            Connections::Wire(reader) => reader.metadata(timeout).await,
            Connections::Librdkafka(reader) => reader.metadata(timeout).await,
        }
    }

    /// What is known of the way to each broker, by `HOST:PORT`; nothing over librdkafka, which does not tell.
    pub fn connections(&self) -> Vec<(String, ConnectionState)> {
        match &self.0 {
            Connections::Wire(reader) => reader.connections(),
            Connections::Librdkafka(_) => Vec::new(),
        }
    }
}

/// klever's own connections wherever they can get in.
fn transport_of(spec: &ConnectionSpec) -> Result<Transport, ConnectError> {
    match spec.transport() {
        Some(Transport::Wire) if !spec.is_plaintext() => {
            Err(ConnectError::new("the transport wire speaks neither TLS nor SASL yet")
                .with_hint("leave --transport out, or give --transport librdkafka"))
        }
        Some(transport) => Ok(transport),
        None if spec.is_plaintext() => Ok(Transport::Wire),
        None => Ok(Transport::Librdkafka),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_none_is_refused_over_either_transport() {
        for transport in [Transport::Wire, Transport::Librdkafka] {
            let properties = "socket.connection.setup.timeout.ms=soon";
            let spec = ConnectionSpec::from_parts(Some("127.0.0.1:1"), properties, &[]).unwrap();
            let opened = Reader::open(&spec.with_transport(Some(transport)), Duration::from_secs(1));
            let error = opened.map(|_| ()).unwrap_err();
            assert!(error.message.contains("socket.connection.setup.timeout.ms"), "{error}");
        }
    }

    fn transport(protocol: &str, asked: Option<Transport>) -> Result<Transport, ConnectError> {
        let properties = format!("security.protocol={protocol}");
        let spec = ConnectionSpec::from_parts(Some("127.0.0.1:1"), &properties, &[]).unwrap();
        transport_of(&spec.with_transport(asked))
    }

    #[test]
    fn klevers_own_connections_are_taken_wherever_they_get_in() {
        assert_eq!(transport("PLAINTEXT", None), Ok(Transport::Wire));
        assert_eq!(transport("SSL", None), Ok(Transport::Librdkafka));
        assert_eq!(transport("PLAINTEXT", Some(Transport::Librdkafka)), Ok(Transport::Librdkafka));
        assert!(transport("SSL", Some(Transport::Wire)).is_err_and(|error| error.hint.is_some()));
    }
}
