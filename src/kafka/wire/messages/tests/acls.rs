//! ACLs as a broker writes them.

use super::answers::{coded_as, compare};
use super::*;
use crate::kafka::reads::{Acl, AclPattern, AclPermission};
use kafka_protocol::messages as kafka;
use kafka_protocol::messages::describe_acls_response::{AclDescription, DescribeAclsResource};

pub(super) fn answer(draw: &mut Draw, _: i16) -> kafka::DescribeAclsResponse {
    let mut answer = kafka::DescribeAclsResponse::default();
    (answer.error_code, answer.error_message) = (draw.code(), draw.maybe_text());
    answer.resources = draw.list(|draw| {
        let mut one = DescribeAclsResource::default();
        (one.resource_type, one.resource_name, one.pattern_type) = (draw.i8(), draw.text(), acl_code(draw));
        one.acls = draw.list(|draw| {
            let mut one = AclDescription::default();
            (one.principal, one.host) = (draw.text(), draw.text());
            (one.operation, one.permission_type) = (draw.i8(), acl_code(draw));
            one
        });
        one
    });
    answer
}

/// Mostly one that Kafka has.
fn acl_code(draw: &mut Draw) -> i8 {
    if draw.below(5) == 0 { draw.i8() } else { draw.below(6) as i8 }
}

proptest! {
    #[test]
    fn acls_are_read_as_they_are_written(seed in any::<u64>()) {
        compare::<DescribeAcls, _>(seed, answer, |drawn, _, read| {
            let expected = drawn.resources.iter().flat_map(|resource| {
                resource.acls.iter().map(|one| Acl {
                    resource: Arc::from(resource.resource_name.as_str()),
                    pattern: match resource.pattern_type {
                        3 => AclPattern::Literal,
                        4 => AclPattern::Prefixed,
                        _ => AclPattern::Other,
                    },
                    principal: Arc::from(one.principal.as_str()),
                    host: Arc::from(one.host.as_str()),
                    operation: one.operation,
                    permission: match one.permission_type {
                        2 => AclPermission::Deny,
                        3 => AclPermission::Allow,
                        _ => AclPermission::Other,
                    },
                })
            });
            assert_eq!(read, coded_as(drawn.error_code, expected.collect()));
        });
    }
}
