//! From the survey to a `Cluster`; columns that did not change are shared with the last one.

use super::{GroupFacts, OffsetCell, Survey};
use crate::kafka::native::{Described, MemberFacts, OffsetFact};
use crate::knobs::infer_version;
use crate::model::{
    Broker, BrokerId, BrokerStatus, Cluster, Datum, Group, GroupOffset, KafkaVersion, Member, Millis,
    PartitionIx, PartitionRow, Partitions, Topic, TopicIx, Unknown,
};
use std::collections::HashMap;
use std::sync::Arc;

/// `Topic.INTERNAL_TOPICS` of Kafka.
const INTERNAL_TOPICS: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

impl Survey {
    /// The cluster as it is known now.
    pub fn cluster(&mut self, taken_at: Millis) -> Arc<Cluster> {
        let topics = self.topics();
        let brokers: Vec<Broker> = self.brokers.keys().map(|id| self.broker(*id)).collect();
        let cluster = Cluster {
            taken_at,
            id: self.id.clone(),
            version: self.version(),
            features: self.deep.features.clone(),
            quorum: self.deep.quorum.clone(),
            brokers: brokers.into(),
            partitions: self.partitions(),
            groups: self.groups(&topics),
            topics: topics.into(),
            assumed: self.assumed.clone(),
        };
        let cluster = Arc::new(match &self.last {
            Some(last) => shared_with(cluster, last),
            None => cluster,
        });
        self.last = Some(cluster.clone());
        cluster
    }

    fn broker(&self, id: BrokerId) -> Broker {
        let seen = &self.brokers[&id];
        let unknown = || Datum::unknown(self.racks_reason.clone());
        Broker {
            id,
            host: seen.host.clone(),
            port: seen.port,
            rack: self.racks.get(&id).cloned().unwrap_or_else(unknown),
            state: if seen.up { BrokerStatus::Up } else { BrokerStatus::Down },
            since: seen.since,
            config: self.broker_configs.get(&id).cloned().unwrap_or(Datum::unknown(Unknown::NotAsked)),
        }
    }

    /// Of the broker that runs the oldest release: that is what the cluster can do.
    fn version(&self) -> Datum<KafkaVersion> {
        let up = self.broker_configs.iter().filter(|(id, _)| self.brokers.get(id).is_some_and(|b| b.up));
        let of = |config: &Datum<_>| match config {
            Datum::Known { value, as_of, .. } => {
                let map: &Arc<crate::model::ConfigMap> = value;
                infer_version(map.keys().map(String::as_str), *as_of)
            }
            Datum::Unknown { reason } => Datum::unknown(reason.clone()),
        };
        let found: Vec<Datum<KafkaVersion>> = up.map(|(_, config)| of(config)).collect();
        let oldest =
            found.iter().filter(|version| version.get().is_some()).min_by_key(|version| version.get());
        let nothing = || Datum::unknown(Unknown::NotAsked);
        oldest.or(found.first()).cloned().unwrap_or_else(nothing)
    }

    fn topics(&self) -> Vec<Topic> {
        let mut first = 0;
        let topic = |facts: &crate::kafka::native::TopicFacts| {
            let count = facts.partitions.len() as u32;
            first += count;
            Topic {
                name: facts.name.clone(),
                internal: INTERNAL_TOPICS.contains(&&*facts.name),
                config: self
                    .topic_configs
                    .get(&facts.name)
                    .cloned()
                    .unwrap_or(Datum::unknown(Unknown::NotAsked)),
                first: first - count,
                count,
            }
        };
        self.metadata.topics.iter().map(topic).collect()
    }

    fn partitions(&self) -> Partitions {
        let mut rows = Vec::new();
        for (ix, topic) in self.metadata.topics.iter().enumerate() {
            let (latest, earliest) = (self.latest.get(&topic.name), self.earliest.get(&topic.name));
            for partition in &topic.partitions {
                let (high_watermark, leader_epoch) = cell(latest, partition.number);
                rows.push(PartitionRow {
                    topic: TopicIx(ix as u32),
                    number: partition.number,
                    replicas: partition.replicas.clone(),
                    isr: partition.isr.clone(),
                    elr: self.deep.elr_of(&topic.name, partition.number),
                    leader: partition.leader,
                    leader_epoch,
                    log_start: cell(earliest, partition.number).0,
                    // Without a leader nobody can say; what was read before may have been cut off.
                    high_watermark: high_watermark.filter(|_| partition.leader.is_some()),
                    log_end: None,
                });
            }
        }
        Partitions::from_rows(&rows, self.deep.elr.map(|_| ()))
    }

    fn groups(&self, topics: &[Topic]) -> Datum<Arc<[Group]>> {
        self.groups.map(|groups| groups.iter().map(|(id, facts)| self.group(id, facts, topics)).collect())
    }

    fn group(&self, id: &Arc<str>, facts: &GroupFacts, topics: &[Topic]) -> Group {
        let offsets = self.group_offsets.get(id).cloned().unwrap_or(Datum::unknown(Unknown::NotAsked));
        let members = |group: &Described| group.members.iter().map(|m| self.member(m, topics)).collect();
        let better =
            facts.described.get().map(|group| group.state).filter(|_| &*facts.protocol == "consumer");
        let told = better.filter(|state| *state != crate::model::GroupState::Unknown);
        Group {
            id: id.clone(),
            state: told.unwrap_or(facts.state),
            protocol: facts.protocol.clone(),
            coordinator: facts.coordinator,
            member_count: facts.described.map(|group| group.members.len() as u32),
            members: facts.described.map(members),
            offsets: offsets.map(|facts| self.offsets(facts, topics)),
        }
    }

    /// Offsets of topics that are gone are left out. A refused partition is left out of the broker's answer
    /// or has a code; either way nothing is known of it.
    fn offsets(&self, facts: &[OffsetFact], topics: &[Topic]) -> Arc<[GroupOffset]> {
        let known = facts.iter().filter(|fact| fact.code == 0);
        let offset = |fact: &OffsetFact| {
            let partition = self.place(topics, &fact.topic, fact.partition)?;
            Some(GroupOffset { partition, committed: fact.offset })
        };
        let mut offsets: Vec<GroupOffset> = known.filter_map(offset).collect();
        offsets.sort_by_key(|offset| offset.partition);
        offsets.into()
    }

    fn member(&self, facts: &MemberFacts, topics: &[Topic]) -> Member {
        let place = |(topic, number): &(Arc<str>, i32)| self.place(topics, topic, *number);
        let mut assigned: Vec<PartitionIx> = facts.assigned.iter().filter_map(place).collect();
        assigned.sort();
        Member {
            client_id: facts.client_id.clone(),
            host: facts.host.clone(),
            instance_id: facts.instance_id.clone(),
            assigned,
        }
    }

    fn place(&self, topics: &[Topic], name: &str, number: i32) -> Option<PartitionIx> {
        let at = topics.binary_search_by(|topic| (*topic.name).cmp(name)).ok()?;
        let partitions = &self.metadata.topics[at].partitions;
        let offset = partitions.binary_search_by_key(&number, |partition| partition.number).ok()?;
        Some(PartitionIx(topics[at].first + offset as u32))
    }
}

fn cell(column: Option<&Vec<OffsetCell>>, number: i32) -> OffsetCell {
    let at = usize::try_from(number).ok();
    at.and_then(|at| column?.get(at).copied()).unwrap_or((None, None))
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
            sets: same(p.sets, &q.sets),
            replicas: same(p.replicas, &q.replicas),
            isr: same(p.isr, &q.isr),
            elr: p.elr,
            leader: same(p.leader, &q.leader),
            leader_epoch: same(p.leader_epoch, &q.leader_epoch),
            log_start: same(p.log_start, &q.log_start),
            high_watermark: same(p.high_watermark, &q.high_watermark),
            log_end: same(p.log_end, &q.log_end),
        },
        ..new
    }
}

/// ELR of each partition by topic, in the order of partition numbers.
pub(crate) type ElrByTopic = HashMap<Arc<str>, Vec<(i32, Vec<BrokerId>)>>;
