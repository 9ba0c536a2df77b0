//! One partition's situation with every input known: the setting that decides and the state it is in.

use crate::consequences::elections::Elections;
use crate::protocol::profile::Profile;

/// Replicas beyond this many are not told apart (as in the columns of [`crate::model::Partitions`]).
pub(super) const MAX_REPLICAS: usize = 32;

/// What a producer waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Acks {
    Zero,
    One,
    /// Every member of the ISR.
    All,
}

impl Acks {
    /// As Kafka writes it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Acks::Zero => "0",
            Acks::One => "1",
            Acks::All => "all",
        }
    }
}

/// In which racks the replicas are: a number per replica, racks counted in order of appearance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Racks {
    /// The rack of each replica; beyond the replica count all zero.
    pub of: [u8; MAX_REPLICAS],
    pub count: u8,
}

impl Racks {
    pub(super) const ONE: Racks = Racks { of: [0; MAX_REPLICAS], count: 1 };

    pub(super) fn own(replicas: u32) -> Self {
        let mut of = [0; MAX_REPLICAS];
        for (place, rack) in of.iter_mut().take(replicas as usize).enumerate() {
            *rack = place as u8;
        }
        Racks { of, count: replicas as u8 }
    }

    /// How many of these replicas each rack holds, most first.
    pub(super) fn loads(&self, members: u32) -> Vec<u32> {
        let mut loads = vec![0; usize::from(self.count)];
        for place in places(members) {
            loads[usize::from(self.of[place])] += 1;
        }
        loads.sort_unstable_by(|a, b| b.cmp(a));
        loads
    }

    /// How many racks may go, whichever they are, before more than `spare` of these members are gone.
    pub(super) fn survives(&self, members: u32, spare: u32) -> u32 {
        let mut gone = 0;
        let within = self.loads(members).into_iter().take_while(|load| {
            gone += load;
            gone <= spare
        });
        within.count() as u32
    }
}

/// The places that a mask names.
pub(super) fn places(mask: u32) -> impl Iterator<Item = usize> {
    (0..MAX_REPLICAS).filter(move |place| mask >> place & 1 == 1)
}

/// The setting of a class of partitions, as far as it decides what faults do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Case {
    pub acks: Acks,
    pub replicas: u32,
    /// The minimum ISR that counts; above `replicas` (before 3.7), acks=all is always refused.
    pub min_isr: u32,
    /// `unclean.leader.election.enable`
    pub unclean: bool,
    /// `flush.messages=1`
    pub fsync: bool,
    /// Eligible leader replicas are kept.
    pub elr: bool,
    /// The high watermark stands still below the minimum ISR.
    pub hw_frozen: bool,
    pub racks: Racks,
    pub elections: Elections,
}

impl Case {
    /// The case of a version's profile.
    pub(super) fn of(profile: &Profile, acks: Acks, replicas: u32, min_isr: u32) -> Self {
        Case {
            acks,
            replicas,
            min_isr: profile.effective_min_isr(min_isr as usize, replicas as usize) as u32,
            unclean: false,
            fsync: false,
            elr: profile.elr,
            hw_frozen: profile.hw_frozen_below_min_isr,
            racks: Racks::own(replicas),
            elections: Elections::GIVEN,
        }
    }

    /// The same with controllers that no crash of a broker takes away.
    pub(super) fn with_elections_given(&self) -> Self {
        Case { elections: Elections::GIVEN, ..*self }
    }

    /// How many replicas must be in sync for a write to be acknowledged.
    pub(super) fn write_floor(&self) -> u32 {
        if self.acks == Acks::All { self.min_isr.max(1) } else { 1 }
    }

    /// How many must be in sync for new records to become visible.
    pub(super) fn visible_floor(&self) -> u32 {
        if self.hw_frozen { self.min_isr.max(1) } else { 1 }
    }
}

/// The state of one partition: masks over its replicas.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct LiveReplicas {
    pub isr: u32,
    /// Eligible to lead although not in sync.
    pub elr: u32,
    /// On a broker that is up.
    pub up: u32,
    pub leader: Option<u8>,
}

impl LiveReplicas {
    /// All in sync and up.
    #[cfg(test)]
    pub(super) fn full(replicas: u32) -> Self {
        let all = mask_of(replicas);
        LiveReplicas { isr: all, elr: 0, up: all, leader: (replicas > 0).then_some(0) }
    }

    /// Members of the ISR that are up.
    pub(super) fn in_sync(&self) -> u32 {
        (self.isr & self.up).count_ones()
    }

    /// Replicas that are up and may lead without losing anything committed.
    pub(super) fn electable(&self) -> u32 {
        (self.isr | self.elr) & self.up
    }

    /// Whether it has a leader that is up.
    pub(super) fn led(&self) -> bool {
        self.leader.is_some_and(|place| self.up >> place & 1 == 1)
    }
}

/// The mask of so many replicas.
pub(super) fn mask_of(replicas: u32) -> u32 {
    if replicas >= 32 { u32::MAX } else { (1 << replicas) - 1 }
}
