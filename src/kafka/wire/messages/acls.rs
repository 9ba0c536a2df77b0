//! DescribeAcls: the ACLs of one kind of resource, which a broker tells only to who may describe the cluster.

use super::{Coded, coded};
use crate::kafka::reads::{Acl, AclPattern, AclPermission};
use crate::kafka::wire::api::{Api, ReadRequest};
use crate::kafka::wire::decoder::{Decoded, Decoder};
use crate::kafka::wire::encoder::Encoder;
use std::sync::Arc;

/// All ACLs of this kind of resource.
pub(in crate::kafka::wire) struct DescribeAcls(pub ResourceType);

/// What ACLs are about, by Kafka's code (`ResourceType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kafka::wire) enum ResourceType {
    Topic = 2,
    Cluster = 4,
}

/// `ANY` of Kafka's `PatternType`, `AclOperation` and `AclPermissionType`.
const ANY: i8 = 1;

impl ReadRequest for DescribeAcls {
    const API: Api = Api::DescribeAcls;
    /// Version 0 knows no prefixes.
    const VERSIONS: (i16, i16) = (1, 3);
    type Answer = Coded<Vec<Acl>>;

    fn encode(&self, out: &mut Encoder) {
        out.i8(self.0 as i8);
        // Of any name, of anyone, from anywhere.
        out.null_text();
        out.i8(ANY);
        out.null_text();
        out.null_text();
        out.i8(ANY);
        out.i8(ANY);
        out.tags();
    }

    fn decode(answer: &mut Decoder<'_>) -> Decoded<Self::Answer> {
        answer.i32()?;
        let code = answer.i16()?;
        answer.nullable_text()?;
        let mut acls = Vec::new();
        answer.each(|resource| {
            resource.i8()?;
            let name = resource.name()?;
            let pattern = pattern(resource.i8()?);
            resource.each(|one| {
                acls.push(acl(one, name.clone(), pattern)?);
                Ok(())
            })?;
            resource.tags()
        })?;
        answer.tags()?;
        Ok(coded(code, acls))
    }
}

fn acl(acl: &mut Decoder<'_>, resource: Arc<str>, pattern: AclPattern) -> Decoded<Acl> {
    let (principal, host) = (acl.name()?, acl.name()?);
    let operation = acl.i8()?;
    let permission = match acl.i8()? {
        2 => AclPermission::Deny,
        3 => AclPermission::Allow,
        _ => AclPermission::Other,
    };
    acl.tags()?;
    Ok(Acl { resource, pattern, principal, host, operation, permission })
}

fn pattern(code: i8) -> AclPattern {
    match code {
        3 => AclPattern::Literal,
        4 => AclPattern::Prefixed,
        _ => AclPattern::Other,
    }
}
