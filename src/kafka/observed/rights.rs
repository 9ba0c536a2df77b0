//! What ACLs show: whether this user may describe every topic, by the rules of Kafka's own authorizers.
//!
//! An ALLOW of an operation that implies Describe counts, a DENY of Describe or of all operations goes before it, a
//! resource of which no ACL speaks is open to all only with `allow.everyone.if.no.acl.found`, and a super user is asked
//! nothing (`StandardAuthorizerData.findResult` of Kafka).

use crate::kafka::reads::{Acl, AclPattern, AclPermission, Acls};
use crate::model::Unknown;
use std::ops::RangeInclusive;

/// Kafka's own, whose rules are known.
pub(super) const AUTHORIZERS: [&str; 2] =
    ["org.apache.kafka.metadata.authorizer.StandardAuthorizer", "kafka.security.authorizer.AclAuthorizer"];

const EVERYBODY: &str = "User:*";
const CLUSTER_NAMES: [&str; 2] = ["kafka-cluster", "*"];
/// `ALL`, `READ`, `WRITE`, `DELETE`, `ALTER` and `DESCRIBE` of `AclOperation`: who is allowed one of them may describe.
const IMPLY_DESCRIBE: [i8; 6] = [2, 3, 4, 6, 7, 8];
/// `READ` to `ALTER` and `CLUSTER_ACTION` to `TWO_PHASE_COMMIT`: to be denied one of them takes no Describe away.
const TAKE_NO_DESCRIBE: [RangeInclusive<i8>; 2] = [3..=7, 9..=15];

/// Why this user sees every topic, by the ACLs of a broker that told them; or what is missing. `principal` is who the
/// user is to the broker, where that is known.
pub(super) fn every_topic_is_shown(acls: &Acls, principal: Option<&str>) -> Result<String, Unknown> {
    let takes_away = |acl: &Acl| may_take_describe(acl) && concerns(acl, principal);
    let denied = acls.topics.iter().any(takes_away);
    let for_all_topics =
        |acl: &&Acl| gives_describe(acl) && acl.pattern == AclPattern::Literal && &*acl.resource == "*";
    let mut allowing = acls.topics.iter().filter(for_all_topics);
    let is_own = |acl: &Acl| &*acl.principal == EVERYBODY || principal == Some(&*acl.principal);
    if !denied && allowing.any(|acl| is_own(acl) && &*acl.host == "*") {
        let name =
            principal.map_or(String::new(), |name| format!(" ({name} by Kafka's own principal builder)"));
        return Ok(format!("ACLs let this user{name} describe every topic, and none takes one away"));
    }
    if let Some(why) = shown_without_acl(acls, principal) {
        return Ok(why.into());
    }
    Err(match (denied, principal) {
        (true, Some(_)) => Unknown::NotExposed("an ACL denies this user topics, which are hidden".into()),
        (_, None) if denied || acls.topics.iter().any(|acl| for_all_topics(&acl)) => Unknown::NotExposed(
            "ACLs were read, but not by which name brokers know this user, so that topics may be hidden"
                .into(),
        ),
        _ => Unknown::Denied("Describe on Topic *".into()),
    })
}

/// The broker answered, so that this user may describe the cluster. Where no ACL lets it, that is what a super user may,
/// or what everyone may of whatever no ACL speaks of.
fn shown_without_acl(acls: &Acls, principal: Option<&str>) -> Option<&'static str> {
    let is_of_cluster =
        |acl: &Acl| acl.pattern != AclPattern::Literal || CLUSTER_NAMES.contains(&&*acl.resource);
    if acls.cluster.iter().any(|acl| is_of_cluster(acl) && may_give_describe(acl) && concerns(acl, principal))
    {
        return None;
    }
    if acls.topics.is_empty() {
        return Some("this user may describe the cluster without an ACL, and no ACL is about topics");
    }
    // An ACL of the same resource shuts out everyone whom it does not name.
    let shuts_out = |acl: &Acl| acl.pattern == AclPattern::Literal && is_of_cluster(acl);
    acls.cluster
        .iter()
        .any(shuts_out)
        .then_some("this user may describe the cluster though ACLs let only others, as super users may")
}

fn gives_describe(acl: &Acl) -> bool {
    acl.permission == AclPermission::Allow && IMPLY_DESCRIBE.contains(&acl.operation)
}

/// What klever does not know may give, too.
fn may_give_describe(acl: &Acl) -> bool {
    let gives_other = (2..=15).contains(&acl.operation) && !IMPLY_DESCRIBE.contains(&acl.operation);
    acl.permission != AclPermission::Deny && !gives_other
}

/// What klever does not know may take away, too.
fn may_take_describe(acl: &Acl) -> bool {
    let takes_other = TAKE_NO_DESCRIBE.iter().any(|codes| codes.contains(&acl.operation));
    acl.permission != AclPermission::Allow && !takes_other
}

/// Whether it may be about this user.
fn concerns(acl: &Acl, principal: Option<&str>) -> bool {
    &*acl.principal == EVERYBODY || principal.is_none_or(|principal| principal == &*acl.principal)
}
