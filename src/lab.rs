//! Real local Kafka clusters with faults, started and ended by klever.
//!
//! Brokers are Java processes on loopback, from the artifacts of `assets/kafka/pom.xml` or `KAFKA_HOME`.
//! Each node's `java` is the child of a small `sh` that waits for the end of its standard input: when klever
//! ends in whatever way, the kernel closes that pipe, the shell kills its node, and another shell removes the
//! lab's folder. That needs no `unsafe`, works on every Unix and survives a SIGKILL of klever.

mod acts;
mod blackhole;
pub(crate) mod client;
mod client_settings;
mod cluster;
pub mod conformance;
mod connection;
mod driver;
mod error;
mod faults;
mod fidelity;
mod fixture;
mod interruption;
mod jars;
pub(crate) mod journal;
mod link;
pub(crate) mod measures;
mod network;
mod node;
mod observer;
mod pacer;
mod playable;
mod process_times;
mod recorded_run;
mod run_report;
mod running_cluster;
mod scenario_cluster;
mod scenario_runner;
pub(crate) mod segment;
pub(crate) mod session;
mod settings;
mod sweeper;
mod tally;

pub use cluster::{Lab, free_ports};
pub use conformance::sentence;
pub use error::LabError;
pub use faults::LostBatches;
pub use fidelity::Fidelity;
pub use fixture::{Acked, Fixture, Member, OpenTransaction};
pub use interruption::Interruption;
pub use jars::{JARS_VERSION, find_client_jars, find_jars};
pub use link::{ApiCall, Calls, Links};
pub use measures::Measured;
pub use network::{End, Network, Way};
pub use playable::not_on_brokers;
pub use process_times::{ProcessTimesSeen, process_times};
pub use recorded_run::{RecordedRun, fingerprint};
pub use running_cluster::RunningCluster;
pub use scenario_runner::{Acknowledged, LabRun, run, run_with};
pub use settings::{ClientImplementation, Clients, Controllers, LabSpec, Listener};
