//! Real brokers with Kafka's own authorizer: what each user may see, and what klever knows to be all of it.

use super::shared::{ask, skipped, start};
use kafka_protocol::messages::CreateAclsRequest;
use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::protocol::StrBytes;
use klever::kafka::{Client, ConnectionSpec, SnapshotRequest};
use klever::lab::{Fixture, Lab, LabSpec, Listener, free_ports};
use klever::model::{BrokerId, Cluster, Completeness, Unknown};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Codes of `ResourceType`, `PatternType`, `AclOperation` and `AclPermissionType`.
const TOPIC: i8 = 2;
const GROUP: i8 = 3;
const CLUSTER: i8 = 4;
const LITERAL: i8 = 3;
const PREFIXED: i8 = 4;
const READ: i8 = 3;
const DESCRIBE: i8 = 8;
const DESCRIBE_CONFIGS: i8 = 10;
const DENY: i8 = 2;
const ALLOW: i8 = 3;

/// The one resource of its kind.
const OF_CLUSTER: (i8, &str, i8) = (CLUSTER, "kafka-cluster", LITERAL);

/// Who may get in; the password of each is his name.
const USERS: [&str; 8] = ["all", "everybody", "denied", "sealed", "prefixed", "literal", "nothing", "root"];

fn acl(user: &str, (kind, name, pattern): (i8, &str, i8), operation: i8, permission: i8) -> AclCreation {
    let text = |text: &str| StrBytes::from_string(text.to_string());
    AclCreation::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_resource_pattern_type(pattern)
        .with_principal(text(&format!("User:{user}")))
        .with_host(text("*"))
        .with_operation(operation)
        .with_permission_type(permission)
}

/// One broker whose own listener is that of super users, with a listener for those who give a name.
struct Guarded {
    lab: Lab,
    fixture: Fixture,
}

impl Guarded {
    fn start(properties: &[(&str, &str)]) -> Guarded {
        let users: String = USERS.iter().map(|user| format!(" user_{user}=\"{user}\"")).collect();
        let jaas = format!("org.apache.kafka.common.security.plain.PlainLoginModule required{users};");
        let address = format!("127.0.0.1:{}", free_ports(1).unwrap()[0]);
        let listener = Listener { name: "SASL".into(), protocol: "SASL_PLAINTEXT".into(), address };
        let mut spec = LabSpec { listeners: vec![listener], ..LabSpec::brokers(1) }
            .with("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
            .with("super.users", "User:ANONYMOUS;User:root")
            .with("group.initial.rebalance.delay.ms", "0")
            .with("listener.name.sasl.sasl.enabled.mechanisms", "PLAIN")
            .with("listener.name.sasl.plain.sasl.jaas.config", &jaas);
        for (key, value) in properties {
            spec = spec.with(key, value);
        }
        let lab = start(spec);
        let fixture = Fixture::new(&lab.bootstrap()).unwrap();
        for topic in ["orders", "secret"] {
            fixture.create_topic(topic, &[vec![BrokerId(1)]], &[]).unwrap();
            fixture.produce(topic, 0, 3, &[]).unwrap();
            fixture.commit(&format!("of-{topic}"), &[(topic, 0, 1)]).unwrap();
        }
        Guarded { lab, fixture }
    }

    fn allow(&self, acls: Vec<AclCreation>) {
        let count = acls.len();
        let request = CreateAclsRequest::default().with_creations(acls);
        let results = ask(self.lab.port(1).unwrap(), &request, 2).results;
        assert_eq!(results.len(), count);
        assert!(results.iter().all(|result| result.error_code == 0), "{results:?}");
    }

    /// A whole look at the cluster by someone who has just come.
    fn seen_by(&self, user: &str) -> Arc<Cluster> {
        let address = &self.lab.spec().listeners[0].address;
        let properties = format!(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username={user}\nsasl.password={user}\n"
        );
        let spec = ConnectionSpec::from_parts(Some(address), Some(("c", &properties)), &[]).unwrap();
        Client::connect(&spec).unwrap().snapshot(&SnapshotRequest::everything()).unwrap()
    }

    /// The same, once the broker has taken in what it was told.
    fn eventually(&self, user: &str, holds: impl Fn(&Cluster) -> bool) -> Arc<Cluster> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let cluster = self.seen_by(user);
            if holds(&cluster) {
                return cluster;
            }
            assert!(Instant::now() < until, "{user}: {:?}, {:?}", names(&cluster), cluster.completeness());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn names(cluster: &Cluster) -> Vec<&str> {
    let shown = cluster.topics.iter().filter(|topic| !topic.internal);
    shown.map(|topic| &*topic.name).collect()
}

fn hidden(seen: &Completeness) -> bool {
    matches!(seen.topics.reason(), Some(Unknown::NotExposed(why)) if why.starts_with("brokers hold partitions of"))
}

fn topic(name: &str, pattern: i8) -> (i8, &str, i8) {
    (TOPIC, name, pattern)
}

/// The cluster for all but a few, and topics in every way.
fn acls_of_users() -> Vec<AclCreation> {
    let mut acls = vec![
        acl("all", topic("*", LITERAL), DESCRIBE, ALLOW),
        acl("sealed", topic("*", LITERAL), READ, ALLOW),
    ];
    for user in USERS.iter().filter(|user| !["nothing", "root", "everybody"].contains(user)) {
        acls.push(acl(user, OF_CLUSTER, DESCRIBE, ALLOW));
        acls.push(acl(user, OF_CLUSTER, DESCRIBE_CONFIGS, ALLOW));
        acls.push(acl(user, (GROUP, "*", LITERAL), DESCRIBE, ALLOW));
    }
    acls.push(acl("denied", topic("*", LITERAL), DESCRIBE, ALLOW));
    acls.push(acl("denied", topic("secret", LITERAL), DESCRIBE, DENY));
    acls.push(acl("sealed", topic("sec", PREFIXED), DESCRIBE, DENY));
    acls.push(acl("prefixed", topic("ord", PREFIXED), DESCRIBE, ALLOW));
    acls.push(acl("literal", topic("orders", LITERAL), DESCRIBE, ALLOW));
    acls
}

#[test]
fn acls_show_whether_topics_are_hidden_and_never_that_none_is_where_one_is() {
    if skipped() {
        return;
    }
    let guarded = Guarded::start(&[]);
    guarded.allow(acls_of_users());

    let is_settled = |cluster: &Cluster| names(cluster) == ["orders", "secret"];
    for (user, words) in [("all", "ACLs let this user"), ("root", "as super users may")] {
        let seen = guarded.eventually(user, is_settled).completeness();
        assert!(format!("{:?}", seen.topics).contains(words), "{user}: {seen:?}");
        assert!(seen.groups.get().is_some() && seen.offsets.get().is_some(), "{user}: {seen:?}");
    }
    for user in ["denied", "sealed", "prefixed", "literal"] {
        let cluster = guarded.eventually(user, |cluster| names(cluster) == ["orders"]);
        let seen = cluster.completeness();
        assert!(hidden(&seen), "{user}: {seen:?}");
        assert!(seen.groups.get().is_some(), "{user} may describe the cluster: {seen:?}");
        assert!(seen.offsets.get().is_none(), "{user}: commits on the hidden topic are left out");
        assert_eq!(cluster.groups.get().map(|groups| groups.len()), Some(2), "{user}");
    }
    let cluster = guarded.seen_by("nothing");
    let seen = cluster.completeness();
    assert!(
        names(&cluster).is_empty() && seen.topics.get().is_none() && seen.groups.get().is_none(),
        "{seen:?}"
    );

    // What is for everybody is for who has no ACL of his own.
    let everybody = |cluster: &Cluster| cluster.completeness().topics.get().is_some();
    guarded.allow(vec![
        acl("*", topic("*", LITERAL), DESCRIBE, ALLOW),
        acl("*", OF_CLUSTER, DESCRIBE, ALLOW),
        acl("*", OF_CLUSTER, DESCRIBE_CONFIGS, ALLOW),
    ]);
    assert_eq!(names(&guarded.eventually("everybody", everybody)), ["orders", "secret"]);
    // One topic that is taken from everybody is hidden from everybody.
    guarded.allow(vec![acl("*", topic("secret", LITERAL), DESCRIBE, DENY)]);
    for user in ["everybody", "all"] {
        let cluster = guarded.eventually(user, |cluster| names(cluster) == ["orders"]);
        assert!(hidden(&cluster.completeness()), "{user}: {:?}", cluster.completeness());
    }
    assert!(guarded.seen_by("root").topics_complete().get().is_some(), "a super user is denied nothing");
    drop(guarded.fixture);
}

#[test]
fn what_no_acl_speaks_of_may_be_open_to_all() {
    if skipped() {
        return;
    }
    let guarded = Guarded::start(&[("allow.everyone.if.no.acl.found", "true")]);
    let open = guarded.seen_by("nothing");
    let seen = open.completeness();
    assert_eq!(names(&open), ["orders", "secret"]);
    assert!(format!("{:?}", seen.topics).contains("without an ACL, and no ACL is about topics"), "{seen:?}");
    // An ACL of one topic shuts out whom it does not name; nobody is told so.
    guarded.allow(vec![acl("all", (TOPIC, "secret", LITERAL), READ, ALLOW)]);
    let cluster = guarded.eventually("nothing", |cluster| names(cluster) == ["orders"]);
    assert!(hidden(&cluster.completeness()), "{:?}", cluster.completeness());
    assert!(cluster.completeness().groups.get().is_some());
}
