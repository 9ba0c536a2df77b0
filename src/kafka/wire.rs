//! klever's own connections to brokers: how they get in, and what a failure on the way is called.

mod diagnosis;
mod entry;
mod exchange;
mod peer;
mod sasl;
mod secret;
mod security;
#[cfg(test)]
mod test_keys;
mod tls;

pub use diagnosis::{Diagnosis, Outcome, Rung, diagnose};
pub use entry::Step;
pub use security::SecurityError;
pub(super) use security::java_stores;
