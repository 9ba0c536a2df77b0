//! The reading requests and what their answers hold: a small schema each, straight into klever's own types.

mod acls;
#[cfg(any(test, fuzzing))]
mod any_answer;
mod api_versions;
mod cluster;
mod configs;
mod consumer_groups;
mod coordinators;
mod described_groups;
mod groups;
mod list_offsets;
mod log_dirs;
mod metadata;
mod offset_fetch;
mod quorum;
mod reassignments;
mod share_groups;
mod streams_groups;
mod topic_partitions;
mod transactions;

pub(super) use acls::{DescribeAcls, ResourceType};
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
pub(super) use reassignments::ListReassignments;
pub(super) use share_groups::{DescribeShareGroupOffsets, DescribeShareGroups};
pub(super) use streams_groups::DescribeStreamsGroups;
pub(super) use topic_partitions::DescribeTopicPartitions;
pub(super) use transactions::{
    DescribeProducers, DescribeTransactions, ListTransactions, PartitionProducers,
};

use super::api::{Api, ReadRequest};
use super::decoder::{Decoded, Decoder};
use std::sync::Arc;

/// What an answer holds, or the error code in its place.
pub(super) type Coded<T> = Result<T, i16>;

/// Every request with the first and the last version in which it is sent; some kinds have one for old brokers, too.
pub(super) fn sent_versions() -> Vec<(Api, (i16, i16))> {
    vec![
        of::<ListOffsets<'_>>(),
        of::<ReadMetadata>(),
        of::<FetchOffsets<'_>>(),
        of::<FetchOffsetsOfGroup<'_>>(),
        of::<FindCoordinators<'_>>(),
        of::<FindCoordinator<'_>>(),
        of::<DescribeGroups<'_>>(),
        of::<ListGroups>(),
        of::<ApiVersions>(),
        of::<DescribeAcls>(),
        of::<DescribeConfigs<'_>>(),
        of::<DescribeLogDirs>(),
        of::<ListReassignments>(),
        of::<DescribeQuorum>(),
        of::<DescribeCluster>(),
        of::<DescribeProducers<'_>>(),
        of::<DescribeTransactions<'_>>(),
        of::<ListTransactions<'_>>(),
        of::<DescribeConsumerGroups<'_>>(),
        of::<DescribeTopicPartitions<'_>>(),
        of::<DescribeShareGroups<'_>>(),
        of::<DescribeStreamsGroups<'_>>(),
        of::<DescribeShareGroupOffsets<'_>>(),
    ]
}

fn of<R: ReadRequest>() -> (Api, (i16, i16)) {
    (R::API, R::VERSIONS)
}

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
