//! A scenario that begins as a given cluster is: placement, settings, racks, brokers that are down, load.

use crate::model::{BrokerId, ClientProfile, Cluster, ConfigMap, KafkaVersion, OnPoison, Topic, plural};
use crate::scenario::{ClusterSpec, GroupSpec, NetSpec, ProducerSpec, Scenario, Time, TopicSpec, check};
use std::collections::BTreeMap;
use std::sync::Arc;

/// More partitions than this are cut to one of each kind.
pub const MOST_REHEARSED: usize = 1_500;

/// So many topics keep their names; of more, those that are alike are one.
const MOST_NAMED: usize = 24;

/// Settings of topics that decide what a restart does to writers and readers.
const TOPIC_KEYS: [&str; 5] = [
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "flush.messages",
    "flush.ms",
    "max.message.bytes",
];
/// The same of brokers.
const BROKER_KEYS: [&str; 14] = [
    "auto.leader.rebalance.enable",
    "broker.heartbeat.interval.ms",
    "broker.session.timeout.ms",
    "controlled.shutdown.enable",
    "controller.quorum.election.timeout.ms",
    "controller.quorum.fetch.timeout.ms",
    "leader.imbalance.check.interval.seconds",
    "min.insync.replicas",
    "num.replica.fetchers",
    "replica.fetch.max.bytes",
    "replica.fetch.wait.max.ms",
    "replica.lag.time.max.ms",
    "replica.socket.timeout.ms",
    "unclean.leader.election.enable",
];
/// Who reads everything.
const READERS: &str = "readers";
/// Kafka's feature of eligible leader replicas.
const ELR: &str = "eligible.leader.replicas.version";
/// A day: whoever runs it ends it.
const LONG: Time = Time::from_secs(24 * 3600);

/// A cluster as a scenario, and how its parts are those of the cluster.
#[derive(Clone, PartialEq, Debug)]
pub struct ClusterScenario {
    pub scenario: Scenario,
    /// The cluster's brokers; those of the scenario count from 1 in this order.
    pub brokers: Vec<BrokerId>,
    /// Brokers of the scenario that are down in the cluster.
    pub down: Vec<BrokerId>,
    /// Partitions of the scenario by name, with those of the cluster that each stands for.
    pub stand_ins: BTreeMap<String, StandIn>,
    /// How many partitions the cluster has, Kafka's own apart.
    pub partitions: usize,
    /// What is not known of the cluster, and what was taken instead; a sentence each.
    pub assumptions: Vec<String>,
}

/// What a partition of the scenario stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandIn {
    /// The first of them, such as `orders-3`.
    pub example: String,
    pub partitions: u64,
}

impl ClusterScenario {
    /// Whether partitions were cut to one of each kind.
    pub fn is_cut(&self) -> bool {
        self.stand_ins.len() < self.partitions
    }

    /// The broker of the scenario that is this one of the cluster.
    pub fn own(&self, id: BrokerId) -> Option<BrokerId> {
        self.brokers.iter().position(|broker| *broker == id).map(|at| BrokerId(at as i32 + 1))
    }
}

/// What makes partitions alike: the topic, where it is told apart; settings, and how many replicas.
type Kind = (Option<Arc<str>>, BTreeMap<String, String>, usize);

impl Scenario {
    /// A scenario that begins as this cluster is.
    ///
    /// # Errors
    /// Why it cannot be simulated, with the number that is too large.
    pub fn of_cluster(cluster: &Cluster) -> Result<ClusterScenario, String> {
        let mut assumptions = Vec::new();
        let brokers: Vec<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
        let version = cluster.version.get().copied().unwrap_or_else(|| {
            assumptions.push(format!("the version is not known: {}", KafkaVersion::REFERENCE));
            KafkaVersion::REFERENCE
        });
        let down = down(cluster, &brokers, &mut assumptions);
        let (topics, stand_ins, partitions) = topics(cluster, &brokers, &mut assumptions)?;
        let load = &cluster.assumed.load;
        assumptions.push(format!(
            "the load is {} records/s of {} bytes, spread evenly over all partitions",
            load.records_per_s, load.record_bytes
        ));
        let scenario = Scenario {
            id: "rehearsal".into(),
            title: "A cluster as it was seen".into(),
            versions: vec![version],
            duration: LONG,
            cluster: cluster_spec(cluster, version, &mut assumptions),
            net: NetSpec {
                same_rack_rtt_ms: cluster.assumed.net.same_rack_rtt_ms,
                rack_rtt_ms: cluster.assumed.net.rack_rtt_ms,
                client_rtt_ms: cluster.assumed.net.client_rtt_ms,
                ..NetSpec::default()
            },
            producers: producers(cluster, &topics, partitions),
            groups: vec![readers(cluster, &topics)],
            topics,
            events: Vec::new(),
            expectations: Vec::new(),
            ..Scenario::reference()
        };
        check::check(&scenario).map_err(|mistake| mistake.what)?;
        Ok(ClusterScenario { scenario, brokers, down, stand_ins, partitions, assumptions })
    }
}

fn down(cluster: &Cluster, brokers: &[BrokerId], assumptions: &mut Vec<String>) -> Vec<BrokerId> {
    let is_down = |id: &BrokerId| !cluster.is_up(*id);
    let places = brokers.iter().enumerate().filter(|(_, id)| is_down(id));
    let down: Vec<BrokerId> = places.map(|(at, _)| BrokerId(at as i32 + 1)).collect();
    let behind = cluster
        .partitions
        .iter()
        .filter(|one| one.replicas().iter().any(|id| cluster.is_up(*id) && !one.in_isr(*id)));
    let behind = behind.count();
    if behind > 0 {
        let partitions = plural(behind, "partition");
        assumptions.push(format!("{partitions} with a replica out of sync on a broker that is up: in sync again before the first stop"));
    }
    down
}

fn cluster_spec(cluster: &Cluster, version: KafkaVersion, assumptions: &mut Vec<String>) -> ClusterSpec {
    let racks: Option<Vec<String>> =
        cluster.brokers.iter().map(|broker| Some(broker.rack.get()?.as_deref()?.to_string())).collect();
    if racks.is_none() && cluster.brokers.iter().any(|broker| !matches!(broker.rack.get(), Some(None))) {
        assumptions.push("not every broker's rack is known: none".into());
    }
    let controllers = cluster.quorum.get().map_or_else(
        || {
            assumptions.push("the controllers are not known: 3".into());
            3
        },
        |quorum| quorum.voters.len().clamp(1, 9) as u32,
    );
    let elr = cluster.features.elr.get().filter(|_| version.is_at_least(4, 0));
    let all: Vec<_> = cluster.brokers.iter().map(|broker| broker.config.get()).collect();
    let told = all.iter().flatten().next();
    let of = |config: &ConfigMap| settings(config, &BROKER_KEYS);
    match told {
        None => assumptions.push("the brokers' settings are not known: defaults".into()),
        Some(first) if all.iter().any(|one| one.is_none_or(|one| of(one) != of(first))) => {
            assumptions
                .push("not every broker is known to have the same settings: those of the first".into());
        }
        Some(_) => {}
    }
    ClusterSpec {
        brokers: cluster.brokers.len() as u32,
        racks: racks.unwrap_or_default(),
        controllers,
        features: elr.map(|on| (ELR.to_string(), i64::from(*on))).into_iter().collect(),
        config: told.map_or_else(BTreeMap::new, |config| texts(&of(config))),
    }
}

fn settings(config: &ConfigMap, keys: &[&str]) -> BTreeMap<String, String> {
    let value = |key: &&str| Some((key.to_string(), config.get(*key)?.value.clone()?));
    keys.iter().filter_map(value).collect()
}

fn texts(settings: &BTreeMap<String, String>) -> BTreeMap<String, toml::Value> {
    settings.iter().map(|(key, value)| (key.clone(), toml::Value::String(value.clone()))).collect()
}

type Topics = (Vec<TopicSpec>, BTreeMap<String, StandIn>, usize);

/// A topic for each kind of partitions. Where a few topics are simulated whole, they and their partitions have the
/// names that they have in the cluster.
fn topics(cluster: &Cluster, brokers: &[BrokerId], assumptions: &mut Vec<String>) -> Result<Topics, String> {
    let users = || cluster.topics.iter().filter(|topic| !topic.internal);
    let partitions: usize = users().map(|topic| topic.count as usize).sum();
    if partitions == 0 {
        return Err("the cluster has no partition of a user's topic".into());
    }
    let mut kinds: BTreeMap<Kind, Vec<Placed>> = BTreeMap::new();
    let are_named = partitions <= MOST_REHEARSED && users().count() <= MOST_NAMED;
    for topic in users() {
        let own = topic.config.get().map(|config| settings(config, &TOPIC_KEYS)).unwrap_or_default();
        place_all(cluster, brokers, topic, &(are_named.then(|| topic.name.clone()), own), &mut kinds);
    }
    let kinds_of = |name: &Arc<str>| kinds.keys().filter(|kind| kind.0.as_ref() == Some(name)).count();
    let named: Vec<Option<Arc<str>>> =
        kinds.keys().map(|kind| kind.0.clone().filter(|name| kinds_of(name) == 1)).collect();
    let unread = users().filter(|topic| topic.config.get().is_none()).count();
    if unread > 0 {
        assumptions.push(format!("the settings of {} are not known: defaults", plural(unread, "topic")));
    }
    let mut specs = Vec::new();
    let mut stand_ins = BTreeMap::new();
    for (at, ((_, config, copies), placed)) in kinds.into_iter().enumerate() {
        let name = named[at].as_ref().map_or_else(|| format!("kind-{}", at + 1), ToString::to_string);
        let kept = if partitions > MOST_REHEARSED { alike(placed) } else { placed };
        for (number, one) in kept.iter().enumerate() {
            let stands_for = StandIn { example: one.example.clone(), partitions: one.partitions };
            stand_ins.insert(format!("{name}-{number}"), stands_for);
        }
        specs.push(TopicSpec {
            name,
            partitions: kept.len() as u32,
            replication_factor: copies as u32,
            placement: kept.into_iter().map(|one| one.replicas).collect(),
            config: texts(&config),
        });
    }
    Ok((specs, stand_ins, partitions))
}

struct Placed {
    replicas: Vec<BrokerId>,
    example: String,
    partitions: u64,
}

fn place_all(
    cluster: &Cluster,
    brokers: &[BrokerId],
    topic: &Topic,
    (name, own): &(Option<Arc<str>>, BTreeMap<String, String>),
    kinds: &mut BTreeMap<Kind, Vec<Placed>>,
) {
    let place =
        |id: &BrokerId| brokers.iter().position(|broker| broker == id).map(|at| BrokerId(at as i32 + 1));
    for partition in cluster.partitions_of(topic) {
        let replicas: Vec<BrokerId> = partition.replicas().iter().filter_map(place).collect();
        let example = cluster.partition_name(partition.ix);
        let kind = (name.clone(), own.clone(), replicas.len());
        kinds.entry(kind).or_default().push(Placed { replicas, example, partitions: 1 });
    }
}

/// One for all that lie on the same brokers in the same order.
fn alike(placed: Vec<Placed>) -> Vec<Placed> {
    let mut kept: BTreeMap<Vec<BrokerId>, Placed> = BTreeMap::new();
    for one in placed {
        kept.entry(one.replicas.clone()).and_modify(|first| first.partitions += 1).or_insert(one);
    }
    kept.into_values().collect()
}

/// One for each kind of partitions, with the load of those that are simulated.
fn producers(cluster: &Cluster, topics: &[TopicSpec], partitions: usize) -> Vec<ProducerSpec> {
    let load = &cluster.assumed.load;
    let of_partition = load.records_per_s / partitions.max(1) as f64;
    let of_topic = |topic: &TopicSpec| ProducerSpec {
        name: format!("writer-of-{}", topic.name),
        topic: topic.name.clone(),
        records_per_s: of_partition * f64::from(topic.partitions),
        record_bytes: load.record_bytes,
        keys: load.keys,
        key_count: load.key_count,
        zipf_exponent: load.zipf_exponent,
        celebrity_share: load.celebrity_share,
        transaction_records: 100,
        tombstone_share: load.tombstone_share,
        poison_every: None,
        partition: None,
        record_age: Time::from_millis(0),
        from: Time::from_millis(0),
        until: None,
        records: None,
        resend: false,
        config: client_config(cluster.assumed.producers.first()),
    };
    topics.iter().map(of_topic).collect()
}

fn readers(cluster: &Cluster, topics: &[TopicSpec]) -> GroupSpec {
    GroupSpec {
        name: READERS.into(),
        topics: topics.iter().map(|topic| topic.name.clone()).collect(),
        members: cluster.assumed.load.consumers.clamp(1, 20),
        processing_ms: 0.0,
        worker_threads: false,
        commit: super::CommitMode::default(),
        on_poison: OnPoison::default(),
        attempts: 1,
        retry_after: Time::from_secs(1),
        retry_topics: 3,
        restart_after: None,
        idempotent_sink: false,
        call: None,
        from: Time::from_millis(0),
        config: client_config(cluster.assumed.consumers.first()),
    }
}

fn client_config(client: Option<&ClientProfile>) -> BTreeMap<String, toml::Value> {
    // What a library has where nothing is set holds for its clients as if it were set.
    client.map_or_else(BTreeMap::new, |client| {
        let mut all = client.library_defaults.clone();
        all.extend(client.settings.clone());
        texts(&all)
    })
}
