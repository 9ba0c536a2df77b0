//! Records that retention deletes, against what groups had read of them.

use crate::model::PartitionIx;
use crate::protocol::wire::Offset;
use crate::sim::client_runtime::ClientState;
use crate::sim::clients::GroupMember;
use crate::sim::intervals::Intervals;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// The leader has deleted these offsets: a group that has a position there and had yet to read them loses them.
    pub(super) fn note_deleted_before_read(
        &mut self,
        partition: PartitionIx,
        offsets: (Offset, Offset),
        cause: u64,
    ) {
        for group in 0..self.clients.groups().len() as u32 {
            let unread = self.unread(group, partition, offsets);
            let fetched = self.fetched(group, partition, &unread);
            let deleted = self.clients.group_mut(group).deleted.entry(partition).or_default();
            unread.ranges().iter().for_each(|(first, end)| _ = deleted.add(*first, *end));
            let records = unread.len() - fetched;
            if records > 0 {
                self.record_event(EventKind::DeletedBeforeRead { group, partition, records }, Some(cause));
            }
        }
    }

    /// Which of these offsets a group would have come to, or has polled and not committed, and nobody has processed.
    fn unread(&self, group: u32, partition: PartitionIx, (from, end): (Offset, Offset)) -> Intervals {
        let host = self.clients.group(group);
        let done = host.done.get(&partition);
        let mut unread = Intervals::default();
        if !host.committed.contains_key(&partition) {
            unread = host.processing.passed_over(partition, end, done);
        }
        let position = self.position_of_group(group, partition).unwrap_or(end);
        if from.max(position) < end {
            unread.add(from.max(position) as u64, end as u64);
        }
        let unread = host.processing.unsettled(partition, unread, done);
        host.jumped.get(&partition).map_or_else(|| unread.clone(), |jumped| unread.without(jumped))
    }

    /// The lowest of what a group has committed and of where its members are; `None` before it has begun.
    fn position_of_group(&self, group: u32, partition: PartitionIx) -> Option<Offset> {
        let positions = self.running_members(group).flat_map(|member| member.consumer.positions());
        let positions = positions.filter(|(ix, _)| *ix == partition).filter_map(|(_, position)| position);
        let committed = self.clients.group(group).committed.get(&partition).copied();
        positions.chain(committed).min()
    }

    /// Records that retention deleted and that a group has not read since, from what it had fetched before.
    pub(super) fn deleted_before_read(&self, group: u32) -> u64 {
        let host = self.clients.group(group);
        let of = |(ix, deleted): (&PartitionIx, &Intervals)| {
            let left = host.processing.unsettled(*ix, deleted.clone(), host.done.get(ix));
            left.len() - self.fetched(group, *ix, &left)
        };
        host.deleted.iter().map(of).sum()
    }

    /// How many of these offsets running members of a group have fetched and may process yet.
    pub(super) fn fetched(&self, group: u32, partition: PartitionIx, offsets: &Intervals) -> u64 {
        let of = |member: &GroupMember| {
            let consumer = &member.consumer;
            held_of(partition, consumer.in_hand().chain(consumer.buffered()))
        };
        self.held(group, offsets, of)
    }

    /// How many of these offsets running members of a group have in hand.
    pub(super) fn in_hand(&self, group: u32, partition: PartitionIx, offsets: &Intervals) -> u64 {
        self.held(group, offsets, |member| held_of(partition, member.consumer.in_hand()))
    }

    fn held(&self, group: u32, offsets: &Intervals, of: impl Fn(&GroupMember) -> Intervals) -> u64 {
        if offsets.len() == 0 {
            return 0;
        }
        let members = self.running_members(group);
        let left = members.fold(offsets.clone(), |left, member| left.without(&of(member)));
        offsets.len() - left.len()
    }

    fn running_members(&self, group: u32) -> impl Iterator<Item = &GroupMember> {
        let members = self.clients.members().iter();
        members.filter(move |one| one.group == group && one.runtime.state != ClientState::Ended)
    }
}

/// Offsets of one partition among those that a member holds.
fn held_of(partition: PartitionIx, held: impl Iterator<Item = (PartitionIx, Offset, u32)>) -> Intervals {
    let mut offsets = Intervals::default();
    for (_, offset, count) in held.filter(|(ix, ..)| *ix == partition) {
        offsets.add(offset as u64, offset as u64 + u64::from(count));
    }
    offsets
}
