//! Figures of failures tolerated: data, writes, reads and visibility, in sentences.

use crate::consequences::case::{Acks, Case};
use crate::consequences::context::{AssessmentContext, Tolerated};
use crate::consequences::elections::{quorum_unseen, racks_unseen};
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::tolerance::{FaultKind, Operation, durability, durability_racks};
use crate::consequences::{AffectedPartitions, Estimate, FailuresTolerated, Figure};
use crate::knobs::{cluster, producer, topic};
use crate::model::{plural, plural_noun};

const RACK_OUTAGE: &str = "rack outage";

/// What faults of one kind do to acknowledged data.
pub(super) fn data(context: &AssessmentContext<'_>, fault: FaultKind) -> Figure<FailuresTolerated> {
    let tolerated =
        context.tolerated_for_data(|case| case.replicas, |case, live| durability(case, live, fault));
    let (id, label, noun) = match fault {
        FaultKind::Crash => ("durability.crash", "Data survives crashes", "broker crash"),
        FaultKind::PowerLoss => ("durability.power_loss", "Data survives power loss", "machine power loss"),
        FaultKind::DiskLoss => ("durability.disk_loss", "Data survives disk loss", "lost disk"),
    };
    let headline = format!("Acknowledged data {}", survives(&tolerated, noun));
    let why = data_reasons(context, fault);
    Figure { id, label, headline, affected: tolerated.worst(), value: tolerated.value, why }
}

/// What power failures of whole racks do to acknowledged data.
pub(super) fn data_racks(context: &AssessmentContext<'_>) -> Figure<FailuresTolerated> {
    let tolerated = context.tolerated_for_data(|case| u32::from(case.racks.count), durability_racks);
    let headline = format!("Acknowledged data {}", survives(&tolerated, "rack power loss"));
    let mut why = data_reasons(context, FaultKind::PowerLoss);
    why.formula = format!("{}; a rack takes all its replicas at once", why.formula);
    why.inputs.push(racks_input(context));
    let affected = tolerated.worst();
    Figure {
        id: "durability.rack",
        label: "Data survives rack loss",
        value: tolerated.value,
        headline,
        affected,
        why,
    }
}

/// How many broker crashes an operation survives.
pub(super) fn crashes(context: &AssessmentContext<'_>, operation: Operation) -> Figure<FailuresTolerated> {
    let tolerated = context.tolerated(|case| case.replicas, |case, live| operation.margin(case, live));
    let (id, label, subject) = match operation {
        Operation::Write => ("writes.crash", "Writes survive crashes", "Writes survive"),
        Operation::Read => ("reads.crash", "Reads survive crashes", "Reads survive"),
        Operation::Visible => {
            ("visibility.crash", "HW survives crashes", "Visibility of new records survives")
        }
    };
    let headline = goes_on(context, operation, subject, &tolerated, "broker crash");
    let why = operation_reasons(context, operation);
    Figure { id, label, headline, affected: tolerated.affected, value: tolerated.value, why }
}

/// How many lost racks an operation survives.
pub(super) fn racks(context: &AssessmentContext<'_>, operation: Operation) -> Figure<FailuresTolerated> {
    let tolerated =
        context.tolerated(|case| u32::from(case.racks.count), |case, live| operation.racks(case, live));
    let (id, label, subject) = match operation {
        Operation::Write => ("writes.rack", "Writes survive rack loss", "Writes survive"),
        Operation::Read => ("reads.rack", "Reads survive rack loss", "Reads survive"),
        Operation::Visible => {
            ("visibility.rack", "HW survives rack loss", "Visibility of new records survives")
        }
    };
    let headline = goes_on(context, operation, subject, &tolerated, RACK_OUTAGE);
    let mut why = operation_reasons(context, operation);
    why.formula = format!("{}; the worst racks go first", why.formula);
    why.inputs.push(racks_input(context));
    Figure { id, label, headline, affected: tolerated.affected, value: tolerated.value, why }
}

fn survives(tolerated: &Tolerated, noun: &str) -> String {
    let FailuresTolerated { guaranteed, now, of } = &tolerated.value;
    let least = whose(&tolerated.affected);
    if guaranteed == now {
        return format!("survives {}{least}", counted(now, *of, noun));
    }
    let (promised, now) = (counted(guaranteed, *of, noun), counted(now, *of, noun));
    let of_promise = whose(&tolerated.promised_to);
    if of_promise == least {
        return format!("is guaranteed to survive {promised}; as things are, {now}{least}");
    }
    format!("is guaranteed to survive {promised}{of_promise}; as things are, {now}{least}")
}

/// `no crash`, `1 crash`, `2 crashes`, `any number of crashes`.
pub(super) fn counted(estimate: &Estimate<u32>, of: u32, noun: &str) -> String {
    match estimate {
        Estimate::Exact(count) if *count >= of => format!("any number of {}", plural_noun(noun)),
        Estimate::Exact(0) => format!("no {noun}"),
        Estimate::Exact(count) => plural(*count as usize, noun),
        Estimate::Unknown(why) => format!("an unknown number of {} ({why})", plural_noun(noun)),
        Estimate::Between(..) => format!("{estimate} {}", plural_noun(noun)),
    }
}

fn whose(affected: &Option<AffectedPartitions>) -> String {
    match affected {
        Some(affected) if affected.partitions < affected.of => format!(
            " ({} of {} partitions, the first is {})",
            affected.partitions, affected.of, affected.example
        ),
        _ => String::new(),
    }
}

fn goes_on(
    context: &AssessmentContext<'_>,
    operation: Operation,
    subject: &str,
    tolerated: &Tolerated,
    noun: &str,
) -> String {
    let value = &tolerated.value;
    if let Some(hit) = context.affected(|class| class.stops(operation, &class.live)) {
        let what = match operation {
            Operation::Write => "Writes are refused or wait",
            Operation::Read => "Reads find no leader",
            Operation::Visible => "New records cannot be read",
        };
        return format!("{what} now{}", whose(&Some(hit)));
    }
    let more = match &value.now {
        Estimate::Exact(0) => format!("no further {noun}"),
        Estimate::Exact(1) => format!("1 more {noun}"),
        Estimate::Between(0, most) => format!("at most {}", plural(*most as usize, &format!("more {noun}"))),
        now => format!("{now} more {}", plural_noun(noun)),
    };
    let promised = match &value.guaranteed {
        guaranteed if *guaranteed == value.now => String::new(),
        Estimate::Between(0, most) => format!(" (the setting promises at most {most})"),
        guaranteed => format!(" (the setting promises {guaranteed})"),
    };
    let doubt = doubt(context, noun).map_or(String::new(), |why| format!(": {why}"));
    format!("{subject} {more}{promised}{}{doubt}", whose(&tolerated.affected))
}

/// What was not seen of the controllers and bounds how many of these an operation survives.
fn doubt(context: &AssessmentContext<'_>, noun: &str) -> Option<String> {
    let racks = || racks_unseen(context.cluster).filter(|_| noun == RACK_OUTAGE);
    quorum_unseen(context.cluster).or_else(racks)
}

fn racks_input(context: &AssessmentContext<'_>) -> Input {
    use crate::consequences::classes::RackSpread;
    let spread = context.worst().map(|worst| worst.layout.spread);
    let (value, source) = match spread {
        Some(RackSpread::Known(racks)) => (racks.count.to_string(), "broker.rack of the replicas"),
        Some(RackSpread::None) => {
            ("none".into(), "a replica's broker has no broker.rack, so one rack is assumed")
        }
        Some(RackSpread::Unknown) | None => ("?".into(), "broker.rack is not known"),
    };
    Input { name: "racks of the replicas".into(), value, source: source.into() }
}

fn state_inputs(context: &AssessmentContext<'_>) -> Vec<Input> {
    let mut inputs = context.knobs.inputs(&[
        &producer::ACKS,
        &topic::REPLICATION_FACTOR,
        &topic::MIN_INSYNC_REPLICAS,
        &topic::UNCLEAN_LEADER_ELECTION_ENABLE,
        &topic::FLUSH_MESSAGES,
        &cluster::ELIGIBLE_LEADER_REPLICAS_VERSION,
        &cluster::KAFKA_VERSION,
    ]);
    if let Some(worst) = context.worst() {
        let input = |name: &str, value: u32| Input {
            name: name.into(),
            value: value.to_string(),
            source: format!("the state of {}", context.example(worst)),
        };
        inputs.push(input("isr", worst.live.isr.count_ones()));
        inputs.push(input("isr on live brokers", worst.live.in_sync()));
        inputs.push(input("elr", worst.live.elr.count_ones()));
    }
    inputs
}

fn data_reasons(context: &AssessmentContext<'_>, fault: FaultKind) -> Derivation {
    let case = context.worst().and_then(|worst| worst.cases.first());
    let (formula, knob) = case.map_or(("there are no partitions".to_string(), None), |case| {
        (data_rule(case, fault), data_knob(case, fault))
    });
    let mut assumptions =
        vec!["lost = acknowledged, then absent from what consumers can ever read".to_string()];
    if fault.is_lossy_without_fsync() {
        assumptions.push(
            "harmless events are planned restarts and slow followers; a process that crashed counts as lost \
             for the ELR, whose members must have stopped in order"
                .into(),
        );
    }
    Derivation { formula, inputs: state_inputs(context), assumptions, knob }
}

/// The rule in words with the numbers of the case (kafka.md#failures-that-lose-data).
fn data_rule(case: &Case, fault: FaultKind) -> String {
    let (m, r) = (case.min_isr, case.replicas);
    match (case.acks, fault.is_lossy(case)) {
        (Acks::Zero, _) => "acks=0: nothing is acknowledged; a broken connection is enough to lose records".into(),
        (Acks::One, _) if r == 1 => "one replica: losing it loses everything".into(),
        (Acks::One, _) => {
            "acks=1: when the leader dies, what followers had not fetched yet is lost".into()
        }
        (Acks::All, _) if m > r => {
            format!("min ISR {m} above {r} replicas: nothing is ever acknowledged")
        }
        (Acks::All, false) if !case.unclean || m == r => {
            "acks=all, no unclean election: every replica that may lead has every acknowledged record, and comes \
             back with what it had"
                .into()
        }
        (Acks::All, false) => "unclean election: once no member of the ISR is alive, a stale replica leads; \
             survives (live members of ISR and ELR) - 1"
            .into(),
        (Acks::All, true) if case.unclean => {
            "unclean election: a stale replica may lead although a complete copy exists; guaranteed 0, now \
             (live members of ISR and ELR) - 1"
                .into()
        }
        (Acks::All, true) if case.elr => format!(
            "ELR: ISR and ELR together never fall below min ISR; guaranteed min ISR - 1 = {m} - 1, now |ISR + ELR| - 1"
        ),
        (Acks::All, true) => {
            "no ELR: harmless events may leave one replica in the ISR, and its loss is final; guaranteed 0, now |ISR| - 1"
                .into()
        }
    }
}

fn data_knob(case: &Case, fault: FaultKind) -> Option<String> {
    let text = match (case.acks, fault.is_lossy(case)) {
        (Acks::Zero | Acks::One, _) if case.replicas > 1 => "acks=all",
        (Acks::Zero, _) => "acks=1",
        (_, false) if case.unclean => "unclean.leader.election.enable=false",
        (_, false) => return None,
        (_, true) if case.replicas == 1 => "replication.factor=3",
        (_, true) if case.unclean => "unclean.leader.election.enable=false",
        (_, true) if !case.elr => "eligible leader replicas (Kafka 4.1, KIP-966)",
        (_, true) if case.min_isr == 1 => "min.insync.replicas=2",
        (_, true) if fault == FaultKind::PowerLoss => "flush.messages=1 makes a power loss harmless",
        _ => "one more replica and min.insync.replicas one higher",
    };
    Some(text.into())
}

fn operation_reasons(context: &AssessmentContext<'_>, operation: Operation) -> Derivation {
    let case = context.worst().and_then(|worst| worst.cases.first());
    let formula = case.map_or("there are no partitions".to_string(), |case| operation_rule(case, operation));
    let knob = match operation {
        Operation::Write if case.is_some_and(|case| case.write_floor() > 1) => {
            "one more replica; a lower min.insync.replicas costs durability"
        }
        _ => "one more replica",
    };
    let assumptions = vec![
        "from a full ISR for the promise; each crash is detected before the next one".to_string(),
        "the controller quorum has its majority".to_string(),
    ];
    Derivation { formula, inputs: state_inputs(context), assumptions, knob: Some(knob.into()) }
}

/// How many failures block (kafka.md#failures-that-block).
fn operation_rule(case: &Case, operation: Operation) -> String {
    let (m, r) = (case.min_isr, case.replicas);
    match operation {
        Operation::Write if case.write_floor() > 1 => {
            format!(
                "acks=all needs |ISR| >= min ISR: promised replicas - min ISR = {r} - {m}, now |live ISR| - {m}"
            )
        }
        Operation::Write => format!(
            "acks={} with one copy needed: promised replicas - 1 = {r} - 1, now (replicas that may lead) - 1",
            case.acks.word()
        ),
        Operation::Read => format!("a leader is enough: promised {r} - 1, now (replicas that may lead) - 1"),
        Operation::Visible if case.visible_floor() > 1 => format!(
            "the high watermark does not advance below min ISR, whatever acks says: promised {r} - {m}, now |live ISR| - {m}"
        ),
        Operation::Visible => format!("the high watermark needs a leader: promised {r} - 1"),
    }
}

impl FaultKind {
    /// Whether a broker can come back with less than it had, if nothing is flushed.
    fn is_lossy_without_fsync(self) -> bool {
        self != FaultKind::Crash
    }
}
