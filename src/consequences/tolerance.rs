//! Failures tolerated, in closed form: what blocks a partition and what loses acknowledged data.
//!
//! Every rule here is held against an enumeration of faults through the controller's own election
//! function (`tolerance/tests.rs`).

use crate::consequences::case::{Acks, Case, LiveReplicas, mask_of};

/// What happens to a broker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FaultKind {
    /// The process ends without warning; disk and page cache stay.
    Crash,
    /// The machine loses power or its kernel: what was not flushed is gone.
    PowerLoss,
    DiskLoss,
}

impl FaultKind {
    /// Whether the broker comes back without records that it had.
    pub(super) fn is_lossy(self, case: &Case) -> bool {
        match self {
            FaultKind::Crash => false,
            FaultKind::PowerLoss => !case.fsync,
            FaultKind::DiskLoss => true,
        }
    }
}

/// So many are survived, whatever the setting promises and from the state as it is (worst, best).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Margin {
    pub guaranteed: u32,
    /// From now: at least and at most.
    pub now: (u32, u32),
}

impl Margin {
    fn exact(guaranteed: u32, now: u32) -> Self {
        Margin { guaranteed, now: (now, now) }
    }

    fn at_most(self, (guaranteed, now): (u32, u32)) -> Self {
        let (low, high) = self.now;
        Margin { guaranteed: self.guaranteed.min(guaranteed), now: (low.min(now), high.min(now)) }
    }
}

/// Faults of one kind that acknowledged data survives; `replicas` means however many.
pub(super) fn durability(case: &Case, live: &LiveReplicas, fault: FaultKind) -> Margin {
    match case.acks {
        Acks::Zero => Margin::exact(0, 0),
        Acks::One => acks_one(case, live, fault),
        Acks::All if case.min_isr > case.replicas => Margin::exact(case.replicas, case.replicas),
        Acks::All if fault.is_lossy(case) => lossy(case, live),
        Acks::All => harmless(case, live),
    }
}

/// acks=1: a crash loses what followers had not fetched, unless nobody else may take over.
fn acks_one(case: &Case, live: &LiveReplicas, fault: FaultKind) -> Margin {
    let lossless = !fault.is_lossy(case);
    // With nobody else to elect, the partition waits for its old leader, and with it for the records that no follower
    // had fetched.
    let nobody_else = !case.unclean && (live.isr | live.elr).count_ones() <= 1;
    let all = case.replicas;
    let now = if lossless && (nobody_else || all == 1) { all } else { 0 };
    Margin::exact(if lossless && all == 1 { all } else { 0 }, now)
}

/// Brokers that return with all they had: only an unclean election loses anything.
fn harmless(case: &Case, live: &LiveReplicas) -> Margin {
    let every_replica_has_all = case.min_isr == case.replicas;
    if !case.unclean || every_replica_has_all {
        return Margin::exact(case.replicas, case.replicas);
    }
    Margin::exact(0, live.electable().count_ones().saturating_sub(1))
}

/// Brokers that return without records that they had.
fn lossy(case: &Case, live: &LiveReplicas) -> Margin {
    // KIP-966 keeps min ISR complete copies in ISR and ELR together, so one fewer may go. Without it harmless events may
    // have left the leader alone in the ISR, and its loss is final.
    let guaranteed = if case.elr && !case.unclean { case.min_isr.saturating_sub(1) } else { 0 };
    if case.unclean {
        let spare = live.electable().count_ones().saturating_sub(1);
        // With min ISR = replicas nothing is acknowledged that a replica lacks: the first to take over
        // uncleanly has everything. The second may be the first broker again, back without its data.
        let heir = u32::from(case.min_isr == case.replicas && live.up.count_ones() > 1);
        return Margin::exact(guaranteed, spare.max(heir));
    }
    // A member of the ELR that is down may have stopped uncleanly, and then it returns as no member.
    let known = live.isr | (live.elr & live.up);
    let spare = |members: u32| members.count_ones().saturating_sub(1);
    Margin { guaranteed, now: (spare(known), spare(live.isr | live.elr)) }
}

/// Racks that acknowledged data survives when a rack goes with all its power.
pub(super) fn durability_racks(case: &Case, live: &LiveReplicas) -> Margin {
    let margin = durability(case, live, FaultKind::PowerLoss);
    let all = mask_of(case.replicas);
    // The fullest racks go first: the count holds whichever racks they are.
    let racks = |spare: u32| {
        if spare >= case.replicas { u32::from(case.racks.count) } else { case.racks.survives(all, spare) }
    };
    let members = live.isr | live.elr;
    let now = |spare: u32| {
        if spare >= case.replicas { u32::from(case.racks.count) } else { case.racks.survives(members, spare) }
    };
    Margin { guaranteed: racks(margin.guaranteed), now: (now(margin.now.0), now(margin.now.1)) }
}

/// Broker crashes, each detected, after which writes still succeed.
pub(super) fn writes(case: &Case, live: &LiveReplicas) -> Margin {
    let floor = case.write_floor();
    let guaranteed = case.replicas.saturating_sub(floor);
    match case.acks {
        // acks=all waits for every member of the ISR; the minimum is only a gate. Each detected crash takes one member,
        // and below the minimum the leader answers NOT_ENOUGH_REPLICAS.
        Acks::All if floor > 1 => Margin::exact(guaranteed, live.in_sync().saturating_sub(floor)),
        _ => Margin::exact(guaranteed, led_after(case, live)),
    }
}

/// Broker crashes, each detected, after which committed records can still be read.
pub(super) fn reads(case: &Case, live: &LiveReplicas) -> Margin {
    // Whoever is in the ISR or the ELR has everything committed: any one of them may lead.
    Margin::exact(case.replicas.saturating_sub(1), led_after(case, live))
}

/// Broker crashes, each detected, after which new records still become visible.
pub(super) fn visibility(case: &Case, live: &LiveReplicas) -> Margin {
    let floor = case.visible_floor();
    // `Partition.maybeIncrementLeaderHW` returns early below the effective minimum ISR, whatever acks the producer used:
    // records may be acknowledged that nobody can read yet.
    match floor {
        0 | 1 => reads(case, live),
        _ => {
            let guaranteed = case.replicas.saturating_sub(floor);
            Margin::exact(guaranteed, live.in_sync().saturating_sub(floor))
        }
    }
}

/// Crashes after which somebody can still lead.
fn led_after(case: &Case, live: &LiveReplicas) -> u32 {
    // An unclean election takes any live replica; a clean one only members of ISR and ELR.
    let leaders = if case.unclean { live.up & mask_of(case.replicas) } else { live.electable() };
    leaders.count_ones().saturating_sub(1)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    Write,
    Read,
    /// New records become readable.
    Visible,
}

impl Operation {
    /// Crashes that it survives: of the partition's replicas, and while the controllers replace leaders.
    pub(super) fn margin(self, case: &Case, live: &LiveReplicas) -> Margin {
        let of_replicas = match self {
            Operation::Write => writes(case, live),
            Operation::Read => reads(case, live),
            Operation::Visible => visibility(case, live),
        };
        of_replicas.at_most(case.elections.crash_limits())
    }

    /// Whether it works at this moment.
    pub(super) fn works(self, case: &Case, live: &LiveReplicas) -> bool {
        let waits = match self {
            Operation::Write => case.acks == Acks::All,
            Operation::Read => false,
            Operation::Visible => true,
        };
        // Without controllers the ISR keeps its dead members, and acks=all and the high watermark wait for them.
        let waits_in_vain = waits && !case.elections.work && live.isr & !live.up != 0;
        live.led()
            && !waits_in_vain
            && match self {
                Operation::Write => live.in_sync() >= case.write_floor(),
                Operation::Read => true,
                Operation::Visible => live.in_sync() >= case.visible_floor(),
            }
    }

    pub(super) fn racks(self, case: &Case, live: &LiveReplicas) -> Margin {
        let floor = match self {
            Operation::Write => case.write_floor(),
            Operation::Read => 1,
            Operation::Visible => case.visible_floor(),
        };
        let all = mask_of(case.replicas);
        let now = match (floor > 1, case.unclean) {
            (true, _) => live.isr & live.up,
            (false, true) => live.up & all,
            (false, false) => live.electable(),
        };
        let spare = |members: u32| members.count_ones().checked_sub(floor);
        let survives = |members: u32| spare(members).map_or(0, |spare| case.racks.survives(members, spare));
        Margin::exact(survives(all), survives(now)).at_most(case.elections.rack_limits())
    }
}

#[cfg(test)]
mod tests;
