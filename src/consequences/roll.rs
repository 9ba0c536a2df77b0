//! Restarting brokers one by one: a verdict per broker, an order, and what to wait for in between.

use crate::consequences::Subject;
use crate::consequences::case::LiveReplicas;
use crate::consequences::classes::ClassTable;
use crate::consequences::what_if::{RestartSafety, RestartVerdict, StopEffect, Transitions, lose};
use crate::model::{BrokerId, Cluster, PartitionIx};

/// A plan for restarting every broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollPlan {
    /// A verdict per broker that is up, by id.
    pub brokers: Vec<RestartVerdict>,
    /// Brokers that may be stopped as things are, in this order; the active controller comes last.
    pub order: Vec<BrokerId>,
    /// What must hold before the next one is stopped.
    pub wait_for: String,
}

/// What would happen if this broker were stopped in order now. A broker that is not up changes nothing.
pub fn restart(cluster: &Cluster, broker: BrokerId) -> RestartVerdict {
    let mut verdicts = verdicts(cluster, &[broker]);
    verdicts.pop().unwrap_or_else(|| empty(broker))
}

/// What would happen if all of these were stopped in order at the same time, none of them back before the
/// others are gone.
pub fn restart_together(cluster: &Cluster, brokers: &[BrokerId]) -> Option<RestartVerdict> {
    let (first, others) = brokers.split_first()?;
    if others.is_empty() {
        return Some(restart(cluster, *first));
    }
    let mut verdict = RestartVerdict { together_with: others.to_vec(), ..empty(*first) };
    let gone = lose(cluster, brokers);
    let (before, after) =
        (ClassTable::of(cluster, Subject::Cluster), ClassTable::of(&gone, Subject::Cluster));
    let transitions = Transitions::of(cluster);
    for at in 0..cluster.partitions.len() {
        let class = &before.rows[before.row_of[at] as usize];
        let then = after.live(&after.rows[after.row_of[at] as usize]);
        let outcome = outcome(&before.live(class), &then, transitions.min_isr(&before, class));
        count(&mut verdict, PartitionIx(at as u32), outcome);
    }
    conclude(cluster, &mut verdict);
    Some(verdict)
}

/// A plan for all brokers that are up.
pub fn roll(cluster: &Cluster) -> RollPlan {
    let up: Vec<BrokerId> =
        cluster.brokers.iter().map(|broker| broker.id).filter(|id| cluster.is_up(*id)).collect();
    let brokers = verdicts(cluster, &up);
    let controller = cluster.quorum.get().and_then(|quorum| quorum.leader);
    let mut stoppable: Vec<&RestartVerdict> =
        brokers.iter().filter(|verdict| verdict.verdict <= RestartSafety::AtFloor).collect();
    // The controller last: in any other place it may move more than once. Rack by rack, because brokers of one rack
    // share no partition where replicas are spread over racks.
    stoppable.sort_by_key(|verdict| {
        let rack = cluster.rack_of(verdict.broker);
        (Some(verdict.broker) == controller, verdict.verdict, rack, verdict.broker)
    });
    let order = stoppable.into_iter().map(|verdict| verdict.broker).collect();
    RollPlan { brokers, order, wait_for: wait_for(cluster) }
}

fn wait_for(cluster: &Cluster) -> String {
    let short = cluster.partitions.iter().filter(|one| one.isr_len() < one.replicas().len()).count();
    let back = "no under-replicated partition, and every partition led by its preferred leader again";
    match short {
        0 => back.into(),
        count => format!(
            "first, {} under-replicated partitions to be in sync again; then, after each restart: {back}",
            crate::model::human_count(count as i64)
        ),
    }
}

fn empty(broker: BrokerId) -> RestartVerdict {
    RestartVerdict {
        broker,
        together_with: Vec::new(),
        verdict: RestartSafety::Safe,
        offline: 0,
        under_min_isr: 0,
        at_min_isr: 0,
        unknown: 0,
        quorum_lost: false,
        partitions: Vec::new(),
    }
}

/// What the stop of one replica does to a class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StopOutcome {
    Nothing,
    Hit(StopEffect),
    UnknownMinimum,
}

fn verdicts(cluster: &Cluster, brokers: &[BrokerId]) -> Vec<RestartVerdict> {
    let classes = ClassTable::of(cluster, Subject::Cluster);
    let outcomes = outcomes(cluster, &classes);
    let mut verdicts: Vec<RestartVerdict> = brokers.iter().map(|id| empty(*id)).collect();
    let mut by_id: Vec<(BrokerId, usize)> = brokers.iter().copied().zip(0..).collect();
    by_id.sort_unstable();
    let columns = &cluster.partitions;
    for at in 0..columns.len() {
        let of_class = &outcomes[classes.row_of[at] as usize];
        if of_class.iter().all(|outcome| *outcome == StopOutcome::Nothing) {
            continue;
        }
        let set = &columns.sets[columns.replicas[at] as usize];
        for (broker, outcome) in set.iter().zip(of_class) {
            if *outcome != StopOutcome::Nothing
                && let Ok(found) = by_id.binary_search_by_key(broker, |(id, _)| *id)
            {
                count(&mut verdicts[by_id[found].1], PartitionIx(at as u32), *outcome);
            }
        }
    }
    for verdict in &mut verdicts {
        conclude(cluster, verdict);
    }
    verdicts
}

/// Per class and replica place: what the stop of that replica's broker does.
fn outcomes(cluster: &Cluster, classes: &ClassTable) -> Vec<Vec<StopOutcome>> {
    let transitions = Transitions::of(cluster);
    let of_class = |class: &crate::consequences::classes::ClassRow| {
        let (layout, before) = (classes.layout(class), classes.live(class));
        let minimum = transitions.min_isr(classes, class);
        let of_place = |place: u32| {
            if before.up >> place & 1 == 0 {
                return StopOutcome::Nothing;
            }
            outcome(&before, &transitions.lose(classes, class, &[place as u8]), minimum)
        };
        (0..layout.replicas).map(of_place).collect()
    };
    classes.rows.iter().map(of_class).collect()
}

fn outcome(before: &LiveReplicas, after: &LiveReplicas, minimum: Option<u32>) -> StopOutcome {
    let untouched = before.isr == after.isr && before.leader == after.leader;
    if untouched || !before.led() && !after.led() {
        return StopOutcome::Nothing;
    }
    if !after.led() {
        return StopOutcome::Hit(StopEffect::Offline);
    }
    match minimum.map(|minimum| after.in_sync().cmp(&minimum)) {
        None => StopOutcome::UnknownMinimum,
        Some(std::cmp::Ordering::Less) => StopOutcome::Hit(StopEffect::UnderMinIsr),
        Some(std::cmp::Ordering::Equal) => StopOutcome::Hit(StopEffect::AtMinIsr),
        Some(std::cmp::Ordering::Greater) => StopOutcome::Nothing,
    }
}

fn count(verdict: &mut RestartVerdict, ix: PartitionIx, outcome: StopOutcome) {
    let effect = match outcome {
        StopOutcome::Nothing => return,
        StopOutcome::UnknownMinimum => {
            verdict.unknown += 1;
            return;
        }
        StopOutcome::Hit(effect) => effect,
    };
    let counter = match effect {
        StopEffect::Offline => &mut verdict.offline,
        StopEffect::UnderMinIsr => &mut verdict.under_min_isr,
        StopEffect::AtMinIsr => &mut verdict.at_min_isr,
    };
    *counter += 1;
    // The worst ones must be among those listed, however many there are of the lesser kind.
    let kept = verdict.partitions.iter().filter(|(_, other)| *other == effect).count();
    if kept < RestartVerdict::MAX_LISTED {
        verdict.partitions.push((ix, effect));
    }
}

fn conclude(cluster: &Cluster, verdict: &mut RestartVerdict) {
    verdict.partitions.sort_by_key(|(ix, effect)| (*effect, *ix));
    verdict.partitions.truncate(RestartVerdict::MAX_LISTED);
    let stopping: Vec<BrokerId> =
        std::iter::once(verdict.broker).chain(verdict.together_with.iter().copied()).collect();
    verdict.quorum_lost = quorum_lost(cluster, &stopping);
    verdict.verdict = if verdict.offline + verdict.under_min_isr > 0 || verdict.quorum_lost {
        RestartSafety::Unsafe
    } else if verdict.unknown > 0 {
        RestartSafety::Unknown
    } else if verdict.at_min_isr > 0 {
        RestartSafety::AtFloor
    } else {
        RestartSafety::Safe
    };
}

/// Whether the controllers have a majority with these and none without them.
fn quorum_lost(cluster: &Cluster, stopping: &[BrokerId]) -> bool {
    let Some(quorum) = cluster.quorum.get() else { return false };
    // A quorum that has no majority already is not lost by this stop; it shows elsewhere.
    let majority = quorum.voters.len() / 2 + 1;
    let left = quorum.online.iter().filter(|id| !stopping.contains(id)).count();
    quorum.online.len() >= majority && left < majority
}
