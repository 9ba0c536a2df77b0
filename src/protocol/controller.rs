//! The controller: who is alive, who leads, who is in sync, and why it changed.
//!
//! [`Controller`] is the whole machine; [`partition_change`] the one rule that every event goes through;
//! [`what_if`] the same rule as questions about one partition; [`replay`] holds it against the log of a
//! real controller. Under [`crate::protocol::profile::Profile::zookeeper`] a broker serves from its
//! registration on and switching unclean election on acts at once.

pub(crate) mod alter_partition;
pub(crate) mod brokers;
pub(crate) mod elections;
pub(crate) mod heartbeats;
pub(crate) mod image;
pub(crate) mod machine;
pub(crate) mod messages;
pub(crate) mod partition_change;
pub mod partitions;
pub mod quorum;
pub mod replay;
pub(crate) mod topics;
pub(crate) mod what_if;

pub use image::Image;
pub use machine::{Controller, ControllerSettings};
pub use messages::{
    Cause, ControllerInput, ControllerOutput, ControllerResult, DirectoryId, Heartbeat, MetadataBatch,
    MetadataRecord, Placement, Registration, TopicConfig,
};
pub use partition_change::{Elected, Election};
