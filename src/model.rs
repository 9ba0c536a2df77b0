//! The vocabulary of the whole program: a Kafka cluster as values, with what is not known marked as such.

mod client_step;
mod clients;
mod cluster;
mod completeness;
mod config;
mod datum;
mod group;
mod group_lag;
mod host;
mod ids;
mod keys;
mod open_transaction;
mod partitions;
mod placement;
mod quorum;
mod quorum_state;
mod reassignment;
mod replica_lists;
mod schema;
mod text;
mod time_line;
mod units;
mod version;
mod zookeeper;

pub use client_step::ClientStep;
pub(crate) use clients::is_unlimited;
pub use clients::{Assumptions, ClientProfile, Environment, Load, Machine, Net, OnPoison};
pub use cluster::{Broker, BrokerStatus, Cluster, Features, Topic};
pub use completeness::{Completeness, complete_because};
pub use config::{ConfigEntry, ConfigMap, ConfigSource};
pub use datum::{Datum, Origin, Unknown};
pub use group::{Group, GroupOffset, GroupState, Lag, Member};
pub use host::{Host, LogFolder, Mount};
pub use ids::{BrokerId, PartitionIx, TopicIx, id_list};
pub use keys::{KeySpread, Keys};
pub use open_transaction::{NamedTransaction, OpenProducer, OpenTransaction};
pub use partitions::{PartitionRow, PartitionView, Partitions};
pub use placement::{Candidate, Start, next_replica, place, rack_name};
pub use quorum::Quorum;
pub use quorum_state::{QuorumState, led_by_none_of};
pub use reassignment::Reassignment;
pub use replica_lists::ReplicaLists;
pub use schema::{Compatibility, Schema, SchemaChange, Unreadable};
pub use text::wrap;
pub use time_line::{Mark, MarkKind, Sample};
pub use units::{
    MS, Millis, Nanos, SECOND, about, human_bytes, human_count, human_duration_ms, plural, plural_noun,
};
pub use version::KafkaVersion;
pub use zookeeper::ZooKeeperServer;
