//! The reading requests and what their answers hold: a small schema each, straight into klever's own types.

#[cfg(any(test, fuzzing))]
mod any_answer;
mod api_versions;
mod cluster;
mod configs;
mod consumer_groups;
mod coordinators;
mod groups;
mod list_offsets;
mod log_dirs;
mod metadata;
mod offset_fetch;
mod quorum;
mod topic_partitions;

#[cfg(fuzzing)]
pub(in crate::kafka) use any_answer::read_as_any_answer;
pub(super) use api_versions::{ApiVersions, BrokerVersions};
pub(super) use cluster::{ClusterDescription, DescribeCluster};
pub(super) use configs::DescribeConfigs;
pub(super) use consumer_groups::DescribeConsumerGroups;
pub(super) use coordinators::{FindCoordinator, FindCoordinators};
pub(super) use groups::{DescribeGroups, ListGroups, ListedGroup};
pub(super) use list_offsets::ListOffsets;
pub(super) use log_dirs::DescribeLogDirs;
pub(super) use metadata::{ReadMetadata, TopicScope};
pub(super) use offset_fetch::{FetchOffsets, FetchOffsetsOfGroup};
pub(super) use quorum::{DescribeQuorum, QuorumState};
pub(super) use topic_partitions::DescribeTopicPartitions;

use super::decoder::{Decoded, Decoder};
use std::sync::Arc;

/// What an answer holds, or the error code in its place.
pub(super) type Coded<T> = Result<T, i16>;

/// What came with an error code.
fn coded<T>(code: i16, value: T) -> Coded<T> {
    if code == 0 { Ok(value) } else { Err(code) }
}

/// What stands for each partition, of answers that list partitions under the names of their topics.
fn by_topic<T>(
    answer: &mut Decoder<'_>,
    read: impl Fn(&mut Decoder<'_>, Arc<str>) -> Decoded<T>,
) -> Decoded<Vec<T>> {
    let mut all = Vec::new();
    answer.each(|topic| {
        let name = topic.name()?;
        topic.each(|partition| {
            all.push(read(partition, name.clone())?);
            Ok(())
        })?;
        topic.tags()
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests;
