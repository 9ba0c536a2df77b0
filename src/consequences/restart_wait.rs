//! What to wait for before a broker may be stopped, and after it came back: asked again until there is an answer.

use crate::consequences::loss_verdict::no_answer;
use crate::consequences::restart_verdict::RestartSafety;
use crate::consequences::roll::{hidden_topics, roll_of};
use crate::model::{BrokerId, Cluster, Unknown, plural};

/// Where the waiting stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RestartWait {
    /// What was waited for holds.
    Over(String),
    /// It does not hold yet.
    Waiting(String),
    /// It will not hold however long one waits.
    Useless(String),
    /// Not everything that decides could be seen; whether a later look may see it.
    Unknown { why: String, may_clear: bool },
}

impl RestartWait {
    /// In a sentence.
    pub fn sentence(&self) -> &str {
        match self {
            RestartWait::Over(text) | RestartWait::Waiting(text) | RestartWait::Useless(text) => text,
            RestartWait::Unknown { why, .. } => why,
        }
    }
}

/// Whether a broker may be stopped so that each partition keeps so many in-sync replicas above its minimum ISR.
pub fn stop_allowed(cluster: &Cluster, broker: BrokerId, margin: u32) -> RestartWait {
    let plan = roll_of(cluster, &[broker], margin);
    let Some(verdict) = plan.brokers.first() else {
        return RestartWait::Waiting(format!("broker {broker} is not up"));
    };
    let headline = verdict.headline();
    match (verdict.verdict, verdict.waiting_helps()) {
        (RestartSafety::Safe | RestartSafety::AtFloor, _) => RestartWait::Over(headline),
        (RestartSafety::Unknown, _) => {
            RestartWait::Unknown { why: headline, may_clear: may_be_seen_later(cluster) }
        }
        (RestartSafety::Unsafe, Some(false)) => {
            let never = plan.waiting_does_not_help.join("; ");
            RestartWait::Useless(format!("{headline}; waiting does not help {never}"))
        }
        (RestartSafety::Unsafe, _) => RestartWait::Waiting(headline),
    }
}

/// Whether a broker is up and in the ISR of every partition that it holds a replica of.
pub fn back_in_isr(cluster: &Cluster, broker: BrokerId) -> RestartWait {
    if !cluster.is_up(broker) {
        return RestartWait::Waiting(format!("broker {broker} is not up"));
    }
    let holds = cluster.partitions.iter().filter(|partition| partition.replicas().contains(&broker));
    let (mut held, mut behind, mut coming, mut example) = (0_usize, 0_usize, 0_usize, None);
    for partition in holds {
        // It was not in sync before it stopped either.
        if partition.catching_up().any(|id| id == broker) {
            coming += 1;
            continue;
        }
        held += 1;
        if !partition.in_isr(broker) {
            behind += 1;
            example.get_or_insert(partition.ix);
        }
    }
    if let Some(example) = example {
        let name = cluster.partition_name(example);
        let partitions = plural(behind, "partition");
        return RestartWait::Waiting(format!(
            "broker {broker} is not in the ISR of {partitions}: {name} first"
        ));
    }
    let unseen: Vec<String> =
        cluster.topics_complete().reason().map(hidden_topics).into_iter().chain(no_answer(cluster)).collect();
    if !unseen.is_empty() {
        let why = format!("whether broker {broker} is in every ISR is unknown: {}", unseen.join("; "));
        return RestartWait::Unknown { why, may_clear: may_be_seen_later(cluster) };
    }
    let partitions = plural(held, "partition");
    let moved = match coming {
        0 => String::new(),
        count => {
            format!("; not yet in that of {} that a reassignment moves to it", plural(count, "partition"))
        }
    };
    RestartWait::Over(format!(
        "broker {broker} is up and in the ISR of all {partitions} that it holds{moved}"
    ))
}

/// What is denied or not supported stays so; a broker that does not answer may answer the next time.
fn may_be_seen_later(cluster: &Cluster) -> bool {
    let completeness = cluster.completeness();
    let reasons = [completeness.topics.reason(), completeness.quorum.reason()];
    let settings = cluster.topics.iter().map(|topic| topic.config.reason());
    let silence = |reason: &Unknown| matches!(reason, Unknown::Unreachable(_) | Unknown::NotAsked);
    let is_silent = reasons.into_iter().chain(settings).flatten().any(silence);
    is_silent || no_answer(cluster).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequences::{restart, roll};
    use crate::hypothesis::{apply, reference};
    use crate::knobs::Change;
    use crate::model::{BrokerStatus, Datum, KafkaVersion, Origin, PartitionIx, Partitions, Reassignment};

    fn cluster() -> Cluster {
        reference(KafkaVersion::REFERENCE)
    }

    /// A cluster in which a broker is in no ISR, and up or not.
    fn without(broker: i32, state: BrokerStatus) -> Cluster {
        let mut cluster = cluster();
        let mut rows = cluster.partitions.to_rows();
        for row in &mut rows {
            row.isr.retain(|id| id.0 != broker);
            row.leader = row.isr.first().copied();
        }
        let elr = cluster.partitions.elr.map(|_| ());
        cluster.partitions = Partitions::from_rows(&rows, elr);
        let mut brokers = cluster.brokers.to_vec();
        brokers.iter_mut().filter(|one| one.id.0 == broker).for_each(|one| one.state = state);
        cluster.brokers = brokers.into();
        cluster
    }

    fn with(cluster: &Cluster, change: &str) -> Cluster {
        apply(cluster, &[Change::parse(change).unwrap()]).unwrap()
    }

    #[test]
    fn a_stop_is_waited_for_until_the_others_are_back_in_the_isr() {
        let whole = with(&cluster(), "topic:min.insync.replicas=2");
        let stop = |cluster: &Cluster, margin| stop_allowed(cluster, BrokerId(1), margin);
        assert!(matches!(stop(&whole, 0), RestartWait::Over(_)), "{:?}", stop(&whole, 0));
        let short = with(&without(3, BrokerStatus::Up), "topic:min.insync.replicas=2");
        assert!(matches!(stop(&short, 0), RestartWait::Waiting(_)), "{:?}", stop(&short, 0));
        let down = without(1, BrokerStatus::Down);
        assert_eq!(stop(&down, 0), RestartWait::Waiting("broker 1 is not up".into()));
    }

    #[test]
    fn where_waiting_does_not_help_nobody_waits() {
        let all = with(&cluster(), "topic:min.insync.replicas=3");
        let RestartWait::Useless(why) = stop_allowed(&all, BrokerId(1), 0) else { panic!("it may help") };
        assert!(why.contains("waiting does not help broker 1: orders-0"), "{why}");
        // The margin holds: 3 replicas less one stopped leave one above a minimum of 1, not two.
        let one = with(&cluster(), "topic:min.insync.replicas=1");
        assert!(matches!(stop_allowed(&one, BrokerId(1), 1), RestartWait::Over(_)));
        assert!(matches!(stop_allowed(&one, BrokerId(1), 2), RestartWait::Useless(_)));
    }

    #[test]
    fn what_is_denied_is_told_at_once_and_what_does_not_answer_may_answer_later() {
        let unseen = |reason: Unknown| {
            let mut cluster = with(&cluster(), "topic:min.insync.replicas=2");
            cluster.quorum = Datum::unknown(reason);
            stop_allowed(&cluster, BrokerId(1), 0)
        };
        let denied = unseen(Unknown::Denied("Describe on Cluster".into()));
        assert!(matches!(denied, RestartWait::Unknown { may_clear: false, .. }), "{denied:?}");
        let silent = unseen(Unknown::Unreachable("timed out".into()));
        assert!(matches!(silent, RestartWait::Unknown { may_clear: true, .. }), "{silent:?}");
    }

    #[test]
    fn a_broker_is_back_when_it_is_in_every_isr() {
        let back = |cluster: &Cluster| back_in_isr(cluster, BrokerId(1));
        assert_eq!(back(&without(1, BrokerStatus::Down)), RestartWait::Waiting("broker 1 is not up".into()));
        let behind = back(&without(1, BrokerStatus::Up));
        let told = "broker 1 is not in the ISR of 12 partitions: orders-0 first";
        assert_eq!(behind, RestartWait::Waiting(told.into()));
        let told = "broker 1 is up and in the ISR of all 12 partitions that it holds";
        assert_eq!(back(&cluster()), RestartWait::Over(told.into()));
        let told = "broker 1 is up and in the ISR of all 11 partitions that it holds; \
                    not yet in that of 1 partition that a reassignment moves to it";
        assert_eq!(back(&moved_to_1()), RestartWait::Over(told.into()));
    }

    /// A cluster in which a reassignment moves a partition to broker 1, which has not caught up.
    fn moved_to_1() -> Cluster {
        let mut moved = cluster();
        let mut rows = moved.partitions.to_rows();
        rows[3].isr.retain(|id| id.0 != 1);
        rows[3].leader = rows[3].isr.first().copied();
        let moving = Reassignment {
            partition: PartitionIx(3),
            adding: vec![BrokerId(1)],
            removing: vec![BrokerId(2)],
        };
        let known = Datum::known([moving].into(), 0, Origin::Broker);
        let elr = moved.partitions.elr.map(|_| ());
        moved.partitions = Partitions::from_rows(&rows, elr).with_reassignments(known);
        moved
    }

    #[test]
    fn what_a_stop_does_to_a_move_is_told_and_nobody_waits_for_the_move() {
        let moved = moved_to_1();
        let told = |broker| restart(&moved, BrokerId(broker)).moves();
        let to = "1 partition that a reassignment moves to it: the copying waits until it is back, and goes on from there";
        assert_eq!(told(1), [to]);
        assert!(
            told(2)[0].starts_with("1 partition with a replica on it under reassignment"),
            "{:?}",
            told(2)
        );
        assert!(!roll(&moved).wait_for.contains("first, "), "{}", roll(&moved).wait_for);
        let mut unknown = moved.clone();
        unknown.partitions = unknown.partitions.with_reassignments(Datum::unknown(Unknown::NotAsked));
        assert!(roll(&unknown).wait_for.contains("1 under-replicated partition"), "it may be missing");
    }
}
