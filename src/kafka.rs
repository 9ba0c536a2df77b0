//! The read-only client of a real cluster.
//!
//! ```text
//!  ConnectionSpec -> Client (one snapshot, blocking) --+
//!                    source::live (a stream)         --+-> Reader -> wire (own connections)
//!                                                      |         -> librdkafka (in a process of its own)
//!                                                      +-> ObservedCluster (what was read, with ages) -> model::Cluster
//! ```
//!
//! **wire** is the default: in it a request that writes cannot be spelled. **librdkafka** gets in where wire does not
//! yet: klever owns a consumer handle without a group and declares only functions that read; the library itself
//! contains code that writes, and klever has no path to it. Neither names a topic in Metadata, and both look up group
//! coordinators only where `__consumer_offsets` exists. [`API_KEYS_SENT`] is what is sent; a test with a proxy before
//! a real broker holds both to that.

mod assignment;
mod client;
mod error;
#[cfg(feature = "librdkafka")]
mod librdkafka;
#[cfg(not(feature = "librdkafka"))]
mod no_librdkafka;
mod observed;
mod properties;
mod reader;
mod reads;
mod secrets;
mod spec;
mod wire;

pub use client::{Client, SnapshotRequest, unreachable};
pub use error::{CallError, ConnectError};
#[cfg(feature = "librdkafka")]
pub use librdkafka::{ARGUMENT as LIBRDKAFKA_ARGUMENT, library_version, run_as, serve as serve_librdkafka};
pub use observed::ObservedCluster;
pub use reader::{Probes, Reader};
pub use reads::{Metadata, Node, ReadAnswer, ReadKind, ReadTargets};
use spec::Tunnels;
pub use spec::{ConnectionSpec, Transport};
pub use wire::{
    BrokerReport, ConnectionState, Diagnosis, Outcome, Rung, SecurityError, SentRequest, Step, diagnose,
    sent_requests,
};

/// The decoder of brokers' answers, for the fuzzer: bytes of any kind are an error or a value.
#[cfg(fuzzing)]
pub fn read_as_any_answer(bytes: &[u8]) {
    wire::read_as_any_answer(bytes);
}

/// Every kind of request that klever sends, by Kafka's ApiKey and name. The SASL ones appear only where the
/// connection authenticates, DescribeAcls until each broker has told and DescribeLogDirs once a session, both only where
/// brokers may have an authorizer, those of share and Streams groups only where there are such groups, those about producers and transactions only for
/// partitions that an open transaction holds back.
pub const API_KEYS_SENT: &[(i16, &str)] = &[
    (2, "ListOffsets"),
    (3, "Metadata"),
    (9, "OffsetFetch"),
    (10, "FindCoordinator"),
    (15, "DescribeGroups"),
    (16, "ListGroups"),
    (17, "SaslHandshake"),
    (18, "ApiVersions"),
    (29, "DescribeAcls"),
    (32, "DescribeConfigs"),
    (35, "DescribeLogDirs"),
    (36, "SaslAuthenticate"),
    (46, "ListPartitionReassignments"),
    (55, "DescribeQuorum"),
    (60, "DescribeCluster"),
    (61, "DescribeProducers"),
    (65, "DescribeTransactions"),
    (66, "ListTransactions"),
    (69, "ConsumerGroupDescribe"),
    (75, "DescribeTopicPartitions"),
    (77, "ShareGroupDescribe"),
    (89, "StreamsGroupDescribe"),
    (90, "DescribeShareGroupOffsets"),
];

/// librdkafka 2.12.1: the layer below was checked against exactly this one.
pub const LIBRARY_VERSION: i32 = 0x020c_01ff;

#[cfg(all(test, feature = "librdkafka"))]
mod tests {
    use super::*;

    #[test]
    fn the_linked_library_is_the_one_that_was_checked() {
        assert_eq!(library_version(), LIBRARY_VERSION);
    }
}
