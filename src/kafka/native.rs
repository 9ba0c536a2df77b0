//! librdkafka as safe functions with owned values: the only place with `unsafe`.

mod configs;
mod ffi;
mod groups;
mod handle;
mod metadata;
mod offsets;
mod queue;
mod text;

pub(super) use configs::{ResourceConfig, ResourceKind, describe_configs};
pub(super) use groups::{
    Described, Listed, MemberFacts, describe_consumer_group, list_consumer_groups, list_groups,
};
pub use handle::library_version;
pub(super) use handle::{Handle, blocking};
pub use metadata::Metadata;
pub(super) use metadata::{TopicFacts, describe_cluster, metadata};
#[cfg(test)]
pub(super) use metadata::{NodeFacts, PartitionFacts};
pub(super) use offsets::{End, OffsetFact, group_offsets, list_offsets};
pub(super) use queue::{AdminQueue, Limits};
