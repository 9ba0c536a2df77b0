//! What a setting means: failures tolerated, latency, fail-over, the next event that breaks a promise.
//!
//! [`assess`] assesses a [`crate::model::Cluster`] as it is, with what is assumed of its clients and its
//! surroundings; a hypothesis is assessed by assessing the cluster that it makes. [`lose`], [`restart`] and
//! [`roll`] answer what happens when brokers go. Every figure has a stable id, a sentence and its reasons.
//!
//! How it is built: partitions are grouped into classes ([`classes`]); settings that are not known become
//! several possible cases ([`cases`]); closed forms ([`tolerance`]) and models assess each case; a figure
//! covers the cases of a class and takes the worst class.

mod advice;
mod assessment;
mod batching;
mod broker_table;
mod capacity;
mod case;
mod cases;
mod chain;
mod class_summaries;
mod classes;
mod compare;
mod connection;
mod consumers;
mod context;
mod copysets;
mod cost;
mod elections;
mod estimate;
mod fail_over;
mod failures;
mod figure;
#[cfg(test)]
mod fixtures;
mod flow;
mod frontier;
mod goal;
mod goal_plan;
mod gth;
mod interning;
mod keys;
mod knob_values;
mod lag_history;
mod leaderless;
mod loss_cause;
mod loss_verdict;
mod losses;
#[cfg(test)]
mod monotonicity_tests;
mod next_break;
mod next_failure;
mod objective;
mod ordering;
mod poison;
mod presets;
mod promises;
mod quantile;
mod quorum;
mod rack_votes;
mod recovery;
mod replica_sets;
mod resources;
mod restart_verdict;
mod restart_wait;
mod risk;
mod roll;
mod stops;
mod streams;
mod tail;
mod tolerance;
mod traffic;
mod transition;
#[cfg(test)]
mod verdict_tests;
mod ways_out;
mod what_if;
mod wording;
mod worst_topic;
mod yearly;

pub use advice::{Advice, Judge, advise};
pub use assessment::{
    Assessment, Availability, CauseShare, ClassSummary, Cost, Durability, FailOver, FigureView, Latency,
    NextBreak, Section, SectionFigure, Subject, Throughput, Unseen,
};
pub use batching::{Batching, ProducerStream};
pub use compare::{Comparison, Delta, compare, differences};
pub use estimate::{Estimate, format_significant};
pub use figure::{
    AffectedPartitions, Derivation, FailuresTolerated, Figure, FigureValue, Input, Percentiles, Qualitative,
    Quantity, Scale, Unit,
};
pub use frontier::{
    FrontierPoint, FrontierRow, FrontierTable, MAX_POINTS, SWEEP_KNOBS, Sweep, default_sweep, frontier,
    frontier_table,
};
pub use goal::{Goal, GoalFault, Metric, Survivor, goal_usage, parse_goals};
pub use goal_plan::{GoalPlan, MAX_CHANGES, plan};
pub use keys::keys_moved;
pub use knob_values::KnobValues;
pub use lag_history::LagHistory;
pub use loss_cause::LossCause;
pub use loss_verdict::{LossVerdict, loss_verdict, stopped};
pub use next_failure::NextFailure;
pub use objective::{OBJECTIVES, Objective, figure_of};
pub use presets::{PRESETS, Preset, preset};
pub use restart_verdict::{QuorumEffect, RestartSafety, RestartVerdict, StopEffect};
pub use restart_wait::{RestartWait, back_in_isr, stop_allowed};
pub use roll::{RollPlan, RollStep, restart, restart_together, roll, roll_of, roll_with_margin};
pub use ways_out::{Way, WayOut};
pub use what_if::lose;

use crate::model::{Cluster, Environment, plural};
use context::AssessmentContext;
use risk::Risk;
use tolerance::{FaultKind, Operation};
use traffic::Flows;
use worst_topic::LoadFigures;

/// Asked before each step of a long search, which stops with what it has once this says no.
pub type KeepGoing<'a> = &'a dyn Fn() -> bool;

/// What the cluster, a topic or a partition can take, does and costs.
pub fn assess(cluster: &Cluster, subject: Subject) -> Assessment {
    let context = AssessmentContext::of(cluster, subject);
    let risk = Risk::of(&context);
    let flows = Flows::of(&context);
    let load = LoadFigures::of(&context, &flows, subject);
    let unseen = unseen(cluster, subject);
    Assessment {
        subject,
        name: name_of(cluster, subject),
        partitions: context.partitions(),
        knobs: context.knobs.clone(),
        assumptions: [
            assumptions(&context, &unseen),
            risk.left_out.clone(),
            load.left_out.into_iter().collect(),
        ]
        .concat(),
        durability: durability(&context, &risk),
        writes: availability(&context, &risk, Operation::Write),
        reads: availability(&context, &risk, Operation::Read),
        visibility: availability(&context, &risk, Operation::Visible),
        ordering: ordering::ordering(&context),
        duplicates: ordering::duplicates(&context),
        quorum: quorum::quorum(cluster),
        fail_over: fail_over(&context),
        sections: vec![
            yearly::section(&context, &risk),
            replica_sets::section(&context, &risk),
            losses::section(&context, &risk, &flows),
            load.capacity,
            recovery::section(&context),
            load.resources,
            load.consumers,
            load.streams,
        ],
        latency: load.latency,
        throughput: load.throughput,
        cost: load.cost,
        next_break: next_break::next_break(&context),
        classes: class_summaries::class_summaries(&context),
        unseen,
    }
}

fn name_of(cluster: &Cluster, subject: Subject) -> String {
    match subject {
        Subject::Cluster => cluster.id.get().cloned().unwrap_or("cluster".into()),
        Subject::Topic(ix) => cluster.topic(ix).name.to_string(),
        Subject::Partition(ix) => cluster.partition_name(ix),
    }
}

fn durability(context: &AssessmentContext<'_>, risk: &Risk) -> Durability {
    Durability {
        crash: failures::data(context, FaultKind::Crash),
        power_loss: failures::data(context, FaultKind::PowerLoss),
        disk_loss: failures::data(context, FaultKind::DiskLoss),
        rack: failures::data_racks(context),
        loss_per_year: yearly::loss(context, risk),
        by_cause: yearly::by_cause(risk),
    }
}

fn availability(context: &AssessmentContext<'_>, risk: &Risk, operation: Operation) -> Availability {
    Availability {
        works_now: context.all(|case, live| operation.works(case, live)),
        crash: failures::crashes(context, operation),
        rack: failures::racks(context, operation),
        unavailable: while_leaders_are_elected(context, yearly::unavailable(context, risk, operation)),
    }
}

fn fail_over(context: &AssessmentContext<'_>) -> FailOver {
    let when_elected = |figure| while_leaders_are_elected(context, figure);
    let FailOver { crash, controlled, follower_stall, stuck_follower, stalls_per_year } =
        fail_over::fail_over(context);
    FailOver {
        crash: when_elected(crash),
        controlled: when_elected(controlled),
        follower_stall: when_elected(follower_stall),
        stuck_follower: when_elected(stuck_follower),
        stalls_per_year: when_elected(stalls_per_year),
    }
}

/// Nothing is promised of elections while there are none, or nobody knows whether there are.
fn while_leaders_are_elected(context: &AssessmentContext<'_>, figure: Figure<Quantity>) -> Figure<Quantity> {
    let unread = || elections::quorum_unseen(context.cluster).map(|why| format!("Not known: {why}"));
    let Some(why) = quorum::lost(context.cluster).or_else(unread) else { return figure };
    let value = Quantity { value: Estimate::Unknown(why.clone()), ..figure.value };
    Figure { value, headline: why, ..figure }
}

/// What nobody can see and had to be assumed, and what is not known.
fn assumptions(context: &AssessmentContext<'_>, unseen: &Unseen) -> Vec<String> {
    let assumed = &context.cluster.assumed;
    let mut lines = Vec::new();
    for producer in assumed.producers.iter().take(1) {
        lines.push(format!("producer: {} of Kafka {}", producer.name, producer.version));
    }
    for consumer in assumed.consumers.iter().take(1) {
        lines.push(format!("consumer: {} of Kafka {}", consumer.name, consumer.version));
    }
    let load = &assumed.load;
    lines.push(format!(
        "load: {} records/s of {} bytes from {}",
        format_significant(load.records_per_s),
        load.record_bytes,
        plural(load.producers as usize, "producer")
    ));
    let topics = context.cluster.topics.iter().filter(|topic| !topic.internal).count();
    if topics > 1 {
        let others = match topics - 1 {
            1 => "the other one takes".to_string(),
            count => format!("the other {count} of {topics} take"),
        };
        lines.push(format!("the load is that of one topic; what {others} of the brokers is not counted"));
    }
    let as_named = Environment::preset(&assumed.env.name).is_some_and(|preset| preset == assumed.env);
    let changed = if as_named { "" } else { ", changed" };
    lines.push(format!("failure rates and machines: {}{changed}", assumed.env.name));
    lines.extend(granted(context.cluster, unseen));
    let unknown = context.knobs.iter().filter(|(_, value)| value.get().is_none());
    lines.extend(unknown.map(|(knob, _)| context.knobs.why_unknown(knob)));
    lines
}

/// What may be hidden from an assessment of this subject.
fn unseen(cluster: &Cluster, subject: Subject) -> Unseen {
    let topics = cluster.topics_complete().reason().map(roll::hidden_topics);
    Unseen {
        topics: topics.filter(|_| subject == Subject::Cluster),
        quorum: elections::quorum_unseen(cluster),
        racks: elections::racks_unseen(cluster),
    }
}

/// What the figures take for granted where it could not be seen.
fn granted(cluster: &Cluster, unseen: &Unseen) -> impl Iterator<Item = String> {
    let seen = plural(cluster.topics.len(), "topic");
    let topics =
        unseen.topics.as_ref().map(|why| format!("there are no topics beside the {seen} seen: {why}"));
    let bounds = unseen.quorum.iter().chain(&unseen.racks);
    topics.into_iter().chain(bounds.map(|why| format!("{why}: what hangs on it is a bound or unknown")))
}

#[cfg(test)]
mod tests;
