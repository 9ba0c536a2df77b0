//! Replays the metadata log of a real controller and compares each of its decisions with ours.
//!
//! A batch with a broker record is a decision: its partition changes must be what [`Image`] makes of the
//! same event. Everything else (topics, settings, features, batches of partition changes alone, which leaders
//! asked for, and where a replica lives, which its broker told) is input. The order of changes of different
//! partitions is that of a Java hash map and is not compared.

mod logged;

pub use logged::*;

use crate::model::{BrokerId, PartitionIx, TopicIx};
use crate::protocol::controller::image::{Image, MetadataBatchBuilder};
use crate::protocol::controller::messages::{Cause, DirectoryId, MetadataRecord, Registration, TopicConfig};
use crate::protocol::profile::Profile;
use crate::protocol::wire::{BrokerEpoch, PartitionChange, PartitionRegistration};
use std::collections::BTreeMap;

/// What came out of a replay.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReplayReport {
    /// Batches with a broker record.
    pub decisions: usize,
    /// Those of them that changed a partition.
    pub with_changes: usize,
    /// Partition changes of theirs that were compared.
    pub compared: usize,
    pub inputs: usize,
    /// Where we decided otherwise.
    pub mismatches: Vec<Mismatch>,
}

/// One partition in one batch that we would have changed otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// Base offset of the batch.
    pub batch: i64,
    pub topic: String,
    pub number: i32,
    /// How it was before.
    pub before: PartitionRegistration,
    /// What the real controller wrote.
    pub logged: Vec<PartitionChange>,
    pub decided: Vec<PartitionChange>,
}

/// Replays a log.
///
/// `clean` says whether the process with this broker epoch registered with the marker of a clean shutdown:
/// the log does not tell. The ELR feature is off until the log switches it on.
pub fn replay(
    records: &[LoggedRecord],
    profile: Profile,
    clean: &dyn Fn(BrokerId, BrokerEpoch) -> bool,
) -> ReplayReport {
    let profile = Profile::of(profile.version, Some(false));
    let mut replayer =
        Replayer { image: Image::new(profile, TopicConfig::default()), ..Replayer::empty(clean) };
    for batch in records.chunk_by(|a, b| a.batch == b.batch) {
        replayer.batch(batch);
    }
    replayer.report
}

struct Replayer<'a> {
    image: Image,
    clean: &'a dyn Fn(BrokerId, BrokerEpoch) -> bool,
    by_id: BTreeMap<String, TopicIx>,
    by_name: BTreeMap<String, TopicIx>,
    partitions: BTreeMap<(String, i32), PartitionIx>,
    directories: BTreeMap<String, DirectoryId>,
    report: ReplayReport,
}

type Changes = BTreeMap<PartitionIx, Vec<PartitionChange>>;

impl<'a> Replayer<'a> {
    fn empty(clean: &'a dyn Fn(BrokerId, BrokerEpoch) -> bool) -> Self {
        Replayer {
            image: Image::new(Profile::default(), TopicConfig::default()),
            clean,
            by_id: BTreeMap::new(),
            by_name: BTreeMap::new(),
            partitions: BTreeMap::new(),
            directories: BTreeMap::new(),
            report: ReplayReport::default(),
        }
    }

    fn batch(&mut self, records: &[LoggedRecord]) {
        self.image.next_offset = records.first().map_or(0, |record| record.batch);
        if records.iter().any(|record| is_broker_record(&record.body)) {
            self.decision(records);
        } else {
            self.report.inputs += 1;
            records.iter().for_each(|record| self.input(&record.body));
        }
    }

    /// Makes the same events happen to our image and compares what they did to each partition.
    fn decision(&mut self, records: &[LoggedRecord]) {
        let mut logged = Changes::new();
        let mut batch = self.image.begin_batch();
        for record in records {
            match &record.body {
                LoggedBody::PartitionChangeRecord(change) if !change.tells_directories_only() => {
                    if let Some(ix) = self.find(&change.topic_id, change.partition_id) {
                        let change = PartitionChange { partition: Some(ix), ..change.change() };
                        logged.entry(ix).or_default().push(change);
                    }
                }
                body if is_broker_record(body) => self.event(body, &mut batch),
                body => self.input(body),
            }
        }
        self.report.decisions += 1;
        self.report.with_changes += usize::from(!logged.is_empty());
        self.report.compared += logged.values().map(Vec::len).sum::<usize>();
        self.compare(batch, logged);
    }

    fn compare(&mut self, batch: MetadataBatchBuilder, logged: Changes) {
        let mut decided = Changes::new();
        for record in batch.records {
            if let MetadataRecord::PartitionChange { change, .. } = record
                && let Some(ix) = change.partition
            {
                decided.entry(ix).or_default().push(change);
            }
        }
        let mut all: Vec<PartitionIx> = logged.keys().chain(decided.keys()).copied().collect();
        all.dedup();
        all.sort_unstable();
        all.dedup();
        for ix in all {
            let logged = logged.get(&ix).cloned().unwrap_or_default();
            let decided = decided.get(&ix).cloned().unwrap_or_default();
            if logged != decided {
                self.mismatch(batch.base_offset, ix, logged, decided);
            }
        }
    }

    /// Notes the difference and goes on from what the real controller wrote.
    fn mismatch(
        &mut self,
        batch: i64,
        ix: PartitionIx,
        logged: Vec<PartitionChange>,
        decided: Vec<PartitionChange>,
    ) {
        let Some(entry) = self.image.partitions.get(ix) else { return };
        let (topic, number) = (entry.topic, entry.number);
        let named = self.by_name.iter().find(|(_, ix)| **ix == topic);
        let before = entry.state.clone();
        for change in &logged {
            self.image.partitions.change(ix, change, None);
        }
        let topic = named.map(|(name, _)| name.clone()).unwrap_or_default();
        self.report.mismatches.push(Mismatch { batch, topic, number, before, logged, decided });
    }

    fn event(&mut self, body: &LoggedBody, batch: &mut MetadataBatchBuilder) {
        match body {
            LoggedBody::RegisterBrokerRecord(record) => self.register(record, batch),
            LoggedBody::BrokerRegistrationChangeRecord(record) => self.broker_change(record, batch),
            LoggedBody::FenceBrokerRecord(record) => self.fence(record.id, batch),
            LoggedBody::UnfenceBrokerRecord(record) => self.image.unfence(record.id, batch),
            _ => {}
        }
    }

    fn fence(&mut self, broker: BrokerId, batch: &mut MetadataBatchBuilder) {
        self.image.fence(broker, Cause::BrokerLeft { broker }, batch);
    }

    fn register(&mut self, record: &LoggedRegistration, batch: &mut MetadataBatchBuilder) {
        let (broker, epoch) = (record.broker_id, record.broker_epoch);
        let clean = !self.image.brokers.contains_key(&broker) || (self.clean)(broker, epoch);
        let registration = Registration {
            broker,
            incarnation: epoch as u64,
            previous_epoch: -1,
            rack: record.rack.as_deref().map(Into::into),
            directories: self.directories(&record.log_dirs),
        };
        self.image.register(registration, clean, batch);
        if let Some(registered) = self.image.brokers.get_mut(&broker) {
            registered.epoch = epoch;
        }
    }

    fn broker_change(&mut self, record: &LoggedBrokerChange, batch: &mut MetadataBatchBuilder) {
        let broker = record.broker_id;
        match record.fenced {
            1 => self.fence(broker, batch),
            -1 => self.image.unfence(broker, batch),
            _ => {}
        }
        if record.in_controlled_shutdown == 1 {
            self.image.begin_controlled_shutdown(broker, batch);
        }
        if record.cordoned_log_dirs.is_some() {
            let epoch = record.broker_epoch;
            self.image.write(MetadataRecord::CordonedDirectories { broker, epoch }, batch);
        }
        if let Some(left) = &record.log_dirs {
            let left = self.directories(left);
            let had = self.image.brokers.get(&broker).map(|broker| broker.directories.clone());
            let gone: Vec<_> = had.into_iter().flatten().filter(|id| !left.contains(id)).collect();
            self.image.directories_offline(broker, &gone, batch);
        }
    }

    fn input(&mut self, body: &LoggedBody) {
        match body {
            LoggedBody::FeatureLevelRecord(feature) if feature.name == "eligible.leader.replicas.version" => {
                self.image.apply(&MetadataRecord::ElrFeature { on: feature.feature_level > 0 });
            }
            LoggedBody::ConfigRecord(config) => self.config(config),
            LoggedBody::TopicRecord(topic) => {
                let ix = TopicIx(self.image.topics.len() as u32);
                self.by_id.insert(topic.topic_id.clone(), ix);
                self.by_name.insert(topic.name.clone(), ix);
                self.image.apply(&MetadataRecord::Topic { topic: ix });
            }
            LoggedBody::RemoveTopicRecord(topic) => self.remove_topic(&topic.topic_id),
            LoggedBody::ClearElrRecord(record) => self.clear_elr(record.topic_name.as_deref().unwrap_or("")),
            LoggedBody::PartitionRecord(partition) => self.partition(partition),
            LoggedBody::PartitionChangeRecord(change) => {
                if let Some(ix) = self.find(&change.topic_id, change.partition_id) {
                    let directories = change.directories.as_ref().map(|names| self.directories(names));
                    self.image.partitions.change(ix, &change.change(), directories.as_deref());
                }
            }
            _ => {}
        }
    }

    fn config(&mut self, record: &LoggedConfig) {
        let topic = match (record.resource_type, record.resource_name.as_str()) {
            (2, name) => match self.by_name.get(name) {
                Some(topic) => Some(*topic),
                None => return,
            },
            (4, "") => None,
            _ => return,
        };
        let mut config = match topic {
            Some(topic) => self.image.topics[topic.at()].config,
            None => self.image.cluster_config,
        };
        let value = record.value.as_deref();
        match record.name.as_str() {
            "min.insync.replicas" => config.min_isr = value.and_then(|value| value.parse().ok()),
            "unclean.leader.election.enable" => config.unclean = value.map(|value| value == "true"),
            _ => return,
        }
        self.image.apply(&MetadataRecord::Config { topic, config });
    }

    fn clear_elr(&mut self, name: &str) {
        match self.by_name.get(name) {
            Some(topic) => self.image.apply(&MetadataRecord::ClearElr { topic: Some(*topic) }),
            None if name.is_empty() => self.image.apply(&MetadataRecord::ClearElr { topic: None }),
            None => {}
        }
    }

    fn partition(&mut self, record: &LoggedPartition) {
        let Some(topic) = self.by_id.get(&record.topic_id).copied() else { return };
        let partition = PartitionIx(self.image.partitions.len() as u32);
        self.partitions.insert((record.topic_id.clone(), record.partition_id), partition);
        let directories = self.directories(&record.directories);
        let (number, state) = (record.partition_id, record.state());
        self.image.apply(&MetadataRecord::Partition { partition, topic, number, state, directories });
    }

    /// A partition without replicas takes part in nothing; its index stays.
    fn remove_topic(&mut self, id: &str) {
        let Some(topic) = self.by_id.remove(id) else { return };
        self.by_name.retain(|_, other| *other != topic);
        self.partitions.retain(|(other, _), _| other != id);
        let nobody = PartitionChange {
            isr: Some(Vec::new()),
            elr: Some(Vec::new()),
            last_known_elr: Some(Vec::new()),
            replicas: Some(Vec::new()),
            leader: Some(None),
            ..Default::default()
        };
        for ix in std::mem::take(&mut self.image.topics[topic.at()].partitions) {
            self.image.partitions.change(ix, &nobody, Some(&[]));
        }
    }

    fn find(&self, topic_id: &str, number: i32) -> Option<PartitionIx> {
        self.partitions.get(&(topic_id.to_owned(), number)).copied()
    }

    /// Of the ids that Kafka reserves, "migrating" and "unassigned" mean that the replica may be anywhere.
    fn directories(&mut self, names: &[String]) -> Vec<DirectoryId> {
        let mut number = |name: &String| match name.as_str() {
            "AAAAAAAAAAAAAAAAAAAAAA" | "AAAAAAAAAAAAAAAAAAAAAQ" => DirectoryId::UNASSIGNED,
            _ => {
                let next = DirectoryId(self.directories.len() as u64 + 1);
                *self.directories.entry(name.clone()).or_insert(next)
            }
        };
        names.iter().map(&mut number).collect()
    }
}

fn is_broker_record(body: &LoggedBody) -> bool {
    matches!(
        body,
        LoggedBody::RegisterBrokerRecord(_)
            | LoggedBody::BrokerRegistrationChangeRecord(_)
            | LoggedBody::FenceBrokerRecord(_)
            | LoggedBody::UnfenceBrokerRecord(_)
    )
}
