//! A consumer group's coordinator, classic protocol (§2.16).
//!
//! `Group::new(GroupSettings)`, then `step(now, GroupInput, &mut Vec<GroupOutput>)`.

mod io;
mod settings;

pub use io::{
    GroupInput, GroupOutput, GroupReply, GroupRequest, MemberId, OffsetsPartition, PartitionOffset,
};
pub use settings::GroupSettings;
