//! Partitions without a leader.

use crate::model::{BrokerId, PartitionView};
use crate::rules::facts::{ids, partition_findings};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offline-partition`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offline-partition",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Partition without a leader",
    scope: SubjectKind::Partition,
    why: "Nothing is read or written until a replica that may lead is back.",
    fix: "Bring back a broker that may lead {name}: one of those in sync, or else eligible",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

/// A change of the minimum clears the ELR and the last known leader with it; unclean restarts clear the ELR only.
const NOBODY_ELIGIBLE: &str = "If kafka-topics.sh --describe shows a LastKnownElr for {name}, bring that broker back: it is elected then. If not (a change of min.insync.replicas clears it), no broker that comes back will lead: kafka-leader-election.sh --election-type unclean --topic {name} --partition N; acknowledged records that the new leader lacks are lost";

const NOT_KNOWN: &str = "See who may lead: kafka-topics.sh --describe --topic {name} shows Elr and LastKnownElr. Bring one of these back; where there are none, only an unclean election helps, and acknowledged records that the new leader lacks are lost";

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        partition_findings(facts, verdicts, topic, |partition| {
            match partition.leader() {
                None => Some(seen(facts, partition)),
                // The metadata is older than the death of the broker, or nobody could elect another.
                Some(leader) if !facts.cluster.runs(leader) => {
                    let isr: Vec<BrokerId> = partition.isr().collect();
                    Some(Seen::from(format!("leader {leader} does not run; in sync {}", ids(&isr))))
                }
                Some(_) => None,
            }
        });
    }
}

/// Who may lead again: the replicas in sync, else the eligible ones, else nobody by itself.
fn seen(facts: &ClusterFacts<'_>, partition: PartitionView<'_>) -> Seen {
    let (isr, elr) = (partition.isr().collect::<Vec<_>>(), partition.elr().collect::<Vec<_>>());
    let replicas = format!("no leader; replicas {}", ids(partition.replicas()));
    if !isr.is_empty() {
        return waiting_for(facts, format!("{replicas}, in sync {}", ids(&isr)), &isr);
    }
    if !elr.is_empty() {
        return waiting_for(facts, format!("{replicas}, none in sync, eligible {}", ids(&elr)), &elr);
    }
    match partition.elr_mask() {
        Some(_) => Seen::with_fix(format!("{replicas}, none in sync, none eligible"), NOBODY_ELIGIBLE),
        None => Seen::with_fix(format!("{replicas}, none in sync; eligible leaders not known"), NOT_KNOWN),
    }
}

/// A broker that runs and may lead, but does not, has lost the directory of this replica.
fn waiting_for(facts: &ClusterFacts<'_>, evidence: String, may_lead: &[BrokerId]) -> Seen {
    let up: Vec<BrokerId> = may_lead.iter().copied().filter(|id| facts.cluster.is_up(*id)).collect();
    if up.is_empty() {
        return Seen::from(evidence);
    }
    Seen::with_fix(
        format!("{evidence}; up {}", ids(&up)),
        "Look at the log directories of {name} on the brokers that are up and may lead, and at the controller quorum; bring back the others that may lead",
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::Unknown;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[]);
        assert_eq!(
            found.says(&RULE),
            ["critical partition a-0: no leader; replicas 1, 2, 3, none in sync, none eligible"]
        );
        assert!(given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[2]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }

    #[test]
    fn the_fix_names_who_may_lead() {
        let offline = || given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[]);
        let eligible = || offline().down(2).elr(0, &[2]);
        let seen = "critical partition a-0: no leader; replicas 1, 2, 3, none in sync, eligible 2";
        assert_eq!(eligible().says(&RULE), [seen]);
        assert_eq!(
            eligible().fixes(&RULE),
            ["Bring back a broker that may lead a: one of those in sync, or else eligible"]
        );
        let cleared = offline().fixes(&RULE);
        assert!(cleared[0].contains("--election-type unclean --topic a"), "{cleared:?}");
        assert!(!cleared[0].starts_with("Bring back"), "{cleared:?}");
        let unread = offline().elr_lists(Unknown::Denied("Describe on Topic a".into())).fixes(&RULE);
        assert!(unread[0].starts_with("See who may lead"), "{unread:?}");
        let running = offline().elr(0, &[3]);
        assert!(running.fixes(&RULE)[0].starts_with("Look at the log directories"));
    }
}
