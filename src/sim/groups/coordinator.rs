//! What group coordinators do: each lives on the broker that leads its partition of the offsets topic.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::group::{GroupInput, GroupOutput, GroupRequest, OffsetsPartition};
use crate::protocol::messages::Peer;
use crate::sim::event::{Message, TimerKind};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// A consumer's request came to a broker.
    pub(in crate::sim) fn ask_group(
        &mut self,
        id: BrokerId,
        from: Node,
        group: u32,
        correlation: u64,
        request: GroupRequest,
    ) {
        let Some(client) = self.machines.client_of(from) else { return };
        if self.clients.coordinator(group) != Some(id) {
            let refused = Message::Refused { correlation };
            return self.answer(id, Peer::Client(client), correlation, self.now, refused);
        }
        self.step_group(group, GroupInput::Request { from: client, correlation, request });
    }

    fn step_group(&mut self, group: u32, input: GroupInput) {
        let mut out = std::mem::take(&mut self.scratch.group);
        self.clients.group_mut(group).group.step(self.now, input, &mut out);
        for output in out.drain(..) {
            self.group_wants(group, output);
        }
        self.scratch.group = out;
    }

    fn group_wants(&mut self, group: u32, output: GroupOutput) {
        match output {
            GroupOutput::Reply { to, correlation, reply } => {
                let Some(here) = self.clients.coordinator(group) else { return };
                let heard = self.answer_leaves(here, Peer::Client(to), correlation, self.now);
                // The answer of a coordinator whose process has ended goes nowhere.
                if heard && self.coordinator_runs(group) {
                    let (here, to) = (self.machines.net.broker(here), self.machines.net.client(to));
                    self.send(here, to, Message::GroupResponse { correlation, reply });
                }
            }
            GroupOutput::Rebalancing => {
                self.clients.group_mut(group).rebalancing = true;
                self.record_event(EventKind::Rebalancing(group), None);
            }
            GroupOutput::Stable { generation, members } => {
                let host = self.clients.group_mut(group);
                (host.rebalancing, host.members, host.generation) = (false, members, generation);
                self.record_event(EventKind::Rebalanced { group, generation, members }, None);
            }
            GroupOutput::Expired { .. } => {
                self.record_event(EventKind::MemberExpired(group), None);
            }
            GroupOutput::Wake(at) => {
                let (now, host) = (self.now, self.clients.group_mut(group));
                host.timer.set_earlier(now, at.max(now), TimerKind::Group(group), &mut self.queue);
            }
        }
    }

    fn coordinator_runs(&self, group: u32) -> bool {
        let host = self.clients.coordinator(group).and_then(|id| self.machines.host(id));
        host.is_some_and(|host| host.is_running())
    }

    /// Timers of a coordinator run out only while its process runs.
    pub(in crate::sim) fn wake_group(&mut self, group: u32) {
        if self.coordinator_runs(group) {
            self.step_group(group, GroupInput::Wake);
        }
    }

    /// A broker was resumed: so are the groups that it coordinates.
    pub(in crate::sim) fn wake_groups_of(&mut self, id: BrokerId) {
        for group in 0..self.clients.groups().len() as u32 {
            if self.clients.coordinator(group) == Some(id) {
                self.wake_group(group);
            }
        }
    }

    /// A partition changed: if it is a group's home, its coordinator has to know.
    pub(in crate::sim) fn watch_offsets(&mut self, partition: PartitionIx) {
        for group in 0..self.clients.groups().len() as u32 {
            if self.clients.group(group).home == Some(partition) {
                let offsets = self.offsets_partition(partition);
                self.hand_over_group(group, self.machines.leader(partition));
                self.follow_copies(group, partition);
                if std::mem::replace(&mut self.clients.group_mut(group).offsets, offsets) != offsets {
                    self.step_group(group, GroupInput::Offsets(offsets));
                }
            }
        }
    }

    /// Another leader of the home is another coordinator: it reads the group from the log, and all sessions
    /// begin anew (`GroupMetadataManager.onLoaded`).
    fn hand_over_group(&mut self, group: u32, leader: Option<BrokerId>) {
        let host = self.clients.group(group);
        if host.coordinator == leader {
            return;
        }
        if host.coordinator.is_some() && host.offsets != OffsetsPartition::NoLeader {
            self.clients.group_mut(group).offsets = OffsetsPartition::NoLeader;
            self.step_group(group, GroupInput::Offsets(OffsetsPartition::NoLeader));
        }
        self.clients.group_mut(group).coordinator = leader;
    }

    /// Who has the group's records now. A leader without them has lost every commit (a single copy on a lost disk).
    fn follow_copies(&mut self, group: u32, home: PartitionIx) {
        let host = self.clients.group_mut(group);
        if host.copies.follow(&self.machines.control.committed.partitions[home.at()]) {
            host.committed.clear();
            self.step_group(group, GroupInput::LogLost);
        }
    }

    /// A disk is gone, and what it held of the groups' records.
    pub(in crate::sim) fn lose_copies(&mut self, id: BrokerId) {
        for group in 0..self.clients.groups().len() as u32 {
            self.clients.group_mut(group).copies.lose(id);
        }
    }

    /// What a partition of an internal topic can do now.
    pub(in crate::sim) fn offsets_partition(&self, partition: PartitionIx) -> OffsetsPartition {
        let state = &self.machines.control.committed.partitions[partition.at()];
        let settings = self
            .machines
            .topics
            .of(partition)
            .map(|(topic, _)| self.machines.topics.list()[topic as usize].settings);
        let min = settings.map_or(1, |settings| settings.min_insync_replicas as usize);
        let min = self.profile.effective_min_isr(min, state.replicas.len());
        match state.leader {
            None => OffsetsPartition::NoLeader,
            Some(_) if state.isr.len() < min => OffsetsPartition::BelowMinIsr,
            Some(_) => OffsetsPartition::Writable,
        }
    }
}
