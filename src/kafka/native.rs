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
    GroupDescription, GroupListing, MemberDescription, describe_consumer_group, list_consumer_groups,
    list_groups,
};
pub use handle::library_version;
pub(super) use handle::{Handle, blocking};
pub use metadata::Metadata;
pub(super) use metadata::{Node, PartitionMetadata, TopicMetadata, describe_cluster, metadata};
pub(super) use offsets::{OffsetSpec, PartitionOffset, group_offsets, list_offsets};
pub(super) use queue::{AdminQueue, CallLimits};
