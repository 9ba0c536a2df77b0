//! ACLs as brokers tell them: what they say about topics and about the cluster.

use crate::kafka::CallError;
use crate::model::BrokerId;
use std::sync::Arc;

/// Whether an ACL gives or takes away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AclPermission {
    Allow,
    Deny,
    /// One that klever does not know.
    Other,
}

/// How the name of an ACL's resource is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AclPattern {
    /// This name, or every one where it is `*`.
    Literal,
    /// Every name that begins so.
    Prefixed,
    /// One that klever does not know.
    Other,
}

/// One ACL of a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Acl {
    pub resource: Arc<str>,
    pub pattern: AclPattern,
    /// `User:ann`; `User:*` is everybody.
    pub principal: Arc<str>,
    /// Where the user connects from; `*` is anywhere.
    pub host: Arc<str>,
    /// Kafka's code of the operation (`AclOperation`).
    pub operation: i8,
    pub permission: AclPermission,
}

/// All ACLs of two kinds of resources.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Acls {
    pub topics: Vec<Acl>,
    pub cluster: Vec<Acl>,
}

/// What each broker told of its ACLs.
#[derive(Default)]
pub struct AclsRead {
    /// Who klever is to a broker that maps no names: Kafka's own principal builder keeps the name of PLAIN and SCRAM.
    /// `None` where the broker makes the name (from a certificate, from a token).
    pub(crate) principal: Option<Arc<str>>,
    pub(crate) told: Vec<(BrokerId, Result<Acls, CallError>)>,
}
