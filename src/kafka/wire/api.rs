//! The kinds of requests that klever's own connections can send: a closed list, and every one of them reads.

use super::decoder::{Decoder, Malformed};
use super::encoder::Encoder;

/// A kind of request. A frame is made from nothing else, so that one that writes cannot be spelled.
// Kafka's own names, of which one is that of this kind of thing.
#[allow(clippy::enum_variant_names)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Api {
    ListOffsets,
    Metadata,
    OffsetFetch,
    FindCoordinator,
    DescribeGroups,
    ListGroups,
    SaslHandshake,
    ApiVersions,
    DescribeAcls,
    DescribeConfigs,
    DescribeLogDirs,
    SaslAuthenticate,
    ListPartitionReassignments,
    DescribeQuorum,
    DescribeCluster,
    DescribeProducers,
    DescribeTransactions,
    ListTransactions,
    ConsumerGroupDescribe,
    DescribeTopicPartitions,
    ShareGroupDescribe,
    StreamsGroupDescribe,
    DescribeShareGroupOffsets,
}

/// No version of it is flexible.
const NEVER: i16 = i16::MAX;

impl Api {
    /// In the order of their keys.
    #[cfg(test)]
    pub(super) const ALL: [Api; 23] = [
        Api::ListOffsets,
        Api::Metadata,
        Api::OffsetFetch,
        Api::FindCoordinator,
        Api::DescribeGroups,
        Api::ListGroups,
        Api::SaslHandshake,
        Api::ApiVersions,
        Api::DescribeAcls,
        Api::DescribeConfigs,
        Api::DescribeLogDirs,
        Api::SaslAuthenticate,
        Api::ListPartitionReassignments,
        Api::DescribeQuorum,
        Api::DescribeCluster,
        Api::DescribeProducers,
        Api::DescribeTransactions,
        Api::ListTransactions,
        Api::ConsumerGroupDescribe,
        Api::DescribeTopicPartitions,
        Api::ShareGroupDescribe,
        Api::StreamsGroupDescribe,
        Api::DescribeShareGroupOffsets,
    ];

    /// Kafka's ApiKey, its name, and the first version with compact encodings and tagged fields.
    fn facts(self) -> (i16, &'static str, i16) {
        match self {
            Api::ListOffsets => (2, "ListOffsets", 6),
            Api::Metadata => (3, "Metadata", 9),
            Api::OffsetFetch => (9, "OffsetFetch", 6),
            Api::FindCoordinator => (10, "FindCoordinator", 3),
            Api::DescribeGroups => (15, "DescribeGroups", 5),
            Api::ListGroups => (16, "ListGroups", 3),
            Api::SaslHandshake => (17, "SaslHandshake", NEVER),
            Api::ApiVersions => (18, "ApiVersions", 3),
            Api::DescribeAcls => (29, "DescribeAcls", 2),
            Api::DescribeConfigs => (32, "DescribeConfigs", 4),
            Api::DescribeLogDirs => (35, "DescribeLogDirs", 2),
            Api::SaslAuthenticate => (36, "SaslAuthenticate", 2),
            Api::ListPartitionReassignments => (46, "ListPartitionReassignments", 0),
            Api::DescribeQuorum => (55, "DescribeQuorum", 0),
            Api::DescribeCluster => (60, "DescribeCluster", 0),
            Api::DescribeProducers => (61, "DescribeProducers", 0),
            Api::DescribeTransactions => (65, "DescribeTransactions", 0),
            Api::ListTransactions => (66, "ListTransactions", 0),
            Api::ConsumerGroupDescribe => (69, "ConsumerGroupDescribe", 0),
            Api::DescribeTopicPartitions => (75, "DescribeTopicPartitions", 0),
            Api::ShareGroupDescribe => (77, "ShareGroupDescribe", 0),
            Api::StreamsGroupDescribe => (89, "StreamsGroupDescribe", 0),
            Api::DescribeShareGroupOffsets => (90, "DescribeShareGroupOffsets", 0),
        }
    }

    pub(super) fn key(self) -> i16 {
        self.facts().0
    }

    pub(super) fn name(self) -> &'static str {
        self.facts().1
    }

    pub(super) fn is_flexible(self, version: i16) -> bool {
        version >= self.facts().2
    }

    /// Whether the header of the answer has tagged fields; that of ApiVersions never has, so that a client that does
    /// not know the broker's version can read it (KIP-511).
    pub(super) fn answers_with_tags(self, version: i16) -> bool {
        self.is_flexible(version) && self != Api::ApiVersions
    }
}

/// A request with the answer that belongs to it.
pub(super) trait ReadRequest {
    const API: Api;
    /// The first and the last version that klever writes and reads.
    const VERSIONS: (i16, i16);
    type Answer;

    /// Writes the body in the encoder's version.
    fn encode(&self, out: &mut Encoder);

    /// Reads the body of the answer in the decoder's version.
    ///
    /// # Errors
    /// When the bytes are not such an answer.
    fn decode(answer: &mut Decoder<'_>) -> Result<Self::Answer, Malformed>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::API_KEYS_SENT;
    use kafka_protocol::messages::ApiKey;

    #[test]
    fn every_request_that_can_be_spelled_is_on_the_published_list() {
        let spelled: Vec<(i16, &str)> = Api::ALL.into_iter().map(|api| (api.key(), api.name())).collect();
        assert_eq!(spelled, API_KEYS_SENT);
    }

    #[test]
    fn keys_names_and_header_versions_are_those_of_kafka() {
        // The oracle does not know this one: `messages::tests` holds it to the bytes of Kafka's own classes.
        let known = |api: &Api| *api != Api::StreamsGroupDescribe;
        for api in Api::ALL.into_iter().filter(known) {
            let kafkas = ApiKey::try_from(api.key()).unwrap();
            assert_eq!(format!("{kafkas:?}"), api.name());
            for version in 0..=kafkas.valid_versions().max {
                assert_eq!(kafkas.request_header_version(version) == 2, api.is_flexible(version), "{api:?}");
                let tags = kafkas.response_header_version(version) == 1;
                assert_eq!(tags, api.answers_with_tags(version), "{api:?} version {version}");
            }
        }
    }

    #[test]
    fn nothing_that_writes_can_be_spelled() {
        let reads = ["List", "Describe", "Metadata", "OffsetFetch", "FindCoordinator", "Sasl", "ApiVersions"];
        for api in Api::ALL {
            let is_read = reads.iter().any(|read| api.name().starts_with(read));
            assert!(is_read || api.name().ends_with("GroupDescribe"), "{api:?}");
        }
    }
}
