//! librdkafka as safe functions with owned values: the only place with `unsafe`.

mod configs;
mod ffi;
mod groups;
mod handle;
mod metadata;
mod offsets;
mod queue;
mod text;

pub use configs::{ResourceConfig, ResourceKind, describe_configs};
pub use groups::{
    Described, Listed, MemberFacts, describe_consumer_group, list_consumer_groups, list_groups,
};
pub use handle::{Handle, blocking, library_version};
pub use metadata::{Metadata, TopicFacts, describe_cluster, metadata};
#[cfg(test)]
pub use metadata::{NodeFacts, PartitionFacts};
pub use offsets::{End, OffsetFact, group_offsets, list_offsets};
pub use queue::{AdminQueue, Limits};
