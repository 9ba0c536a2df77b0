//! Brokers with more readers than sessions.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fetch-session-slots`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fetch-session-slots",
    chapter: Chapter::new(12),
    severity: Severity::Low,
    title: "More readers than fetch sessions",
    scope: SubjectKind::Broker,
    why: "A reader without a session of its own names all its partitions in every fetch: requests grow, and brokers spend their time on them.",
    fix: "Raise max.incremental.fetch.session.cache.slots above the members and followers that fetch from a broker",
    needs: &[Evidence::Metadata, Evidence::Groups, Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(1, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    let members: i64 =
        groups.iter().filter_map(|group| group.member_count.get()).map(|count| i64::from(*count)).sum();
    let readers = members + facts.cluster.brokers.len() as i64 - 1;
    brokers_with(facts, verdicts, ["max.incremental.fetch.session.cache.slots"], |[text]| {
        (text.parse::<i64>().ok()? < readers)
            .then(|| format!("max.incremental.fetch.session.cache.slots={text}, up to {readers} readers"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = |count| {
            given().topic("a", "", &[&[1, 2]]).group("g", Datum::known(count, 0, Origin::Broker), &[])
        };
        assert_eq!(
            members(1_500).says(&RULE),
            [
                "low cluster: max.incremental.fetch.session.cache.slots=1000, up to 1502 readers on brokers 1, 2, 3"
            ]
        );
        assert!(members(500).says(&RULE).is_empty());
        assert_eq!(members(1_500).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
