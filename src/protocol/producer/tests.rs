//! The producer against a small broker that follows kafka.md#idempotence.

mod batching;
mod blocking;
mod idempotence;
mod keys;
mod properties;
mod retries;
mod rig;
mod throttling;
