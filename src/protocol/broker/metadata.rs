//! The broker's own progress through the metadata: become leader, become follower, leave (kafka.md#leader-and-follower).

use super::replica::{Replica, Role};
use super::{Broker, BrokerEvent, BrokerState, HwCause, MetadataUpdate, NO_REPLICA, Step, TopicSettings};
use crate::model::PartitionIx;
use crate::protocol::follower::{self, FollowerState, PartitionFetchState};
use crate::protocol::leader::LeaderState;
use crate::protocol::wire::{ErrorCode, PartitionRegistration};
use std::sync::Arc;

impl Broker {
    /// Registrations first, whatever their place in the batch: a broker publishes the whole image to its
    /// metadata cache before its replicas look at it (`BrokerMetadataPublisher.onMetadataUpdate`). A
    /// follower that was just fenced must not hold the high watermark back.
    pub(super) fn apply_metadata(&mut self, step: &mut Step<'_>, offset: i64, updates: Vec<MetadataUpdate>) {
        for update in &updates {
            if let MetadataUpdate::Broker { broker, registration } = update {
                self.process.metadata.brokers.insert(*broker, *registration);
            }
        }
        for update in updates {
            match update {
                MetadataUpdate::Partition { partition, state } => {
                    self.partition_changed(step, partition, state)
                }
                MetadataUpdate::Topic { partition, settings } => {
                    self.topic_changed(step, partition, settings)
                }
                MetadataUpdate::Removed { partition } => {
                    self.process.metadata.set(partition, None);
                    self.drop_replica(step, partition, ErrorCode::UnknownTopicOrPartition);
                }
                MetadataUpdate::Broker { .. } => {}
            }
        }
        self.process.metadata_offset = offset;
    }

    fn topic_changed(&mut self, step: &mut Step<'_>, partition: PartitionIx, settings: TopicSettings) {
        self.process.metadata.set_settings(partition, settings);
        if let Some(place) = self.place(partition) {
            self.apply_settings(place);
            self.arm_cleaner(step, place);
        }
    }

    /// Settings and assignment together say how small the ISR may get.
    fn apply_settings(&mut self, place: u32) {
        let replica = &mut self.replicas[place as usize];
        replica.settings = self.process.metadata.settings(replica.partition);
        let replicas =
            self.process.metadata.partition(replica.partition).map_or(0, |state| state.replicas.len());
        let configured = replica.settings.min_insync_replicas as usize;
        replica.min_isr = match replicas {
            0 => configured,
            _ => self.profile.effective_min_isr(configured, replicas),
        };
    }

    fn partition_changed(
        &mut self,
        step: &mut Step<'_>,
        partition: PartitionIx,
        state: Arc<PartitionRegistration>,
    ) {
        self.process.metadata.set(partition, Some(Arc::clone(&state)));
        if self.state() != BrokerState::Starting {
            self.assume_role(step, partition, &state);
        }
    }

    /// A process that has just started takes no part in any partition until it has seen its own registration
    /// in the metadata (`BrokerServer.startup` installs the publishers after `initialCatchUpFuture`). What was
    /// decided for the process before it, such as that it leads, is over by then.
    pub(super) fn assume_roles(&mut self, step: &mut Step<'_>) {
        for ix in (0..self.process.metadata.partitions.len() as u32).map(PartitionIx) {
            if let Some(state) = self.process.metadata.partition(ix).cloned() {
                self.assume_role(step, ix, &state);
            }
        }
    }

    fn assume_role(&mut self, step: &mut Step<'_>, partition: PartitionIx, state: &PartitionRegistration) {
        if !state.replicas.contains(&self.id()) {
            return self.drop_replica(step, partition, ErrorCode::NotLeaderOrFollower);
        }
        let place = self.ensure_replica(partition);
        self.apply_settings(place);
        self.arm_cleaner(step, place);
        self.assign_directory_later(step, partition);
        if state.leader == Some(self.id()) {
            self.become_leader(step, place, state);
        } else {
            self.become_follower(step, place, state);
        }
    }

    fn ensure_replica(&mut self, partition: PartitionIx) -> u32 {
        if let Some(place) = self.place(partition) {
            return place;
        }
        if self.index.len() <= partition.at() {
            self.index.resize(partition.at() + 1, NO_REPLICA);
        }
        self.replicas.push(Replica::new(partition));
        let place = self.replicas.len() as u32 - 1;
        self.index[partition.at()] = place;
        place
    }

    /// The partition is no longer kept here: its log is deleted.
    fn drop_replica(&mut self, step: &mut Step<'_>, partition: PartitionIx, error: ErrorCode) {
        let Some(place) = self.place(partition) else { return };
        self.leave_fetcher(place);
        self.fail_delayed_produces(step, place, error);
        self.end_reader_sessions(place, error);
        self.log_directory.clip(place, 0);
        self.index[partition.at()] = NO_REPLICA;
        let replica = &mut self.replicas[place as usize];
        let (unflushed, checkpoint_due) = (replica.unflushed, replica.checkpoint_due);
        *replica = Replica { unflushed, checkpoint_due, ..Replica::new(partition) };
    }

    fn become_leader(&mut self, step: &mut Step<'_>, place: u32, state: &PartitionRegistration) {
        let me = self.id();
        if let Role::Leader(leader_state) = &mut self.replicas[place as usize].role
            && leader_state.epoch == state.leader_epoch
        {
            leader_state.update_replicas(me, &state.replicas);
            if leader_state.isr.update_from_metadata(state) {
                self.isr_confirmed(step, place);
            }
            return;
        }
        debug_assert!(
            self.replicas[place as usize].role.leader_epoch().is_none_or(|known| known < state.leader_epoch),
            "a new leader has a new epoch"
        );
        self.leave_fetcher(place);
        self.end_reader_sessions(place, self.leader_moved_error());
        let replica = &mut self.replicas[place as usize];
        // Before the first write: a follower that asks where this epoch starts must get an answer already (KIP-101).
        replica.storage.assign_epoch_start(state.leader_epoch);
        // Everything below was written by earlier leaders; once the high watermark gets here, all of it is committed.
        let epoch_start = replica.log().end();
        replica.role = Role::Leader(Box::new(LeaderState::new(me, state, epoch_start, step.now)));
        step.event(BrokerEvent::BecameLeader {
            partition: replica.partition,
            leader_epoch: state.leader_epoch,
            epoch_start,
            high_watermark: replica.high_watermark,
        });
        self.advance_high_watermark(step, place, HwCause::Elected);
    }

    /// What readers of an ended leadership are told.
    fn leader_moved_error(&self) -> ErrorCode {
        let fences = self.profile.leader_epoch_fencing;
        if fences { ErrorCode::FencedLeaderEpoch } else { ErrorCode::NotLeaderOrFollower }
    }

    fn become_follower(&mut self, step: &mut Step<'_>, place: u32, state: &PartitionRegistration) {
        let replica = &self.replicas[place as usize];
        let same = replica.follower_state().is_some_and(|follower_state| {
            follower_state.epoch == state.leader_epoch && follower_state.leader == state.leader
        });
        // A change of ISR or replicas under the same leader: the fetcher and its place in the log are still right.
        if same {
            return;
        }
        self.leave_fetcher(place);
        self.fail_delayed_produces(step, place, ErrorCode::NotLeaderOrFollower);
        self.end_reader_sessions(place, self.leader_moved_error());
        let replica = &mut self.replicas[place as usize];
        replica.role = Role::Follower(FollowerState {
            leader: state.leader,
            epoch: state.leader_epoch,
            fetcher: None,
            state: PartitionFetchState::Fetching,
            offset_sent: false,
            truncation_completed: false,
        });
        step.event(BrokerEvent::BecameFollower {
            partition: replica.partition,
            leader_epoch: state.leader_epoch,
            leader: state.leader,
        });
        if let Some(source) = state.leader {
            self.join_fetcher(place, source);
            self.begin_truncation(step, place);
        }
    }

    /// A follower starts by making its log fit, as its version does.
    pub(super) fn begin_truncation(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &self.replicas[place as usize];
        let (state, cut) =
            follower::initial_fetch_state(self.profile.truncation, replica.log(), replica.high_watermark);
        if let Some(cut) = cut {
            self.truncate_log(step, place, cut.to, cut.cause);
        }
        self.set_fetch_state(place, state);
    }
}
