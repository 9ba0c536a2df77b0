//! The producer against a small broker that follows §2.13.

mod batching;
mod blocking;
mod idempotence;
mod properties;
mod retries;
mod rig;
