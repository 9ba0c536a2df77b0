//! Committed offsets of groups beside the ends of the logs, where both are known.

use crate::model::{Cluster, Group, GroupOffset, PartitionIx, PartitionView, Unknown, plural};
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};

/// A finding for each group of which something is amiss: `amiss` says of a commit how many records, and in
/// words; the worst partition is told. An end of a log that is not known makes its groups unknown.
pub(in crate::rules) fn group_findings(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    end: impl Fn(PartitionView<'_>) -> Option<i64>,
    amiss: impl Fn(&Cluster, &Group, &GroupOffset) -> Option<(i64, String)>,
) {
    let cluster = facts.cluster;
    let none_read = cluster.partitions.iter().all(|partition| end(partition).is_none());
    for group in cluster.groups.get().map_or(&[][..], |groups| groups) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(offsets) = verdicts.known(&group.offsets, subject) else { continue };
        if let Some(first) = offsets.iter().find(|offset| offset.is_refused) {
            verdicts.unknown(subject(), &refused_commit(cluster, first.partition));
        }
        let committed = || offsets.iter().filter(|offset| offset.committed.is_some());
        let unread = committed().find(|offset| end(cluster.partitions.view(offset.partition)).is_none());
        if let Some(first) = unread {
            verdicts.unknown(subject(), &unread_end(cluster, first.partition, none_read));
        }
        let found: Vec<_> = committed().filter_map(|offset| amiss(cluster, group, offset)).collect();
        let Some((_, worst)) = found.iter().max_by_key(|(records, _)| *records) else { continue };
        let more = match (found.len(), unread) {
            (1, None) => String::new(),
            (1, Some(_)) => "; more may be on partitions that were not read".into(),
            (count, None) => format!("; so on {}", plural(count, "partition")),
            (count, Some(_)) => format!("; so on at least {}", plural(count, "partition")),
        };
        verdicts.finding(subject(), format!("{worst}{more}"));
    }
}

/// The group's coordinator answered, and not for this partition.
pub(in crate::rules) fn refused_commit(cluster: &Cluster, partition: PartitionIx) -> Unknown {
    Unknown::Unreachable(format!("the committed offset of {}", cluster.partition_name(partition)))
}

/// Who reads committed offsets asks for the ends of the logs, too: not one of them was answered, or not this one.
fn unread_end(cluster: &Cluster, partition: PartitionIx, none_read: bool) -> Unknown {
    let name = cluster.partition_name(partition);
    Unknown::Unreachable(if none_read {
        format!("the ends of the logs, {name} and others")
    } else {
        format!("offsets of {name}")
    })
}
