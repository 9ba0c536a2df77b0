//! The cluster without some brokers, as the controller's own rule makes it.

use crate::consequences::Subject;
use crate::consequences::case::LiveReplicas;
use crate::consequences::cases::TopicKnobs;
use crate::consequences::classes::{ClassRow, ClassTable};
use crate::consequences::interning::Interner;
use crate::consequences::transition::TransitionRule;
use crate::model::{
    Broker, BrokerId, BrokerStatus, Cluster, KafkaVersion, Partitions, Quorum, led_by_none_of,
};
use crate::protocol::profile::Profile;
use std::sync::Arc;

/// How a class's state changes when some of its replicas go.
pub(super) struct Transitions {
    profile: Profile,
}

impl Transitions {
    /// Those of a cluster. What is not known is taken as the newest known version without ELR.
    pub(super) fn of(cluster: &Cluster) -> Self {
        let version = cluster.version.get().copied().unwrap_or(KafkaVersion::REFERENCE);
        let elr = cluster.features.elr.get().copied().unwrap_or(false);
        Transitions { profile: Profile::of(version, Some(elr)) }
    }

    /// The rule of a topic; a minimum ISR or unclean election that is not known has Kafka's default.
    pub(super) fn rule(&self, rules: &TopicKnobs) -> TransitionRule<'_> {
        TransitionRule {
            profile: &self.profile,
            min_isr: rules.min_isr.unwrap_or(1),
            unclean: rules.unclean == [true],
        }
    }

    /// The minimum ISR that counts for a class; `None` when it is not known.
    pub(super) fn min_isr(&self, classes: &ClassTable, class: &ClassRow) -> Option<u32> {
        let configured = classes.knobs[class.key.knobs as usize].min_isr?;
        let replicas = classes.layout(class).replicas;
        Some(self.effective_min_isr(configured, replicas))
    }

    /// The minimum ISR that counts for so many replicas.
    pub(super) fn effective_min_isr(&self, configured: u32, replicas: u32) -> u32 {
        self.profile.effective_min_isr(configured as usize, replicas as usize) as u32
    }

    /// The state of a class after the replicas at these places are lost.
    pub(super) fn lose(&self, classes: &ClassTable, class: &ClassRow, lost: &[u8]) -> LiveReplicas {
        let rule = self.rule(&classes.knobs[class.key.knobs as usize]);
        rule.lose(&classes.live(class), classes.layout(class).replicas, lost)
    }
}

/// The cluster after these brokers crashed, one after another, each detected before the next.
///
/// Leaders, ISRs and ELRs are what the controller's own rule makes of them. A minimum ISR or unclean
/// election that is not known is taken at Kafka's default, a version that is not known as the newest, an
/// ELR feature that is not known as off. A broker that is a voter too is gone as one; when that takes the
/// majority, nobody detects anything: ISRs stay as they were, and what the lost brokers led is led by nobody.
/// Brokers that the cluster does not have are ignored.
pub fn lose(cluster: &Cluster, brokers: &[BrokerId]) -> Cluster {
    let after = brokers.iter().filter(|id| cluster.broker(**id).is_some()).copied().collect::<Vec<_>>();
    let quorum = cluster.quorum.map(|quorum| quorum.without(&after));
    let elects = !cluster.quorum_state().is_lost() && quorum.get().is_none_or(Quorum::has_majority);
    let partitions = if elects {
        partitions_without(cluster, &after)
    } else {
        led_by_none_of(&cluster.partitions, &after)
    };
    Cluster { brokers: without(cluster, &after), partitions, quorum, ..cluster.clone() }
}

fn without(cluster: &Cluster, lost: &[BrokerId]) -> Arc<[Broker]> {
    let down = |broker: &Broker| {
        if lost.contains(&broker.id) && broker.state != BrokerStatus::Down {
            Broker { state: BrokerStatus::Down, since: Some(cluster.taken_at), ..broker.clone() }
        } else {
            broker.clone()
        }
    };
    cluster.brokers.iter().map(down).collect()
}

fn partitions_without(cluster: &Cluster, lost: &[BrokerId]) -> Partitions {
    let classes = ClassTable::of(cluster, Subject::Cluster);
    let transitions = Transitions::of(cluster);
    let columns = &cluster.partitions;
    let places = lost_places(columns, lost);
    // The controller's rule is asked once per class and sequence of lost places, not once per partition.
    let mut known: Interner<(u32, u32)> = Interner::default();
    let mut outcomes: Vec<LiveReplicas> = Vec::new();
    let (mut isr, mut leader, mut epoch) =
        (columns.isr.to_vec(), columns.leader.to_vec(), columns.leader_epoch.to_vec());
    let mut elr = columns.elr.get().map(|masks| masks.to_vec());
    for at in 0..columns.len() {
        let set = columns.replicas[at];
        let Some((sequence, hit)) = &places[set as usize] else { continue };
        let key = (classes.row_of[at], *sequence);
        let outcome = known.intern(key) as usize;
        if outcome == outcomes.len() {
            let class = &classes.rows[classes.row_of[at] as usize];
            outcomes.push(transitions.lose(&classes, class, hit));
        }
        let after = &outcomes[outcome];
        isr[at] = after.isr;
        if let Some(masks) = &mut elr {
            masks[at] = after.elr;
        }
        let now = after.leader.map_or(-1, |place| columns.sets[set as usize][usize::from(place)].0);
        if now != leader[at] {
            leader[at] = now;
            epoch[at] += i32::from(epoch[at] >= 0);
        }
    }
    let elr = elr.map_or(columns.elr.clone(), |masks| columns.elr.map(|_| masks.into()));
    let (isr, leader, leader_epoch) = (isr.into(), leader.into(), epoch.into());
    Partitions { isr, elr, leader, leader_epoch, ..columns.clone() }
}

/// Per replica list: the places of the lost brokers in the order in which they go, and a number that is
/// the same for equal sequences. `None` where no replica is lost.
pub(super) fn lost_places(columns: &Partitions, lost: &[BrokerId]) -> Vec<Option<(u32, Vec<u8>)>> {
    let mut sequences: Vec<Vec<u8>> = Vec::new();
    let of_set = |set: &[BrokerId]| {
        let places: Vec<u8> = lost
            .iter()
            .filter_map(|id| set.iter().take(32).position(|replica| replica == id))
            .map(|place| place as u8)
            .collect();
        if places.is_empty() {
            return None;
        }
        let number = sequences.iter().position(|known| *known == places).unwrap_or_else(|| {
            sequences.push(places.clone());
            sequences.len() - 1
        });
        Some((number as u32, places))
    };
    columns.sets.iter().map(of_set).collect()
}
