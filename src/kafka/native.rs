//! librdkafka as safe functions with owned values: the only place with `unsafe`.

mod configs;
mod ffi;
mod groups;
mod handle;
mod metadata;
mod offsets;
mod property;
mod queue;
mod text;

pub(super) use configs::{ResourceConfig, ResourceKind, describe_configs};
pub(super) use groups::{
    GroupDescription, GroupListing, MemberDescription, describe_consumer_group, list_consumer_groups,
    list_groups,
};
pub use handle::library_version;
pub(super) use handle::{Handle, blocking};
pub use metadata::Metadata;
#[cfg(test)]
pub(super) use metadata::{Node, PartitionMetadata, TopicMetadata};
pub(super) use metadata::{describe_cluster, metadata};
pub(super) use offsets::{OffsetSpec, PartitionOffset, group_offsets, list_offsets};
pub(super) use property::refused_property;
pub(super) use queue::{AdminQueue, CallLimits};
