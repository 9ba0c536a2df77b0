//! Which scenarios real brokers and the lab's clients can play.

use crate::knobs::{Change, LIBRDKAFKA_PARTITIONER};
use crate::scenario::change::{self, Turning};
use crate::scenario::{Act, CommitMode, GroupSpec, Scenario, Time};

/// Why a scenario cannot run on real brokers, if it cannot.
pub fn not_on_brokers(scenario: &Scenario) -> Option<String> {
    let lossy = scenario.net.loss > 0.0 || scenario.net.pairs.iter().any(|pair| pair.loss > 0.0);
    if lossy {
        return Some("packets are not lost on loopback".into());
    }
    if scenario.producers.iter().any(|spec| spec.key_spread().recurring() > 0) {
        return Some("the lab's clients do not tell which key a record has".into());
    }
    if scenario.producers.iter().any(|spec| spec.config.contains_key(LIBRDKAFKA_PARTITIONER)) {
        return Some("all clients of a run in the lab are of one kind".into());
    }
    if scenario.producers.iter().any(|spec| spec.config.contains_key("transactional.id")) {
        return Some("the lab's producers begin no transactions".into());
    }
    let is_one_by_one =
        |group: &GroupSpec| group.works_one_by_one() || group.commit == CommitMode::AsyncRetry;
    if scenario.groups.iter().any(is_one_by_one)
        || scenario.producers.iter().any(|spec| spec.poison_every.is_some())
    {
        return Some("the lab's consumers only read, and commit once a poll".into());
    }
    if scenario.producers.iter().any(|spec| spec.record_age != Time::default()) {
        return Some("the lab's records have the time at which they are sent".into());
    }
    if scenario.net.broker_mb_per_s.is_some() || !scenario.quotas.is_unlimited() {
        return Some("the lab has no narrow networks and no client quotas".into());
    }
    scenario.events.iter().find_map(|event| match &event.act {
        Act::SlowLink { loss_permille: 1.., .. } => Some("packets are not lost on loopback".into()),
        Act::SlowDisk { .. } => Some("the lab has no slow disks".into()),
        Act::Poison { .. } | Act::SlowService { .. } => Some("the lab's consumers only read".into()),
        Act::DeploySchema { .. } => Some("Kafka's brokers know nothing of schemas".into()),
        Act::Greedy { .. } => Some("the lab's producers keep their rate".into()),
        Act::LoseAnswer(_) => Some("the lab loses no single answers".into()),
        Act::Set(change) => not_turned(change, true).map(|why| format!("{change}: {why}")),
        _ => None,
    })
}

/// Why real brokers, with or without clients, do not act on a change.
pub(super) fn not_turned(change: &Change, clients: bool) -> Option<&'static str> {
    match change::on_lab(change.knob, clients) {
        Turning::Acts | Turning::ActsUnseen => None,
        Turning::WhatIf(why) => Some(why),
    }
}
