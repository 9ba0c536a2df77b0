//! `[quotas]`: what clients may send and read, as client quotas of the brokers.

use crate::knobs::{Change, Value, cluster};
use crate::model::is_unlimited;
use crate::scenario::Scenario;
use crate::scenario::error::{Checked, mistake};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// No quota: what Kafka has for it.
const UNLIMITED: i64 = i64::MAX;

/// `[quotas]`: bytes a second at each broker. A producer, and each member of a group, is a client of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaSpec {
    /// Of every producer: the default of all `client.id`s.
    #[serde(skip_serializing_if = "is_unlimited")]
    pub producer_byte_rate: i64,
    /// Of every consumer.
    #[serde(skip_serializing_if = "is_unlimited")]
    pub consumer_byte_rate: i64,
    /// Of single producers, in place of the default.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub producers: BTreeMap<String, i64>,
    /// Of the members of single groups, in place of the default.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, i64>,
}

impl Default for QuotaSpec {
    fn default() -> Self {
        QuotaSpec {
            producer_byte_rate: UNLIMITED,
            consumer_byte_rate: UNLIMITED,
            producers: BTreeMap::new(),
            groups: BTreeMap::new(),
        }
    }
}

impl QuotaSpec {
    /// Whether nobody has a quota.
    pub fn is_unlimited(&self) -> bool {
        let all = [&self.producer_byte_rate, &self.consumer_byte_rate].into_iter();
        all.chain(self.producers.values()).chain(self.groups.values()).all(is_unlimited)
    }

    /// What a producer may send.
    pub fn of_producer(&self, name: &str) -> i64 {
        self.producers.get(name).copied().unwrap_or(self.producer_byte_rate)
    }

    /// What each member of a group may read.
    pub fn of_group(&self, name: &str) -> i64 {
        self.groups.get(name).copied().unwrap_or(self.consumer_byte_rate)
    }
}

/// Writes a quota into a scenario: of the client that is named, else of all. `None` when it is no quota, or there is no
/// such client.
pub(super) fn write(scenario: &mut Scenario, change: &Change) -> Option<bool> {
    let is_of_producers = *change.knob == cluster::PRODUCER_BYTE_RATE;
    if !is_of_producers && *change.knob != cluster::CONSUMER_BYTE_RATE {
        return None;
    }
    let Value::Int(rate) = change.value else { return Some(false) };
    let is_there = |name: &String| {
        scenario.producers.iter().any(|spec| is_of_producers && spec.name == *name)
            || scenario.groups.iter().any(|spec| !is_of_producers && spec.name == *name)
    };
    let Some(name) = &change.subject else {
        let quotas = &mut scenario.quotas;
        *if is_of_producers { &mut quotas.producer_byte_rate } else { &mut quotas.consumer_byte_rate } = rate;
        return Some(true);
    };
    let found = is_there(name);
    let quotas = &mut scenario.quotas;
    let of = if is_of_producers { &mut quotas.producers } else { &mut quotas.groups };
    if found {
        of.insert(name.clone(), rate);
    }
    Some(found)
}

pub(super) fn check(scenario: &Scenario) -> Checked {
    let quotas = &scenario.quotas;
    let rates = [&quotas.producer_byte_rate, &quotas.consumer_byte_rate].into_iter();
    if rates.chain(quotas.producers.values()).chain(quotas.groups.values()).any(|rate| *rate < 1) {
        return mistake("[quotas]", 0, "a quota is at least 1 byte a second");
    }
    let producers = scenario.producers.iter().map(|spec| &spec.name).collect::<Vec<_>>();
    if let Some(name) = quotas.producers.keys().find(|name| !producers.contains(name)) {
        return mistake("[quotas]", 0, format!("there is no producer `{name}`"));
    }
    let groups = scenario.groups.iter().map(|spec| &spec.name).collect::<Vec<_>>();
    match quotas.groups.keys().find(|name| !groups.contains(name)) {
        Some(name) => mistake("[quotas]", 0, format!("there is no group `{name}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_that_of_the_client_else_of_all() {
        let mut scenario = Scenario::reference();
        assert!(scenario.quotas.is_unlimited());
        let mut set = |text: &str| {
            let change = Change::parse(text).unwrap();
            (crate::scenario::change::write(&mut scenario, &change), scenario.quotas.clone())
        };
        assert!(set("cluster:producer_byte_rate=1000").0);
        let (done, quotas) = set("cluster/app:producer_byte_rate=5000");
        assert!(done && quotas.of_producer("app") == 5000 && quotas.of_producer("other") == 1000);
        assert_eq!((quotas.of_group("billing"), quotas.is_unlimited()), (UNLIMITED, false));
        assert!(
            !set("cluster/nobody:producer_byte_rate=5000").0 && !set("cluster/app:consumer_byte_rate=1").0
        );
        let (done, quotas) = set("cluster/billing:consumer_byte_rate=7");
        assert!(done && quotas.of_group("billing") == 7);
    }

    #[test]
    fn quotas_are_of_clients_that_there_are() {
        let told = |text: &str| {
            let text = format!("{}\n[quotas]\n{text}\n", Scenario::reference().to_toml());
            Scenario::parse("s.toml", &text).unwrap_err().to_string()
        };
        assert!(told("producers = { nobody = 5 }").contains("there is no producer `nobody`"));
        assert!(told("groups = { nobody = 5 }").contains("there is no group `nobody`"));
        assert!(told("producer_byte_rate = 0").contains("a quota is at least 1 byte a second"));
    }
}
