//! Settings of brokers and topics by key, the version's default included, and brokers that share a value.

use crate::knobs::{KeyScope, set_or_default};
use crate::model::{BrokerId, Cluster, ConfigMap, Datum, Origin, Unknown};
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
        let map = match config {
            Datum::Known { value, .. } => value,
            Datum::Unknown { reason } => return Datum::unknown(reason.clone()),
        };
        match map.get(key).map(|entry| entry.value.as_deref()) {
            Some(Some(text)) => Datum::known(text, self.cluster.taken_at, Origin::Broker),
            Some(None) => Datum::unknown(Unknown::NotExposed(format!("{key} is null or kept secret"))),
            None => default_text(self.cluster, scope, key),
        }
    }
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
    let mut seen: BTreeMap<String, Vec<BrokerId>> = BTreeMap::new();
    for broker in facts.cluster.brokers.iter() {
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let mut texts = [""; N];
        let mut whole = true;
        for (text, key) in texts.iter_mut().zip(keys) {
            let datum = facts.setting(KeyScope::Broker, &broker.config, key);
            match verdicts.known(&datum, subject) {
                Some(value) => *text = value,
                None => whole = false,
            }
        }
        if let Some(evidence) = whole.then(|| bad(texts)).flatten() {
            seen.entry(evidence).or_default().push(broker.id);
        }
    }
    for (evidence, brokers) in seen {
        let (subject, evidence) = grouped(&brokers, evidence);
        verdicts.finding(subject, evidence);
    }
}

/// One broker as itself, several as the cluster with their ids.
fn grouped(brokers: &[BrokerId], evidence: String) -> (FindingSubject, String) {
    match brokers {
        [one] => (FindingSubject::named(SubjectKind::Broker, one.to_string()), evidence),
        several => (FindingSubject::cluster(), format!("{evidence} on brokers {}", super::ids(several))),
    }
}
