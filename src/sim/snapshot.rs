//! The simulated cluster as a [`Cluster`]: what Kafka's own protocol would tell of it.

use crate::model::{
    Assumptions, Broker, BrokerId, BrokerStatus, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum,
    Environment, Features, Group, GroupOffset, GroupState, Load, Member, Millis, Net, Origin, PartitionIx,
    PartitionRow, Partitions, Quorum, Topic, TopicIx, Unknown,
};
use crate::protocol::group;
use crate::scenario::setting_text;
use crate::sim::client_runtime::ClientState;
use crate::sim::clock::elapsed_ms;
use crate::sim::groups::HostedGroup;
use crate::sim::host::Host;
use crate::sim::process::ProcessState;
use crate::sim::settings::Config;
use crate::sim::topics::SimTopic;
use crate::sim::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ids of the controllers, which run apart from the brokers.
const FIRST_CONTROLLER: i32 = 3001;

/// Topics in the order of the columns, and where the simulator's own partitions stand in them.
struct Order {
    topics: Vec<u32>,
    columns: Vec<PartitionIx>,
    places: BTreeMap<PartitionIx, PartitionIx>,
}

impl World {
    /// The cluster now, and the simulator's partitions in the order of its columns.
    pub(super) fn cluster(&self) -> (Cluster, Vec<PartitionIx>) {
        let (as_of, order) = (self.at_ms(), self.order());
        let known = |value: bool| Datum::known(value, as_of, Origin::Simulated);
        let elr = self.profile.elr;
        let cluster = Cluster {
            taken_at: as_of,
            id: Datum::known(self.scenario.id.clone(), as_of, Origin::Simulated),
            version: Datum::known(self.profile.version, as_of, Origin::Simulated),
            features: Features { elr: known(elr), metadata_level: Datum::unknown(Unknown::NotAsked) },
            quorum: Datum::known(self.quorum(), as_of, Origin::Simulated),
            brokers: self.brokers(as_of),
            topics: self.topic_list(&order, as_of),
            partitions: self.columns(&order, as_of),
            groups: Datum::known(self.group_list(&order, as_of), as_of, Origin::Simulated),
            groups_complete: Datum::known((), as_of, Origin::Simulated),
            open_transactions: [].into(),
            assumed: Arc::new(self.assumed()),
        };
        (cluster, order.columns)
    }

    fn at_ms(&self) -> Millis {
        elapsed_ms(self.now)
    }

    fn order(&self) -> Order {
        let list = self.machines.topics.list();
        let mut topics: Vec<u32> = (0..list.len() as u32).collect();
        topics.sort_by(|a, b| list[*a as usize].spec.name.cmp(&list[*b as usize].spec.name));
        let columns: Vec<PartitionIx> =
            topics.iter().flat_map(|at| self.committed_partitions(&list[*at as usize])).collect();
        let places = columns.iter().zip(0..).map(|(ix, place)| (*ix, PartitionIx(place))).collect();
        Order { topics, columns, places }
    }

    /// The partitions that the controller has: those that were asked for just now are none yet.
    pub(super) fn committed_partitions<'a>(
        &self,
        topic: &'a SimTopic,
    ) -> impl Iterator<Item = PartitionIx> + use<'a> {
        let known = self.machines.control.committed.partitions.len();
        topic.partitions.iter().copied().filter(move |ix| ix.at() < known)
    }

    fn quorum(&self) -> Quorum {
        let id = |node: usize| BrokerId(FIRST_CONTROLLER + node as i32);
        let up = &self.machines.control.nodes_up;
        Quorum {
            leader: self.machines.control.controller.quorum().active().map(|node| id(node as usize)),
            voters: (0..up.len()).map(id).collect(),
            online: (0..up.len()).filter(|node| up[*node]).map(id).collect(),
        }
    }

    fn brokers(&self, as_of: Millis) -> Arc<[Broker]> {
        let config = Arc::new(config_map(&self.scenario.cluster.config, ConfigSource::StaticBroker));
        let of = |(host, id): (&Host, BrokerId)| Broker {
            id,
            host: format!("broker-{id}"),
            port: 9092,
            rack: Datum::known(self.scenario.cluster.rack_of(id).map(Arc::from), as_of, Origin::Simulated),
            state: self.state_of(host, id),
            since: Some(elapsed_ms(host.since)),
            config: Datum::known(config.clone(), as_of, Origin::Simulated),
        };
        self.machines.hosts().iter().zip(self.scenario.cluster.ids()).map(of).collect()
    }

    fn state_of(&self, host: &Host, id: BrokerId) -> BrokerStatus {
        let registration = self.machines.control.committed.brokers.get(&id);
        match host.process {
            ProcessState::Paused => BrokerStatus::Paused,
            ProcessState::Booting => BrokerStatus::Fenced,
            ProcessState::Ending => BrokerStatus::ShuttingDown,
            ProcessState::Up => match registration {
                Some(registered) if registered.in_controlled_shutdown => BrokerStatus::ShuttingDown,
                Some(registered) if registered.is_active() => BrokerStatus::Up,
                _ => BrokerStatus::Fenced,
            },
            _ => BrokerStatus::Down,
        }
    }

    fn topic_list(&self, order: &Order, as_of: Millis) -> Arc<[Topic]> {
        let mut first = 0;
        let topics = order.topics.iter().map(|at| {
            let topic = &self.machines.topics.list()[*at as usize];
            let config = Arc::new(config_map(&topic.spec.config, ConfigSource::Topic));
            let count = self.committed_partitions(topic).count() as u32;
            first += count;
            Topic {
                name: topic.spec.name.as_str().into(),
                internal: topic.internal,
                config: Datum::known(config, as_of, Origin::Simulated),
                first: first - count,
                count,
            }
        });
        topics.collect()
    }

    fn columns(&self, order: &Order, as_of: Millis) -> Partitions {
        let mut rows = Vec::with_capacity(order.columns.len());
        for (place, at) in order.topics.iter().enumerate() {
            let partitions = self.committed_partitions(&self.machines.topics.list()[*at as usize]);
            rows.extend(partitions.zip(0..).map(|(ix, number)| self.row(TopicIx(place as u32), number, ix)));
        }
        let elr = if self.profile.elr {
            Datum::known((), as_of, Origin::Simulated)
        } else {
            Datum::unknown(Unknown::Unsupported("this version without the feature".into()))
        };
        let all = Partitions::from_rows(&rows, elr);
        if self.clients.all_transactions().is_empty() {
            return all;
        }
        let stable: Vec<Option<i64>> = order.columns.iter().map(|ix| self.last_stable(*ix)).collect();
        all.with_last_stable(&stable)
    }

    /// The leader's last stable offset, if it runs.
    fn last_stable(&self, ix: PartitionIx) -> Option<i64> {
        let host = self.machines.leader(ix).and_then(|id| self.machines.host(id))?;
        let replica = host.process.is_up().then(|| host.broker.replica(ix)).flatten()?;
        Some(replica.last_stable_offset())
    }

    fn row(&self, topic: TopicIx, number: i32, ix: PartitionIx) -> PartitionRow {
        let state = &self.machines.control.committed.partitions[ix.at()];
        let running = state.leader.and_then(|id| self.machines.host(id)).filter(|host| host.process.is_up());
        let replica = running.and_then(|host| host.broker.replica(ix));
        PartitionRow {
            topic,
            number,
            replicas: state.replicas.clone(),
            isr: state.isr.clone(),
            elr: self.profile.elr.then(|| state.elr.clone()),
            leader: state.leader,
            leader_epoch: Some(state.leader_epoch),
            log_start: replica.map(|replica| replica.log().start()),
            high_watermark: replica.map(|replica| replica.high_watermark()),
            log_end: replica.map(|replica| replica.log().end()),
        }
    }

    fn group_list(&self, order: &Order, as_of: Millis) -> Arc<[Group]> {
        let known = self.clients.groups().iter().zip(&self.scenario.groups).enumerate();
        let mut groups: Vec<Group> = known
            .map(|(at, (host, spec))| Group {
                id: spec.name.as_str().into(),
                state: state_of_group(host),
                protocol: "classic".into(),
                coordinator: self.clients.coordinator(at as u32),
                member_count: Datum::known(host.group.members().len() as u32, as_of, Origin::Simulated),
                members: Datum::known(self.members_of(at as u32, order), as_of, Origin::Simulated),
                offsets: Datum::known(self.offsets_of(host, &spec.topics, order), as_of, Origin::Simulated),
            })
            .collect();
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        groups.into()
    }

    fn members_of(&self, group: u32, order: &Order) -> Arc<[Member]> {
        let own = self.clients.members().iter().filter(|member| member.group == group);
        let up = own.filter(|member| member.runtime.state != ClientState::Ended);
        up.map(|member| Member {
            client_id: format!("{}-{}", self.scenario.groups[group as usize].name, member.nth),
            host: "simulated".into(),
            instance_id: None,
            assigned: member.owns.iter().filter_map(|ix| order.places.get(ix).copied()).collect(),
        })
        .collect()
    }

    fn offsets_of(&self, host: &HostedGroup, topics: &[String], order: &Order) -> Arc<[GroupOffset]> {
        let read = topics.iter().filter_map(|name| self.machines.topics.named(name));
        let partitions = read.flat_map(|(_, topic)| topic.partitions.iter());
        let offsets = partitions.filter_map(|ix| {
            let committed = host.committed.get(ix).copied();
            Some(GroupOffset::new(*order.places.get(ix)?, committed))
        });
        offsets.collect()
    }

    fn environment(&self) -> Environment {
        let mut environment = Environment::default();
        if let Some(limit) = self.scenario.net.broker_mb_per_s {
            environment.machine.network_mb_per_s = limit;
        }
        environment
    }

    fn assumed(&self) -> Assumptions {
        let scenario = &self.scenario;
        let version = self.profile.version;
        let producers = scenario.producers.iter().map(|spec| spec.profile(version));
        let consumers = scenario.groups.iter().map(|spec| spec.profile(version));
        let first = scenario.producers.first();
        let group = scenario.groups.first();
        let net = &scenario.net;
        let usual = Load::default();
        Assumptions {
            producers: producers.collect(),
            consumers: consumers.collect(),
            load: Load {
                records_per_s: scenario.producers.iter().map(|spec| spec.records_per_s).sum(),
                record_bytes: first.map_or(usual.record_bytes, |spec| spec.record_bytes),
                producers: scenario.producers.len() as u32,
                keys: first.map_or(usual.keys, |spec| spec.keys),
                key_count: first.map_or(usual.key_count, |spec| spec.key_count),
                zipf_exponent: first.map_or(usual.zipf_exponent, |spec| spec.zipf_exponent),
                celebrity_share: first.map_or(usual.celebrity_share, |spec| spec.celebrity_share),
                tombstone_share: first.map_or(usual.tombstone_share, |spec| spec.tombstone_share),
                consumers: group.map_or(usual.consumers, |spec| spec.members),
                processing_ms: group.map_or(usual.processing_ms, |spec| spec.processing_ms),
                on_poison: group.map_or(usual.on_poison, |spec| spec.on_poison.word().into()),
                compatibility: scenario.compatibility,
                producer_byte_rate: scenario.quotas.producer_byte_rate,
                consumer_byte_rate: scenario.quotas.consumer_byte_rate,
                ..Load::default()
            },
            net: Net {
                same_rack_rtt_ms: net.same_rack_rtt_ms,
                rack_rtt_ms: net.rack_rtt_ms,
                client_rtt_ms: net.client_rtt_ms,
            },
            env: self.environment(),
        }
    }
}

fn state_of_group(host: &HostedGroup) -> GroupState {
    match host.group.state() {
        group::GroupState::Empty => GroupState::Empty,
        group::GroupState::PreparingRebalance => GroupState::PreparingRebalance,
        group::GroupState::CompletingRebalance => GroupState::CompletingRebalance,
        group::GroupState::Stable => GroupState::Stable,
    }
}

fn config_map(config: &Config, source: ConfigSource) -> ConfigMap {
    config.iter().map(|(key, value)| (key.clone(), ConfigEntry::new(setting_text(value), source))).collect()
}
