//! Consumers with settings that their group protocol does not take.

use crate::model::KafkaVersion;
use crate::rules::clients::{Client, consumers};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `kip848-ignored-configs`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kip848-ignored-configs",
    chapter: Chapter::new(3),
    severity: Severity::High,
    title: "Settings that the group protocol does not take",
    scope: SubjectKind::Consumer,
    why: "With group.protocol=consumer (KIP-848) the brokers decide on sessions, heartbeats and assignment. Since 4.0 a client that sets its own does not start (KAFKA-17338); before, it ignores them.",
    fix: "Remove the settings; the broker's and the group's consumer.* keys decide, such as group.consumer.session.timeout.ms",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

/// A setting that a protocol does not take.
struct Refused {
    kip_848: bool,
    key: &'static str,
    /// First client that throws for it; the ones before ignore it.
    throws_since: KafkaVersion,
}

const V3_7: KafkaVersion = KafkaVersion::new(3, 7, 0);
const V4_0: KafkaVersion = KafkaVersion::new(4, 0, 0);

/// `ConsumerConfig.CONSUMER_PROTOCOL_UNSUPPORTED_CONFIGS` and `CLASSIC_PROTOCOL_UNSUPPORTED_CONFIGS`, as far as a
/// consumer has the keys; `checkGroupRemoteAssignor` before 4.0.
const REFUSED: [Refused; 4] = [
    Refused { kip_848: true, key: "session.timeout.ms", throws_since: V4_0 },
    Refused { kip_848: true, key: "heartbeat.interval.ms", throws_since: V4_0 },
    Refused { kip_848: true, key: "partition.assignment.strategy", throws_since: V4_0 },
    Refused { kip_848: false, key: "group.remote.assignor", throws_since: V3_7 },
];

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        let set = |refused: &&Refused| consumer.sets(refused.key) && !is_blank(consumer, refused.key);
        let set: Vec<&Refused> = REFUSED.iter().filter(set).collect();
        let Some(kip_848) = consumer.is_kip_848(verdicts).filter(|_| !set.is_empty()) else { continue };
        let set: Vec<&Refused> = set.into_iter().filter(|refused| refused.kip_848 == kip_848).collect();
        if !set.is_empty() {
            verdicts.seen(consumer.subject(), seen(consumer, kip_848, &set));
        }
    }
}

/// The client takes a key without a value for one that is not set.
fn is_blank(consumer: Client<'_>, key: &str) -> bool {
    consumer.text(key).get().is_some_and(|text| text.trim().is_empty())
}

fn seen(consumer: Client<'_>, kip_848: bool, set: &[&Refused]) -> Seen {
    let keys: Vec<&str> = set.iter().map(|refused| refused.key).collect();
    let protocol = if kip_848 { "consumer" } else { "classic" };
    let with = format!("group.protocol={protocol} with {}", keys.join(", "));
    let throws = set.iter().any(|refused| consumer.profile.version >= refused.throws_since);
    let (severity, what) =
        if throws { (Severity::High, "the client does not start") } else { (Severity::Medium, "ignored") };
    let fix = (!kip_848).then(|| "Remove group.remote.assignor, or set group.protocol=consumer".into());
    Seen { severity: Some(severity), fix, evidence: format!("{with}: {what}") }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("group.protocol=consumer\nsession.timeout.ms=10000");
        assert_eq!(
            found.says(&RULE),
            [
                "high consumer app.properties: group.protocol=consumer with session.timeout.ms: the client does not start"
            ]
        );
        let preview = given().version("3.9").consumer("group.protocol=CONSUMER\nheartbeat.interval.ms=1000");
        assert_eq!(
            preview.says(&RULE),
            ["medium consumer app.properties: group.protocol=consumer with heartbeat.interval.ms: ignored"]
        );
        assert!(given().consumer("session.timeout.ms=10000").says(&RULE).is_empty());
        assert!(given().consumer("group.protocol=consumer").says(&RULE).is_empty());
        assert_eq!(
            given().consumer("group.protocol=${env:P}\nsession.timeout.ms=10000").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in group.protocol"]
        );
    }

    #[test]
    fn the_classic_protocol_takes_no_remote_assignor() {
        let seen = "high consumer app.properties: group.protocol=classic with group.remote.assignor: the client does not start";
        for version in ["3.9", "4.1"] {
            let classic = given().version(version).consumer("group.remote.assignor=uniform");
            assert_eq!(classic.says(&RULE), [seen], "{version}");
        }
        let kip_848 = given().consumer("group.protocol=consumer\ngroup.remote.assignor=uniform");
        assert!(kip_848.says(&RULE).is_empty());
    }
}
