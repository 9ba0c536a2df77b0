//! klever's own connections to brokers: requests that read and nothing else, a decoder that believes no length, one
//! connection a broker over any stream.
//!
//! ```text
//!  reader (what a snapshot needs) -> broker_link (a broker: connection, pauses, state) -> dial -> connection -> frame
//!  messages (requests and answers) -> decoder, encoder;  api: the closed list of requests
//! ```

mod api;
mod authentication;
mod broker_link;
mod concurrent;
mod connection;
mod decoder;
mod dial;
mod encoder;
mod error_codes;
mod failure;
mod frame;
mod group_reads;
mod messages;
mod reader;
mod state_reads;
#[cfg(test)]
mod tests;

pub use broker_link::ConnectionState;
pub(super) use reader::WireReader;
