//! klever's own connections to brokers: requests that read and nothing else, a decoder that believes no length, one
//! connection a broker over any stream, and what a failure to get in is called.
//!
//! ```text
//!  probe (whether a broker answers, once a second) -> dial
//!  reader (what a snapshot needs) -> broker_link (a broker: connection, pauses, state) -> dial -> connection -> frame
//!  messages (requests and answers) -> decoder, encoder;  api: the closed list of requests
//!  dial, diagnosis (doctor) -> security, tls, sasl, exchange (how klever gets in)
//! ```

mod api;
mod broker_link;
mod concurrent;
mod connection;
mod decoder;
mod diagnosis;
mod dial;
mod encoder;
mod entry;
mod error_codes;
mod exchange;
mod failure;
mod frame;
mod group_reads;
mod messages;
mod peer;
mod probe;
mod reader;
mod sasl;
mod secret;
mod security;
mod sent_requests;
mod state_reads;
#[cfg(test)]
mod test_keys;
#[cfg(test)]
mod tests;
mod tls;
mod transaction_reads;

pub use broker_link::ConnectionState;
pub use diagnosis::{Diagnosis, Outcome, Rung, diagnose};
pub use entry::Step;
#[cfg(fuzzing)]
pub(super) use messages::read_as_any_answer;
pub use probe::BrokerReport;
pub(super) use probe::WireProbes;
pub(super) use reader::WireReader;
pub(super) use security::Security;
pub use security::SecurityError;
#[cfg(feature = "librdkafka")]
pub(super) use security::java_stores;
pub use sent_requests::{SentRequest, sent_requests};
