//! One librdkafka handle: a consumer without a group, the thread that serves it, and what it complained about.
#![allow(unsafe_code)]

use super::ffi;
use crate::kafka::journal::{Journal, Severity};
use crate::kafka::{CallError, ConnectError, ConnectionSpec};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{ClientContext, Statistics};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long one wait of the serving thread lasts; it also bounds how late it notices that it should end.
const SERVE_WAIT: Duration = Duration::from_millis(200);

/// Receives librdkafka's logs and errors and writes them to the journal, never to the screen.
struct Watch {
    journal: Arc<Journal>,
}

impl ClientContext for Watch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let severity = match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => Severity::Error,
            RDKafkaLogLevel::Warning => Severity::Warning,
            _ => Severity::Info,
        };
        self.journal.log(severity, &format!("{facility} {message}"));
    }

    fn stats(&self, _statistics: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        let all_down = error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown);
        self.journal.error(reason, all_down);
    }
}

impl ConsumerContext for Watch {}

/// The handle. Dropping it never waits: the serving thread owns the last reference and ends by itself.
pub struct Handle {
    consumer: Arc<BaseConsumer<Watch>>,
    stop: Arc<AtomicBool>,
    journal: Arc<Journal>,
}

impl Handle {
    /// Creates the handle and starts its serving thread. Nothing is sent yet.
    ///
    /// # Errors
    /// When librdkafka refuses a property; the message names the property, never its value.
    pub fn open(spec: &ConnectionSpec) -> Result<Handle, ConnectError> {
        let journal = Arc::new(Journal::new(spec.secrets()));
        let mut config = ClientConfig::new();
        config.extend(spec.native_properties());
        config.set_log_level(RDKafkaLogLevel::Warning);
        let watch = Watch { journal: journal.clone() };
        let consumer: BaseConsumer<Watch> =
            config.create_with_context(watch).map_err(|error| refused(&error, &journal))?;
        let handle = Handle { consumer: Arc::new(consumer), stop: Arc::new(AtomicBool::new(false)), journal };
        handle.serve()?;
        Ok(handle)
    }

    /// What librdkafka said so far.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// The C handle; lives as long as `self`.
    pub fn rk(&self) -> *mut ffi::Rk {
        self.consumer.client().native_ptr().cast()
    }

    /// The cluster's id as every Metadata answer carries it; `None` when the cluster has none or did not answer.
    pub fn cluster_id(&self, timeout: Duration) -> Option<String> {
        self.consumer.client().fetch_cluster_id(timeout)
    }

    /// Polling is what makes librdkafka deliver logs, errors and token refreshes.
    fn serve(&self) -> Result<(), ConnectError> {
        let (consumer, stop) = (self.consumer.clone(), self.stop.clone());
        let work = move || {
            while !stop.load(Ordering::Acquire) {
                let _ = consumer.poll(SERVE_WAIT);
            }
        };
        let thread = thread::Builder::new().name("kafka-serve".into()).spawn(work);
        thread.map(drop).map_err(|error| ConnectError::new(format!("cannot start a thread: {error}")))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// A property that librdkafka refused, without its value.
fn refused(error: &KafkaError, journal: &Journal) -> ConnectError {
    match error {
        KafkaError::ClientConfig(_, description, key, _) => {
            let why = if super::super::properties::is_secret(key) { "" } else { description };
            ConnectError::new(format!("the Kafka client refuses property {key}: {}", journal.scrub(why)))
        }
        KafkaError::ClientCreation(description) => ConnectError::new(format!(
            "the Kafka client refuses these properties: {}",
            journal.scrub(description)
        )),
        _ => ConnectError::new("the Kafka client could not be created".to_string()),
    }
}

/// Runs a blocking call of librdkafka on a thread of its own; the handle lives until it returns.
pub(crate) fn blocking<T: Send + 'static, C>(
    handle: &Arc<Handle>,
    call: C,
) -> impl Future<Output = Result<T, CallError>> + Send + 'static + use<T, C>
where
    C: FnOnce(&Handle) -> Result<T, CallError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let handle = handle.clone();
    let work = move || {
        let _ = sender.send(call(&handle));
    };
    // A thread that cannot start drops the sender, which the receiver sees as a closed client.
    let _ = thread::Builder::new().name("kafka-wait".into()).spawn(work);
    async move { receiver.await.unwrap_or_else(|_| Err(CallError::closed())) }
}

/// The version of the linked librdkafka, as `0xMMmmrrxx`.
pub fn library_version() -> i32 {
    // SAFETY: takes nothing and returns a constant.
    unsafe { ffi::rd_kafka_version() }
}
