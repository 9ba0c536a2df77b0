//! Classic groups close to the limit of their size.

use crate::model::KafkaVersion;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `group-near-max-size`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "group-near-max-size",
    chapter: Chapter::new(13),
    severity: Severity::Medium,
    title: "The group is nearly as large as it may be",
    scope: SubjectKind::Group,
    why: "The next instances get GROUP_MAX_SIZE_REACHED and do not join, just when more of them are needed.",
    fix: "Raise group.max.size on the brokers (classic groups), or run fewer members of {name}",
    needs: &[Evidence::Metadata, Evidence::Groups, Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(2, 2, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(most) = facts.smallest_of_brokers("group.max.size") else { return };
    for group in facts
        .cluster
        .groups
        .get()
        .map_or(&[][..], |groups| groups)
        .iter()
        .filter(|group| &*group.protocol == "classic")
    {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.member_count, subject).copied() else { continue };
        if i64::from(members) * 10 >= most.saturating_mul(8) {
            verdicts.finding(subject(), format!("{members} members, group.max.size={most}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let group = |count| {
            given().topic("a", "", &[&[1, 2]]).broker_config("group.max.size=100").group(
                "g",
                Datum::known(count, 0, Origin::Broker),
                &[],
            )
        };
        assert_eq!(group(90).says(&RULE), ["medium group g: 90 members, group.max.size=100"]);
        assert!(group(20).says(&RULE).is_empty());
        assert_eq!(group(90).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
