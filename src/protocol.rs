//! Kafka's rules as pure state machines: no clock, no I/O; time and messages come in, messages go out.
//!
//! A machine is stepped with `(now, input)` and pushes what it wants done; [`crate::sim`] gives it
//! virtual time, a network and disks. `kafka.md` in comments is `assets/docs/kafka.md`, the
//! rules of Kafka with their sources; Kafka's own class stands beside each rule.

pub mod broker;
mod client;
pub mod consumer;
pub mod controller;
pub mod follower;
pub mod group;
pub mod idempotence;
pub mod isr;
pub mod leader;
pub mod life;
pub mod log;
pub mod messages;
pub mod producer;
pub mod profile;
pub mod purgatory;
pub mod session;
pub mod storage;
pub mod timers;
pub mod wire;
