//! From what was observed to a `Cluster`; columns that did not change are shared with the last one.

use super::{ObservedCluster, ObservedGroup, OffsetCell};
use crate::kafka::reads::{GroupDescription, MemberDescription, PartitionMove, PartitionOffset};
use crate::knobs::infer_version;
use crate::model::{
    Broker, BrokerId, Cluster, ConfigMap, Datum, Group, GroupOffset, GroupState, KafkaVersion, Member,
    Millis, PartitionIx, PartitionRow, Partitions, Reassignment, Topic, TopicIx, Unknown,
};
use std::sync::Arc;

/// `Topic.INTERNAL_TOPICS` of Kafka.
const INTERNAL_TOPICS: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

impl ObservedCluster {
    /// The cluster as it is known now.
    pub fn cluster(&mut self, taken_at: Millis) -> Arc<Cluster> {
        let topics = self.topics();
        let brokers: Vec<Broker> = self.brokers.keys().map(|id| self.broker(*id)).collect();
        let cluster = Cluster {
            taken_at,
            id: self.id.clone(),
            version: self.version(),
            features: self.raw.features.clone(),
            quorum: self.raw.quorum.clone(),
            brokers: brokers.into(),
            partitions: self.partitions(),
            groups: self.groups(&topics),
            groups_complete: self.groups_seen(),
            open_transactions: self.open_transactions(&topics, taken_at),
            topics: topics.into(),
            assumed: self.assumed.clone(),
        };
        let cluster = cluster.with_silent_brokers_down();
        let cluster = Arc::new(match &self.last {
            Some(last) => shared_with(cluster, last),
            None => cluster,
        });
        self.last = Some(cluster.clone());
        cluster
    }

    fn broker(&self, id: BrokerId) -> Broker {
        let seen = &self.brokers[&id];
        let (state, since) = seen.status();
        let no_rack = || Datum::unknown(self.racks_reason.clone());
        Broker {
            id,
            host: seen.host.clone(),
            port: seen.port,
            rack: self.racks.get(&id).cloned().unwrap_or_else(no_rack),
            state,
            since,
            config: self.broker_configs.get(&id).cloned().unwrap_or_else(Datum::not_asked),
        }
    }

    /// Of the broker that runs the oldest release: that is what the cluster can do.
    fn version(&self) -> Datum<KafkaVersion> {
        let is_up = |id: &BrokerId| self.brokers.get(id).is_some_and(|broker| broker.up);
        let up = self.broker_configs.iter().filter(|(id, _)| is_up(id));
        let versions: Vec<Datum<KafkaVersion>> = up.map(|(_, config)| version_of(config)).collect();
        let known = versions.iter().filter(|version| version.get().is_some());
        let oldest = known.min_by_key(|version| version.get());
        oldest.or(versions.first()).cloned().unwrap_or_else(Datum::not_asked)
    }

    fn topics(&self) -> Vec<Topic> {
        let mut topics = Vec::with_capacity(self.metadata.topics.len());
        let mut first = 0;
        for topic in &self.metadata.topics {
            let count = topic.partitions.len() as u32;
            topics.push(Topic {
                name: topic.name.clone(),
                internal: INTERNAL_TOPICS.contains(&&*topic.name),
                config: self.topic_configs.get(&topic.name).cloned().unwrap_or_else(Datum::not_asked),
                first,
                count,
            });
            first += count;
        }
        topics
    }

    fn partitions(&self) -> Partitions {
        let mut rows = Vec::new();
        let mut last_stable = Vec::new();
        for (ix, topic) in self.metadata.topics.iter().enumerate() {
            let (latest, earliest) = (self.latest.get(&topic.name), self.earliest.get(&topic.name));
            let (stable, ends) = (self.last_stable.get(&topic.name), self.log_ends.get(&topic.name));
            for (at, partition) in topic.partitions.iter().enumerate() {
                // Without a leader nobody can say; what was read before may have been cut off.
                let told = |offset: Option<i64>| offset.filter(|_| partition.leader.is_some());
                last_stable.push(told(cell(stable, at).0));
                let (high_watermark, leader_epoch) = cell(latest, at);
                rows.push(PartitionRow {
                    topic: TopicIx(ix as u32),
                    number: partition.number,
                    replicas: partition.replicas.clone(),
                    isr: partition.isr.clone(),
                    elr: self.raw.elr_of(&topic.name, partition.number),
                    leader: partition.leader,
                    leader_epoch,
                    log_start: cell(earliest, at).0,
                    high_watermark: told(high_watermark),
                    log_end: told(cell(ends, at).0),
                });
            }
        }
        let columns = Partitions::from_rows(&rows, self.raw.elr.map(|_| ()));
        let columns = columns.with_last_stable(&last_stable).with_completeness(self.topics_seen());
        columns.with_reassignments(self.reassignments())
    }

    /// Of partitions that Metadata names; what it does not name is nothing that could be shown.
    fn reassignments(&self) -> Datum<Arc<[Reassignment]>> {
        self.raw.moves.map(|moves| {
            let mut first = 0;
            let starts = self.metadata.topics.iter().map(|topic| {
                let start = first;
                first += topic.partitions.len() as u32;
                start
            });
            let starts: Vec<u32> = starts.collect();
            let mut all: Vec<Reassignment> =
                moves.iter().filter_map(|one| self.reassignment(&starts, one)).collect();
            all.sort_by_key(|one| one.partition);
            all.dedup_by_key(|one| one.partition);
            all.into()
        })
    }

    /// `starts` has the place of each topic's first partition.
    fn reassignment(&self, starts: &[u32], moved: &PartitionMove) -> Option<Reassignment> {
        let topics = &self.metadata.topics;
        let topic = topics.binary_search_by(|topic| topic.name.cmp(&moved.topic)).ok()?;
        let (at, _) = self.metadata.place(&moved.topic, moved.number)?;
        let partition = PartitionIx(starts[topic] + at as u32);
        Some(Reassignment { partition, adding: moved.adding.clone(), removing: moved.removing.clone() })
    }

    fn groups(&self, topics: &[Topic]) -> Datum<Arc<[Group]>> {
        self.groups.map(|groups| groups.iter().map(|(id, facts)| self.group(id, facts, topics)).collect())
    }

    fn group(&self, id: &Arc<str>, group: &ObservedGroup, topics: &[Topic]) -> Group {
        let read = || self.group_offsets.get(id).cloned().unwrap_or_else(Datum::not_asked);
        // Of a type that klever does not know it can ask for nothing.
        let offsets = match group.described.reason() {
            Some(reason @ Unknown::NotExposed(_)) => Datum::unknown(reason.clone()),
            _ => read(),
        };
        Group {
            id: id.clone(),
            state: state_of(group),
            protocol: group.protocol.clone(),
            coordinator: group.coordinator,
            member_count: group.described.map(|group| group.members.len() as u32),
            members: group.described.map(|group| self.members(group, topics)),
            offsets: offsets.map(|offsets| self.offsets(offsets, topics)),
        }
    }

    /// Offsets of topics that are gone are left out. A partition with a code stays, and nothing is known of it: its
    /// coordinator refused it, or, of a share group, could not read the end of the log.
    fn offsets(&self, offsets: &[PartitionOffset], topics: &[Topic]) -> Arc<[GroupOffset]> {
        let mut known = Vec::with_capacity(offsets.len());
        for offset in offsets {
            if let Some(partition) = self.place(topics, &offset.topic, offset.partition) {
                known.push(GroupOffset {
                    told_lag: offset.lag,
                    is_refused: offset.code != 0,
                    ..GroupOffset::new(partition, offset.offset)
                });
            }
        }
        known.sort_by_key(|offset| offset.partition);
        known.into()
    }

    fn members(&self, group: &GroupDescription, topics: &[Topic]) -> Arc<[Member]> {
        group.members.iter().map(|member| self.member(member, topics)).collect()
    }

    fn member(&self, member: &MemberDescription, topics: &[Topic]) -> Member {
        let place = |(topic, number): &(Arc<str>, i32)| self.place(topics, topic, *number);
        let mut assigned: Vec<PartitionIx> = member.assigned.iter().filter_map(place).collect();
        assigned.sort();
        Member {
            client_id: member.client_id.clone(),
            host: member.host.clone(),
            instance_id: member.instance_id.clone(),
            assigned,
        }
    }

    pub(super) fn place(&self, topics: &[Topic], name: &str, number: i32) -> Option<PartitionIx> {
        let at = topics.binary_search_by(|topic| (*topic.name).cmp(name)).ok()?;
        let partitions = &self.metadata.topics[at].partitions;
        let offset = partitions.binary_search_by_key(&number, |partition| partition.number).ok()?;
        Some(PartitionIx(topics[at].first + offset as u32))
    }
}

fn version_of(config: &Datum<Arc<ConfigMap>>) -> Datum<KafkaVersion> {
    match config {
        Datum::Known { value, as_of, .. } => infer_version(value.keys().map(String::as_str), *as_of),
        Datum::Unknown { reason } => Datum::unknown(reason.clone()),
    }
}

/// The list of a broker says less of a KIP-848 group than its description, where there is one.
fn state_of(group: &ObservedGroup) -> GroupState {
    let described = group.described.get().filter(|_| &*group.protocol == "consumer");
    let state = described.map(|group| group.state).filter(|state| *state != GroupState::Unknown);
    state.unwrap_or(group.state)
}

/// Cells stand in the order of the topic's partitions.
fn cell(column: Option<&Vec<OffsetCell>>, at: usize) -> OffsetCell {
    column.and_then(|cells| cells.get(at).copied()).unwrap_or((None, None))
}

/// The new cluster with the old one's allocations wherever the content is the same.
fn shared_with(new: Cluster, old: &Cluster) -> Cluster {
    fn same<T: PartialEq + ?Sized>(new: Arc<T>, old: &Arc<T>) -> Arc<T> {
        if *new == **old { old.clone() } else { new }
    }
    let (p, q) = (new.partitions, &old.partitions);
    Cluster {
        brokers: same(new.brokers, &old.brokers),
        topics: same(new.topics, &old.topics),
        partitions: Partitions {
            topic: same(p.topic, &q.topic),
            number: same(p.number, &q.number),
            sets: if p.sets == q.sets { q.sets.clone() } else { p.sets },
            replicas: same(p.replicas, &q.replicas),
            isr: same(p.isr, &q.isr),
            elr: p.elr,
            leader: same(p.leader, &q.leader),
            leader_epoch: same(p.leader_epoch, &q.leader_epoch),
            log_start: same(p.log_start, &q.log_start),
            high_watermark: same(p.high_watermark, &q.high_watermark),
            log_end: same(p.log_end, &q.log_end),
            last_stable: same(p.last_stable, &q.last_stable),
            complete: p.complete,
            reassignments: p.reassignments,
        },
        ..new
    }
}
