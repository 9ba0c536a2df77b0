//! Whether topics or groups may be hidden: what settles it is no authorizer at all, ACLs of one of Kafka's own
//! authorizers, or what every broker has on its disks.
//!
//! Metadata leaves out what the user may not describe, without an error, and a friendly answer proves nothing.

use super::ObservedCluster;
use super::rights::{self, every_topic_is_shown};
use crate::kafka::reads::{AclsRead, CallResult, HeldPartitions};
use crate::model::{BrokerId, ConfigMap, Datum, Millis, Origin, Unknown, complete_because};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const HIDDEN_TOPICS: &str = "topics that this user may not describe are hidden";
/// Empty where a broker has none.
const AUTHORIZER: &str = "authorizer.class.name";
/// What makes the names of users; a listener may have its own.
const PRINCIPAL_BUILDER: &str = "principal.builder.class";
/// Kafka's own.
const DEFAULT_BUILDER: &str = "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder";
/// What brokers tell only to who may describe the cluster: ACLs, and what they hold.
const DESCRIBE_CLUSTER: &str = "Describe on Cluster";
/// Kafka's log of its own metadata, which is no topic.
const METADATA_LOG: &str = "__cluster_metadata";

/// What ACLs showed of each broker that was asked for them, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct AclLook(BTreeMap<BrokerId, (Millis, AclAnswer)>);

/// What a broker's ACLs showed.
#[derive(Clone, Debug)]
enum AclAnswer {
    /// It did not tell, and why.
    Untold(Unknown),
    /// It told, and so this user may describe the cluster: whether every topic is shown, and by what.
    Told(Result<String, Unknown>),
}

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
                Err(error) => _ = look.untold.get_or_insert_with(|| error.unknown(DESCRIBE_CLUSTER)),
            }
        }
        self.log_dirs = Some(look);
    }

    fn is_named(&self, (topic, number): &(Arc<str>, i32)) -> bool {
        &**topic == METADATA_LOG || self.metadata.place(topic, *number).is_some()
    }

    /// What ACLs show is kept, not they.
    pub(super) fn apply_acls(&mut self, read: AclsRead, at: Millis) {
        let principal = read.principal.filter(|_| self.names_users_as_kafka_does());
        for (broker, told) in read.told {
            let answer = match told {
                Ok(acls) => AclAnswer::Told(every_topic_is_shown(&acls, principal.as_deref())),
                Err(error) => AclAnswer::Untold(error.unknown(DESCRIBE_CLUSTER)),
            };
            self.acls.0.insert(broker, (at, answer));
        }
    }

    /// One that could not be reached may tell the next time.
    fn has_told_of_acls(&self, id: BrokerId) -> bool {
        match self.acls.0.get(&id) {
            None | Some((_, AclAnswer::Untold(Unknown::Unreachable(_)))) => false,
            Some(_) => true,
        }
    }

    /// Of a broker that is up and did not answer yet; only of one of Kafka's own authorizers are the rules known.
    pub(super) fn needs_acls(&self) -> bool {
        self.needs_proof() && self.has_kafkas_authorizer() && self.up().any(|id| !self.has_told_of_acls(id))
    }

    /// Whether every broker that is up has one of Kafka's own authorizers.
    fn has_kafkas_authorizer(&self) -> bool {
        self.settings_of_up().all(|settings| {
            let class = settings.and_then(|(settings, _)| settings.get(AUTHORIZER)?.value.as_deref());
            class.is_some_and(|class| rights::AUTHORIZERS.contains(&class))
        })
    }

    /// Whether every broker that is up takes users' names as they get in with them.
    fn names_users_as_kafka_does(&self) -> bool {
        self.settings_of_up().all(|settings| {
            settings.is_some_and(|(settings, _)| {
                let mut builders = settings.iter().filter(|(key, _)| key.ends_with(PRINCIPAL_BUILDER));
                builders.all(|(key, entry)| {
                    key == PRINCIPAL_BUILDER
                        && entry.value.as_deref().is_none_or(|class| class == DEFAULT_BUILDER)
                })
            })
        })
    }

    /// Whether the ACLs that every broker that is up has told show every topic; `None` where not all were asked.
    fn shown_by_acls(&self) -> Option<Datum<()>> {
        let mut shown = None;
        for id in self.up() {
            match self.acls.0.get(&id)? {
                (_, AclAnswer::Untold(reason) | AclAnswer::Told(Err(reason))) => {
                    return Some(Datum::unknown(reason.clone()));
                }
                (at, AclAnswer::Told(Ok(why))) => shown = shown.or(Some((why, *at))),
            }
        }
        shown.filter(|_| self.has_kafkas_authorizer()).map(|(why, at)| complete_because(why, at))
    }

    /// Whether every broker lists all the groups that it coordinates, and what shows it: that this user may describe the
    /// cluster, which each has shown by telling what only such a user is told.
    pub(super) fn groups_seen(&self) -> Datum<()> {
        let topics = self.topics_seen();
        if topics.get().is_some() {
            return topics;
        }
        let mut oldest = None;
        for id in self.up() {
            let by_acls = self.acls.0.get(&id).filter(|(_, answer)| matches!(answer, AclAnswer::Told(_)));
            let by_disks = self.log_dirs.as_ref().filter(|look| look.answered.contains(&id));
            let Some(at) = by_acls.map(|(at, _)| *at).or(by_disks.map(|look| look.at)) else {
                return Datum::unknown(match self.acls.0.get(&id) {
                    Some((_, AclAnswer::Untold(reason))) => reason.clone(),
                    _ => Unknown::NotAsked,
                });
            };
            oldest = Some(oldest.map_or(at, |oldest: Millis| oldest.min(at)));
        }
        match oldest {
            Some(at) => complete_because("every broker lets this user describe the cluster", at),
            None => Datum::not_asked(),
        }
    }

    /// Whether Metadata names every topic, and what shows it.
    pub(super) fn topics_seen(&self) -> Datum<()> {
        if self.topics_complete.get().is_some() {
            return self.topics_complete.clone();
        }
        if let Some(as_of) = self.without_authorizer() {
            return complete_because("no broker has an authorizer", as_of);
        }
        let by_acls = self.shown_by_acls();
        if let Some(shown) = by_acls.as_ref().filter(|by_acls| by_acls.get().is_some()) {
            return shown.clone();
        }
        match &self.log_dirs {
            Some(look) => self.shown_by(look),
            None if self.needs_proof() => match self.silent_broker() {
                Some(silent) => untold_by(silent),
                None => by_acls.unwrap_or_else(|| Datum::unknown(Unknown::NotExposed(HIDDEN_TOPICS.into()))),
            },
            None => Datum::unknown(Unknown::NotExposed(HIDDEN_TOPICS.into())),
        }
    }

    /// Only where the brokers' settings were read, or refused, and neither they nor ACLs settle it; and not while a broker is silent,
    /// which would spoil the one look.
    pub(super) fn needs_log_dirs(&self) -> bool {
        let shown = self.shown_by_acls().is_some_and(|shown| shown.get().is_some());
        // Who could not tell of ACLs when it was asked may never do so; that is no reason not to look further.
        let unasked = self.has_kafkas_authorizer() && self.up().any(|id| !self.acls.0.contains_key(&id));
        let is_left = self.log_dirs.is_none() && !unasked && !shown;
        is_left && self.needs_proof() && self.silent_broker().is_none()
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
        for settings in self.settings_of_up() {
            let (settings, as_of) = settings?;
            if settings.get(AUTHORIZER)?.value.as_deref() != Some("") {
                return None;
            }
            oldest = Some(oldest.map_or(as_of, |oldest: Millis| oldest.min(as_of)));
        }
        oldest
    }

    /// The settings of each broker that is up, as far as it told them, and when.
    fn settings_of_up(&self) -> impl Iterator<Item = Option<(&ConfigMap, Millis)>> + '_ {
        self.up().map(|id| match self.broker_configs.get(&id) {
            Some(Datum::Known { value, as_of, from: Origin::Broker }) => Some((&**value, *as_of)),
            _ => None,
        })
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
