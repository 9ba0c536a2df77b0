//! Whether all that a cluster has was seen: Kafka hides in silence what a user may not describe.

use crate::model::{BrokerId, Cluster, Datum, Millis, Origin, Unknown};

/// Kafka's topic of committed offsets; each of its partitions is led by the coordinator of some groups.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// Of each list, whether it is known to be whole; the origin is the evidence, the reason says what lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completeness {
    pub topics: Datum<()>,
    pub groups: Datum<()>,
    /// Committed offsets of the groups that were seen.
    pub offsets: Datum<()>,
    /// The controller quorum; whole where this Kafka has none.
    pub quorum: Datum<()>,
}

impl Cluster {
    /// What of this cluster is known to be complete, and by what evidence.
    pub fn completeness(&self) -> Completeness {
        let groups = self.groups_known();
        Completeness {
            topics: self.topics_complete(),
            offsets: self.offsets_complete(&groups),
            groups,
            quorum: self.quorum_seen(),
        }
    }

    /// A cluster that klever made itself has nothing that it could not see.
    fn by_construction(&self) -> Option<Datum<()>> {
        let simulated = matches!(&self.id, Datum::Known { from: Origin::Simulated, .. });
        (simulated || self.is_assumed()).then(|| self.id.map(|_| ()))
    }

    /// Whether all topics are known to have been seen.
    pub fn topics_complete(&self) -> Datum<()> {
        self.by_construction().unwrap_or_else(|| self.partitions.complete.clone())
    }

    /// Every partition of the offsets topic needs a coordinator, and each lists all its groups only to who may describe
    /// the cluster. What shows that no topic is hidden shows it of groups too.
    fn groups_known(&self) -> Datum<()> {
        if let Some(reason) = self.groups.reason() {
            return Datum::unknown(reason.clone());
        }
        let without = self.without_coordinator();
        if let Some(first) = without.first() {
            let others = if without.len() > 1 { " and others" } else { "" };
            return Datum::unknown(Unknown::Unreachable(format!(
                "groups of {OFFSETS_TOPIC}-{first}{others} have no coordinator"
            )));
        }
        match (&self.groups_complete, self.topics_complete()) {
            (Datum::Unknown { reason: Unknown::NotAsked }, Datum::Unknown { .. }) => {
                let hidden = "groups that this user may not describe are hidden";
                Datum::unknown(Unknown::NotExposed(hidden.into()))
            }
            (Datum::Unknown { reason }, Datum::Unknown { .. }) => Datum::unknown(reason.clone()),
            (Datum::Unknown { .. }, shown) => shown,
            (shown, _) => shown.clone(),
        }
    }

    fn offsets_complete(&self, groups: &Datum<()>) -> Datum<()> {
        let Datum::Known { value: all, .. } = &self.groups else { return groups.clone() };
        let unread = all.iter().find_map(|group| group.offsets.reason());
        match (unread, groups) {
            (Some(reason), _) => Datum::unknown(reason.clone()),
            (None, Datum::Unknown { .. }) => groups.clone(),
            // Brokers leave out commits on topics that are hidden.
            (None, Datum::Known { .. }) => self.topics_complete(),
        }
    }

    /// Partitions of the offsets topic that nobody leads: their groups cannot be listed.
    pub fn without_coordinator(&self) -> Vec<i32> {
        let Some((_, topic)) = self.topic_named(OFFSETS_TOPIC) else { return Vec::new() };
        let unled = |leader: Option<BrokerId>| leader.is_none_or(|id| !self.is_up(id));
        let partitions = self.partitions_of(topic).filter(|partition| unled(partition.leader()));
        partitions.map(|partition| partition.number()).collect()
    }

    /// The quorum as far as it was read.
    fn quorum_seen(&self) -> Datum<()> {
        match self.quorum.reason() {
            Some(Unknown::Unsupported(by)) => {
                Datum::known((), self.taken_at, Origin::Derived(format!("{by} has none")))
            }
            _ => self.quorum.map(|_| ()),
        }
    }
}

/// Nothing hides anything from who is asked for this: the evidence in words.
pub fn complete_because(why: &str, as_of: Millis) -> Datum<()> {
    Datum::known((), as_of, Origin::Derived(why.into()))
}
