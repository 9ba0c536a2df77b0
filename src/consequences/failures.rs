//! Figures of failures tolerated: data, writes, reads, visibility and the controller quorum, in sentences.

use crate::consequences::case::{Acks, Case};
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::judgement::Docket;
use crate::consequences::tolerance::{Fault, Operation, durability, durability_racks};
use crate::consequences::{Affected, Answer, Figure, Tolerated};

/// What faults of one kind do to acknowledged data.
pub(super) fn data(docket: &Docket<'_>, fault: Fault) -> Figure<Tolerated> {
    let (value, affected) =
        docket.tolerated_for_data(|case| case.replicas, |case, live| durability(case, live, fault));
    let (id, label, things) = match fault {
        Fault::Crash => ("durability.crash", "Acked data, crashes", ("broker crash", "broker crashes")),
        Fault::PowerLoss => (
            "durability.power_loss",
            "Acked data, power",
            ("power loss of a machine", "power losses of machines"),
        ),
        Fault::DiskLoss => ("durability.disk_loss", "Acked data, disks", ("lost disk", "lost disks")),
    };
    let headline = format!("Acknowledged data {}{}", survives(&value, things), whose(&affected));
    let why = data_reasons(docket, fault);
    Figure { id, label, value, headline, affected, why }
}

/// What power failures of whole racks do to acknowledged data.
pub(super) fn data_racks(docket: &Docket<'_>) -> Figure<Tolerated> {
    let (value, affected) = docket.tolerated_for_data(|case| u32::from(case.racks.count), durability_racks);
    let headline = format!(
        "Acknowledged data {}{}",
        survives(&value, ("rack without power", "racks without power")),
        whose(&affected)
    );
    let mut why = data_reasons(docket, Fault::PowerLoss);
    why.formula = format!("{}; a rack takes all its replicas at once", why.formula);
    why.inputs.push(racks_input(docket));
    Figure { id: "durability.rack", label: "Acked data, racks", value, headline, affected, why }
}

/// How many broker crashes an operation survives.
pub(super) fn crashes(docket: &Docket<'_>, operation: Operation) -> Figure<Tolerated> {
    let (value, affected) = docket.tolerated(|case| case.replicas, |case, live| operation.margin(case, live));
    let (id, label, subject) = match operation {
        Operation::Write => ("writes.crash", "Writes", "Writes survive"),
        Operation::Read => ("reads.crash", "Reads", "Reads survive"),
        Operation::Visible => ("visibility.crash", "Visibility", "Visibility of new records survives"),
    };
    let headline = goes_on(docket, operation, subject, &value, &affected, ("broker crash", "broker crashes"));
    Figure { id, label, value, headline, affected, why: operation_reasons(docket, operation) }
}

/// How many lost racks an operation survives.
pub(super) fn racks(docket: &Docket<'_>, operation: Operation) -> Figure<Tolerated> {
    let (value, affected) =
        docket.tolerated(|case| u32::from(case.racks.count), |case, live| operation.racks(case, live));
    let (id, label, subject) = match operation {
        Operation::Write => ("writes.rack", "Writes, racks", "Writes survive"),
        Operation::Read => ("reads.rack", "Reads, racks", "Reads survive"),
        Operation::Visible => ("visibility.rack", "Visibility, racks", "Visibility of new records survives"),
    };
    let headline = goes_on(docket, operation, subject, &value, &affected, ("rack outage", "rack outages"));
    let mut why = operation_reasons(docket, operation);
    why.formula = format!("{}; the worst racks go first", why.formula);
    why.inputs.push(racks_input(docket));
    Figure { id, label, value, headline, affected, why }
}

/// What the controller quorum survives: a minority of its voters.
pub(super) fn quorum(docket: &Docket<'_>) -> Figure<Tolerated> {
    let value = match docket.cluster.quorum.get() {
        None => {
            let why = docket.cluster.quorum.reason().map_or("unknown".into(), ToString::to_string);
            let unknown = || Answer::Unknown(format!("the quorum is {why}"));
            Tolerated { guaranteed: unknown(), now: unknown(), of: 0 }
        }
        Some(quorum) => {
            let voters = quorum.voters.len() as u32;
            let majority = voters / 2 + 1;
            let spare = |alive: usize| Answer::Exact((alive as u32).saturating_sub(majority));
            Tolerated { guaranteed: spare(quorum.voters.len()), now: spare(quorum.online.len()), of: voters }
        }
    };
    let headline = match &value.now {
        Answer::Unknown(why) => format!("Whether elections survive a controller is unknown: {why}"),
        now => format!(
            "Elections and ISR changes survive {}",
            counted(now, u32::MAX, ("more controller crash", "more controller crashes"))
        ),
    };
    let why = Derivation {
        formula: "voters - (voters / 2 + 1); without a majority no leader is elected and no ISR changes"
            .into(),
        inputs: vec![Input {
            name: "voters".into(),
            value: docket.cluster.quorum.get().map_or("?".into(), |quorum| quorum.voters.len().to_string()),
            source: crate::consequences::setting::source_of(&docket.cluster.quorum),
        }],
        lever: Some("five voters instead of three survive two".into()),
        ..Default::default()
    };
    Figure { id: "quorum.crash", label: "Controllers", value, headline, affected: None, why }
}

fn survives(value: &Tolerated, things: (&str, &str)) -> String {
    match value.guaranteed == value.now {
        true => format!("survives {}", counted(&value.now, value.of, things)),
        false => format!(
            "is guaranteed to survive {}; as things are, {}",
            counted(&value.guaranteed, value.of, things),
            counted(&value.now, value.of, things)
        ),
    }
}

/// `no crash`, `1 crash`, `2 crashes`, `any number of crashes`.
fn counted(answer: &Answer<u32>, of: u32, (one, many): (&str, &str)) -> String {
    match answer {
        Answer::Exact(count) if *count >= of => format!("any number of {many}"),
        Answer::Exact(0) => format!("no {one}"),
        Answer::Exact(1) => format!("1 {one}"),
        Answer::Unknown(why) => format!("an unknown number of {many} ({why})"),
        other => format!("{other} {many}"),
    }
}

fn whose(affected: &Option<Affected>) -> String {
    match affected {
        Some(affected) if affected.partitions < affected.of => format!(
            " ({} of {} partitions, the first is {})",
            affected.partitions, affected.of, affected.example
        ),
        _ => String::new(),
    }
}

fn goes_on(
    docket: &Docket<'_>,
    operation: Operation,
    subject: &str,
    value: &Tolerated,
    affected: &Option<Affected>,
    (one, many): (&str, &str),
) -> String {
    let broken = |judged: &crate::consequences::judgement::Judged| {
        judged.cases.iter().any(|case| !operation.works(case, &judged.live))
    };
    if let Some(hit) = docket.affected(broken) {
        let what = match operation {
            Operation::Write => "Writes are refused or wait",
            Operation::Read => "Reads find no leader",
            Operation::Visible => "New records stay invisible",
        };
        return format!("{what} now{}", whose(&Some(hit)));
    }
    let more = match &value.now {
        Answer::Exact(0) => format!("no further {one}"),
        Answer::Exact(1) => format!("1 more {one}"),
        now => format!("{now} more {many}"),
    };
    let promised = match value.now == value.guaranteed {
        true => String::new(),
        false => format!(" (the setting promises {})", value.guaranteed),
    };
    format!("{subject} {more}{promised}{}", whose(affected))
}

fn racks_input(docket: &Docket<'_>) -> Input {
    use crate::consequences::classes::Spread;
    let spread = docket.worst().map(|worst| {
        let class = &docket.classes.classes[worst.class];
        docket.classes.layout(class).spread
    });
    let (value, source) = match spread {
        Some(Spread::Known(racks)) => (racks.count.to_string(), "broker.rack of the replicas"),
        Some(Spread::None) => {
            ("none".into(), "a replica's broker has no broker.rack, so one rack is assumed")
        }
        Some(Spread::Unknown) | None => ("?".into(), "broker.rack is not known"),
    };
    Input { name: "racks of the replicas".into(), value, source: source.into() }
}

fn state_inputs(docket: &Docket<'_>) -> Vec<Input> {
    let mut inputs = docket.setting.inputs(&[
        "producer:acks",
        "topic:replication.factor",
        "topic:min.insync.replicas",
        "topic:unclean.leader.election.enable",
        "topic:flush.messages",
        "cluster:eligible.leader.replicas.version",
        "cluster:kafka.version",
    ]);
    if let Some(worst) = docket.worst() {
        let input = |name: &str, value: u32| Input {
            name: name.into(),
            value: value.to_string(),
            source: format!("the state of {}", docket.example(worst)),
        };
        inputs.push(input("isr", worst.live.isr.count_ones()));
        inputs.push(input("isr on live brokers", worst.live.in_sync()));
        inputs.push(input("elr", worst.live.elr.count_ones()));
    }
    inputs
}

fn data_reasons(docket: &Docket<'_>, fault: Fault) -> Derivation {
    let case = docket.worst().and_then(|worst| worst.cases.first());
    let (formula, lever) = case.map_or(("there are no partitions".to_string(), None), |case| {
        (data_rule(case, fault), data_lever(case, fault))
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
    Derivation { formula, inputs: state_inputs(docket), assumptions, lever }
}

/// The rule in words with the numbers of the case (kafka.md#failures-that-lose-data).
fn data_rule(case: &Case, fault: Fault) -> String {
    let (m, r) = (case.min_isr, case.replicas);
    match (case.acks, fault.is_lossy(case)) {
        (Acks::Zero, _) => "acks=0: nobody confirms anything; a broken connection is enough".into(),
        (Acks::One, _) if r == 1 => "one replica: its loss is the loss of all".into(),
        (Acks::One, _) => {
            "acks=1: a leader that dies takes with it what followers had not fetched yet".into()
        }
        (Acks::All, _) if m > r => {
            format!("min ISR {m} above {r} replicas: nothing is ever acknowledged")
        }
        (Acks::All, false) if !case.unclean || m == r => {
            "acks=all, no unclean election: whoever may lead has every acknowledged record, and every replica \
             comes back with what it had"
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

fn data_lever(case: &Case, fault: Fault) -> Option<String> {
    let text = match (case.acks, fault.is_lossy(case)) {
        (Acks::Zero | Acks::One, _) if case.replicas > 1 => "acks=all",
        (Acks::Zero, _) => "acks=1",
        (_, false) if case.unclean => "unclean.leader.election.enable=false",
        (_, false) => return None,
        (_, true) if case.replicas == 1 => "replication.factor=3",
        (_, true) if case.unclean => "unclean.leader.election.enable=false",
        (_, true) if !case.elr => "eligible leader replicas (Kafka 4.1, KIP-966)",
        (_, true) if case.min_isr == 1 => "min.insync.replicas=2",
        (_, true) if fault == Fault::PowerLoss => "flush.messages=1 makes a power loss harmless",
        _ => "one more replica and min.insync.replicas one higher",
    };
    Some(text.into())
}

fn operation_reasons(docket: &Docket<'_>, operation: Operation) -> Derivation {
    let case = docket.worst().and_then(|worst| worst.cases.first());
    let formula = case.map_or("there are no partitions".to_string(), |case| operation_rule(case, operation));
    let lever = match operation {
        Operation::Write if case.is_some_and(|case| case.write_floor() > 1) => {
            "one more replica; a lower min.insync.replicas costs durability"
        }
        _ => "one more replica",
    };
    let assumptions = vec![
        "from a full ISR for the promise; each crash is detected before the next one".to_string(),
        "the controller quorum has its majority".to_string(),
    ];
    Derivation { formula, inputs: state_inputs(docket), assumptions, lever: Some(lever.into()) }
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
            "the high watermark stands still below min ISR, whatever acks says: promised {r} - {m}, now |live ISR| - {m}"
        ),
        Operation::Visible => format!("the high watermark needs a leader: promised {r} - 1"),
    }
}

impl Fault {
    /// Whether a broker can come back with less than it had, if nothing is flushed.
    fn is_lossy_without_fsync(self) -> bool {
        self != Fault::Crash
    }
}
