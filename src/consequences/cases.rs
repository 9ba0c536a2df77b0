//! From settings that may be unknown to the cases that are possible.

use crate::consequences::case::{Acks, Case, Racks};
use crate::consequences::elections::Elections;
use crate::knobs::{Knob, Value, producer, resolve, topic};
use crate::model::{Cluster, Datum, KafkaVersion, TopicIx};
use crate::protocol::profile::Profile;

/// Versions that stand for all when the version is not known: each behaves differently.
// ZooKeeper; KRaft that refuses writes for a minimum above the replica count; clamped, with a high watermark that
// waits for the minimum (both 3.7); the last known leader of an empty ISR (4.0, 4.1); and of any leaderless partition.
const STAND_INS: [KafkaVersion; 5] = [
    KafkaVersion::new(2, 8, 2),
    KafkaVersion::new(3, 6, 0),
    KafkaVersion::new(3, 9, 1),
    KafkaVersion::new(4, 1, 0),
    KafkaVersion::new(4, 2, 0),
];

/// The possible profiles of a cluster: one when version and ELR are known.
pub(super) fn profiles(cluster: &Cluster) -> Vec<Profile> {
    let versions = match cluster.version.get() {
        Some(version) => vec![*version],
        None => STAND_INS.to_vec(),
    };
    let switches = match cluster.features.elr.get() {
        Some(on) => vec![*on],
        None => vec![true, false],
    };
    let mut profiles: Vec<Profile> = Vec::new();
    for version in versions {
        for elr in &switches {
            let profile = Profile::of(version, Some(*elr));
            if !profiles.contains(&profile) {
                profiles.push(profile);
            }
        }
    }
    profiles
}

/// The settings of a topic that decide what faults do, each with all its possible values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TopicKnobs {
    /// Kafka's own topics are told apart from the users', however alike they are configured.
    pub internal: bool,
    /// Configured; `None` is not known.
    pub min_isr: Option<u32>,
    pub unclean: Vec<bool>,
    pub fsync: Vec<bool>,
    pub acks: Vec<Acks>,
}

impl TopicKnobs {
    /// Those of a topic. Kafka itself writes internal topics with acks=all.
    pub(super) fn of(cluster: &Cluster, topic: TopicIx) -> Self {
        let value = |knob: &'static Knob| resolve(cluster, Some(topic), knob);
        let switch = |datum: Datum<Value>| match datum.get().and_then(Value::bool) {
            Some(on) => vec![on],
            None => vec![false, true],
        };
        let fsync = match value(&topic::FLUSH_MESSAGES).get().and_then(Value::int) {
            Some(messages) => vec![messages <= 1],
            None => vec![false, true],
        };
        TopicKnobs {
            internal: cluster.topic(topic).internal,
            min_isr: value(&topic::MIN_INSYNC_REPLICAS)
                .get()
                .and_then(Value::int)
                .map(|count| count.clamp(1, i64::from(u32::MAX)) as u32),
            unclean: switch(value(&topic::UNCLEAN_LEADER_ELECTION_ENABLE)),
            fsync,
            acks: if cluster.topic(topic).internal { vec![Acks::All] } else { acks(cluster) },
        }
    }

    /// Every case that the settings allow for so many replicas in these racks.
    pub(super) fn cases(
        &self,
        profiles: &[Profile],
        replicas: u32,
        racks: &[Racks],
        elections: &[Elections],
    ) -> Vec<Case> {
        let minimums = match self.min_isr {
            Some(count) => vec![count],
            // A minimum above the replica count counts as the replica count since 3.7.
            None => (1..=replicas.max(1)).collect(),
        };
        let mut cases = Vec::new();
        for profile in profiles {
            for (acks, min_isr) in pairs(&self.acks, &minimums) {
                for (unclean, fsync) in pairs(&self.unclean, &self.fsync) {
                    for (racks, elections) in pairs(racks, elections) {
                        let case = Case::of(profile, acks, replicas, min_isr);
                        let case = Case { unclean, fsync, racks, elections, ..case };
                        if !cases.contains(&case) {
                            cases.push(case);
                        }
                    }
                }
            }
        }
        cases
    }
}

fn pairs<'a, A: Copy, B: Copy>(a: &'a [A], b: &'a [B]) -> impl Iterator<Item = (A, B)> + 'a {
    a.iter().flat_map(move |left| b.iter().map(move |right| (*left, *right)))
}

/// The possible acks of the assumed producer.
pub(super) fn acks(cluster: &Cluster) -> Vec<Acks> {
    match resolve(cluster, None, &producer::ACKS).get().and_then(Value::word) {
        Some("0") => vec![Acks::Zero],
        Some("1") => vec![Acks::One],
        Some("all") => vec![Acks::All],
        _ => vec![Acks::Zero, Acks::One, Acks::All],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::RELEASES;

    /// What a profile decides about the durability of data and the availability of writes.
    fn decisions(version: KafkaVersion) -> impl PartialEq + std::fmt::Debug {
        let profile = Profile::of(version, None);
        (
            profile.zookeeper,
            profile.min_isr_clamped,
            profile.hw_frozen_below_min_isr,
            profile.elr,
            profile.last_known_leader,
        )
    }

    #[test]
    fn every_release_decides_as_one_of_the_stand_ins() {
        for release in RELEASES {
            let same = STAND_INS.iter().any(|stand_in| decisions(*stand_in) == decisions(release));
            assert!(same, "{release}: {:?}", decisions(release));
        }
    }
}
