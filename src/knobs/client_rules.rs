//! How a client's settings combine, and what Kafka's own client refuses to start with. `tests/lab` holds it against that
//! client.

mod addresses;
mod consumer;
mod interceptors;
mod jaas;
mod producer;
mod security;
mod settings;

pub use consumer::{
    GroupProtocol, auto_commit_of, consumer_conflicts, consumer_connects_later, consumer_errors,
    consumer_thread_errors, keys_not_taken,
};
pub use jaas::{is_jaas_entry, names_service};
pub use producer::{
    LIBRDKAFKA_PARTITIONER, LIBRDKAFKA_PARTITIONERS, acks_of, delivery_timeout_of, idempotence_of,
    producer_conflicts, producer_errors,
};

use crate::knobs::KeyScope;
use crate::model::ClientProfile;
use settings::Settings;

/// Whether a client starts only if its JVM has a login file, which its settings cannot say: it uses SASL, and
/// `sasl.jaas.config` is not set.
pub fn leaves_login_to_jvm(client: &ClientProfile, scope: KeyScope) -> bool {
    let settings = match scope {
        KeyScope::Producer => Settings::producer(client),
        _ => Settings::consumer(client),
    };
    security::leaves_login_to_jvm(settings)
}

/// What `enable.idempotence` comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Idempotence {
    On,
    /// Switched off by its own setting or by the version's default.
    Off,
    /// On by default, but silently switched off by this other setting.
    SilentlyOff(&'static str),
}
