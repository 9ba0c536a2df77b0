//! Kafka's rules as pure state machines: no clock, no I/O; time and messages come in, messages go out.
//!
//! A machine is stepped with `(now, input)` and pushes what it wants done; [`crate::sim`] gives it
//! virtual time, a network and disks. `kafka.md` in comments is `assets/docs/kafka.md`, the
//! rules of Kafka with their sources; Kafka's own class stands beside each rule.

pub(crate) mod broker;
pub(crate) mod broker_lifecycle;
pub(crate) mod client;
pub(crate) mod compaction;
pub(crate) mod consumer;
pub mod controller;
pub(crate) mod fetch_session;
pub(crate) mod follower;
pub(crate) mod group;
pub(crate) mod intervals;
pub(crate) mod isr;
pub(crate) mod leader;
pub(crate) mod log;
pub(crate) mod messages;
pub(crate) mod producer;
pub(crate) mod producer_state;
pub mod profile;
pub(crate) mod purgatory;
pub(crate) mod segments;
pub(crate) mod storage;
pub(crate) mod timers;
pub(crate) mod transaction;
pub(crate) mod transaction_index;
pub mod wire;
