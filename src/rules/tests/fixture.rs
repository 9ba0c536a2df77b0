//! Clusters for tests of rules, built from rows and configuration text.

use crate::config::{parse_properties, read_client};
use crate::knobs::KeyScope;
use crate::model::{
    Assumptions, Broker, BrokerId, BrokerStatus, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum,
    Features, Group, GroupOffset, GroupState, Host, KafkaVersion, Member, Origin, PartitionIx, PartitionRow,
    Partitions, Quorum, Reassignment, Topic, TopicIx, Unknown, ZooKeeperServer,
};
use crate::rules::{FindingStatus, Findings, Rule, Surroundings, examine::run, facts::ClusterFacts};
use std::sync::Arc;

/// A cluster in the making: three brokers in racks a, b and c that run Kafka 4.1, every configuration read.
pub(in crate::rules) struct ClusterFixture {
    cluster: Cluster,
    rows: Vec<PartitionRow>,
    groups: Vec<Group>,
    elr: Datum<()>,
    moves: Vec<Reassignment>,
    around: Surroundings,
}

fn known<T>(value: T) -> Datum<T> {
    Datum::known(value, 0, Origin::Broker)
}

fn denied<T>() -> Datum<T> {
    Datum::unknown(Unknown::Denied("DescribeConfigs on Topic *".into()))
}

fn ids(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

fn config(text: &str) -> Datum<Arc<ConfigMap>> {
    let entries = parse_properties(text).unwrap();
    let entry = |value| ConfigEntry::new(value, ConfigSource::Topic);
    known(Arc::new(entries.into_iter().map(|property| (property.key, entry(property.value))).collect()))
}

pub(in crate::rules) fn given() -> ClusterFixture {
    let cluster = Cluster {
        taken_at: 0,
        id: known("test".into()),
        version: known(KafkaVersion::REFERENCE),
        features: Features { elr: known(true), metadata_level: known(27) },
        quorum: Datum::unknown(Unknown::NotAsked),
        brokers: [].into(),
        topics: [].into(),
        partitions: Partitions::default(),
        groups: Datum::unknown(Unknown::NotAsked),
        groups_complete: Datum::not_asked(),
        open_transactions: [].into(),
        assumed: Arc::new(Assumptions::defaults(KafkaVersion::REFERENCE)),
    };
    let (rows, groups, moves) = (Vec::new(), Vec::new(), Vec::new());
    let around = Surroundings::default();
    ClusterFixture { cluster, rows, groups, elr: known(()), moves, around }.racks(&["a", "b", "c"])
}

impl ClusterFixture {
    /// Brokers 1, 2, ... in these racks; an empty name is no rack.
    pub(in crate::rules) fn racks(mut self, racks: &[&str]) -> Self {
        let broker = |(at, rack): (usize, &&str)| Broker {
            id: BrokerId(at as i32 + 1),
            host: format!("host{}", at + 1),
            port: 9092,
            rack: known((!rack.is_empty()).then(|| Arc::from(*rack))),
            state: BrokerStatus::Up,
            since: None,
            config: config(""),
        };
        self.cluster.brokers = racks.iter().enumerate().map(broker).collect();
        self
    }

    fn brokers(mut self, change: impl Fn(&mut Broker)) -> Self {
        let mut brokers = self.cluster.brokers.to_vec();
        brokers.iter_mut().for_each(change);
        self.cluster.brokers = brokers.into();
        self
    }

    pub(in crate::rules) fn unknown_racks(self) -> Self {
        self.brokers(|broker| broker.rack = Datum::unknown(Unknown::Unreachable("broker 1".into())))
    }

    pub(in crate::rules) fn down(self, id: i32) -> Self {
        self.brokers(|broker| {
            if broker.id.0 == id {
                broker.state = BrokerStatus::Down;
            }
        })
    }

    pub(in crate::rules) fn fenced(self, id: i32) -> Self {
        self.brokers(|broker| {
            if broker.id.0 == id {
                broker.state = BrokerStatus::Fenced;
            }
        })
    }

    /// A broker advertises this host.
    pub(in crate::rules) fn advertises(self, id: i32, host: &str) -> Self {
        self.brokers(|broker| {
            if broker.id.0 == id {
                broker.host = host.into();
            }
        })
    }

    pub(in crate::rules) fn metadata_level(mut self, level: Datum<i16>) -> Self {
        self.cluster.features.metadata_level = level;
        self
    }

    /// Racks are this far apart.
    pub(in crate::rules) fn rack_rtt_ms(mut self, rtt_ms: f64) -> Self {
        Arc::make_mut(&mut self.cluster.assumed).net.rack_rtt_ms = rtt_ms;
        self
    }

    /// The broker has been in its state for so long.
    pub(in crate::rules) fn down_for(mut self, id: i32, gone_ms: i64) -> Self {
        self.cluster.taken_at = 10_000_000_000;
        self.brokers(|broker| {
            if broker.id.0 == id {
                broker.since = Some(10_000_000_000 - gone_ms);
            }
        })
    }

    pub(in crate::rules) fn version(mut self, text: &str) -> Self {
        self.cluster.version = known(text.parse().unwrap());
        self
    }

    pub(in crate::rules) fn broker_config(self, text: &str) -> Self {
        self.brokers(|broker| broker.config = config(text))
    }

    pub(in crate::rules) fn broker_config_of(self, id: i32, text: &str) -> Self {
        self.brokers(|broker| {
            if broker.id.0 == id {
                broker.config = config(text);
            }
        })
    }

    pub(in crate::rules) fn denied_broker_config(self) -> Self {
        self.brokers(|broker| broker.config = denied())
    }

    /// A topic; all its replicas are in sync and the first one of each partition leads.
    pub(in crate::rules) fn topic(mut self, name: &str, text: &str, partitions: &[&[i32]]) -> Self {
        let mut topics = self.cluster.topics.to_vec();
        let first = self.rows.len() as u32;
        let topic = TopicIx(topics.len() as u32);
        let (internal, count) = (name.starts_with("__"), partitions.len() as u32);
        topics.push(Topic { name: name.into(), internal, config: config(text), first, count });
        self.cluster.topics = topics.into();
        self.rows.extend(partitions.iter().enumerate().map(|(number, replicas)| PartitionRow {
            topic,
            number: number as i32,
            replicas: ids(replicas),
            isr: ids(replicas),
            elr: Some(Vec::new()),
            leader: replicas.first().map(|id| BrokerId(*id)),
            leader_epoch: Some(0),
            log_start: Some(0),
            high_watermark: Some(0),
            log_end: None,
        }));
        self
    }

    /// Every topic's configuration was asked for and refused.
    pub(in crate::rules) fn denied_topic_config(mut self) -> Self {
        let mut topics = self.cluster.topics.to_vec();
        topics.iter_mut().for_each(|topic| topic.config = denied());
        self.cluster.topics = topics.into();
        self
    }

    /// The last topic's partition of this number has another ISR; without one it has no leader.
    pub(in crate::rules) fn isr(mut self, number: usize, isr: &[i32]) -> Self {
        let first = self.cluster.topics.last().unwrap().first as usize;
        let row = &mut self.rows[first + number];
        row.isr = ids(isr);
        row.leader = isr.first().map(|id| BrokerId(*id));
        self
    }

    /// The last topic's partition of this number is being moved.
    pub(in crate::rules) fn moving(mut self, number: usize, adding: &[i32], removing: &[i32]) -> Self {
        let partition = PartitionIx(self.cluster.topics.last().unwrap().first + number as u32);
        self.moves.push(Reassignment { partition, adding: ids(adding), removing: ids(removing) });
        self
    }

    /// Another replica leads the last topic's partition of this number.
    pub(in crate::rules) fn led_by(mut self, number: usize, leader: i32) -> Self {
        let first = self.cluster.topics.last().unwrap().first as usize;
        self.rows[first + number].leader = Some(BrokerId(leader));
        self
    }

    pub(in crate::rules) fn elr(mut self, number: usize, elr: &[i32]) -> Self {
        let first = self.cluster.topics.last().unwrap().first as usize;
        self.rows[first + number].elr = Some(ids(elr));
        self
    }

    pub(in crate::rules) fn elr_lists(mut self, reason: Unknown) -> Self {
        self.elr = Datum::unknown(reason);
        self
    }

    pub(in crate::rules) fn elr_feature(mut self, feature: Datum<bool>) -> Self {
        self.cluster.features.elr = feature;
        self
    }

    pub(in crate::rules) fn log(mut self, number: usize, start: i64, end: i64) -> Self {
        let first = self.cluster.topics.last().unwrap().first as usize;
        let row = &mut self.rows[first + number];
        (row.log_start, row.high_watermark) = (Some(start), Some(end));
        self
    }

    /// Neither end of the log was answered.
    pub(in crate::rules) fn unread_log(mut self, number: usize) -> Self {
        let first = self.cluster.topics.last().unwrap().first as usize;
        let row = &mut self.rows[first + number];
        (row.log_start, row.high_watermark) = (None, None);
        self
    }

    pub(in crate::rules) fn quorum(mut self, leader: Option<i32>, voters: &[i32]) -> Self {
        let (leader, voters) = (leader.map(BrokerId), ids(voters));
        self.cluster.quorum = known(Quorum { leader, online: voters.clone(), voters });
        self
    }

    /// These voters do not answer.
    pub(in crate::rules) fn voters_gone(mut self, gone: &[i32]) -> Self {
        self.cluster.quorum =
            self.cluster.quorum.map(|quorum| Quorum { leader: quorum.leader, ..quorum.without(&ids(gone)) });
        self
    }

    pub(in crate::rules) fn denied_quorum(mut self) -> Self {
        self.cluster.quorum = Datum::unknown(Unknown::Denied("Describe on Cluster".into()));
        self
    }

    /// The quorum cannot be reached, and this broker does not answer.
    pub(in crate::rules) fn unreachable_quorum(mut self, silent: i32) -> Self {
        self.cluster.quorum = Datum::unknown(Unknown::Unreachable("timed out".into()));
        let mut brokers = self.cluster.brokers.to_vec();
        let unreachable = brokers.iter_mut().filter(|broker| broker.id.0 == silent);
        unreachable.for_each(|broker| broker.config = Datum::unknown(Unknown::Unreachable("refused".into())));
        self.cluster.brokers = brokers.into();
        self
    }

    /// A group with committed offsets of partitions by their place.
    pub(in crate::rules) fn group(mut self, id: &str, members: Datum<u32>, offsets: &[(u32, i64)]) -> Self {
        let offset =
            |(partition, committed): &(u32, i64)| GroupOffset::new(PartitionIx(*partition), Some(*committed));
        self.groups.push(Group {
            id: id.into(),
            state: GroupState::Stable,
            protocol: "classic".into(),
            coordinator: None,
            member_count: members,
            members: Datum::unknown(Unknown::NotAsked),
            offsets: known(offsets.iter().map(offset).collect()),
        });
        self
    }

    /// The last group is a share group that has no start offset yet in a partition, by its place.
    pub(in crate::rules) fn not_begun(mut self, partition: u32) -> Self {
        let group = self.groups.last_mut().unwrap();
        group.protocol = "share".into();
        group.offsets = known([GroupOffset::new(PartitionIx(partition), None)].into());
        self
    }

    /// The last group's members own these partitions.
    pub(in crate::rules) fn members(mut self, assigned: &[&[u32]]) -> Self {
        let member = |own: &&[u32]| Member {
            client_id: "client".into(),
            host: "/10.0.0.1".into(),
            instance_id: None,
            assigned: own.iter().map(|ix| PartitionIx(*ix)).collect(),
        };
        self.groups.last_mut().unwrap().members = known(assigned.iter().map(member).collect());
        self
    }

    /// The last group is of this protocol: `share`, `connect`.
    pub(in crate::rules) fn protocol(mut self, protocol: &str) -> Self {
        self.groups.last_mut().unwrap().protocol = protocol.into();
        self
    }

    /// The last group is in this state.
    pub(in crate::rules) fn group_state(mut self, state: GroupState) -> Self {
        self.groups.last_mut().unwrap().state = state;
        self
    }

    pub(in crate::rules) fn denied_groups(mut self) -> Self {
        self.cluster.groups = Datum::unknown(Unknown::Denied("Describe on Group *".into()));
        self
    }

    /// A producer with the settings of this file.
    pub(in crate::rules) fn producer(mut self, text: &str) -> Self {
        let version = *self.cluster.version.get().unwrap();
        let file = read_client(KeyScope::Producer, "app.properties", text, version).unwrap();
        Arc::make_mut(&mut self.cluster.assumed).producers = vec![file.profile];
        self
    }

    /// One more producer with the settings of this file.
    pub(in crate::rules) fn another_producer(mut self, text: &str) -> Self {
        let first = self.cluster.assumed.producers.clone();
        self = self.producer(text);
        Arc::make_mut(&mut self.cluster.assumed).producers.extend(first);
        self
    }

    /// A member works this long on a record.
    pub(in crate::rules) fn processing_ms(mut self, each_ms: f64) -> Self {
        Arc::make_mut(&mut self.cluster.assumed).load.processing_ms = each_ms;
        self
    }

    /// A consumer with the settings of this file.
    pub(in crate::rules) fn consumer(mut self, text: &str) -> Self {
        let version = *self.cluster.version.get().unwrap();
        let file = read_client(KeyScope::Consumer, "app.properties", text, version).unwrap();
        Arc::make_mut(&mut self.cluster.assumed).consumers = vec![file.profile];
        self
    }

    /// One more broker's machine.
    pub(in crate::rules) fn host(mut self, host: Host) -> Self {
        self.around.hosts.push(host);
        self
    }

    /// One more server of ZooKeeper.
    pub(in crate::rules) fn zookeeper(mut self, server: ZooKeeperServer) -> Self {
        self.around.zookeepers.push(server);
        self
    }

    pub(in crate::rules) fn cluster(mut self) -> Cluster {
        self.cluster.partitions =
            Partitions::from_rows(&self.rows, self.elr).with_reassignments(known(self.moves.into()));
        if !self.groups.is_empty() {
            self.cluster.groups = known(self.groups.into());
        }
        self.cluster
    }

    /// What one rule says of the cluster, a line each.
    pub(in crate::rules) fn says(mut self, rule: &'static Rule) -> Vec<String> {
        let around = std::mem::take(&mut self.around);
        let cluster = self.cluster();
        let mut findings = Findings::default();
        run(rule, &ClusterFacts::within(&cluster, &around), &mut findings);
        let told = findings.findings.iter().map(|finding| {
            let word = match finding.status {
                FindingStatus::Unknown => "unknown",
                _ => finding.severity.word(),
            };
            format!("{word} {}: {}", finding.subject.title(), finding.evidence)
        });
        let missed = findings.not_examined.iter().map(|missed| format!("not examined: {}", missed.words()));
        told.chain(missed).collect()
    }
}

impl ClusterFixture {
    /// What to do about what one rule finds, a line each.
    pub(in crate::rules) fn fixes(self, rule: &'static Rule) -> Vec<String> {
        let cluster = self.cluster();
        let mut findings = Findings::default();
        run(rule, &ClusterFacts::of(&cluster), &mut findings);
        findings.findings.iter().map(crate::rules::Finding::fix).collect()
    }
}

/// What a rule says when topic configurations are refused.
pub(in crate::rules) const NO_CONFIG: &str = "unknown cluster: denied, needs DescribeConfigs on Topic *";

/// What a rule about brokers' settings says of these on all three brokers; that it is silent about those, and
/// unknown where they are refused.
pub(in crate::rules) fn on_brokers(rule: &'static Rule, bad: &str, says: &str, good: &str) {
    assert_eq!(given().broker_config(bad).says(rule), [format!("{says} on brokers 1, 2, 3")]);
    assert!(given().broker_config(good).says(rule).is_empty());
    assert_eq!(given().denied_broker_config().says(rule), [NO_CONFIG]);
}

/// What a rule about topics' settings says of a topic of this name; that it is silent about those, and unknown
/// where they are refused.
pub(in crate::rules) fn on_topics(rule: &'static Rule, name: &str, bad: &str, says: &str, good: &str) {
    let topic = |text| given().topic(name, text, &[&[1, 2, 3]]);
    assert_eq!(topic(bad).says(rule), [says]);
    assert!(topic(good).says(rule).is_empty());
    assert_eq!(topic(good).denied_topic_config().says(rule), [NO_CONFIG]);
}

/// What a rule about producers says of this file; that it is silent about the other one, and unknown where a config
/// provider fills in the values.
pub(in crate::rules) fn on_producers(rule: &'static Rule, bad: &str, says: &str, good: &str) {
    assert_eq!(given().producer(bad).says(rule), [says]);
    assert!(given().producer(good).says(rule).is_empty() && given().producer("").says(rule).is_empty());
    let unknown = given().producer(&filled_in(bad)).says(rule);
    assert!(unknown[0].starts_with("unknown producer app.properties: not visible: a config"), "{unknown:?}");
}

/// [`on_producers`], of consumers.
pub(in crate::rules) fn on_consumers(rule: &'static Rule, bad: &str, says: &str, good: &str) {
    assert_eq!(given().consumer(bad).says(rule), [says]);
    assert!(given().consumer(good).says(rule).is_empty() && given().consumer("").says(rule).is_empty());
    let unknown = given().consumer(&filled_in(bad)).says(rule);
    assert!(unknown[0].starts_with("unknown consumer app.properties: not visible: a config"), "{unknown:?}");
}

/// The same keys, each with a placeholder for its value.
pub(super) fn filled_in(text: &str) -> String {
    let keys = text.lines().filter_map(|line| line.split_once('='));
    keys.map(|(key, _)| format!("{key}=${{env:X}}\n")).collect()
}

/// Topics of this many partitions each on 30 brokers in three racks; with one partition of each topic short
/// of a replica.
pub(in crate::rules) fn large(topics: usize, partitions: usize, text: &str) -> Cluster {
    let racks: Vec<&str> = (0..30).map(|at| ["a", "b", "c"][at % 3]).collect();
    let mut given = given().racks(&racks).broker_config("auto.create.topics.enable=false");
    let config = config(text);
    let mut all = Vec::with_capacity(topics);
    for topic in 0..topics {
        let first = given.rows.len() as u32;
        for number in 0..partitions {
            let replicas: Vec<i32> = (0..3).map(|at| ((topic + number + at) % 30) as i32 + 1).collect();
            let short = &replicas[..if number == 0 { 2 } else { 3 }];
            given.rows.push(PartitionRow {
                topic: TopicIx(topic as u32),
                number: number as i32,
                isr: ids(short),
                leader: Some(BrokerId(replicas[0])),
                replicas: ids(&replicas),
                elr: Some(Vec::new()),
                leader_epoch: Some(0),
                log_start: Some(0),
                high_watermark: Some(10),
                log_end: None,
            });
        }
        let name = format!("topic-{topic:06}").into();
        all.push(Topic { name, internal: false, config: config.clone(), first, count: partitions as u32 });
    }
    given.cluster.topics = all.into();
    given.producer("acks=1").consumer("").cluster()
}
