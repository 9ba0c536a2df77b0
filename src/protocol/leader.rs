//! What a leader knows of its followers, and the high watermark it concludes (`Partition`, `Replica`).

use crate::model::{BrokerId, Nanos};
use crate::protocol::isr::Isr;
use crate::protocol::profile::Profile;
use crate::protocol::wire::{BrokerEpoch, LeaderEpoch, Offset, PartitionRegistration};

/// A follower as its fetches show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RemoteReplica {
    pub broker: BrokerId,
    /// Its log end, -1 before its first fetch in this epoch.
    pub log_end: Offset,
    pub log_start: Offset,
    /// When it last fetched in this epoch, if it did.
    pub last_fetch: Option<Nanos>,
    /// The leader's log end then.
    pub last_fetch_leader_end: Offset,
    /// When it last had everything, if that is known.
    pub last_caught_up: Option<Nanos>,
    /// The incarnation that fetched, -1 unknown.
    pub broker_epoch: BrokerEpoch,
}

impl RemoteReplica {
    fn new(broker: BrokerId, last_caught_up: Option<Nanos>) -> Self {
        RemoteReplica {
            broker,
            log_end: -1,
            log_start: -1,
            last_fetch: None,
            last_fetch_leader_end: 0,
            last_caught_up,
            broker_epoch: -1,
        }
    }

    /// Whether it has everything or had so within `lag` (`replica.lag.time.max.ms`).
    pub(crate) fn is_caught_up(&self, log_end: Offset, now: Nanos, lag: Nanos) -> bool {
        self.log_end == log_end || self.last_caught_up.is_some_and(|at| now.saturating_sub(at) <= lag)
    }

    /// A fetch from `offset` while the leader's log ended at `leader_end`. A follower that now asks for
    /// where the leader ended at its previous fetch had everything then. Returns whether its end moved.
    pub(crate) fn update_fetch_state(&mut self, offset: Offset, leader_end: Offset, now: Nanos) -> bool {
        if offset >= leader_end {
            self.last_caught_up = self.last_caught_up.max(Some(now));
        // A follower under steady load is always a little behind the end of now. What counts is whether it has
        // what the leader had when it last fetched (Replica.updateFetchStateOrThrow); else a busy follower would
        // leave the ISR although it keeps up.
        } else if offset >= self.last_fetch_leader_end {
            self.last_caught_up = self.last_caught_up.max(self.last_fetch);
        }
        self.last_fetch = Some(now);
        self.last_fetch_leader_end = self.last_fetch_leader_end.max(leader_end);
        std::mem::replace(&mut self.log_end, offset) != offset
    }

    /// It still asked for `log_end` at `last_fetch`, when the leader had no more: what fetches that did
    /// not name the partition said by that (incremental sessions).
    pub(crate) fn note_idle_fetches(&mut self, leader_end: Offset, last_fetch: Nanos) {
        if self.log_end == leader_end && Some(last_fetch) > self.last_fetch {
            self.update_fetch_state(leader_end, leader_end, last_fetch);
        }
    }
}

/// A follower that leaves the ISR, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct OutOfSyncReplica {
    pub follower: BrokerId,
    /// Its log end as the leader knows it, -1 when it has not fetched in this epoch.
    pub log_end: Offset,
    /// When it last had everything; a new leader gives every member the benefit of the doubt.
    pub last_caught_up: Option<Nanos>,
    /// When it last fetched in this epoch, if it did.
    pub last_fetch: Option<Nanos>,
}

/// A leader's state beside its log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LeaderState {
    pub epoch: LeaderEpoch,
    /// Where the epoch starts in the log.
    pub epoch_start: Offset,
    pub isr: Isr,
    /// The followers, in the order of the assignment.
    pub remotes: Vec<RemoteReplica>,
    /// The high watermark cannot advance because the ISR is below its minimum, and that event was reported.
    pub high_watermark_frozen: bool,
}

/// What the rules of the ISR and the high watermark need to know besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsrContext<'a> {
    pub profile: &'a Profile,
    pub now: Nanos,
    /// `replica.lag.time.max.ms`.
    pub lag: Nanos,
    /// The leader's log end.
    pub log_end: Offset,
    pub min_isr: usize,
}

impl LeaderState {
    /// A new leader: nothing is known of the followers, and ISR members get the benefit of the doubt.
    pub(crate) fn new(me: BrokerId, state: &PartitionRegistration, epoch_start: Offset, now: Nanos) -> Self {
        let followers = state.replicas.iter().copied().filter(|broker| *broker != me);
        let since = |broker: BrokerId| state.isr.contains(&broker).then_some(now);
        LeaderState {
            epoch: state.leader_epoch,
            epoch_start,
            isr: Isr::of(state),
            remotes: followers.map(|broker| RemoteReplica::new(broker, since(broker))).collect(),
            high_watermark_frozen: false,
        }
    }

    /// The assignment changed under the same leader epoch.
    pub(crate) fn update_replicas(&mut self, me: BrokerId, replicas: &[BrokerId]) {
        self.remotes.retain(|remote| replicas.contains(&remote.broker));
        for &broker in replicas.iter().filter(|broker| **broker != me) {
            if self.remote(broker).is_none() {
                self.remotes.push(RemoteReplica::new(broker, None));
            }
        }
    }

    pub(crate) fn remote(&self, broker: BrokerId) -> Option<&RemoteReplica> {
        self.remotes.iter().find(|remote| remote.broker == broker)
    }

    /// A follower's state, to change.
    pub(crate) fn remote_mut(&mut self, broker: BrokerId) -> Option<&mut RemoteReplica> {
        self.remotes.iter_mut().find(|remote| remote.broker == broker)
    }

    /// Whether the ISR is smaller than it must be.
    pub(crate) fn is_under_min_isr(&self, min_isr: usize) -> bool {
        self.isr.members().len() < min_isr
    }

    /// The high watermark as it should be now (`Partition.maybeIncrementLeaderHW`): the smallest log end
    /// of the ISR, those about to join, and outsiders that are as good as caught up; else such a
    /// follower could never reach it. With it the follower that holds it back most. `None` while the
    /// ISR is below its minimum and the version freezes it then (KAFKA-15583), and while a leader of old
    /// writes its ISR to ZooKeeper, which it did under the partition's lock.
    pub(crate) fn high_watermark(
        &self,
        of: IsrContext<'_>,
        is_isr_eligible: impl Fn(&RemoteReplica) -> bool,
    ) -> Option<(Offset, Option<BrokerId>)> {
        let writes_to_zookeeper =
            of.profile.zookeeper && !of.profile.maximal_isr && self.isr.pending().is_some();
        // The committed ISR, not the maximal one: a follower that is only proposed may still be refused.
        // With ELR the freeze carries safety: members that left below the minimum may lead again (KIP-966), and
        // they must have everything below the high watermark.
        let frozen = of.profile.hw_frozen_below_min_isr && self.is_under_min_isr(of.min_isr);
        if frozen || writes_to_zookeeper {
            return None;
        }
        // The leader itself is in every ISR it leads, so its own end is the upper bound.
        let mut slowest = (of.log_end, None);
        for remote in &self.remotes {
            let waits = remote.log_end < slowest.0
                && (self.isr.in_maximal_isr(remote.broker, of.profile)
                    || (remote.is_caught_up(of.log_end, of.now, of.lag) && is_isr_eligible(remote)));
            if waits {
                slowest = (remote.log_end, Some(remote.broker));
            }
        }
        Some(slowest)
    }

    /// The members that have not caught up for too long; none while a change is under way.
    pub(crate) fn out_of_sync_replicas(&self, of: IsrContext<'_>) -> Vec<OutOfSyncReplica> {
        // One AlterPartition a partition: the next proposal has to name the partition epoch that this one makes.
        if self.isr.pending().is_some() {
            return Vec::new();
        }
        let late = self.remotes.iter().filter(|remote| {
            self.isr.members().contains(&remote.broker) && !remote.is_caught_up(of.log_end, of.now, of.lag)
        });
        late.map(|remote| OutOfSyncReplica {
            follower: remote.broker,
            log_end: remote.log_end,
            last_caught_up: remote.last_caught_up,
            last_fetch: remote.last_fetch,
        })
        .collect()
    }

    /// Whether a follower may be proposed for the ISR (`Partition.needsExpandIsr`, `isFollowerInSync`).
    pub(crate) fn needs_expand_isr(
        &self,
        follower: BrokerId,
        high_watermark: Offset,
        profile: &Profile,
        is_isr_eligible: impl Fn(&RemoteReplica) -> bool,
    ) -> bool {
        // A new leader can start with a high watermark behind the true one. A follower that has reached only that
        // may lack committed records; the start of the epoch is an offset that every committed record lies below.
        let start = if profile.epoch_start_check { self.epoch_start } else { 0 };
        self.isr.pending().is_none()
            && !self.isr.members().contains(&follower)
            && self
                .remote(follower)
                .is_some_and(|remote| remote.log_end >= high_watermark.max(start) && is_isr_eligible(remote))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAG: Nanos = 30;

    fn remote() -> RemoteReplica {
        RemoteReplica::new(BrokerId(2), None)
    }

    #[test]
    fn caught_up_is_having_what_the_leader_had_at_the_fetch_before() {
        let mut remote = remote();
        assert!(!remote.is_caught_up(0, 5, LAG), "nothing is known of it");
        remote.update_fetch_state(0, 10, 100);
        assert_eq!(remote.last_caught_up, None);
        remote.update_fetch_state(10, 20, 110);
        assert_eq!(remote.last_caught_up, Some(100), "it had the 10 of time 100");
        remote.update_fetch_state(15, 30, 120);
        assert_eq!(remote.last_caught_up, Some(100));
        assert!(remote.is_caught_up(30, 130, LAG) && !remote.is_caught_up(30, 131, LAG));
        assert!(remote.is_caught_up(15, 999, LAG), "whoever has everything is never late");
        remote.update_fetch_state(30, 30, 140);
        assert_eq!(remote.last_caught_up, Some(140));
    }

    #[test]
    fn silent_fetches_of_an_idle_partition_count_when_it_wakes() {
        let (mut told, mut silent) = (remote(), remote());
        for time in [100, 200, 300] {
            told.update_fetch_state(10, 10, time);
        }
        silent.update_fetch_state(10, 10, 100);
        silent.note_idle_fetches(10, 300);
        assert_eq!(silent, told);
        silent.note_idle_fetches(11, 400);
        assert_eq!(silent, told, "it has not everything: nothing can be concluded");
    }

    fn leader_state(isr: &[i32], ends: &[(i32, Offset, Option<Nanos>)]) -> LeaderState {
        let ids = |ids: &[i32]| ids.iter().map(|id| BrokerId(*id)).collect::<Vec<_>>();
        let state = PartitionRegistration {
            replicas: ids(&[1, 2, 3]),
            isr: ids(isr),
            ..PartitionRegistration::default()
        };
        let mut leader_state = LeaderState::new(BrokerId(1), &state, 0, 0);
        for &(broker, end, caught_up) in ends {
            let remote = leader_state.remote_mut(BrokerId(broker)).unwrap();
            (remote.log_end, remote.last_caught_up) = (end, caught_up);
        }
        leader_state
    }

    fn high_watermark(leader_state: &LeaderState, min_isr: usize, is_isr_eligible: bool) -> Option<Offset> {
        let profile = Profile::default();
        let of = IsrContext { profile: &profile, now: 1000, lag: LAG, log_end: 9, min_isr };
        leader_state.high_watermark(of, |_| is_isr_eligible).map(|(offset, _)| offset)
    }

    #[test]
    fn the_high_watermark_waits_for_the_isr_and_for_those_nearly_in_it() {
        let of = |isr: &[i32], three: Option<Nanos>| leader_state(isr, &[(2, 7, None), (3, 4, three)]);
        assert_eq!(high_watermark(&of(&[1, 2, 3], None), 1, true), Some(4));
        assert_eq!(high_watermark(&of(&[1, 2], None), 1, true), Some(7));
        assert_eq!(high_watermark(&of(&[1], None), 1, true), Some(9));
        assert_eq!(high_watermark(&of(&[1, 2], Some(990)), 1, true), Some(4), "nearly caught up");
        assert_eq!(high_watermark(&of(&[1, 2], Some(990)), 1, false), Some(7), "but fenced");
        assert_eq!(high_watermark(&of(&[1, 2], None), 3, true), None, "frozen");
    }

    #[test]
    fn a_follower_joins_once_it_has_the_epoch_and_the_high_watermark() {
        let mut leader_state = leader_state(&[1], &[(2, 5, None)]);
        let profile = Profile::default();
        let joins = |leader_state: &LeaderState, high_watermark| {
            leader_state.needs_expand_isr(BrokerId(2), high_watermark, &profile, |_| true)
        };
        assert!(joins(&leader_state, 5) && !joins(&leader_state, 6));
        leader_state.epoch_start = 6;
        assert!(!joins(&leader_state, 5));
        leader_state.epoch_start = 5;
        leader_state.isr.shrink(&[], |_| -1);
        assert!(!joins(&leader_state, 5), "one change at a time");
    }
}
