//! What loses acknowledged data, with the words for it and the knob that helps most.

/// A cause of loss, in the order of [`LossCause::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossCause {
    Independent,
    PageCache,
    Lagging,
    Rack,
    Site,
    Unclean,
    AcksTail,
    LeaderMoves,
}

impl LossCause {
    pub const ALL: [LossCause; 8] = [
        LossCause::Independent,
        LossCause::PageCache,
        LossCause::Lagging,
        LossCause::Rack,
        LossCause::Site,
        LossCause::Unclean,
        LossCause::AcksTail,
        LossCause::LeaderMoves,
    ];

    /// As the JSON writes it.
    pub fn id(self) -> &'static str {
        match self {
            LossCause::Independent => "independent",
            LossCause::PageCache => "page_cache",
            LossCause::Lagging => "lagging",
            LossCause::Rack => "rack",
            LossCause::Site => "site",
            LossCause::Unclean => "unclean",
            LossCause::AcksTail => "acks_tail",
            LossCause::LeaderMoves => "leader_moves",
        }
    }

    /// The figure of its part, and a name for a column.
    pub(super) fn figure(self) -> (&'static str, &'static str) {
        match self {
            LossCause::Independent => ("loss.independent", "Loss, one by one"),
            LossCause::PageCache => ("loss.page_cache", "Loss, page cache"),
            LossCause::Lagging => ("loss.lagging", "Loss, ISR shrunk"),
            LossCause::Rack => ("loss.rack", "Loss, rack"),
            LossCause::Site => ("loss.site", "Loss, site power"),
            LossCause::Unclean => ("loss.unclean", "Loss, unclean election"),
            LossCause::AcksTail => ("loss.acks_tail", "Loss, leader crash"),
            LossCause::LeaderMoves => ("loss.leader_moves", "Loss, leader moves"),
        }
    }

    /// For a sentence: "mostly by ...".
    pub fn words(self) -> &'static str {
        match self {
            LossCause::Independent => "brokers and disks that fail one by one",
            LossCause::PageCache => "machines that fail with the only copy in memory",
            LossCause::Lagging => "failures while followers have left the ISR",
            LossCause::Rack => "outages of a rack",
            LossCause::Site => "power failures of the whole site",
            LossCause::Unclean => "unclean leader elections",
            LossCause::AcksTail => "crashes of leaders that acknowledged before a follower had the record",
            LossCause::LeaderMoves => "moves of leaders that acknowledged before a follower had the record",
        }
    }

    /// What would reduce it most.
    pub(super) fn knob(self) -> &'static str {
        match self {
            LossCause::Independent => "one more replica, or min.insync.replicas=2",
            LossCause::PageCache => "min.insync.replicas=2, or flush.messages=1",
            LossCause::Lagging => "min.insync.replicas=2; less load, shorter pauses",
            LossCause::Rack => "replicas in more racks; more replicas in the same racks change nothing",
            LossCause::Site => "flush.messages=1, or a second site; replicas and racks change nothing",
            LossCause::Unclean => "unclean.leader.election.enable=false",
            LossCause::AcksTail | LossCause::LeaderMoves => "acks=all",
        }
    }
}
