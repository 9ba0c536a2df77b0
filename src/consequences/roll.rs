//! Restarting brokers one by one: a verdict per broker, an order, and what to wait for in between.

use crate::consequences::Subject;
use crate::consequences::classes::ClassTable;
use crate::consequences::elections::{loses_majority, quorum_unseen};
use crate::consequences::leaderless::Leaderless;
use crate::consequences::loss_verdict::no_answer;
use crate::consequences::next_failure::{NextFailure, next_failures};
use crate::consequences::restart_verdict::{
    QuorumEffect, RestartSafety, RestartVerdict, StopEffect, comma_list,
};
use crate::consequences::stops::{ReplicaStop, StopOutcome, StopRules};
use crate::consequences::ways_out::{WayOut, ways_out};
use crate::consequences::what_if::{Transitions, lose};
use crate::model::{BrokerId, Cluster, PartitionIx, QuorumState, Unknown, plural};

/// A plan for restarting every broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollPlan {
    /// How many in-sync replicas above the minimum ISR each stop must leave.
    pub margin: u32,
    /// A verdict per broker that is up, by id.
    pub brokers: Vec<RestartVerdict>,
    /// Brokers that may be stopped as things are, in this order; the active controller comes last.
    pub order: Vec<BrokerId>,
    /// What must hold before the next one is stopped.
    pub wait_for: String,
    /// Brokers that stay unsafe however long one waits, a sentence each.
    pub waiting_does_not_help: Vec<String>,
}

/// One stop of a rolling restart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollStep {
    pub broker: BrokerId,
    /// The broker whose crash during the step would do most harm, and what it would do; `None` where no other is up.
    pub next_failure: Option<NextFailure>,
}

impl RollPlan {
    /// For each broker of the order: what breaks if one more fails while it is stopped. Looks at every partition.
    pub fn steps(&self, cluster: &Cluster) -> Vec<RollStep> {
        let worst = next_failures(cluster, &self.order).into_iter();
        let step = |(broker, next_failure): (&BrokerId, _)| RollStep { broker: *broker, next_failure };
        self.order.iter().zip(worst).map(step).collect()
    }

    /// How brokers that are unsafe to stop become safe, each way with its price; empty where none is. Assesses the
    /// cluster anew for each price.
    pub fn ways_out(&self, cluster: &Cluster) -> Vec<WayOut> {
        ways_out(cluster, &self.brokers)
    }

    /// What to say where no broker is in the order.
    pub fn without_order(&self) -> &'static str {
        match self.brokers.iter().map(|verdict| verdict.verdict).min() {
            Some(RestartSafety::Unknown) => "no broker is known to be safe to stop",
            _ => "no broker is safe to stop now",
        }
    }
}

/// What would happen if this broker were stopped in order now. A broker that is not up changes nothing.
pub fn restart(cluster: &Cluster, broker: BrokerId) -> RestartVerdict {
    let mut verdicts = verdicts(cluster, &[broker], 0);
    verdicts.pop().unwrap_or_else(|| RestartVerdict::empty(broker, Vec::new(), 0))
}

/// What would happen if all of these were stopped in order at the same time, none of them back before the
/// others are gone.
pub fn restart_together(cluster: &Cluster, brokers: &[BrokerId]) -> Option<RestartVerdict> {
    let (first, others) = brokers.split_first()?;
    if others.is_empty() {
        return Some(restart(cluster, *first));
    }
    let mut verdict = RestartVerdict::empty(*first, others.to_vec(), 0);
    let gone = lose(cluster, brokers);
    let (before, after) =
        (ClassTable::of(cluster, Subject::Cluster), ClassTable::of(&gone, Subject::Cluster));
    let transitions = Transitions::of(cluster);
    let rules = StopRules { transitions: &transitions, classes: &before, margin: 0 };
    let stopping: Vec<BrokerId> = brokers.iter().copied().filter(|id| cluster.is_up(*id)).collect();
    let mut leaderless = Leaderless::of(cluster);
    leaderless.count(&mut verdict);
    for partition in cluster.partitions.iter() {
        let places: Vec<u8> = places_of(partition.replicas(), &stopping);
        if places.is_empty() {
            continue;
        }
        let at = partition.ix.at();
        let class = &before.rows[before.row_of[at] as usize];
        let outlook = after.live(&after.rows[after.row_of[at] as usize]);
        let stop = rules.judged(class, &outlook, &places);
        if leaderless.holds(partition.ix) {
            note_if_never_spared(&mut verdict, partition.ix, stop);
        } else {
            count(&mut verdict, partition.ix, stop);
        }
    }
    conclude(cluster, &mut verdict, &unseen(cluster));
    Some(verdict)
}

fn places_of(replicas: &[BrokerId], stopping: &[BrokerId]) -> Vec<u8> {
    let stops = |(_, id): &(usize, &BrokerId)| stopping.contains(id);
    replicas.iter().take(32).enumerate().filter(stops).map(|(place, _)| place as u8).collect()
}

/// A plan for all brokers that are up: each stop may bring partitions down to their minimum ISR.
pub fn roll(cluster: &Cluster) -> RollPlan {
    roll_with_margin(cluster, 0)
}

/// The same, where each stop must leave so many in-sync replicas above the minimum ISR.
pub fn roll_with_margin(cluster: &Cluster, margin: u32) -> RollPlan {
    let all: Vec<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
    roll_of(cluster, &all, margin)
}

/// The same of some brokers only; of those that are not up nothing is said.
pub fn roll_of(cluster: &Cluster, brokers: &[BrokerId], margin: u32) -> RollPlan {
    let up: Vec<BrokerId> = brokers.iter().copied().filter(|id| cluster.is_up(*id)).collect();
    let brokers = verdicts(cluster, &up, margin);
    let controller = cluster.quorum.get().and_then(|quorum| quorum.leader);
    let mut stoppable: Vec<&RestartVerdict> =
        brokers.iter().filter(|verdict| verdict.verdict <= RestartSafety::AtFloor).collect();
    // The controller last: in any other place it may move more than once. Rack by rack, because brokers of one rack
    // share no partition where replicas are spread over racks.
    stoppable.sort_by_key(|verdict| {
        let rack = cluster.rack_of(verdict.broker);
        (Some(verdict.broker) == controller, verdict.verdict, rack, verdict.broker)
    });
    let order: Vec<BrokerId> = stoppable.into_iter().map(|verdict| verdict.broker).collect();
    RollPlan {
        margin,
        wait_for: wait_for(cluster),
        waiting_does_not_help: brokers.iter().filter_map(|verdict| never_safe(cluster, verdict)).collect(),
        order,
        brokers,
    }
}

/// Why a broker never becomes safe to stop, and what would change that.
fn never_safe(cluster: &Cluster, verdict: &RestartVerdict) -> Option<String> {
    if verdict.waiting_helps() != Some(false) {
        return None;
    }
    let broker = verdict.broker;
    let Some(example) = verdict.never_spared_example else {
        return Some(format!("broker {broker}: add controllers; too few vote for one to stop"));
    };
    let others = match verdict.never_spared {
        1 => String::new(),
        count => format!(" and {} more", plural(count as usize - 1, "partition")),
    };
    let replicas = cluster.partitions.view(example).replicas().len();
    let remedy = match (replicas, verdict.margin) {
        (1, _) => "add replicas",
        (_, 0) => "add replicas or lower its minimum ISR",
        _ => "add replicas, lower its minimum ISR or the margin",
    };
    let (name, replicas) = (cluster.partition_name(example), plural(replicas, "replica"));
    Some(format!(
        "broker {broker}: {name}{others} cannot spare one of {replicas}; {remedy}, or accept the interruption"
    ))
}

fn wait_for(cluster: &Cluster) -> String {
    let short = cluster.partitions.iter().filter(|one| one.is_under_replicated()).count();
    let leaderless = Leaderless::of(cluster);
    let back = "no under-replicated partition, and every partition led by its preferred leader again";
    let mut first = Vec::new();
    if cluster.quorum_state().is_lost() {
        first.push("a majority of the controllers to answer".to_string());
    }
    if let Some(example) = leaderless.partitions.first() {
        let count = plural(leaderless.partitions.len(), "partition");
        first.push(format!("{count} without a leader to have one ({})", whereabouts(cluster, *example)));
    }
    if short > 0 {
        first.push(format!("{} to be in sync again", plural(short, "under-replicated partition")));
    }
    if first.is_empty() {
        return back.into();
    }
    format!("first, {}; then, after each restart: {back}", first.join(" and "))
}

/// A partition and the brokers that hold it, with those that the cluster does not list.
fn whereabouts(cluster: &Cluster, ix: PartitionIx) -> String {
    let replicas = cluster.partitions.view(ix).replicas();
    let gone: Vec<BrokerId> = replicas.iter().copied().filter(|id| cluster.broker(*id).is_none()).collect();
    let (name, held) = (cluster.partition_name(ix), comma_list(replicas));
    if gone.is_empty() {
        return format!("{name}, replicas {held}");
    }
    format!("{name}, replicas {held}; the cluster does not list broker {}", comma_list(&gone))
}

type Counting = fn(&mut RestartVerdict, PartitionIx, ReplicaStop);

fn verdicts(cluster: &Cluster, brokers: &[BrokerId], margin: u32) -> Vec<RestartVerdict> {
    let classes = ClassTable::of(cluster, Subject::Cluster);
    let transitions = Transitions::of(cluster);
    let stops = StopRules { transitions: &transitions, classes: &classes, margin }.stops();
    let mut verdicts: Vec<RestartVerdict> =
        brokers.iter().map(|id| RestartVerdict::empty(*id, Vec::new(), margin)).collect();
    let mut by_id: Vec<(BrokerId, usize)> = brokers.iter().copied().zip(0..).collect();
    by_id.sort_unstable();
    let columns = &cluster.partitions;
    let mut leaderless = Leaderless::of(cluster);
    verdicts.iter_mut().for_each(|verdict| leaderless.count(verdict));
    for at in 0..columns.len() {
        let of_class = &stops[classes.row_of[at] as usize];
        if of_class.iter().all(|stop| stop.outcome == StopOutcome::Nothing) {
            continue;
        }
        let ix = PartitionIx(at as u32);
        let counted: Counting = if leaderless.holds(ix) { note_if_never_spared } else { count };
        let set = &columns.sets[columns.replicas[at] as usize];
        for (broker, stop) in set.iter().zip(of_class) {
            if stop.outcome != StopOutcome::Nothing
                && let Ok(found) = by_id.binary_search_by_key(broker, |(id, _)| *id)
            {
                counted(&mut verdicts[by_id[found].1], ix, *stop);
            }
        }
    }
    let unseen = unseen(cluster);
    for verdict in &mut verdicts {
        conclude(cluster, verdict, &unseen);
    }
    verdicts
}

fn count(verdict: &mut RestartVerdict, ix: PartitionIx, stop: ReplicaStop) {
    let effect = match stop.outcome {
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
        StopEffect::ShortOfMargin => &mut verdict.above_min_isr_short_of_margin,
    };
    *counter += 1;
    note_if_never_spared(verdict, ix, stop);
    // The worst ones must be among those listed, however many there are of the lesser kind.
    let kept = verdict.partitions.iter().filter(|(_, other)| *other == effect).count();
    if kept < RestartVerdict::MAX_LISTED {
        verdict.partitions.push((ix, effect));
    }
}

fn note_if_never_spared(verdict: &mut RestartVerdict, ix: PartitionIx, stop: ReplicaStop) {
    if stop.never_spared {
        verdict.never_spared += 1;
        verdict.never_spared_example.get_or_insert(ix);
    }
}

fn conclude(cluster: &Cluster, verdict: &mut RestartVerdict, unseen: &[String]) {
    verdict.partitions.sort_by_key(|(ix, effect)| (*effect, *ix));
    verdict.partitions.truncate(RestartVerdict::MAX_LISTED);
    count_moves(cluster, verdict);
    verdict.quorum = quorum_effect(cluster, &verdict.stopping());
    verdict.unseen = unseen.to_vec();
    if verdict.unknown > 0 {
        let partitions = plural(verdict.unknown as usize, "partition");
        verdict.unseen.push(format!("the minimum ISR of {partitions} is not known"));
    }
    let gone = verdict.stopping().into_iter().filter(|id| !cluster.is_up(*id));
    verdict.unseen.extend(gone.map(|id| format!("broker {id} is not up, so that its stop says nothing")));
    verdict.verdict = if verdict.forbidden() > 0 || verdict.quorum.forbids() {
        RestartSafety::Unsafe
    } else if !verdict.unseen.is_empty() {
        RestartSafety::Unknown
    } else if verdict.at_min_isr > 0 {
        RestartSafety::AtFloor
    } else {
        RestartSafety::Safe
    };
}

/// Partitions under reassignment that a stop touches. A replica that has not caught up is in no ISR, so that its stop
/// costs nothing but time.
fn count_moves(cluster: &Cluster, verdict: &mut RestartVerdict) {
    let stopping = verdict.stopping();
    for moved in cluster.partitions.reassignments.get().map_or(&[][..], |all| all) {
        let partition = cluster.partitions.view(moved.partition);
        if partition.catching_up().any(|id| stopping.contains(&id)) {
            verdict.moving_in += 1;
        } else if partition.replicas().iter().any(|id| stopping.contains(id)) {
            verdict.moving += 1;
        }
    }
}

fn quorum_effect(cluster: &Cluster, stopping: &[BrokerId]) -> QuorumEffect {
    match cluster.quorum_state() {
        QuorumState::None => QuorumEffect::Kept,
        QuorumState::Works(quorum) if loses_majority(&quorum.whole(), stopping) => QuorumEffect::NeverSpared,
        QuorumState::Works(quorum) if loses_majority(quorum, stopping) => QuorumEffect::Lost,
        QuorumState::Works(_) => QuorumEffect::Kept,
        QuorumState::Lost(_) => QuorumEffect::LostAlready,
        QuorumState::Unreachable => QuorumEffect::Unreachable,
        QuorumState::Unknown(_) => QuorumEffect::NotRead,
    }
}

/// What the stop of any broker might hit without anybody seeing it.
fn unseen(cluster: &Cluster) -> Vec<String> {
    let mut unseen = Vec::new();
    if let Some(reason) = cluster.topics_complete().reason() {
        unseen.push(hidden_topics(reason));
    }
    unseen.extend(quorum_unseen(cluster));
    unseen.extend(no_answer(cluster));
    unseen
}

/// Why topics may be missing, in words.
pub(super) fn hidden_topics(reason: &Unknown) -> String {
    match reason {
        Unknown::NotExposed(why) => why.clone(),
        reason => format!("whether all topics were seen is {reason}"),
    }
}
