//! Kafka's range assignor.

use crate::model::PartitionIx;
use crate::protocol::group::MemberId;

/// Consecutive partitions to each member, the first members getting one more (`RangeAssignor`).
/// `partitions` are those of one topic in their order, `members` in the order of their ids.
pub(crate) fn range_assignment(
    members: &[MemberId],
    partitions: &[PartitionIx],
) -> Vec<(MemberId, Vec<PartitionIx>)> {
    let each = partitions.len() / members.len().max(1);
    let more = partitions.len() % members.len().max(1);
    let mut rest = partitions;
    let mut assignment = Vec::with_capacity(members.len());
    for (place, member) in members.iter().enumerate() {
        let (own, others) = rest.split_at(each + usize::from(place < more));
        assignment.push((*member, own.to_vec()));
        rest = others;
    }
    assignment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_members_get_one_more() {
        let members = [MemberId(4), MemberId(7), MemberId(9)];
        let partitions: Vec<PartitionIx> = (0..8).map(PartitionIx).collect();
        let assigned = range_assignment(&members, &partitions);
        let owned: Vec<Vec<u32>> =
            assigned.iter().map(|(_, own)| own.iter().map(|p| p.0).collect()).collect();
        assert_eq!(owned, [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7]]);
        assert_eq!(range_assignment(&members, &partitions[..1])[2].1, []);
        assert_eq!(range_assignment(&[], &partitions), []);
    }
}
