//! Real local Kafka clusters with faults, started and ended by klever.
//!
//! Brokers are Java processes on loopback, from the artifacts of `assets/kafka/pom.xml` or `KAFKA_HOME`.
//! Each node's `java` is the child of a small `sh` that waits for the end of its standard input: when klever
//! ends in whatever way, the kernel closes that pipe, and the shell kills its node and removes the lab's
//! folder. That needs no `unsafe`, works on every Unix and survives a SIGKILL of klever.

mod acts;
mod cluster;
mod driver;
mod error;
mod faults;
mod fixture;
mod jars;
pub mod journal;
mod link;
mod network;
mod node;
mod observer;
mod pacer;
mod play;
pub mod segment;
mod settings;
mod stage;
mod tally;

pub use acts::not_on_brokers;
pub use cluster::Lab;
pub use error::LabError;
pub use faults::Taken;
pub use fixture::{Acked, Fixture, Member};
pub use jars::{JARS_VERSION, find_jars};
pub use link::{ApiCall, Links};
pub use network::{End, Network, Way};
pub use play::{LabRun, run};
pub use settings::{Controllers, LabSpec};
