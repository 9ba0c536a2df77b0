//! What this user may do on the cluster, as Metadata says it (KIP-430).

use crate::kafka::wire::api::Api;
use crate::kafka::wire::exchange::frames::{Body, Fields, Malformed};
use crate::kafka::wire::exchange::{self, CallFailure, Stream};
use crate::report::clean;

/// The last version that says so and has no compact fields; Kafka 2.3.
const WITH_RIGHTS: i16 = 8;
/// `authorizedOperations` of a broker that was not asked, or does not say.
const NOT_SAID: i32 = i32::MIN;

/// Bits of `clusterAuthorizedOperations`, by `AclOperation`'s code, and what they let klever read.
const DESCRIBE: (i32, &str) = (8, "Describe");
const DESCRIBE_CONFIGS: (i32, &str) = (10, "DescribeConfigs");

/// What a broker says of its cluster and of this user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Rights {
    pub cluster_id: Option<String>,
    pub brokers: usize,
    /// Operations on the cluster, one bit each; `None` when the broker does not say.
    pub operations: Option<i32>,
}

impl Rights {
    /// In one line; never that all is well where that was not said.
    pub(super) fn sentence(&self) -> String {
        let id = self.cluster_id.as_deref().unwrap_or("without an id");
        let plural = if self.brokers == 1 { "" } else { "s" };
        let cluster = format!("cluster {}, {} broker{plural}", clean(id), self.brokers);
        let Some(operations) = self.operations else {
            return format!(
                "{cluster}; what this user may see is unknown: the broker is older than Kafka 2.3"
            );
        };
        let has = |(bit, _): &(i32, &str)| operations >> bit & 1 == 1;
        let wanted = [DESCRIBE, DESCRIBE_CONFIGS];
        let missing: Vec<&str> = wanted.iter().filter(|one| !has(one)).map(|(_, name)| *name).collect();
        if missing.is_empty() {
            return format!("{cluster}; this user has Describe and DescribeConfigs on the cluster");
        }
        format!(
            "{cluster}; this user has no {} on the cluster: some of it stays hidden (klever acl prints what is needed)",
            missing.join(" and no ")
        )
    }
}

/// Asks for the cluster alone: no topic is named, and none is made.
pub(super) async fn read(
    stream: &mut impl Stream,
    versions: &[(i16, i16, i16)],
) -> Result<Rights, CallFailure> {
    let known =
        versions.iter().find(|(key, ..)| *key == Api::Metadata.key()).map(|(_, low, high)| *low..=*high);
    let version = match known {
        Some(known) if known.contains(&WITH_RIGHTS) => WITH_RIGHTS,
        Some(known) => (*known.end()).min(WITH_RIGHTS),
        None => return Err(CallFailure::Malformed("it knows no Metadata")),
    };
    // Version 4 is the first that can be told not to make topics.
    if version < 4 {
        return Err(CallFailure::Malformed("it is older than Kafka 0.11"));
    }
    let body = Body::default().i32(0).bool(false);
    let body = if version == WITH_RIGHTS { body.bool(true).bool(false) } else { body };
    let answer = exchange::call(stream, (Api::Metadata, version), body).await?;
    Ok(decode(&answer, version)?)
}

fn decode(answer: &[u8], version: i16) -> Result<Rights, Malformed> {
    let mut fields = Fields::of(answer);
    let _throttle_time_ms = fields.i32()?;
    let brokers = fields.array(|fields| {
        fields.i32()?;
        fields.string()?;
        fields.i32()?;
        fields.nullable_string()
    })?;
    let cluster_id = fields.nullable_string()?;
    let _controller = fields.i32()?;
    let topics = fields.i32()?;
    let operations = if version == WITH_RIGHTS && topics == 0 { Some(fields.i32()?) } else { None };
    let operations = operations.filter(|operations| *operations != NOT_SAID);
    Ok(Rights { cluster_id, brokers: brokers.len(), operations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::metadata_response::MetadataResponseBroker;
    use kafka_protocol::messages::{BrokerId, MetadataResponse};
    use kafka_protocol::protocol::{Encodable, StrBytes};

    fn answer(operations: i32, version: i16) -> Vec<u8> {
        let broker = MetadataResponseBroker::default()
            .with_node_id(BrokerId(1))
            .with_host(StrBytes::from_static_str("h"))
            .with_port(9092);
        let mut bytes = bytes::BytesMut::new();
        MetadataResponse::default()
            .with_brokers(vec![broker])
            .with_cluster_id(Some(StrBytes::from_static_str("id\u{1b}[31m")))
            .with_cluster_authorized_operations(if version >= 8 { operations } else { NOT_SAID })
            .encode(&mut bytes, version)
            .unwrap();
        bytes.to_vec()
    }

    #[test]
    fn what_is_missing_is_named_and_what_was_not_said_is_unknown() {
        let sentence = |operations| decode(&answer(operations, 8), 8).unwrap().sentence();
        assert_eq!(
            sentence(1 << 8 | 1 << 10),
            "cluster id[31m, 1 broker; this user has Describe and DescribeConfigs on the cluster"
        );
        assert!(sentence(1 << 10).contains("has no Describe on the cluster"));
        assert!(sentence(0).contains("has no Describe and no DescribeConfigs on"));
        assert!(sentence(NOT_SAID).contains("unknown"));
        assert!(decode(&answer(0, 7), 7).unwrap().sentence().contains("unknown"));
    }

    #[test]
    fn a_cut_answer_is_malformed() {
        let whole = answer(0, 8);
        for length in 0..whole.len() {
            assert!(decode(&whole[..length], 8).is_err(), "{length} of {} bytes", whole.len());
        }
    }
}
