//! Taking an answer into what was observed: newer values replace, failures leave the old value with its age.

use super::{ObservedBroker, ObservedCluster, ObservedGroup, OffsetCell};
use crate::kafka::reads::{
    CallResult, GroupDescription, GroupListing, GroupOffsets, GroupsRead, Metadata, Node, OffsetSpec,
    PartitionOffset, Racks, ReadAnswer, ResourceConfig,
};
use crate::kafka::{BrokerReport, CallError, ConnectionState};
use crate::model::{BrokerId, BrokerStatus, ConfigMap, Datum, GroupState, Millis, Origin, Unknown};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

impl ObservedCluster {
    /// Takes an answer that was complete at `at`. Failed Metadata changes nothing.
    pub fn apply(&mut self, answer: ReadAnswer, at: Millis) {
        match answer {
            ReadAnswer::Metadata(Ok(metadata)) => self.apply_metadata(metadata, at),
            ReadAnswer::Metadata(Err(_)) => {}
            ReadAnswer::Description(id, racks, fenced) => {
                let told = matches!(racks, Some(Ok(_)));
                self.apply_description(id, racks, at);
                if told {
                    self.apply_fenced(&fenced, at);
                }
            }
            ReadAnswer::TopicConfigs(configs) => self.apply_topic_configs(configs, at),
            ReadAnswer::BrokerConfigs(configs) => self.apply_broker_configs(configs, at),
            ReadAnswer::Groups(groups) => self.apply_groups(&groups, at),
            ReadAnswer::GroupOffsets(offsets) => self.apply_group_offsets(offsets, at),
            ReadAnswer::Offsets(end, facts) => self.apply_offsets(end, facts),
            ReadAnswer::Raw(raw) => self.raw.refresh(*raw),
            ReadAnswer::Acls(read) => self.apply_acls(read, at),
            ReadAnswer::OpenTransactions(open) => self.open_transactions = open,
            ReadAnswer::LogDirs(answers) => self.apply_log_dirs(answers, at),
        }
    }

    fn apply_metadata(&mut self, metadata: Metadata, at: Millis) {
        for (id, broker) in &mut self.brokers {
            let up = metadata.nodes.iter().any(|node| node.id == *id);
            if up != broker.up {
                (broker.up, broker.since) = (up, Some(at));
            }
        }
        for node in &metadata.nodes {
            let broker = self.brokers.entry(node.id).or_insert_with(|| ObservedBroker::named(true, None));
            broker.move_to(node);
            broker.fenced = false;
        }
        let partitions = metadata.topics.iter().flat_map(|topic| &topic.partitions);
        for id in partitions.flat_map(|partition| &partition.replicas) {
            self.brokers.entry(*id).or_insert_with(|| ObservedBroker::named(false, Some(at)));
        }
        self.forget_topics(&metadata);
        self.metadata = Arc::new(metadata);
        self.metadata_at = Some(at);
    }

    /// Metadata does not name fenced brokers.
    fn apply_fenced(&mut self, fenced: &[Node], at: Millis) {
        for (id, broker) in &mut self.brokers {
            broker.fenced = !broker.up && fenced.iter().any(|node| node.id == *id);
        }
        for node in fenced.iter().filter(|node| !node.host.is_empty()) {
            let broker =
                self.brokers.entry(node.id).or_insert_with(|| ObservedBroker::named(false, Some(at)));
            if !broker.up {
                broker.fenced = true;
                broker.move_to(node);
            }
        }
    }

    /// Takes what a probe has seen of a broker.
    pub fn apply_report(&mut self, (id, seen): BrokerReport, at: Millis) {
        let status = match seen {
            ConnectionState::NotTried => return,
            ConnectionState::Connected => BrokerStatus::Up,
            ConnectionState::Slow => BrokerStatus::Slow,
            ConnectionState::Silent => BrokerStatus::Silent,
            ConnectionState::Refused(_) => BrokerStatus::Refused,
        };
        if let Some(broker) = self.brokers.get_mut(&id)
            && broker.answers.is_none_or(|(before, _)| before != status)
        {
            broker.answers = Some((status, at));
        }
    }

    /// Deleted topics must not come back with their old configuration and offsets.
    fn forget_topics(&mut self, metadata: &Metadata) {
        let has = |name: &Arc<str>| metadata.topics.binary_search_by(|topic| topic.name.cmp(name)).is_ok();
        self.topic_configs.retain(|name, _| has(name));
        self.latest.retain(|name, _| has(name));
        self.earliest.retain(|name, _| has(name));
        self.last_stable.retain(|name, _| has(name));
        self.log_ends.retain(|name, _| has(name));
    }

    fn apply_description(&mut self, id: Option<String>, racks: Option<CallResult<Racks>>, at: Millis) {
        if let Some(id) = id {
            self.id = Datum::known(id, at, Origin::Broker);
        } else if self.id.get().is_none() {
            let none = || Unknown::NotExposed("the cluster reports no id".into());
            let failed = racks.as_ref().and_then(|racks| racks.as_ref().err());
            self.id = Datum::unknown(failed.map_or_else(none, |error| error.unknown("Describe on Cluster")));
        }
        match racks {
            Some(Ok(racks)) => self.racks.extend(
                racks
                    .into_iter()
                    .map(|(id, rack)| (id, Datum::known(rack.map(Arc::from), at, Origin::Broker))),
            ),
            Some(Err(error)) => self.racks_reason = error.unknown("Describe on Cluster"),
            None => self.racks_reason = Unknown::NotExposed("the cluster reports no id to ask by".into()),
        }
    }

    fn apply_topic_configs(&mut self, configs: Vec<ResourceConfig>, at: Millis) {
        for (name, config) in configs {
            let acl = format!("DescribeConfigs on Topic {name}");
            let newer = self.config_datum(config, &acl, at);
            self.topic_configs.entry(name.into()).or_insert_with(Datum::not_asked).refresh(newer);
        }
        self.drop_unused_configs();
    }

    fn apply_broker_configs(&mut self, configs: Vec<(BrokerId, ResourceConfig)>, at: Millis) {
        for (id, (_, config)) in configs {
            let newer = self.config_datum(config, "DescribeConfigs on Cluster", at);
            self.broker_configs.entry(id).or_insert_with(Datum::not_asked).refresh(newer);
        }
    }

    fn config_datum(
        &mut self,
        config: Result<ConfigMap, CallError>,
        acl: &str,
        at: Millis,
    ) -> Datum<Arc<ConfigMap>> {
        match config {
            Ok(map) => Datum::known(self.intern(map), at, Origin::Broker),
            Err(error) => Datum::unknown(error.unknown(acl)),
        }
    }

    /// Equal maps share one allocation: most topics of a cluster are configured alike.
    fn intern(&mut self, map: ConfigMap) -> Arc<ConfigMap> {
        let mut hasher = DefaultHasher::new();
        for (key, entry) in &map {
            (key, &entry.value, entry.source).hash(&mut hasher);
        }
        let same = self.interned.entry(hasher.finish()).or_default();
        if let Some(shared) = same.iter().find(|shared| ***shared == map) {
            return shared.clone();
        }
        same.push(Arc::new(map));
        same[same.len() - 1].clone()
    }

    fn drop_unused_configs(&mut self) {
        self.interned.retain(|_, same| {
            same.retain(|map| Arc::strong_count(map) > 1);
            !same.is_empty()
        });
    }

    /// Brokers that answered say which groups they coordinate; groups of the others stay as they were, and
    /// the list then keeps its old age.
    fn apply_groups(&mut self, answer: &GroupsRead, at: Millis) {
        let failed =
            answer.listed.iter().filter_map(|(id, groups)| groups.as_ref().err().map(|error| (*id, error)));
        let failed: BTreeMap<BrokerId, &CallError> = failed.collect();
        let nobody = failed.len() == answer.listed.len();
        if let (true, Some(error)) = (nobody, failed.values().next()) {
            return self
                .groups
                .refresh(Datum::unknown(error.unknown("Describe on Cluster or on the groups")));
        }
        let mut groups = BTreeMap::new();
        let (mut as_of, old) = match &self.groups {
            Datum::Known { value, as_of, .. } => (*as_of, Some(value)),
            Datum::Unknown { .. } => (at, None),
        };
        let stale = |facts: &ObservedGroup| facts.coordinator.is_some_and(|id| failed.contains_key(&id));
        let kept = old.into_iter().flatten().filter(|(_, facts)| stale(facts));
        groups.extend(kept.map(|(id, facts)| (id.clone(), facts.clone())));
        if failed.is_empty() {
            as_of = at;
        }
        add_listed(answer, at, &mut groups);
        add_other_kinds(answer, at, &mut groups);
        self.group_offsets.retain(|id, _| groups.contains_key(id));
        self.groups = Datum::known(groups, as_of, Origin::Broker);
    }

    fn apply_group_offsets(&mut self, offsets: GroupOffsets, at: Millis) {
        for (group, offsets) in offsets {
            let newer = match offsets {
                Ok(facts) => Datum::known(facts.into(), at, Origin::Broker),
                Err(error) => Datum::unknown(error.unknown(format!("Describe on Group {group}"))),
            };
            self.group_offsets.entry(group).or_insert_with(Datum::not_asked).refresh(newer);
        }
    }

    fn apply_offsets(&mut self, end: OffsetSpec, facts: Vec<PartitionOffset>) {
        let mut column: HashMap<Arc<str>, Vec<OffsetCell>> = HashMap::new();
        for fact in facts {
            // Only of partitions that there are: a number costs its sender nothing.
            let Some((at, count)) = self.metadata.place(&fact.topic, fact.partition) else { continue };
            let cells = column.entry(fact.topic).or_default();
            if cells.len() < count {
                cells.resize(count, (None, None));
            }
            cells[at] = (fact.offset, fact.leader_epoch);
        }
        *self.column(end) = column;
    }
}

fn add_listed(answer: &GroupsRead, at: Millis, groups: &mut BTreeMap<Arc<str>, ObservedGroup>) {
    for (coordinator, listed) in &answer.listed {
        for group in listed.iter().flatten() {
            let found = answer.described.get(&group.id);
            let described = match (found, &answer.classic_error) {
                (Some(described), _) if !(group.is_modern() && described.state == GroupState::Dead) => {
                    Datum::known(described.clone(), at, Origin::Broker)
                }
                _ if !is_known_type(group) => Datum::unknown(unknown_type(group)),
                (_, Some(error)) => Datum::unknown(error.unknown(format!("Describe on Group {}", group.id))),
                _ => Datum::unknown(Unknown::Unreachable("its coordinator did not describe it".into())),
            };
            let facts = ObservedGroup {
                coordinator: Some(*coordinator),
                state: group.state,
                protocol: group.group_type.clone().unwrap_or_else(|| "classic".into()),
                described,
            };
            groups.insert(group.id.clone(), facts);
        }
    }
}

/// Whether klever can ask for its members.
fn is_known_type(group: &GroupListing) -> bool {
    matches!(group.group_type.as_deref(), None | Some("classic" | "consumer" | "share" | "streams"))
}

fn unknown_type(group: &GroupListing) -> Unknown {
    let kind = group.group_type.as_deref().unwrap_or_default();
    Unknown::NotExposed(format!("klever does not know groups of type {kind}"))
}

/// Connect and Schema Registry use the group protocol too; only the old listing shows them.
fn add_other_kinds(answer: &GroupsRead, at: Millis, groups: &mut BTreeMap<Arc<str>, ObservedGroup>) {
    let other = |group: &&GroupDescription| !matches!(group.protocol_type.as_str(), "" | "consumer");
    for group in answer.described.values().filter(other) {
        let facts = ObservedGroup {
            coordinator: group.coordinator,
            state: group.state,
            protocol: group.protocol_type.as_str().into(),
            described: Datum::known(group.clone(), at, Origin::Broker),
        };
        groups.entry(group.id.clone()).or_insert(facts);
    }
}
