//! All partitions of a cluster as columns, so that 200,000 of them are cheap to pass on and to scan.

use crate::model::{BrokerId, Datum, PartitionIx, Reassignment, ReplicaLists, TopicIx, Unknown};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// One partition, to build the columns from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionRow {
    /// Its topic; rows of one topic must be adjacent.
    pub topic: TopicIx,
    /// Its number within the topic.
    pub number: i32,
    /// Its replicas in assignment order.
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    /// Eligible leader replicas (KIP-966), if told.
    pub elr: Option<Vec<BrokerId>>,
    /// The leader, if there is one.
    pub leader: Option<BrokerId>,
    /// The leader's epoch, if told.
    pub leader_epoch: Option<i32>,
    /// First offset still in the log.
    pub log_start: Option<i64>,
    /// First offset that consumers cannot read yet (`ListOffsets` of a live cluster tells this one).
    pub high_watermark: Option<i64>,
    /// The leader's log end offset, if told.
    pub log_end: Option<i64>,
}

/// The columns. A position is a [`PartitionIx`]; cells that are not known hold `-1`.
///
/// ISR and ELR are bit masks over the positions of the replica list: bit 0 is the preferred leader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Partitions {
    /// The topic of each partition; ascending.
    pub topic: Arc<[TopicIx]>,
    /// Its number within the topic.
    pub number: Arc<[i32]>,
    /// The distinct replica lists.
    pub sets: ReplicaLists,
    /// Which of `sets`.
    pub replicas: Arc<[u32]>,
    /// Replicas in sync, as a mask.
    pub isr: Arc<[u32]>,
    /// Eligible leader replicas, as a mask.
    pub elr: Datum<Arc<[u32]>>,
    /// The leader's id or -1.
    pub leader: Arc<[i32]>,
    /// The leader epoch or -1.
    pub leader_epoch: Arc<[i32]>,
    /// First offset in the log or -1.
    pub log_start: Arc<[i64]>,
    /// High watermark or -1.
    pub high_watermark: Arc<[i64]>,
    /// Log end offset of the leader or -1.
    pub log_end: Arc<[i64]>,
    /// Last stable offset or -1; empty where nobody asked for it.
    #[serde(default = "none_read", skip_serializing_if = "no_offsets")]
    pub last_stable: Arc<[i64]>,
    /// Whether no topic is missing, and what shows it (see [`crate::model::Completeness`]).
    #[serde(default = "not_recorded")]
    pub complete: Datum<()>,
    /// Partitions that are being moved, by ascending partition.
    #[serde(default = "Datum::not_asked")]
    pub reassignments: Datum<Arc<[Reassignment]>>,
}

fn none_read() -> Arc<[i64]> {
    [].into()
}

fn no_offsets(offsets: &Arc<[i64]>) -> bool {
    offsets.is_empty()
}

/// What a file from before this was recorded says of it.
fn not_recorded() -> Datum<()> {
    Datum::unknown(Unknown::NotExposed("whether all topics were seen was not recorded".into()))
}

impl Default for Partitions {
    fn default() -> Self {
        Partitions::from_rows(&[], Datum::unknown(Unknown::NotAsked))
    }
}

impl Partitions {
    /// Columns of these rows, without evidence that no topic is missing. `elr` carries the age and origin of the ELR, or why it is not known.
    ///
    /// Replica lists longer than 32 keep only their first 32 members in the masks.
    pub fn from_rows(rows: &[PartitionRow], elr: Datum<()>) -> Self {
        let mut sets: Vec<&[BrokerId]> = Vec::new();
        let mut known: HashMap<&[BrokerId], u32> = HashMap::new();
        let mut replicas = Vec::with_capacity(rows.len());
        for row in rows {
            let set = *known.entry(&row.replicas).or_insert_with(|| {
                sets.push(&row.replicas);
                sets.len() as u32 - 1
            });
            replicas.push(set);
        }
        let mask_of = |row: &PartitionRow, members: &[BrokerId]| mask(&row.replicas, members);
        Partitions {
            topic: rows.iter().map(|row| row.topic).collect(),
            number: rows.iter().map(|row| row.number).collect(),
            sets: sets.into_iter().collect(),
            replicas: replicas.into(),
            isr: rows.iter().map(|row| mask_of(row, &row.isr)).collect(),
            elr: elr
                .map(|()| rows.iter().map(|row| mask_of(row, row.elr.as_deref().unwrap_or(&[]))).collect()),
            leader: rows.iter().map(|row| row.leader.map_or(-1, |id| id.0)).collect(),
            leader_epoch: rows.iter().map(|row| row.leader_epoch.unwrap_or(-1)).collect(),
            log_start: rows.iter().map(|row| row.log_start.unwrap_or(-1)).collect(),
            high_watermark: rows.iter().map(|row| row.high_watermark.unwrap_or(-1)).collect(),
            log_end: rows.iter().map(|row| row.log_end.unwrap_or(-1)).collect(),
            last_stable: none_read(),
            complete: Datum::not_asked(),
            reassignments: Datum::not_asked(),
        }
    }

    /// The same partitions, with what is known of their completeness.
    pub fn with_completeness(self, complete: Datum<()>) -> Self {
        Partitions { complete, ..self }
    }

    /// The same partitions, with those of them that are being moved, by ascending partition.
    pub fn with_reassignments(self, reassignments: Datum<Arc<[Reassignment]>>) -> Self {
        Partitions { reassignments, ..self }
    }

    /// The same partitions with their last stable offsets, in order; kept only where one was told.
    pub fn with_last_stable(self, offsets: &[Option<i64>]) -> Self {
        let told = offsets.iter().any(Option::is_some) && offsets.len() == self.len();
        let column =
            if told { offsets.iter().map(|offset| offset.unwrap_or(-1)).collect() } else { none_read() };
        Partitions { last_stable: column, ..self }
    }

    /// How many partitions there are.
    pub fn len(&self) -> usize {
        self.number.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.number.is_empty()
    }

    /// One partition.
    ///
    /// # Panics
    /// If the index is not of these columns.
    pub fn view(&self, ix: PartitionIx) -> PartitionView<'_> {
        assert!(ix.at() < self.len(), "partition {} of {}", ix.0, self.len());
        PartitionView { columns: self, ix }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PartitionView<'_>> {
        (0..self.len()).map(|at| PartitionView { columns: self, ix: PartitionIx(at as u32) })
    }

    /// The rows again, to change some and build new columns from.
    pub fn to_rows(&self) -> Vec<PartitionRow> {
        self.iter().map(|partition| partition.to_row()).collect()
    }
}

fn mask(replicas: &[BrokerId], members: &[BrokerId]) -> u32 {
    let places = replicas.iter().take(32).enumerate();
    places.filter(|(_, id)| members.contains(id)).fold(0, |mask, (place, _)| mask | 1 << place)
}

/// One partition of the columns.
#[derive(Clone, Copy)]
pub struct PartitionView<'a> {
    columns: &'a Partitions,
    pub ix: PartitionIx,
}

impl<'a> PartitionView<'a> {
    /// The topic that the partition belongs to.
    pub fn topic(self) -> TopicIx {
        self.columns.topic[self.ix.at()]
    }

    /// Its number within the topic.
    pub fn number(self) -> i32 {
        self.columns.number[self.ix.at()]
    }

    /// Its replicas, the preferred leader first.
    pub fn replicas(self) -> &'a [BrokerId] {
        &self.columns.sets[self.columns.replicas[self.ix.at()] as usize]
    }

    /// The ISR as a mask over [`Self::replicas`].
    pub fn isr_mask(self) -> u32 {
        self.columns.isr[self.ix.at()]
    }

    /// The ELR as a mask over [`Self::replicas`], if known.
    pub fn elr_mask(self) -> Option<u32> {
        self.columns.elr.get().map(|masks| masks[self.ix.at()])
    }

    /// Members of the ISR in replica order.
    pub fn isr(self) -> impl Iterator<Item = BrokerId> + 'a {
        members(self.replicas(), self.isr_mask())
    }

    /// Members of the ELR in replica order; empty when the ELR is not known.
    pub fn elr(self) -> impl Iterator<Item = BrokerId> + 'a {
        members(self.replicas(), self.elr_mask().unwrap_or(0))
    }

    /// How many replicas are in sync.
    pub fn isr_len(self) -> usize {
        self.isr_mask().count_ones() as usize
    }

    /// How it is being moved, if it is and that was told.
    pub fn reassignment(self) -> Option<&'a Reassignment> {
        let all = self.columns.reassignments.get()?;
        all.binary_search_by_key(&self.ix, |one| one.partition).ok().map(|at| &all[at])
    }

    /// Replicas out of sync that a reassignment moves in: they copy what the others have.
    pub fn catching_up(self) -> impl Iterator<Item = BrokerId> + 'a {
        let adding = self.reassignment().map_or(&[][..], |moved| &moved.adding);
        self.replicas().iter().copied().filter(move |id| adding.contains(id) && !self.in_isr(*id))
    }

    /// Replicas out of sync that should be in sync: all but those that a reassignment moves in.
    pub fn missing(self) -> impl Iterator<Item = BrokerId> + 'a {
        let adding = self.reassignment().map_or(&[][..], |moved| &moved.adding);
        self.replicas().iter().copied().filter(move |id| !adding.contains(id) && !self.in_isr(*id))
    }

    /// Whether a replica is missing in the ISR that should be there.
    pub fn is_under_replicated(self) -> bool {
        self.isr_len() < self.replicas().len() && self.missing().next().is_some()
    }

    /// Whether a broker is in the ISR.
    pub fn in_isr(self, broker: BrokerId) -> bool {
        self.isr().any(|id| id == broker)
    }

    /// The leader, if there is one.
    pub fn leader(self) -> Option<BrokerId> {
        let id = self.columns.leader[self.ix.at()];
        (id >= 0).then_some(BrokerId(id))
    }

    /// The leader epoch, if known.
    pub fn leader_epoch(self) -> Option<i32> {
        let epoch = self.columns.leader_epoch[self.ix.at()];
        (epoch >= 0).then_some(epoch)
    }

    /// First offset in the log, if known.
    pub fn log_start(self) -> Option<i64> {
        known(self.columns.log_start[self.ix.at()])
    }

    /// First offset that consumers cannot read yet, if known.
    pub fn high_watermark(self) -> Option<i64> {
        known(self.columns.high_watermark[self.ix.at()])
    }

    /// The leader's log end offset, if known.
    pub fn log_end(self) -> Option<i64> {
        known(self.columns.log_end[self.ix.at()])
    }

    /// First offset that a reader of committed records cannot read yet, if known: where an open transaction begins, or
    /// the high watermark.
    pub fn last_stable(self) -> Option<i64> {
        self.columns.last_stable.get(self.ix.at()).copied().and_then(known)
    }

    /// As a row of its own.
    pub fn to_row(self) -> PartitionRow {
        PartitionRow {
            topic: self.topic(),
            number: self.number(),
            replicas: self.replicas().to_vec(),
            isr: self.isr().collect(),
            elr: self.elr_mask().map(|_| self.elr().collect()),
            leader: self.leader(),
            leader_epoch: self.leader_epoch(),
            log_start: self.log_start(),
            high_watermark: self.high_watermark(),
            log_end: self.log_end(),
        }
    }
}

fn known(offset: i64) -> Option<i64> {
    (offset >= 0).then_some(offset)
}

fn members(replicas: &[BrokerId], mask: u32) -> impl Iterator<Item = BrokerId> + '_ {
    replicas.iter().take(32).enumerate().filter(move |(place, _)| mask >> place & 1 == 1).map(|(_, id)| *id)
}
