//! Bytes of any kind as the answer to every reading request, for tests and fuzzers: an error or a value, never a panic.

use super::*;
use crate::kafka::wire::api::ReadRequest;
use crate::kafka::wire::frame::answer_of;

/// Reads the bytes as the answer to each request in each of its versions, and forgets what was read.
pub(in crate::kafka) fn read_as_any_answer(bytes: &[u8]) {
    read_as::<ApiVersions>(bytes);
    read_as::<DescribeAcls>(bytes);
    read_as::<DescribeCluster>(bytes);
    read_as::<DescribeConfigs<'_>>(bytes);
    read_as::<DescribeConsumerGroups<'_>>(bytes);
    read_as::<DescribeGroups<'_>>(bytes);
    read_as::<DescribeLogDirs>(bytes);
    read_as::<DescribeProducers<'_>>(bytes);
    read_as::<DescribeQuorum>(bytes);
    read_as::<DescribeTopicPartitions<'_>>(bytes);
    read_as::<DescribeShareGroupOffsets<'_>>(bytes);
    read_as::<DescribeShareGroups<'_>>(bytes);
    read_as::<DescribeStreamsGroups<'_>>(bytes);
    read_as::<DescribeTransactions<'_>>(bytes);
    read_as::<FetchOffsets<'_>>(bytes);
    read_as::<FetchOffsetsOfGroup<'_>>(bytes);
    read_as::<FindCoordinator<'_>>(bytes);
    read_as::<FindCoordinators<'_>>(bytes);
    read_as::<ListGroups>(bytes);
    read_as::<ListOffsets<'_>>(bytes);
    read_as::<ListReassignments>(bytes);
    read_as::<ListTransactions<'_>>(bytes);
    read_as::<ReadMetadata>(bytes);
}

fn read_as<R: ReadRequest>(bytes: &[u8]) {
    for version in R::VERSIONS.0..=R::VERSIONS.1 {
        let _ = answer_of::<R>(bytes, version);
    }
}
