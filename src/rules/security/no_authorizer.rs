//! Brokers that ask for names and then allow everything.

use crate::rules::security::listeners::brokers_listening;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `no-authorizer`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-authorizer",
    chapter: Chapter::new(6),
    severity: Severity::High,
    title: "Every client that logs in may do everything",
    scope: SubjectKind::Cluster,
    why: "Clients prove who they are, but there is no authorizer: each of them may read, write and delete every topic.",
    fix: "First set super.users (brokers and controllers among them), allow.everyone.if.no.acl.found=true and authorizer.class.name (org.apache.kafka.metadata.authorizer.StandardAuthorizer with KRaft) on all nodes, restarted one by one; then add ACLs for every topic and group, and last remove allow.everyone.if.no.acl.found",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, read| {
        let asks =
            listeners.iter().find(|one| one.is_open_to_clients() && one.protocol.starts_with("SASL_"))?;
        let class = read("authorizer.class.name")?.unwrap_or_default();
        class.is_empty().then(|| format!("{}, authorizer.class.name is not set", asks.shown()))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |class: &str| {
            given().broker_config(&format!("listeners=SASL_SSL://:9093\nsecurity.inter.broker.protocol=SASL_SSL\nauthorizer.class.name={class}"))
        };
        assert_eq!(
            with("").says(&RULE),
            ["high cluster: listener SASL_SSL, authorizer.class.name is not set on brokers 1, 2, 3"]
        );
        assert!(with("org.apache.kafka.metadata.authorizer.StandardAuthorizer").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
