//! The verdict on stopping brokers in order: safe, at the floor, unsafe or unknown, and because of what.

use crate::model::{BrokerId, PartitionIx, plural};

/// Whether a broker may be stopped, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RestartSafety {
    /// Nothing stops, and one more failure would not stop writes.
    Safe,
    /// Nothing stops, but the next failure would stop writes on some partitions.
    AtFloor,
    /// Not everything that decides could be seen.
    Unknown,
    /// Partitions go offline or below their minimum ISR, or there is no majority of controllers.
    Unsafe,
}

impl RestartSafety {
    /// As the JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            RestartSafety::Safe => "safe",
            RestartSafety::AtFloor => "at_floor",
            RestartSafety::Unknown => "unknown",
            RestartSafety::Unsafe => "unsafe",
        }
    }

    /// As a person reads it at the head of a line.
    pub fn heading(self) -> &'static str {
        match self {
            RestartSafety::Safe => "SAFE",
            RestartSafety::AtFloor => "AT FLOOR",
            RestartSafety::Unknown => "UNKNOWN",
            RestartSafety::Unsafe => "UNSAFE",
        }
    }
}

/// What happens to one partition when the broker stops.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum StopEffect {
    /// Nobody can lead it.
    Offline,
    /// Fewer replicas are in sync than the minimum: acks=all is refused.
    UnderMinIsr,
    /// Exactly the minimum is in sync.
    AtMinIsr,
    /// More than the minimum, but fewer above it than was asked for.
    ShortOfMargin,
}

impl StopEffect {
    /// Whether a stop must not do so where each partition is to keep so many replicas above its minimum ISR.
    pub fn is_forbidden(self, margin: u32) -> bool {
        match self {
            StopEffect::Offline | StopEffect::UnderMinIsr | StopEffect::ShortOfMargin => true,
            StopEffect::AtMinIsr => margin > 0,
        }
    }
}

/// Whether a majority of the controllers is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuorumEffect {
    /// There is one afterwards, or this Kafka needs none.
    Kept,
    /// There is one now and none afterwards, until voters that are missing come back.
    Lost,
    /// None is left whenever these brokers stop: too few others vote.
    NeverSpared,
    /// There is none now.
    LostAlready,
    /// Nobody could be asked, and brokers do not answer either.
    Unreachable,
    NotRead,
}

impl QuorumEffect {
    /// Whether there is no majority afterwards; `None` when the quorum was not read.
    pub fn is_lost(self) -> Option<bool> {
        match self {
            QuorumEffect::Kept => Some(false),
            QuorumEffect::Lost | QuorumEffect::NeverSpared | QuorumEffect::LostAlready => Some(true),
            QuorumEffect::Unreachable | QuorumEffect::NotRead => None,
        }
    }

    /// Why nothing may be stopped.
    fn objection(self) -> Option<&'static str> {
        match self {
            QuorumEffect::Kept | QuorumEffect::NotRead => None,
            QuorumEffect::Lost | QuorumEffect::NeverSpared => {
                Some("the controllers would lose their majority")
            }
            QuorumEffect::LostAlready => {
                Some("the controllers have no majority, so no other leader is elected")
            }
            QuorumEffect::Unreachable => Some(
                "the controllers cannot be reached and brokers do not answer, so no other leader may be elected",
            ),
        }
    }

    pub(super) fn forbids(self) -> bool {
        self.objection().is_some()
    }
}

/// The verdict on stopping one broker in order, or several together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestartVerdict {
    pub broker: BrokerId,
    /// Brokers that stop at the same time.
    pub together_with: Vec<BrokerId>,
    /// How many in-sync replicas above the minimum ISR were asked for.
    pub margin: u32,
    pub verdict: RestartSafety,
    /// Partitions that nobody could lead.
    pub offline: u32,
    /// Those of them that nobody leads now, whoever stops.
    pub offline_already: u32,
    /// Partitions below their minimum ISR, those that are offline not counted.
    pub under_min_isr: u32,
    /// Partitions at their minimum ISR.
    pub at_min_isr: u32,
    /// Partitions above their minimum ISR, but by fewer replicas than were asked for.
    pub above_min_isr_short_of_margin: u32,
    /// Partitions whose minimum ISR is not known.
    pub unknown: u32,
    /// Of those that forbid the stop, the ones that it hits even when every replica is in sync.
    pub never_spared: u32,
    /// The first of them.
    pub never_spared_example: Option<PartitionIx>,
    /// Partitions that are being moved to a broker that stops: what they have copied waits until it is back.
    pub moving_in: u32,
    /// Other partitions that are being moved and have a replica on a broker that stops: the copying goes on from another
    /// one, or waits where it is the only source.
    pub moving: u32,
    pub quorum: QuorumEffect,
    /// What could not be seen and might make it unsafe, a line each.
    pub unseen: Vec<String>,
    /// The partitions hit, the worst first, at most [`RestartVerdict::MAX_LISTED`].
    pub partitions: Vec<(PartitionIx, StopEffect)>,
}

impl RestartVerdict {
    /// How many partitions a verdict names.
    pub const MAX_LISTED: usize = 100;

    /// Nothing is hit, as long as nothing is counted.
    pub(super) fn empty(broker: BrokerId, together_with: Vec<BrokerId>, margin: u32) -> Self {
        RestartVerdict {
            broker,
            together_with,
            margin,
            verdict: RestartSafety::Safe,
            offline: 0,
            offline_already: 0,
            under_min_isr: 0,
            at_min_isr: 0,
            above_min_isr_short_of_margin: 0,
            unknown: 0,
            never_spared: 0,
            never_spared_example: None,
            moving_in: 0,
            moving: 0,
            quorum: QuorumEffect::Kept,
            unseen: Vec::new(),
            partitions: Vec::new(),
        }
    }

    /// Partitions that keep their minimum ISR, but fewer replicas above it than were asked for.
    pub fn short_of_margin(&self) -> u32 {
        let at_min_isr = if StopEffect::AtMinIsr.is_forbidden(self.margin) { self.at_min_isr } else { 0 };
        at_min_isr + self.above_min_isr_short_of_margin
    }

    /// Partitions for whose sake nothing may be stopped.
    pub(super) fn forbidden(&self) -> u32 {
        self.offline + self.under_min_isr + self.short_of_margin()
    }

    /// All brokers that stop.
    pub(super) fn stopping(&self) -> Vec<BrokerId> {
        std::iter::once(self.broker).chain(self.together_with.iter().copied()).collect()
    }

    /// Whether it becomes safe once all replicas and controllers are back; `None` where it is not unsafe.
    pub fn waiting_helps(&self) -> Option<bool> {
        let spared = self.never_spared == 0 && self.quorum != QuorumEffect::NeverSpared;
        (self.verdict == RestartSafety::Unsafe).then_some(spared)
    }

    /// `Broker 1`, `Brokers 1, 2`
    fn who(&self) -> String {
        let ids = self.stopping();
        format!("Broker{} {}", if ids.len() == 1 { "" } else { "s" }, comma_list(&ids))
    }

    /// What the stop does to partitions that are being moved, a sentence each.
    pub fn moves(&self) -> Vec<String> {
        let kinds = [
            (
                self.moving_in,
                "that a reassignment moves to it: the copying waits until it is back, and goes on from there",
            ),
            (
                self.moving,
                "with a replica on it under reassignment: the new replicas copy from the next leader meanwhile",
            ),
        ];
        let hit = kinds.into_iter().filter(|(count, _)| *count > 0);
        hit.map(|(count, words)| format!("{} {words}", plural(count as usize, "partition"))).collect()
    }

    /// One sentence for the panel.
    pub fn headline(&self) -> String {
        let who = self.who();
        let together = if self.together_with.is_empty() { "" } else { " together" };
        match self.verdict {
            RestartSafety::Safe => {
                format!("{who} may stop{together}: every partition keeps more than its minimum ISR")
            }
            RestartSafety::AtFloor => format!(
                "{who} may stop{together}, but the next failure stops writes on {}",
                plural(self.at_min_isr as usize, "partition")
            ),
            RestartSafety::Unknown => {
                format!("{who}: whether stopping{together} is safe is unknown: {}", self.unseen.join("; "))
            }
            RestartSafety::Unsafe => format!("{who} must not stop{together}: {}", self.objections()),
        }
    }

    fn objections(&self) -> String {
        let hit = self.offline + self.under_min_isr > 0;
        let partitions = hit.then(|| {
            let partitions = |count: u32| plural(count as usize, "partition");
            let (offline, refuse) = (partitions(self.offline), partitions(self.under_min_isr));
            format!("{offline} offline{}, {refuse} refuse acks=all", self.already())
        });
        let short = (self.short_of_margin() > 0).then(|| {
            let partitions = plural(self.short_of_margin() as usize, "partition");
            format!("{partitions} left with less than {} in sync above the minimum ISR", self.margin)
        });
        let quorum = self.quorum.objection().map(String::from);
        let objections: Vec<String> = quorum.into_iter().chain(partitions).chain(short).collect();
        objections.join("; ")
    }
}

impl RestartVerdict {
    /// How many of the offline ones are so whoever stops.
    fn already(&self) -> String {
        match self.offline_already {
            0 => String::new(),
            all if all == self.offline => " already".into(),
            some => format!(" ({some} already)"),
        }
    }
}

/// `1, 2`
pub(super) fn comma_list(ids: &[BrokerId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
