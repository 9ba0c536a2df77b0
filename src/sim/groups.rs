//! Group coordinators: each lives on the broker that leads its partition of the offsets topic.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::group::{Group, GroupInput, GroupOutput, GroupRequest, OffsetsPartition};
use crate::protocol::messages::Peer;
use crate::protocol::wire::Offset;
use crate::sim::event::{Message, Timer, TimerKind};
use crate::sim::intervals::Intervals;
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;
use std::collections::BTreeMap;

/// A group of the scenario.
#[derive(Clone)]
pub(super) struct GroupCoordinator {
    pub(super) group: Group,
    pub(super) timer: Timer,
    /// Its partition of the offsets topic; `None` when that could not be created.
    pub(super) home: Option<PartitionIx>,
    /// The broker that leads that partition.
    pub(super) coordinator: Option<BrokerId>,
    pub(super) offsets: OffsetsPartition,
    /// Offsets known to be committed.
    pub(super) committed: BTreeMap<PartitionIx, Offset>,
    /// Offsets processed, of each partition.
    pub(super) done: BTreeMap<PartitionIx, Intervals>,
    /// Records processed, and how many of them had been before.
    pub(super) read: u64,
    pub(super) read_again: u64,
    /// Whether a rebalance is under way, and how many members the last one had.
    pub(super) rebalancing: bool,
    pub(super) members: u32,
    pub(super) generation: i32,
}

impl GroupCoordinator {
    pub(super) fn new(group: Group, home: Option<PartitionIx>) -> Self {
        GroupCoordinator {
            group,
            timer: Timer::default(),
            home,
            coordinator: None,
            offsets: OffsetsPartition::default(),
            committed: BTreeMap::new(),
            done: BTreeMap::new(),
            read: 0,
            read_again: 0,
            rebalancing: false,
            members: 0,
            generation: 0,
        }
    }

    /// Records of these offsets were processed.
    pub(super) fn processed(&mut self, partition: PartitionIx, from: Offset, end: Offset) {
        let known = self.done.entry(partition).or_default().add(from as u64, end as u64);
        self.read += (end - from) as u64;
        self.read_again += known;
    }
}

impl World {
    /// The broker that coordinates a group, as the controller has committed it.
    pub(super) fn coordinator(&self, group: u32) -> Option<BrokerId> {
        self.groups[group as usize].coordinator
    }

    /// A consumer's request came to a broker.
    pub(super) fn ask_group(
        &mut self,
        id: BrokerId,
        from: Node,
        group: u32,
        correlation: u64,
        request: GroupRequest,
    ) {
        let Some(client) = self.client_of(from) else { return };
        if self.coordinator(group) != Some(id) {
            let refused = Message::Refused { correlation };
            return self.answer(id, Peer::Client(client), correlation, self.now, refused);
        }
        self.step_group(group, GroupInput::Request { from: client, correlation, request });
    }

    fn step_group(&mut self, group: u32, input: GroupInput) {
        let mut out = std::mem::take(&mut self.scratch.group);
        self.groups[group as usize].group.step(self.now, input, &mut out);
        for output in out.drain(..) {
            self.group_wants(group, output);
        }
        self.scratch.group = out;
    }

    fn group_wants(&mut self, group: u32, output: GroupOutput) {
        match output {
            GroupOutput::Reply { to, correlation, reply } => {
                let Some(here) = self.coordinator(group) else { return };
                let heard = self.answer_leaves(here, Peer::Client(to), correlation, self.now);
                // What a coordinator says whose process has ended is not heard.
                if heard && self.coordinator_runs(group) {
                    let (here, to) = (self.net.broker(here), self.net.client(to));
                    self.send(here, to, Message::GroupReply { correlation, reply });
                }
            }
            GroupOutput::Rebalancing => {
                self.groups[group as usize].rebalancing = true;
                self.record_event(EventKind::Rebalancing(group), None);
            }
            GroupOutput::Stable { generation, members } => {
                let host = &mut self.groups[group as usize];
                (host.rebalancing, host.members, host.generation) = (false, members, generation);
                self.record_event(EventKind::Rebalanced { group, generation, members }, None);
            }
            GroupOutput::Expired { .. } => {
                self.record_event(EventKind::MemberExpired(group), None);
            }
            GroupOutput::Wake(at) => {
                let (now, host) = (self.now, &mut self.groups[group as usize]);
                host.timer.set_earlier(now, at.max(now), TimerKind::Group(group), &mut self.queue);
            }
        }
    }

    fn coordinator_runs(&self, group: u32) -> bool {
        let host = self.coordinator(group).and_then(|id| self.host_ref(id));
        host.is_some_and(|host| host.process.is_up())
    }

    /// Timers of a coordinator run out only while its process runs.
    pub(super) fn wake_group(&mut self, group: u32) {
        if self.coordinator_runs(group) {
            self.step_group(group, GroupInput::Wake);
        }
    }

    /// A broker goes on: so do the groups that it coordinates.
    pub(super) fn wake_groups_of(&mut self, id: BrokerId) {
        for group in 0..self.groups.len() as u32 {
            if self.coordinator(group) == Some(id) {
                self.wake_group(group);
            }
        }
    }

    /// A partition changed: if it is a group's home, its coordinator has to know.
    pub(super) fn watch_offsets(&mut self, partition: PartitionIx) {
        for group in 0..self.groups.len() as u32 {
            if self.groups[group as usize].home == Some(partition) {
                let offsets = self.offsets_partition(partition);
                self.hand_over_group(group, self.leader(partition));
                if std::mem::replace(&mut self.groups[group as usize].offsets, offsets) != offsets {
                    self.step_group(group, GroupInput::Offsets(offsets));
                }
            }
        }
    }

    /// Another leader of the home is another coordinator: it reads the group from the log, and all sessions
    /// begin anew (`GroupMetadataManager.onLoaded`).
    fn hand_over_group(&mut self, group: u32, leader: Option<BrokerId>) {
        let host = &self.groups[group as usize];
        if host.coordinator == leader {
            return;
        }
        if host.coordinator.is_some() && host.offsets != OffsetsPartition::NoLeader {
            self.groups[group as usize].offsets = OffsetsPartition::NoLeader;
            self.step_group(group, GroupInput::Offsets(OffsetsPartition::NoLeader));
        }
        self.groups[group as usize].coordinator = leader;
    }

    /// What a partition of the offsets topic can do now.
    fn offsets_partition(&self, partition: PartitionIx) -> OffsetsPartition {
        let state = &self.control.committed.partitions[partition.at()];
        let settings =
            self.topics.of(partition).map(|(topic, _)| self.topics.list()[topic as usize].settings);
        let min = settings.map_or(1, |settings| settings.min_insync_replicas as usize);
        let min = self.profile.effective_min_isr(min, state.replicas.len());
        match state.leader {
            None => OffsetsPartition::NoLeader,
            Some(_) if state.isr.len() < min => OffsetsPartition::BelowMinIsr,
            Some(_) => OffsetsPartition::Writable,
        }
    }
}
