//! How well a partition is, in one word.

use crate::app::Level;
use crate::model::PartitionView;

/// The state of a partition's replication, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Health {
    /// Nobody leads it: no writes, no reads.
    NoLeader,
    /// The ISR is smaller than the minimum: acks=all is refused.
    UnderMin,
    /// One more failure stops acks=all writes.
    AtMin,
    /// A replica is out of sync.
    UnderReplicated,
    /// A replica is out of sync, and the minimum is not known.
    UnderReplicatedMinUnknown,
    /// Another replica leads than the preferred one.
    NotPreferred,
    /// All replicas are in sync; the minimum is not known.
    InSync,
    /// All replicas are in sync.
    Ok,
}

impl Health {
    /// All of them, the worst first.
    pub const ALL: [Health; 8] = [
        Health::NoLeader,
        Health::UnderMin,
        Health::AtMin,
        Health::UnderReplicated,
        Health::UnderReplicatedMinUnknown,
        Health::NotPreferred,
        Health::InSync,
        Health::Ok,
    ];

    /// The health of a partition under an effective minimum ISR (`None` when that is not known). As Kafka's
    /// `UnderMinIsrPartitionCount` and `AtMinIsrPartitionCount` count (`Partition.isUnderMinIsr`, `isAtMinIsr`).
    pub fn of(partition: PartitionView<'_>, min_isr: Option<u32>) -> Health {
        let (isr, width) = (partition.isr_len() as u32, partition.replicas().len() as u32);
        match (partition.leader(), min_isr) {
            (None, _) => Health::NoLeader,
            (_, Some(min)) if isr < min => Health::UnderMin,
            (_, Some(min)) if isr == min => Health::AtMin,
            (_, Some(_)) if isr < width => Health::UnderReplicated,
            (_, None) if isr < width => Health::UnderReplicatedMinUnknown,
            (leader, _) if leader != partition.replicas().first().copied() => Health::NotPreferred,
            (_, None) => Health::InSync,
            (_, Some(_)) => Health::Ok,
        }
    }

    /// As the screen shows it.
    pub const fn word(self) -> &'static str {
        match self {
            Health::NoLeader => "NO LEADER",
            Health::UnderMin => "UNDER MIN",
            Health::AtMin => "AT MIN",
            Health::UnderReplicated => "UNDER-REPL",
            Health::UnderReplicatedMinUnknown => "UNDER-REPL ?",
            Health::NotPreferred => "LEADER MOVED",
            Health::InSync => "in sync",
            Health::Ok => "OK",
        }
    }

    /// As a filter names it.
    pub const fn name(self) -> &'static str {
        match self {
            Health::NoLeader => "no-leader",
            Health::UnderMin => "under-min",
            Health::AtMin => "at-min",
            Health::UnderReplicated | Health::UnderReplicatedMinUnknown => "under-replicated",
            Health::NotPreferred => "moved",
            Health::InSync | Health::Ok => "ok",
        }
    }

    /// The worst state whose name as a filter begins so.
    pub(super) fn beginning_with(word: &str) -> Option<Health> {
        Health::ALL.into_iter().find(|health| health.name().starts_with(word))
    }

    /// How bad that is.
    pub const fn level(self) -> Level {
        match self {
            Health::NoLeader | Health::UnderMin => Level::Bad,
            Health::AtMin | Health::UnderReplicated | Health::UnderReplicatedMinUnknown => Level::Warn,
            Health::NotPreferred => Level::Notice,
            Health::InSync | Health::Ok => Level::Ok,
        }
    }
}
