//! The figure of the controller quorum: how many of its voters may crash, or that it is lost.

use crate::consequences::elections::brokers_among;
use crate::consequences::failures::counted;
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::knob_values::source_of;
use crate::consequences::{Estimate, FailuresTolerated, Figure};
use crate::model::{Cluster, Quorum, QuorumState};

const LABEL: &str = "Quorum survives crashes";

/// What the controller quorum survives: a minority of its voters.
pub(super) fn quorum(cluster: &Cluster) -> Figure<FailuresTolerated> {
    let value = value(cluster);
    let headline = headline(cluster, &value);
    let voters = |quorum: &Quorum| {
        let shared = brokers_among(cluster, &quorum.voters).len();
        format!("{}, {} answer, {shared} are brokers too", quorum.voters.len(), quorum.online.len())
    };
    let why = Derivation {
        formula: "voters - (voters / 2 + 1); without a majority no leader is elected and no ISR changes"
            .into(),
        inputs: vec![Input {
            name: "voters".into(),
            value: cluster.quorum.get().map_or("?".into(), voters),
            source: source_of(&cluster.quorum),
        }],
        knob: Some("five voters instead of three survive two".into()),
        ..Default::default()
    };
    Figure { id: "quorum.crash", label: LABEL, value, headline, affected: None, why }
}

fn value(cluster: &Cluster) -> FailuresTolerated {
    if cluster.quorum_state() == QuorumState::Unreachable {
        return FailuresTolerated { guaranteed: Estimate::Exact(0), now: Estimate::Exact(0), of: 1 };
    }
    let Some(quorum) = cluster.quorum.get() else {
        let why = cluster.quorum.reason().map_or("unknown".into(), ToString::to_string);
        let unknown = || Estimate::Unknown(format!("the quorum is {why}"));
        return FailuresTolerated { guaranteed: unknown(), now: unknown(), of: 0 };
    };
    let spare = |alive: usize| Estimate::Exact(alive.saturating_sub(quorum.majority()) as u32);
    FailuresTolerated {
        guaranteed: spare(quorum.voters.len()),
        now: spare(quorum.online.len()),
        of: quorum.voters.len() as u32,
    }
}

fn headline(cluster: &Cluster, value: &FailuresTolerated) -> String {
    if let Some(lost) = lost(cluster) {
        return lost;
    }
    match &value.now {
        Estimate::Unknown(why) => format!("Whether elections survive a controller is unknown: {why}"),
        now => {
            format!("Elections and ISR changes survive {}", counted(now, u32::MAX, "more controller crash"))
        }
    }
}

/// That nothing is elected, in one sentence.
pub(super) fn lost(cluster: &Cluster) -> Option<String> {
    match cluster.quorum_state() {
        QuorumState::Lost(quorum) => Some(format!(
            "No leader is elected and no ISR changes: {} of {} controllers answer, {} must, and one must lead",
            quorum.online.len(),
            quorum.voters.len(),
            quorum.majority()
        )),
        QuorumState::Unreachable => Some(
            "No leader may be elected: the controllers cannot be reached, and brokers do not answer".into(),
        ),
        QuorumState::None | QuorumState::Works(_) | QuorumState::Unknown(_) => None,
    }
}
