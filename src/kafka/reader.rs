//! The reads that make up a snapshot, each by the client that can do it.

#[cfg(feature = "librdkafka")]
use crate::kafka::librdkafka::Process;
#[cfg(not(feature = "librdkafka"))]
use crate::kafka::no_librdkafka::Process;
use crate::kafka::reads::{CallResult, Metadata, ReadAnswer, ReadKind, ReadTargets};
use crate::kafka::{CallError, ConnectError, ConnectionSpec, raw};
use std::time::Duration;
use tokio::sync::watch;

/// What reads a cluster.
pub struct Reader {
    process: Process,
    spec: ConnectionSpec,
    timeout: Duration,
}

impl Reader {
    /// Prepares a connection; nothing is sent yet. `timeout` bounds each call but the first Metadata.
    ///
    /// # Errors
    /// When the client library refuses a property, or its process cannot be started.
    pub fn open(spec: &ConnectionSpec, timeout: Duration) -> Result<Reader, ConnectError> {
        Ok(Reader { process: Process::open(spec)?, spec: spec.clone(), timeout })
    }

    /// Why the client library's process ended, each time that it did; another is started by itself.
    pub fn process_ends(&self) -> watch::Receiver<Option<String>> {
        self.process.ends()
    }

    /// Reads one kind of state; a failure says which and why.
    ///
    /// # Errors
    /// When nothing was learnt about the cluster, because the client library's process ended.
    pub async fn read(&self, kind: ReadKind, targets: &ReadTargets) -> Result<ReadAnswer, CallError> {
        match kind {
            ReadKind::Metadata => Ok(ReadAnswer::Metadata(self.metadata(self.timeout).await)),
            ReadKind::Raw => {
                Ok(ReadAnswer::Raw(Box::new(raw::read(&self.spec, targets, self.timeout).await)))
            }
            _ => self.process.read(kind, targets, self.timeout).await,
        }
    }

    /// All topics. Fails early when no broker can be reached. Asks once more where the process ended meanwhile: without
    /// Metadata nothing can be read.
    pub async fn metadata(&self, timeout: Duration) -> CallResult<Metadata> {
        match self.metadata_once(timeout).await {
            Err(error) if error.is_process_end() => self.metadata_once(timeout).await,
            answer => answer,
        }
    }

    async fn metadata_once(&self, timeout: Duration) -> CallResult<Metadata> {
        match self.process.read(ReadKind::Metadata, &ReadTargets::default(), timeout).await? {
            ReadAnswer::Metadata(answer) => answer,
            _ => Err(CallError::new("Metadata was answered by something else")),
        }
    }
}
