//! How well a partition is, in one word.

use crate::app::Level;
use crate::model::{BrokerId, PartitionView};

/// The state of a partition's replication, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Health {
    /// Nobody leads it: no writes, no reads.
    NoLeader,
    /// Its leader does not answer klever, and nobody has taken over yet.
    LeaderSilent,
    /// The ISR is smaller than the minimum: acks=all is refused.
    UnderMin,
    /// A member of the ISR does not answer klever: it leaves the ISR unless it answers again.
    MemberSilent,
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
    pub const ALL: [Health; 10] = [
        Health::NoLeader,
        Health::LeaderSilent,
        Health::UnderMin,
        Health::MemberSilent,
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
        let (isr, short) = (partition.isr_len() as u32, partition.is_under_replicated());
        match (partition.leader(), min_isr) {
            (None, _) => Health::NoLeader,
            (_, Some(min)) if isr < min => Health::UnderMin,
            (_, Some(min)) if isr == min => Health::AtMin,
            (_, Some(_)) if short => Health::UnderReplicated,
            (_, None) if short => Health::UnderReplicatedMinUnknown,
            (leader, _) if leader != partition.replicas().first().copied() => Health::NotPreferred,
            (_, None) => Health::InSync,
            (_, Some(_)) => Health::Ok,
        }
    }

    /// The same, where some of the brokers may not answer. The worse of both counts.
    pub fn seen(self, partition: PartitionView<'_>, silent: &[BrokerId]) -> Health {
        let hears_nothing = |id: BrokerId| silent.contains(&id);
        let marked = match partition.leader() {
            Some(leader) if hears_nothing(leader) => Health::LeaderSilent,
            _ if !silent.is_empty() && partition.isr().any(hears_nothing) => Health::MemberSilent,
            _ => return self,
        };
        self.min(marked)
    }

    /// As the screen shows it.
    pub const fn word(self) -> &'static str {
        match self {
            Health::NoLeader => "NO LEADER",
            Health::LeaderSilent => "LEADER SILENT",
            Health::UnderMin => "UNDER MIN",
            Health::MemberSilent => "ISR SILENT",
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
            Health::LeaderSilent => "leader-silent",
            Health::UnderMin => "under-min",
            Health::MemberSilent => "isr-silent",
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
            Health::NoLeader | Health::LeaderSilent | Health::UnderMin => Level::Bad,
            Health::MemberSilent
            | Health::AtMin
            | Health::UnderReplicated
            | Health::UnderReplicatedMinUnknown => Level::Warn,
            Health::NotPreferred => Level::Notice,
            Health::InSync | Health::Ok => Level::Ok,
        }
    }
}
