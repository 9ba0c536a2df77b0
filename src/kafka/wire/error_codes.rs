//! Kafka's names of the error codes that reading requests are answered with.

use std::borrow::Cow;

const CODES: &[(i16, &str)] = &[
    (-1, "UNKNOWN_SERVER_ERROR"),
    (1, "OFFSET_OUT_OF_RANGE"),
    (3, "UNKNOWN_TOPIC_OR_PARTITION"),
    (5, "LEADER_NOT_AVAILABLE"),
    (6, "NOT_LEADER_OR_FOLLOWER"),
    (7, "REQUEST_TIMED_OUT"),
    (8, "BROKER_NOT_AVAILABLE"),
    (9, "REPLICA_NOT_AVAILABLE"),
    (13, "NETWORK_EXCEPTION"),
    (14, "COORDINATOR_LOAD_IN_PROGRESS"),
    (15, "COORDINATOR_NOT_AVAILABLE"),
    (16, "NOT_COORDINATOR"),
    (17, "INVALID_TOPIC_EXCEPTION"),
    (24, "INVALID_GROUP_ID"),
    (29, "TOPIC_AUTHORIZATION_FAILED"),
    (30, "GROUP_AUTHORIZATION_FAILED"),
    (31, "CLUSTER_AUTHORIZATION_FAILED"),
    (33, "UNSUPPORTED_SASL_MECHANISM"),
    (34, "ILLEGAL_SASL_STATE"),
    (35, "UNSUPPORTED_VERSION"),
    (40, "INVALID_CONFIG"),
    (41, "NOT_CONTROLLER"),
    (42, "INVALID_REQUEST"),
    (43, "UNSUPPORTED_FOR_MESSAGE_FORMAT"),
    (54, "SECURITY_DISABLED"),
    (56, "KAFKA_STORAGE_ERROR"),
    (58, "SASL_AUTHENTICATION_FAILED"),
    (69, "GROUP_ID_NOT_FOUND"),
    (72, "LISTENER_NOT_FOUND"),
    (74, "FENCED_LEADER_EPOCH"),
    (75, "UNKNOWN_LEADER_EPOCH"),
    (78, "OFFSET_NOT_AVAILABLE"),
    (83, "ELIGIBLE_LEADERS_NOT_AVAILABLE"),
    (88, "UNSTABLE_OFFSET_COMMIT"),
    (89, "THROTTLING_QUOTA_EXCEEDED"),
    (114, "MISMATCHED_ENDPOINT_TYPE"),
    (115, "UNSUPPORTED_ENDPOINT_TYPE"),
];

/// The name of a code, or its number.
pub(super) fn words(code: i16) -> Cow<'static, str> {
    let found = CODES.iter().find(|(known, _)| *known == code);
    found.map_or_else(|| Cow::from(format!("error {code}")), |(_, name)| Cow::from(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::ResponseError;

    #[test]
    fn names_are_those_of_kafka() {
        let letters = |name: &str| name.replace('_', "").to_lowercase();
        for (code, name) in CODES {
            let kafkas = format!("{:?}", ResponseError::try_from_code(*code).unwrap());
            assert_eq!(letters(name), letters(&kafkas), "{code}");
        }
        assert_eq!(words(30_000), "error 30000");
    }
}
