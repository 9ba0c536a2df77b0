//! One librdkafka handle: a consumer without a group, the thread that serves it, and what it reports of its connections.
#![allow(unsafe_code)]

use super::ffi;
use super::health::ConnectionHealth;
use crate::kafka::secrets::Secrets;
use crate::kafka::{CallError, ConnectError, properties};
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

/// Hears librdkafka's errors. Its log goes nowhere: the screen is drawn on the same terminal.
struct HealthContext {
    health: Arc<ConnectionHealth>,
}

impl ClientContext for HealthContext {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn stats(&self, _statistics: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AllBrokersDown) => self.health.all_brokers_went_down(),
            _ => self.health.error(reason),
        }
    }
}

impl ConsumerContext for HealthContext {}

/// The handle. Dropping it never waits: the serving thread owns the last reference and ends by itself.
pub(super) struct Handle {
    consumer: Arc<BaseConsumer<HealthContext>>,
    stop: Arc<AtomicBool>,
    health: Arc<ConnectionHealth>,
}

impl Handle {
    /// Creates the handle and starts its serving thread. Nothing is sent yet.
    ///
    /// # Errors
    /// When librdkafka refuses a property; the message names the property, never its value.
    pub(super) fn open(properties: Vec<(String, String)>, secrets: Secrets) -> Result<Handle, ConnectError> {
        let health = Arc::new(ConnectionHealth::new(secrets));
        let mut config = ClientConfig::new();
        config.extend(properties);
        config.set_log_level(RDKafkaLogLevel::Warning);
        let context = HealthContext { health: health.clone() };
        let consumer: BaseConsumer<HealthContext> =
            config.create_with_context(context).map_err(|error| refused(&error, &health))?;
        let handle = Handle { consumer: Arc::new(consumer), stop: Arc::new(AtomicBool::new(false)), health };
        handle.serve()?;
        Ok(handle)
    }

    pub(super) fn health(&self) -> &Arc<ConnectionHealth> {
        &self.health
    }

    /// The C handle; lives as long as `self`.
    pub(super) fn rk(&self) -> *mut ffi::Rk {
        self.consumer.client().native_ptr().cast()
    }

    /// The cluster's id as every Metadata answer carries it; `None` when the cluster has none or did not answer.
    pub(super) fn cluster_id(&self, timeout: Duration) -> Option<String> {
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

/// What librdkafka says about a property, or about all of them together, without secrets.
fn refused(error: &KafkaError, health: &ConnectionHealth) -> ConnectError {
    match error {
        KafkaError::ClientConfig(_, description, key, _) => {
            let why = if properties::is_secret(key) { "" } else { description };
            ConnectError::new(format!("the Kafka client refuses property {key}: {}", health.mask(why)))
                .of_properties()
        }
        KafkaError::ClientCreation(description) => {
            let why = health.mask(description);
            ConnectError::new(format!("the Kafka client refuses these properties: {why}")).of_properties()
        }
        _ => ConnectError::new("the Kafka client could not be created".to_string()),
    }
}

/// Runs a blocking call of librdkafka on a thread of its own; the handle lives until it returns.
pub(super) fn blocking<T: Send + 'static, C>(
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
