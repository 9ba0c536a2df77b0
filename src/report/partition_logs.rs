//! The replicas of a partition as logs: how far each goes, what consumers may read of it, what was lost. A value
//! that its source cannot tell is `None`.

use crate::model::{BrokerId, BrokerStatus, Cluster, Millis, PartitionIx};
use crate::report::record_life::{RecordLife, life_of_last, life_of_lost};
use crate::sim::{Cut, Loss, PartitionRecords, ReplicaOffsets, SimView};
use std::ops::Range;
use std::sync::Arc;

/// What a replica is to its partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplicaRole {
    Leader,
    InSync,
    OutOfSync,
}

/// One replica's log, in offsets.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplicaLog {
    pub broker: BrokerId,
    pub role: ReplicaRole,
    /// Whether its broker does not serve: its log is as it was.
    pub is_down: bool,
    /// First offset still in it.
    pub log_start: Option<i64>,
    /// Next offset to be given.
    pub log_end: Option<i64>,
    /// Its own high watermark.
    pub high_watermark: Option<i64>,
    /// What a power loss cannot take.
    pub flushed: Option<i64>,
    /// Leader epochs and where each starts, ascending.
    pub epochs: Option<Vec<(i32, i64)>>,
    /// How it was cut last, of what the picture shows.
    pub cut: Option<Cut>,
}

/// Up to where readers of committed transactions may read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LastStable {
    /// Nobody writes in transactions: up to the high watermark.
    HighWatermark,
    /// Up to this offset.
    At(i64),
    Unknown,
}

/// Which moment is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogMoment {
    Now,
    /// When its first records were lost, in virtual time; cuts since then are shown, too.
    Loss(Millis),
}

/// What a group has committed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupCommit {
    pub group: Arc<str>,
    /// The next offset that it reads; `None` before its first commit.
    pub offset: Option<i64>,
}

/// The logs of one partition.
#[derive(Clone, PartialEq, Debug)]
pub struct PartitionLogs {
    /// `orders-3`
    pub partition: String,
    pub moment: LogMoment,
    pub leader: Option<BrokerId>,
    pub leader_epoch: Option<i32>,
    /// The leader's, which consumers see.
    pub high_watermark: Option<i64>,
    pub last_stable: LastStable,
    /// In assignment order.
    pub replicas: Vec<ReplicaLog>,
    /// Offsets of acknowledged records, as far as they are still known; `None` where acknowledgements are not seen.
    pub acked: Option<Vec<Range<i64>>>,
    /// Offsets at which records were acknowledged that are lost, as far as they are still known.
    pub lost: Vec<Range<i64>>,
    /// How many acknowledged records are lost; `None` where that cannot be seen.
    pub lost_records: Option<u64>,
    /// By group id; `None` where groups are not known.
    pub commits: Option<Vec<GroupCommit>>,
    /// What became of the first lost record, or of the last acknowledged one.
    pub life: Option<RecordLife>,
}

/// The logs of a partition: now, or, if some of its records are lost and that is asked for, at the first loss.
pub fn partition_logs(
    cluster: &Cluster,
    detail: Option<&SimView>,
    ix: PartitionIx,
    at_loss: bool,
) -> PartitionLogs {
    let known = detail.and_then(|view| Some((view.replicas.get(ix.at())?, view.records.get(ix.at())?)));
    let Some((replicas, records)) = known else { return told_by_the_protocol(cluster, ix) };
    match records.losses.first().filter(|_| at_loss) {
        Some(loss) => at_the_loss(cluster, ix, records, loss),
        None => seen_now(cluster, ix, replicas, records),
    }
}

/// What Kafka's protocol tells: the leader's high watermark, and nothing of the followers' logs.
fn told_by_the_protocol(cluster: &Cluster, ix: PartitionIx) -> PartitionLogs {
    let partition = cluster.partitions.view(ix);
    let leads = |broker: BrokerId| partition.leader() == Some(broker);
    let replica = |broker: &BrokerId| ReplicaLog {
        broker: *broker,
        role: role(*broker, partition.leader(), |id| partition.in_isr(id)),
        is_down: !cluster.is_up(*broker),
        log_start: partition.log_start().filter(|_| leads(*broker)),
        log_end: partition.log_end().filter(|_| leads(*broker)),
        high_watermark: partition.high_watermark().filter(|_| leads(*broker)),
        flushed: None,
        epochs: None,
        cut: None,
    };
    PartitionLogs {
        partition: cluster.partition_name(ix),
        moment: LogMoment::Now,
        leader: partition.leader(),
        leader_epoch: partition.leader_epoch(),
        high_watermark: partition.high_watermark(),
        last_stable: partition.last_stable().map_or(LastStable::Unknown, LastStable::At),
        replicas: partition.replicas().iter().map(replica).collect(),
        acked: None,
        lost: Vec::new(),
        lost_records: None,
        commits: commits(cluster, ix),
        life: None,
    }
}

fn seen_now(
    cluster: &Cluster,
    ix: PartitionIx,
    replicas: &[ReplicaOffsets],
    records: &PartitionRecords,
) -> PartitionLogs {
    let told = told_by_the_protocol(cluster, ix);
    let partition = cluster.partitions.view(ix);
    let seen = replicas.iter().map(|offsets| {
        let role = role(offsets.broker, partition.leader(), |id| partition.in_isr(id));
        let cut = records.cuts.iter().rev().find(|cut| cut.broker == offsets.broker).copied();
        log_of(offsets, role, is_down(cluster, offsets), cut)
    });
    PartitionLogs {
        last_stable: partition.last_stable().map_or(LastStable::HighWatermark, LastStable::At),
        replicas: seen.collect(),
        acked: Some(records.acked.clone()),
        lost: records.losses.iter().flat_map(|loss| loss.offsets.iter().cloned()).collect(),
        lost_records: Some(records.lost),
        life: match records.losses.first() {
            Some(loss) => Some(life_of_lost(loss, &records.cuts)),
            None => records.last_acked.as_ref().map(|record| life_of_last(record, replicas)),
        },
        ..told
    }
}

/// As the logs were when the first records were lost, with the cuts since then.
fn at_the_loss(cluster: &Cluster, ix: PartitionIx, records: &PartitionRecords, loss: &Loss) -> PartitionLogs {
    let told = told_by_the_protocol(cluster, ix);
    let replicas = loss.replicas.iter().map(|offsets| {
        let cuts = records.cuts.iter().filter(|cut| cut.broker == offsets.broker);
        let shown = cuts.clone().find(|cut| cut.at_ms >= loss.at_ms && cut.to < offsets.log_end);
        let before = cuts.clone().rev().find(|cut| cut.at_ms <= loss.at_ms);
        let role = role(offsets.broker, Some(loss.leader), |id| loss.isr.contains(&id));
        let mut log = log_of(offsets, role, !offsets.runs, shown.or(before).copied());
        if let Some(cut) = shown {
            let cut_to = |mark: &mut Option<i64>| *mark = mark.map(|mark| mark.min(cut.to));
            [&mut log.log_end, &mut log.high_watermark, &mut log.flushed].into_iter().for_each(cut_to);
        }
        log
    });
    let leader_end = loss.replicas.iter().find(|one| one.broker == loss.leader).map_or(0, |one| one.log_end);
    let end = loss.offsets.iter().map(|range| range.end).fold(leader_end, i64::max);
    let then = |range: &Range<i64>| (range.start < end).then(|| range.start..range.end.min(end));
    let leading = loss.replicas.iter().find(|one| one.broker == loss.leader);
    PartitionLogs {
        moment: LogMoment::Loss(loss.at_ms),
        leader: Some(loss.leader),
        leader_epoch: Some(loss.leader_epoch),
        high_watermark: leading.map(|one| one.high_watermark),
        last_stable: match told.last_stable {
            LastStable::At(_) => LastStable::Unknown,
            _ => LastStable::HighWatermark,
        },
        replicas: replicas.collect(),
        acked: Some(records.acked.iter().filter_map(then).collect()),
        lost: loss.offsets.clone(),
        lost_records: Some(records.lost),
        commits: Some(Vec::new()),
        life: Some(life_of_lost(loss, &records.cuts)),
        ..told
    }
}

fn log_of(offsets: &ReplicaOffsets, role: ReplicaRole, is_down: bool, cut: Option<Cut>) -> ReplicaLog {
    ReplicaLog {
        broker: offsets.broker,
        role,
        is_down,
        log_start: Some(offsets.log_start),
        log_end: Some(offsets.log_end),
        high_watermark: Some(offsets.high_watermark),
        flushed: Some(offsets.flushed),
        epochs: Some(offsets.epochs.clone()),
        cut,
    }
}

fn role(broker: BrokerId, leader: Option<BrokerId>, in_sync: impl Fn(BrokerId) -> bool) -> ReplicaRole {
    if leader == Some(broker) {
        ReplicaRole::Leader
    } else if in_sync(broker) {
        ReplicaRole::InSync
    } else {
        ReplicaRole::OutOfSync
    }
}

fn is_down(cluster: &Cluster, offsets: &ReplicaOffsets) -> bool {
    !offsets.runs || cluster.broker(offsets.broker).is_some_and(|one| one.state == BrokerStatus::Down)
}

fn commits(cluster: &Cluster, ix: PartitionIx) -> Option<Vec<GroupCommit>> {
    let groups = cluster.groups.get()?.iter();
    let of = groups.filter_map(|group| {
        let offset = group.offsets.get()?.iter().find(|offset| offset.partition == ix)?;
        Some(GroupCommit { group: group.id.clone(), offset: offset.committed })
    });
    Some(of.collect())
}
