//! Consumers with settings that their group protocol does not take.

use crate::knobs::{GroupProtocol, KeyScope, default_of, keys_not_taken};
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

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        let set = |protocol| set_but_not_taken(consumer, protocol);
        let (new, classic) = (set(GroupProtocol::Consumer), set(GroupProtocol::Classic));
        if new.is_empty() && classic.is_empty() {
            continue;
        }
        match consumer.is_kip_848(verdicts) {
            Some(true) if !new.is_empty() => verdicts.seen(consumer.subject(), seen("consumer", &new)),
            Some(false) if !classic.is_empty() => {
                let fix = "Remove what only another protocol takes, such as group.remote.assignor";
                let seen = seen("classic", &classic);
                verdicts.seen(consumer.subject(), Seen { fix: Some(fix.into()), ..seen });
            }
            _ => {}
        }
    }
}

/// Keys that it sets though the protocol does not take them, and whether it starts with them. What its release has
/// never heard of is not told again here.
fn set_but_not_taken(consumer: Client<'_>, protocol: GroupProtocol) -> Vec<(&'static str, bool)> {
    let version = consumer.profile.version;
    let set = keys_not_taken(protocol).filter(|(key, _)| consumer.sets(key) && !is_blank(consumer, key));
    let throws = set.map(|(key, since)| (key, version >= since));
    throws.filter(|(key, throws)| *throws || default_of(KeyScope::Consumer, key, version).is_some()).collect()
}

/// The client takes a key without a value for one that is not set.
fn is_blank(consumer: Client<'_>, key: &str) -> bool {
    consumer.text(key).get().is_some_and(|text| text.trim().is_empty())
}

fn seen(protocol: &str, set: &[(&str, bool)]) -> Seen {
    let keys: Vec<&str> = set.iter().map(|(key, _)| *key).collect();
    let with = format!("group.protocol={protocol} with {}", keys.join(", "));
    let throws = set.iter().any(|(_, throws)| *throws);
    let (severity, what) =
        if throws { (Severity::High, "the client does not start") } else { (Severity::Medium, "ignored") };
    Seen { severity: Some(severity), ..format!("{with}: {what}").into() }.by(&keys)
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
