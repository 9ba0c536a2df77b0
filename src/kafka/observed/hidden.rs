//! Whether topics may be hidden: what settles it is no authorizer at all, or what every broker has on its disks.
//!
//! Metadata leaves out what the user may not describe, without an error, and a friendly answer proves nothing.

use super::ObservedCluster;
use crate::kafka::reads::{CallResult, HeldPartitions};
use crate::model::{BrokerId, Datum, Millis, Origin, Unknown, complete_because};
use std::collections::BTreeSet;
use std::sync::Arc;

const HIDDEN_TOPICS: &str = "topics that this user may not describe are hidden";
/// Empty where a broker has none.
const AUTHORIZER: &str = "authorizer.class.name";
/// Kafka's log of its own metadata, which is no topic.
const METADATA_LOG: &str = "__cluster_metadata";

/// What brokers had in their log directories.
#[derive(Clone, Debug)]
pub(super) struct LogDirLook {
    at: Millis,
    answered: BTreeSet<BrokerId>,
    /// The first broker that did not tell, and why.
    untold: Option<Unknown>,
    /// Partitions that Metadata did not name then.
    unnamed: Vec<(Arc<str>, i32)>,
}

impl ObservedCluster {
    pub(super) fn apply_log_dirs(
        &mut self,
        answers: Vec<(BrokerId, CallResult<HeldPartitions>)>,
        at: Millis,
    ) {
        let mut look = LogDirLook { at, answered: BTreeSet::new(), untold: None, unnamed: Vec::new() };
        for (broker, held) in answers {
            match held {
                Ok(held) => {
                    look.answered.insert(broker);
                    look.unnamed.extend(held.into_iter().filter(|one| !self.is_named(one)));
                }
                Err(error) => _ = look.untold.get_or_insert_with(|| error.unknown("Describe on Cluster")),
            }
        }
        self.log_dirs = Some(look);
    }

    fn is_named(&self, (topic, number): &(Arc<str>, i32)) -> bool {
        &**topic == METADATA_LOG || self.metadata.place(topic, *number).is_some()
    }

    /// Whether Metadata names every topic, and what shows it.
    pub(super) fn topics_seen(&self) -> Datum<()> {
        if self.topics_complete.get().is_some() {
            return self.topics_complete.clone();
        }
        if let Some(as_of) = self.without_authorizer() {
            return complete_because("no broker has an authorizer", as_of);
        }
        match &self.log_dirs {
            Some(look) => self.shown_by(look),
            None if self.needs_proof() => match self.silent_broker() {
                Some(silent) => untold_by(silent),
                None => Datum::unknown(Unknown::NotExposed(HIDDEN_TOPICS.into())),
            },
            None => Datum::unknown(Unknown::NotExposed(HIDDEN_TOPICS.into())),
        }
    }

    /// Only where the brokers' settings were read, or refused, and do not settle it; and not while a broker is silent,
    /// which would spoil the one look.
    pub(super) fn needs_log_dirs(&self) -> bool {
        self.log_dirs.is_none() && self.needs_proof() && self.silent_broker().is_none()
    }

    fn needs_proof(&self) -> bool {
        !self.broker_configs.is_empty()
            && self.topics_complete.get().is_none()
            && self.without_authorizer().is_none()
    }

    /// The first broker that is not up, or did not answer when it was asked for its settings.
    fn silent_broker(&self) -> Option<BrokerId> {
        let answers = |id: &&BrokerId| {
            let is_up = self.brokers.get(id).is_some_and(|broker| broker.up);
            let reason = self.broker_configs.get(id).map(Datum::reason);
            is_up && !matches!(reason, None | Some(Some(Unknown::Unreachable(_) | Unknown::NotAsked)))
        };
        self.brokers.keys().chain(self.racks.keys()).find(|id| !answers(id)).copied()
    }

    /// Since when every broker that is up is known to ask nobody for rights.
    fn without_authorizer(&self) -> Option<Millis> {
        let mut oldest = None;
        for id in self.up() {
            let Some(Datum::Known { value, as_of, from: Origin::Broker }) = self.broker_configs.get(&id)
            else {
                return None;
            };
            if value.get(AUTHORIZER)?.value.as_deref() != Some("") {
                return None;
            }
            oldest = Some(oldest.map_or(*as_of, |oldest: Millis| oldest.min(*as_of)));
        }
        oldest
    }

    fn up(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.brokers.iter().filter(|(_, broker)| broker.up).map(|(id, _)| *id)
    }

    /// A broker that did not tell may hold topics that no other one holds.
    fn shown_by(&self, look: &LogDirLook) -> Datum<()> {
        if let Some(reason) = &look.untold {
            return Datum::unknown(reason.clone());
        }
        if look.answered.is_empty() {
            return Datum::unknown(Unknown::NotExposed(HIDDEN_TOPICS.into()));
        }
        let all: BTreeSet<BrokerId> = self.brokers.keys().chain(self.racks.keys()).copied().collect();
        if let Some(silent) = all.difference(&look.answered).next() {
            return untold_by(*silent);
        }
        // What was created between the two answers is named by the next Metadata.
        if look.unnamed.iter().any(|one| !self.is_named(one)) {
            let why = "brokers hold partitions of topics that this user may not describe";
            return Datum::unknown(Unknown::NotExposed(why.into()));
        }
        complete_because(
            "the log directories of every broker hold only partitions that Metadata names",
            look.at,
        )
    }
}

fn untold_by(broker: BrokerId) -> Datum<()> {
    let why = format!("broker {broker} did not tell what it holds, which may be topics that are hidden");
    Datum::unknown(Unknown::Unreachable(why))
}
