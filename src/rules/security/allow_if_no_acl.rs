//! Brokers whose authorizer allows what nobody has ruled.

use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `allow-if-no-acl`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "allow-if-no-acl",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "What has no ACL is open to everyone",
    scope: SubjectKind::Broker,
    why: "A new topic can be read and written by all until somebody gives it an ACL.",
    fix: "Give every topic and group its ACLs, then remove allow.everyone.if.no.acl.found",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["allow.everyone.if.no.acl.found"], |[open]| {
        open?.eq_ignore_ascii_case("true").then(|| "allow.everyone.if.no.acl.found=true".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "allow.everyone.if.no.acl.found=true",
            "medium cluster: allow.everyone.if.no.acl.found=true",
            "allow.everyone.if.no.acl.found=false",
        );
    }
}
