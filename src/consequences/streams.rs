//! Kafka Streams with state: how long tasks of a lost member stand still, with and without standby replicas.

use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::Derivation;
use crate::consequences::wording::{digits, duration};
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{Knob, env, load, topic};
use crate::model::{Load, human_bytes};

const GIB: f64 = 1_073_741_824.0;
/// `acceptable.recovery.lag`: a standby that lacks no more records than this takes over.
const ACCEPTABLE_RECORDS: f64 = 10_000.0;

/// StateStores of an application, spread evenly over its members.
struct StateStores {
    /// Bytes of the tasks of one member.
    share: f64,
    /// Members that restore them, each its part.
    helpers: f64,
    /// Copies beside the active one; each is on another member.
    standbys: f64,
    /// Tasks of one member.
    tasks: f64,
    record_bytes: f64,
    bytes_per_ms: f64,
}

impl StateStores {
    fn of(load: &Load, partitions: f64, network_mb_per_s: f64) -> Self {
        let working = f64::from(load.consumers).min(partitions).max(1.0);
        let tasks = (partitions / working).max(1.0);
        StateStores {
            share: load.state_gib * GIB / working,
            helpers: (working - 1.0).clamp(1.0, tasks),
            standbys: f64::from(load.standby_replicas).min(working - 1.0),
            tasks,
            record_bytes: f64::from(load.record_bytes),
            bytes_per_ms: load.restore_mb_per_s.min(network_mb_per_s) * 1000.0,
        }
    }

    /// From the changelog, all of it, or what a standby may lack at most.
    fn restore_ms(&self) -> Estimate<f64> {
        let all_ms = self.share / self.helpers / self.bytes_per_ms;
        if self.standbys < 1.0 {
            return Estimate::Exact(all_ms);
        }
        let lacking = ACCEPTABLE_RECORDS * self.record_bytes * self.tasks / self.helpers;
        Estimate::between(0.0, all_ms.min(lacking / self.bytes_per_ms))
    }
}

const INPUTS: &[&Knob] = &[
    &load::STANDBY_REPLICAS,
    &load::STATE_GIB,
    &load::RESTORE_MB_PER_S,
    &load::CONSUMERS,
    &load::RECORD_BYTES,
    &topic::PARTITIONS,
    &env::NETWORK_MB_PER_S,
];

pub(super) fn section(context: &AssessmentContext<'_>, partitions: f64) -> Section {
    let assumed = &context.cluster.assumed;
    let state = StateStores::of(&assumed.load, partitions, assumed.env.machine.network_mb_per_s);
    let figures = vec![restore(context, &state).into(), held(context, &state).into()];
    Section { name: "streams", figures }
}

fn restore(context: &AssessmentContext<'_>, state: &StateStores) -> Figure<Quantity> {
    let value = state.restore_ms();
    let with = if state.standbys < 1.0 { "without a standby" } else { "with a standby" };
    let headline = format!(
        "When a Kafka Streams member and its state are lost, its tasks are down for {} while it is restored, {with}",
        duration(&value)
    );
    let why = Derivation {
        formula: "without: state / members / (members that restore x restore rate); with: at most \
                  acceptable.recovery.lag (10,000 records a task) of it; the time until the loss is noticed comes first \
                  (consumers.unread)"
            .into(),
        inputs: context.knobs.inputs(INPUTS),
        assumptions: vec![
            "state and tasks are spread evenly; a member has no standby of its own tasks; several lost members need as \
             many standbys"
                .into(),
        ],
        knob: Some("num.standby.replicas=1; less state; a disk that outlives the process".into()),
    };
    Figure::of_all("streams.restore", "Streams restore time", Quantity::new(value, Unit::Ms), headline, why)
}

fn held(context: &AssessmentContext<'_>, state: &StateStores) -> Figure<Quantity> {
    let copies = 1.0 + state.standbys;
    let bytes = context.cluster.assumed.load.state_gib * GIB * copies;
    let counted = match state.standbys {
        0.0 => "one copy".to_string(),
        _ => format!("{} copies, each", digits(&Estimate::Exact(copies))),
    };
    let headline = format!(
        "Its members keep {} of state in {counted} read from the changelog",
        human_bytes(bytes as u64)
    );
    let why = Derivation {
        formula: "state x (1 + standbys), at most one standby on each other member".into(),
        inputs: context.knobs.inputs(INPUTS),
        assumptions: vec!["each standby also reads the changelog once: another group's traffic".into()],
        knob: Some("num.standby.replicas".into()),
    };
    let value = Quantity::new(Estimate::Exact(bytes), Unit::Bytes);
    Figure::of_all("streams.state", "Streams state", value, headline, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standby_lacks_little_of_what_else_is_read_anew() {
        let load = Load { state_gib: 30.0, restore_mb_per_s: 50.0, record_bytes: 100, ..Load::default() };
        let ms = |standby_replicas: u32, consumers: u32| {
            let load = Load { standby_replicas, consumers, ..load.clone() };
            StateStores::of(&load, 12.0, 1250.0).restore_ms().high().unwrap()
        };
        // 10 GiB, by two members at 50 MB/s: 107 s; of four tasks 1 MB each: 40 ms.
        assert!((ms(0, 3) / 107_374.0 - 1.0).abs() < 1e-3, "{}", ms(0, 3));
        assert!((ms(1, 3) - 40.0).abs() < 1e-6, "{}", ms(1, 3));
        assert_eq!(ms(1, 1), ms(0, 1), "there is no other member");
    }
}
