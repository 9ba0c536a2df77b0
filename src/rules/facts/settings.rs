//! Settings of brokers and topics by key, the version's default included, and brokers that share a value.

use crate::knobs::{KeyScope, broker_key_of, default_at, set_or_default};
use crate::model::{Broker, BrokerId, Cluster, ConfigMap, Datum, Origin, Unknown};
use crate::rules::facts::TopicFacts;
use crate::rules::verdicts::Seen;
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};
use std::collections::BTreeMap;
use std::sync::Arc;

impl<'a> ClusterFacts<'a> {
    /// A setting's text in a configuration, or the version's default.
    pub(in crate::rules) fn setting(
        &self,
        scope: KeyScope,
        config: &'a Datum<Arc<ConfigMap>>,
        key: &str,
    ) -> Datum<&'a str> {
        let (map, from) = match config {
            Datum::Known { value, from, .. } => (value, from),
            Datum::Unknown { reason } => return Datum::unknown(reason.clone()),
        };
        match map.get(key).map(|entry| entry.value.as_deref()) {
            Some(Some(text)) if text.contains("${") => filled_in(key),
            Some(Some(text)) => Datum::known(text, self.cluster.taken_at, Origin::Broker),
            Some(None) => Datum::unknown(Unknown::NotExposed(format!("{key} is null or kept secret"))),
            None if *from == Origin::WhatIf => {
                Datum::unknown(Unknown::NotExposed("only what knobs set is known".into()))
            }
            None if scope == KeyScope::Topic && matches!(from, Origin::File(_)) => {
                self.given_to_topics(from, key)
            }
            None => default_text(self.cluster, scope, key),
        }
    }

    /// What brokers of the same file give to a topic that does not set the key itself; without such brokers nobody asked.
    fn given_to_topics(&self, file: &Origin, key: &str) -> Datum<&'a str> {
        let same = |broker: &&Broker| matches!(&broker.config, Datum::Known { from, .. } if from == file);
        let Some(broker) = self.cluster.brokers.iter().find(same) else { return Datum::not_asked() };
        if let Some(broker_key) = broker_key_of(key) {
            return self.setting(KeyScope::Broker, &broker.config, broker_key);
        }
        let set = |name: &str| broker.config.get().is_some_and(|config| config.contains_key(name));
        match LEFT_TO_BROKERS
            .iter()
            .find(|(topic_key, names)| *topic_key == key && names.iter().any(|name| set(name)))
        {
            Some(_) => {
                Datum::unknown(Unknown::NotExposed(format!("the brokers' settings decide about {key}")))
            }
            None => default_text(self.cluster, KeyScope::Topic, key),
        }
    }

    /// What a broker that somebody runs holds of a key; a known `None` where it is null. Simulated and assumed
    /// brokers have no listeners, directories or plug-ins, so that nothing can be said of theirs.
    pub(in crate::rules) fn told(
        &self,
        config: &'a Datum<Arc<ConfigMap>>,
        key: &str,
    ) -> Datum<Option<&'a str>> {
        let told = match config {
            Datum::Known { value, from, .. } => value.get(key).ok_or(from),
            Datum::Unknown { reason } => return Datum::unknown(reason.clone()),
        };
        let known = |text| Datum::known(text, self.cluster.taken_at, Origin::Broker);
        match told {
            Ok(entry) if entry.value.is_none() && may_be_secret(key) => {
                Datum::unknown(Unknown::NotExposed(format!("{key} is kept secret")))
            }
            Ok(entry) if entry.value.as_ref().is_some_and(|text| text.contains("${")) => filled_in(key),
            Ok(entry) => known(entry.value.as_deref()),
            Err(Origin::Broker | Origin::File(_)) => {
                match default_text(self.cluster, KeyScope::Broker, key) {
                    Datum::Known { value, .. } => known(Some(value).filter(|text| *text != "null")),
                    Datum::Unknown { reason: Unknown::Unsupported(_) } => known(None),
                    Datum::Unknown { reason } => Datum::unknown(reason),
                }
            }
            Err(_) => Datum::unknown(Unknown::Unsupported("brokers that nobody runs".into())),
        }
    }
}

/// Keys of topics that the brokers' settings of other names and units decide about (`ServerTopicConfigSynonyms`).
const LEFT_TO_BROKERS: &[(&str, &[&str])] = &[
    ("cleanup.policy", &["log.cleanup.policy"]),
    ("delete.retention.ms", &["log.cleaner.delete.retention.ms"]),
    ("file.delete.delay.ms", &["log.segment.delete.delay.ms"]),
    ("max.compaction.lag.ms", &["log.cleaner.max.compaction.lag.ms"]),
    ("message.timestamp.type", &["log.message.timestamp.type"]),
    ("message.timestamp.after.max.ms", &["log.message.timestamp.after.max.ms"]),
    ("min.cleanable.dirty.ratio", &["log.cleaner.min.cleanable.ratio"]),
    ("preallocate", &["log.preallocate"]),
    ("retention.ms", &["log.retention.ms", "log.retention.minutes", "log.retention.hours"]),
    ("segment.index.bytes", &["log.index.size.max.bytes"]),
    ("segment.ms", &["log.roll.ms", "log.roll.hours"]),
];

/// What a config provider puts in the place of a value is not in the file.
fn filled_in<T>(key: &str) -> Datum<T> {
    Datum::unknown(Unknown::NotExposed(format!("a config provider fills in {key}")))
}

/// Kafka answers null for a password and for a key that it does not know (`ConfigHelper`).
fn may_be_secret(key: &str) -> bool {
    default_at(KeyScope::Broker, key).is_none_or(|key| key.kind == "PASSWORD")
}

fn default_text<'a>(cluster: &Cluster, scope: KeyScope, key: &str) -> Datum<&'a str> {
    match &cluster.version {
        Datum::Unknown { reason } => Datum::unknown(reason.clone()),
        Datum::Known { value: version, .. } => match set_or_default(None, scope, key, *version) {
            Some(text) => Datum::known(text, cluster.taken_at, Origin::Default),
            None => Datum::unknown(Unknown::Unsupported(format!("Kafka {version}"))),
        },
    }
}

/// Brokers whose settings of these keys, taken together, are bad: `bad` says what is seen. Brokers of
/// which the same is seen make one finding.
pub(in crate::rules) fn brokers_with<const N: usize>(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    keys: [&str; N],
    bad: impl Fn([&str; N]) -> Option<String>,
) {
    each_broker(facts, verdicts, |broker, verdicts| {
        let read = |key| facts.setting(KeyScope::Broker, &broker.config, key);
        values(broker, verdicts, keys.map(read)).and_then(&bad).map(|evidence| Seen::from(evidence).by(&keys))
    });
}

/// [`brokers_with`] of what brokers that somebody runs were told, null included.
pub(in crate::rules) fn brokers_told<const N: usize>(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    keys: [&str; N],
    bad: impl Fn([Option<&str>; N]) -> Option<String>,
) {
    each_broker(facts, verdicts, |broker, verdicts| {
        let read = |key| facts.told(&broker.config, key);
        values(broker, verdicts, keys.map(read)).and_then(&bad).map(|evidence| Seen::from(evidence).by(&keys))
    });
}

/// All the values, or `None` after saying which are unknown.
fn values<T: Copy, const N: usize>(
    broker: &Broker,
    verdicts: &mut Verdicts<'_>,
    data: [Datum<T>; N],
) -> Option<[T; N]> {
    let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
    let read = data.map(|datum| verdicts.known(&datum, subject).copied());
    let whole: Vec<T> = read.into_iter().flatten().collect();
    whole.try_into().ok()
}

/// Brokers of which the same is seen make one finding.
pub(in crate::rules) fn each_broker(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    seen_of: impl Fn(&Broker, &mut Verdicts<'_>) -> Option<Seen>,
) {
    let mut alike: BTreeMap<Seen, Vec<BrokerId>> = BTreeMap::new();
    for broker in facts.cluster.brokers.iter() {
        if let Some(seen) = seen_of(broker, verdicts) {
            alike.entry(seen).or_default().push(broker.id);
        }
    }
    for (seen, brokers) in alike {
        let (subject, evidence) = grouped(&brokers, seen.evidence.clone());
        verdicts.seen_of(subject, brokers_named(&brokers), Seen { evidence, ..seen });
    }
}

/// Topics whose settings of these keys, taken together, are bad: `bad` says what is seen.
pub(in crate::rules) fn topics_with<'t, 'a: 't, const N: usize>(
    facts: &ClusterFacts<'a>,
    verdicts: &mut Verdicts<'_>,
    topics: impl Iterator<Item = &'t TopicFacts<'a>>,
    keys: [&str; N],
    bad: impl Fn([&str; N]) -> Option<String>,
) {
    for topic in topics {
        let read = |key| facts.setting(KeyScope::Topic, &topic.topic.config, key);
        let data = keys.map(read);
        let texts = data.map(|datum| verdicts.known(&datum, || topic.subject()).copied());
        if texts.iter().all(Option::is_some)
            && let Some(evidence) = bad(texts.map(Option::unwrap_or_default))
        {
            verdicts.finding_by(&keys, topic.subject(), evidence);
        }
    }
}

/// The parts of a list as Kafka writes it: `a,b` or `[a, b]`.
pub(in crate::rules) fn parts_of(list: &str) -> impl Iterator<Item = &str> {
    let bare = list.trim().trim_start_matches('[').trim_end_matches(']');
    bare.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Brokers as subjects.
pub(in crate::rules) fn brokers_named(brokers: &[BrokerId]) -> Vec<FindingSubject> {
    brokers.iter().map(|id| FindingSubject::named(SubjectKind::Broker, id.to_string())).collect()
}

/// One broker as itself, several as the cluster with their ids.
fn grouped(brokers: &[BrokerId], evidence: String) -> (FindingSubject, String) {
    match brokers {
        [one] => (FindingSubject::named(SubjectKind::Broker, one.to_string()), evidence),
        several => (FindingSubject::cluster(), format!("{evidence} on brokers {}", super::ids(several))),
    }
}
