//! Brokers whose segments may use up the memory maps.

use crate::knobs::KeyScope;
use crate::model::BrokerId;
use crate::rules::facts::TopicFacts;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `many-segments`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "many-segments",
    chapter: Chapter::new(8),
    severity: Severity::Medium,
    title: "More segments than the machine maps",
    scope: SubjectKind::Broker,
    why: "Two memory maps a segment: when vm.max_map_count is reached the broker stops with \"Map failed\".",
    fix: "Raise vm.max_map_count to 262144 or more (and say so with --set env:map_limit), or raise segment.ms",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let (limit, source) = map_limit(facts);
    let mut maps: BTreeMap<BrokerId, f64> = BTreeMap::new();
    for topic in facts.topics() {
        let Some(segments) = segments_by_age(facts, topic, verdicts) else { continue };
        for partition in facts.partitions(topic) {
            for id in partition.replicas() {
                *maps.entry(*id).or_default() += 2.0 * segments;
            }
        }
    }
    for (id, maps) in maps.into_iter().filter(|(_, maps)| *maps > 0.8 * limit) {
        let subject = FindingSubject::named(SubjectKind::Broker, id.to_string());
        verdicts.finding_by(
            &["segment.ms"],
            subject,
            format!(
                "up to {maps:.0} maps by segment.ms and retention.ms, vm.max_map_count {source} {limit:.0}"
            ),
        );
    }
}

/// The limit of every broker's machine, and whether it was seen. Of machines that were looked at the lowest counts: which
/// broker runs on which is not known, and what was not looked at is taken to be as assumed.
fn map_limit(facts: &ClusterFacts<'_>) -> (f64, &'static str) {
    let hosts = &facts.around.hosts;
    let assumed = facts.cluster.assumed.env.machine.map_limit;
    let seen = hosts.iter().filter_map(|host| host.map_limit.get()).map(|limit| *limit as f64);
    let Some(seen) = seen.reduce(f64::min) else { return (assumed, "is taken to be") };
    let are_all_known = hosts.iter().all(|host| host.map_limit.get().is_some());
    let are_all_seen = are_all_known && hosts.len() >= facts.cluster.brokers.len();
    if are_all_seen || seen <= assumed { (seen, "is") } else { (assumed, "is taken to be") }
}

/// How many segments a partition with a steady trickle has: what size cuts more of is not known here.
fn segments_by_age(
    facts: &ClusterFacts<'_>,
    topic: &TopicFacts<'_>,
    verdicts: &mut Verdicts<'_>,
) -> Option<f64> {
    let read = |key| {
        facts
            .setting(KeyScope::Topic, &topic.topic.config, key)
            .map(|text| text.parse::<f64>().unwrap_or(-1.0))
    };
    let retention_ms = *verdicts.known(&read("retention.ms"), || topic.subject())?;
    let segment_ms = *verdicts.known(&read("segment.ms"), || topic.subject())?;
    Some(if retention_ms > 0.0 && segment_ms > 0.0 { retention_ms / segment_ms + 1.0 } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given, host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let partitions = vec![&[1][..]; 200];
        let many = |text: &str| given().topic("a", text, &partitions);
        assert_eq!(
            many("segment.ms=3600000").says(&RULE),
            [
                "medium broker 1: up to 67600 maps by segment.ms and retention.ms, vm.max_map_count is taken to be 65530"
            ]
        );
        assert!(many("").says(&RULE).is_empty());
        let one = many("segment.ms=3600000").host(host(&[]));
        assert_eq!(one.says(&RULE).len(), 1, "a machine of three says nothing of the others");
        let all = many("segment.ms=3600000").host(host(&[])).host(host(&[])).host(host(&[]));
        assert!(all.says(&RULE).is_empty(), "the machines allow 1048576");
        assert_eq!(many("").denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
