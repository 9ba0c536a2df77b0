//! Producers that the Java client refuses to start with.

use crate::knobs::producer_conflicts;
use crate::rules::clients::{IDEMPOTENCE_KEYS, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `producer-refuses-to-start`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "producer-refuses-to-start",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Producer does not start: conflicting settings",
    scope: SubjectKind::Producer,
    why: "The client throws a ConfigException at start.",
    fix: "Remove one of the settings that exclude each other",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        producer.readable(&IDEMPOTENCE_KEYS, verdicts);
        producer.may_lack_login(verdicts);
        // The delivery timeout has a rule of its own.
        for error in producer_conflicts(producer.profile) {
            verdicts.finding(producer.subject(), error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("acks=1\nenable.idempotence=true");
        assert_eq!(
            found.says(&RULE),
            ["high producer app.properties: enable.idempotence=true needs acks=all"]
        );
        assert!(given().producer("acks=1").says(&RULE).is_empty());
        let sasl = given().producer("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN").says(&RULE);
        assert!(
            sasl[0].starts_with("unknown producer app.properties: not visible: sasl.jaas.config is"),
            "{sasl:?}"
        );
        let own = given().producer("interceptor.classes=org.apache.kafka.clients.producer.KafkaProducer");
        assert!(own.says(&RULE)[0].contains("none of which is an interceptor"));
        assert!(given().producer("interceptor.classes=com.example.Audit").says(&RULE).is_empty());
        // From 4.0 the check comes before acks=1 could switch idempotence off.
        let many = "acks=1\nmax.in.flight.requests.per.connection=10";
        assert_eq!(
            given().producer(many).says(&RULE),
            ["high producer app.properties: an idempotent producer has at most 5 requests in flight"]
        );
        assert!(given().version("3.9").producer(many).says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
