//! What ACLs show of topics and groups: every case against the rules of Kafka's own authorizers.

use super::*;
use crate::kafka::reads::{Acl, AclPattern, AclPermission, AclsRead};

const READ: i8 = 3;
const WRITE: i8 = 4;
const DESCRIBE: i8 = 8;
const ALL: i8 = 2;

pub(super) fn acl(text: &str, operation: i8) -> Acl {
    // `allow User:ann *`, `deny User:ann secret-...`
    let mut words = text.split(' ');
    let permission = match words.next() {
        Some("allow") => AclPermission::Allow,
        Some("deny") => AclPermission::Deny,
        _ => AclPermission::Other,
    };
    let (principal, resource) = (words.next().unwrap(), words.next().unwrap());
    let (resource, pattern) = match resource.strip_suffix("...") {
        Some(prefix) => (prefix, AclPattern::Prefixed),
        None => (resource, AclPattern::Literal),
    };
    let host = words.next().unwrap_or("*").into();
    Acl { resource: resource.into(), pattern, principal: principal.into(), host, operation, permission }
}

/// What these brokers told to a user whom Kafka's own builder would give this name.
pub(super) fn told(brokers: &[i32], principal: Option<&str>, acls: &Acls) -> ReadAnswer {
    let told = brokers.iter().map(|id| (BrokerId(*id), Ok(acls.clone()))).collect();
    ReadAnswer::Acls(AclsRead { principal: principal.map(Arc::from), told })
}

/// A cluster of two brokers with Kafka's own authorizer.
fn guarded() -> ObservedCluster {
    let mut observed = ObservedCluster::default();
    observed.apply(metadata(&[1, 2], &[1, 2]), 1);
    observed.apply(groups(vec![listed(1, &["g"]), listed(2, &[])]), 1);
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(1, STANDARD), authorizer(2, STANDARD)]), 2);
    observed
}

const ANN: Option<&str> = Some("User:ann");

/// The cluster's own ACL, without which nothing of this would be told.
fn let_in(topics: &[Acl]) -> Acls {
    Acls { topics: topics.to_vec(), cluster: vec![acl("allow User:ann kafka-cluster", DESCRIBE)] }
}

fn topics_after(principal: Option<&str>, acls: &Acls) -> Result<(), Unknown> {
    let mut observed = guarded();
    assert!(observed.wants(ReadKind::Acls) && !observed.wants(ReadKind::LogDirs), "ACLs first");
    observed.apply(told(&[1, 2], principal, acls), 3);
    assert!(!observed.wants(ReadKind::Acls), "once");
    let cluster = observed.cluster(4);
    assert!(cluster.completeness().groups.get().is_some(), "the answer alone shows that of groups");
    match cluster.topics_complete() {
        Datum::Known { .. } => {
            assert!(!observed.wants(ReadKind::LogDirs), "nothing is left to look for");
            Ok(())
        }
        Datum::Unknown { reason } => {
            assert!(observed.wants(ReadKind::LogDirs), "then what is on disks");
            Err(reason)
        }
    }
}

#[test]
fn an_allow_of_every_topic_shows_all_unless_something_is_denied() {
    for operation in [READ, WRITE, DESCRIBE, ALL] {
        for allow in ["allow User:ann *", "allow User:* *"] {
            assert_eq!(topics_after(ANN, &let_in(&[acl(allow, operation)])), Ok(()), "{allow} {operation}");
        }
    }
    let all = acl("allow User:ann *", DESCRIBE);
    let describe_on_all = Err(Unknown::Denied("Describe on Topic *".into()));
    for other in ["allow User:ann orders", "allow User:ann orders-...", "allow User:bob *"] {
        assert_eq!(topics_after(ANN, &let_in(&[acl(other, DESCRIBE)])), describe_on_all, "{other}");
    }
    assert_eq!(topics_after(ANN, &let_in(&[acl("allow User:ann * 10.0.0.1", DESCRIBE)])), describe_on_all);
    assert_eq!(
        topics_after(ANN, &let_in(&[acl("allow User:ann *", 10)])),
        describe_on_all,
        "DescribeConfigs"
    );
    for deny in [
        "deny User:ann *",
        "deny User:* secret",
        "deny User:ann sec...",
        "deny User:ann x 10.0.0.1",
        "other User:ann *",
    ] {
        for operation in [DESCRIBE, ALL, 0, 99] {
            let shown = topics_after(ANN, &let_in(&[all.clone(), acl(deny, operation)]));
            assert!(matches!(shown, Err(Unknown::NotExposed(_))), "{deny} {operation}: {shown:?}");
        }
    }
    for harmless in [acl("deny User:bob *", ALL), acl("deny User:ann *", READ), acl("deny User:ann *", WRITE)]
    {
        assert_eq!(topics_after(ANN, &let_in(&[all.clone(), harmless.clone()])), Ok(()), "{harmless:?}");
    }
}

#[test]
fn a_user_without_a_known_name_is_judged_by_what_is_for_everybody() {
    let for_all = acl("allow User:* *", DESCRIBE);
    assert_eq!(topics_after(None, &let_in(std::slice::from_ref(&for_all))), Ok(()));
    let unnamed = |acls: &[Acl]| matches!(topics_after(None, &let_in(acls)), Err(Unknown::NotExposed(_)));
    assert!(unnamed(&[acl("allow User:ann *", DESCRIBE)]));
    assert!(unnamed(&[for_all, acl("deny User:bob secret", DESCRIBE)]), "this user may be bob");
}

#[test]
fn names_that_a_broker_makes_itself_are_not_taken_for_known() {
    let builders =
        [("principal.builder.class", "com.example.Mine"), ("listener.name.a.principal.builder.class", "x")];
    for (key, class) in builders {
        let mut observed = guarded();
        let (id, (name, config)) = authorizer(2, STANDARD);
        let mut config = config.unwrap();
        config.insert(key.into(), ConfigEntry::new(class, ConfigSource::StaticBroker));
        observed.apply(ReadAnswer::BrokerConfigs(vec![(id, (name, Ok(config)))]), 3);
        observed.apply(told(&[1, 2], ANN, &let_in(&[acl("allow User:ann *", DESCRIBE)])), 4);
        assert!(observed.cluster(5).topics_complete().get().is_none(), "{key}");
    }
}

#[test]
fn who_may_describe_the_cluster_without_an_acl_is_a_super_user_or_everyone_is() {
    let nothing = Acls::default();
    assert_eq!(topics_after(ANN, &nothing), Ok(()), "no ACL is about topics");
    assert_eq!(topics_after(None, &nothing), Ok(()));
    let of_topics = Acls { topics: vec![acl("allow User:bob orders", READ)], ..Acls::default() };
    assert!(
        topics_after(ANN, &of_topics).is_err(),
        "allow.everyone.if.no.acl.found opens all but that topic"
    );
    let others = Acls { cluster: vec![acl("allow User:bob kafka-cluster", ALL)], ..of_topics.clone() };
    assert_eq!(topics_after(ANN, &others), Ok(()), "only a super user may what ACLs let others");
    assert!(topics_after(None, &others).is_err(), "this user may be bob");
    let elsewhere = Acls { cluster: vec![acl("allow User:bob another", ALL)], ..of_topics };
    assert!(topics_after(ANN, &elsewhere).is_err(), "not an ACL of this cluster's name");
}

#[test]
fn a_broker_that_does_not_tell_or_was_not_asked_leaves_it_open() {
    let all = let_in(&[acl("allow User:ann *", DESCRIBE)]);
    let mut observed = guarded();
    let refused = CallError { code: 31, message: "no".into(), hint: None };
    let answers = vec![(BrokerId(1), Ok(all.clone())), (BrokerId(2), Err(refused))];
    observed.apply(ReadAnswer::Acls(AclsRead { principal: ANN.map(Arc::from), told: answers }), 3);
    let completeness = observed.cluster(4).completeness();
    let describe = Unknown::Denied("Describe on Cluster".into());
    assert_eq!(
        (completeness.topics.reason(), completeness.groups.reason()),
        (Some(&describe), Some(&describe))
    );
    assert!(!observed.wants(ReadKind::Acls), "a refusal is an answer");
    let mut observed = guarded();
    let silent = CallError { code: -185, message: "timed out".into(), hint: None };
    let answers = vec![(BrokerId(1), Ok(all.clone())), (BrokerId(2), Err(silent))];
    observed.apply(ReadAnswer::Acls(AclsRead { principal: ANN.map(Arc::from), told: answers }), 3);
    assert!(!is_complete(&mut observed) && observed.wants(ReadKind::Acls), "it may answer the next time");
    // One is down, and the others show it nevertheless; when it comes back it is asked, too.
    let mut observed = guarded();
    observed.apply(metadata(&[1], &[1]), 3);
    observed.apply(told(&[1], ANN, &all), 4);
    assert!(is_complete(&mut observed) && !observed.wants(ReadKind::Acls));
    observed.apply(metadata(&[1, 2], &[1, 2]), 5);
    assert!(!is_complete(&mut observed) && observed.wants(ReadKind::Acls));
    observed.apply(told(&[1, 2], ANN, &all), 6);
    assert!(is_complete(&mut observed));
}

#[test]
fn the_acls_of_an_authorizer_that_klever_does_not_know_are_not_asked_for() {
    let mut observed = guarded();
    observed.apply(ReadAnswer::BrokerConfigs(vec![authorizer(2, "com.example.Mine")]), 3);
    assert!(!observed.wants(ReadKind::Acls) && observed.wants(ReadKind::LogDirs));
}

#[test]
fn groups_are_whole_where_brokers_tell_what_they_hold_though_topics_are_hidden() {
    let mut observed = guarded();
    observed.apply(told(&[1, 2], ANN, &let_in(&[])), 3);
    observed.apply(ReadAnswer::LogDirs(vec![disks(1, &["t", "secret"]), disks(2, &["t"])]), 4);
    let completeness = observed.cluster(5).completeness();
    assert!(completeness.groups.get().is_some());
    assert!(matches!(completeness.topics.reason(), Some(Unknown::NotExposed(why)) if why.contains("hold")));
    assert!(completeness.offsets.get().is_none(), "commits on hidden topics are left out");
}
