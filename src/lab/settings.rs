//! What a lab cluster should be, and the properties file of each of its nodes.

use crate::model::KafkaVersion;
use crate::scenario::NetSpec;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// Which nodes of a lab are voters of the quorum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Controllers {
    /// Every broker is a controller too.
    Combined,
    /// This many nodes of their own, with ids from 100.
    Separate(usize),
}

/// Whose clients play a scenario's applications.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clients {
    /// Kafka's own Java client.
    #[default]
    Java,
    Rdkafka,
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clients::Java => "java",
            Clients::Rdkafka => "rdkafka",
        })
    }
}

/// Whose clients play, and how one of them is started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClientImplementation {
    /// Kafka's own Java client, with the jars of the brokers.
    Java,
    /// librdkafka, as `KLEVER lab client`.
    Rdkafka(PathBuf),
}

impl ClientImplementation {
    /// Whose clients these are.
    pub fn clients(&self) -> Clients {
        match self {
            ClientImplementation::Java => Clients::Java,
            ClientImplementation::Rdkafka(_) => Clients::Rdkafka,
        }
    }
}

/// A listener beside those that the lab needs itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listener {
    /// Its name, in capitals.
    pub name: String,
    /// `SSL`, `SASL_PLAINTEXT`...
    pub protocol: String,
    /// Where it listens, and what it advertises: `HOST:PORT`.
    pub address: String,
}

/// A cluster to start.
#[derive(Clone, Debug)]
pub struct LabSpec {
    pub version: KafkaVersion,
    /// Brokers, with ids from 1.
    pub brokers: usize,
    pub controllers: Controllers,
    /// Rack of each broker in turn; empty for none.
    pub racks: Vec<String>,
    /// Properties of every node; `{id}` in a value becomes the node's id. They win over the lab's own.
    pub properties: Vec<(String, String)>,
    /// What a broker advertises in place of its own address, by broker id: `host:port` (for a proxy before it).
    pub advertised: Vec<(i32, String)>,
    /// Heap of each node in MiB.
    pub heap_mib: u32,
    /// More listeners of every broker, for a lab of one.
    pub listeners: Vec<Listener>,
    /// Users of SCRAM to format with, as `kafka-storage` takes them: `SCRAM-SHA-256=[name=ann,password=...]`.
    pub scram: Vec<String>,
    /// Feature levels to format with, such as `eligible.leader.replicas.version` 0.
    pub features: Vec<(String, i64)>,
    /// Distances between the nodes: every listener is then advertised at a proxy of klever's own.
    pub net: Option<NetSpec>,
}

impl LabSpec {
    /// Brokers in racks a, b, c... that are controllers too, with the reference release.
    pub fn brokers(brokers: usize) -> Self {
        LabSpec {
            version: super::JARS_VERSION,
            brokers,
            controllers: Controllers::Combined,
            racks: (0..brokers).map(|at| char::from(b'a' + (at % 26) as u8).to_string()).collect(),
            properties: Vec::new(),
            advertised: Vec::new(),
            heap_mib: 384,
            listeners: Vec::new(),
            scram: Vec::new(),
            features: Vec::new(),
            net: None,
        }
    }

    /// The same with one more property.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.properties.push((key.into(), value.into()));
        self
    }

    /// Ids of all nodes: brokers, then separate controllers.
    pub(super) fn node_ids(&self) -> Vec<i32> {
        let brokers = 1..=self.brokers as i32;
        match self.controllers {
            Controllers::Combined => brokers.collect(),
            Controllers::Separate(count) => brokers.chain(100..100 + count as i32).collect(),
        }
    }

    /// Whether a node serves clients.
    pub(super) fn is_broker(&self, id: i32) -> bool {
        id <= self.brokers as i32
    }

    /// Whether a node votes.
    pub(super) fn is_controller(&self, id: i32) -> bool {
        self.controllers == Controllers::Combined || !self.is_broker(id)
    }

    fn roles(&self, id: i32) -> &'static str {
        match (self.is_broker(id), self.is_controller(id)) {
            (true, true) => "broker,controller",
            (true, false) => "broker",
            _ => "controller",
        }
    }
}

/// Where a node listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    /// Clients; other brokers too, unless there are links.
    pub client: u16,
    /// Other brokers, when there are links.
    pub replication: u16,
    pub controller: u16,
}

/// All ports of a lab: the nodes' own, and the proxies' before them when there are links.
#[derive(Clone, Debug, Default)]
pub(super) struct PortPlan {
    /// Where the nodes listen.
    pub own: Vec<(i32, Ports)>,
    /// Where the proxies listen; empty without links.
    pub proxies: Vec<(i32, Ports)>,
}

impl PortPlan {
    /// Where a node is reached: at its proxy if it has one.
    pub(super) fn reached(&self) -> &[(i32, Ports)] {
        if self.proxies.is_empty() { &self.own } else { &self.proxies }
    }

    /// The ports of one node in such a list.
    pub(super) fn of(list: &[(i32, Ports)], id: i32) -> Ports {
        let found = list.iter().find(|(node, _)| *node == id).map(|(_, ports)| *ports);
        found.unwrap_or(Ports { client: 0, replication: 0, controller: 0 })
    }
}

/// The properties file of one node.
pub(super) fn node_properties(spec: &LabSpec, id: i32, ports: &PortPlan, data: &Path) -> String {
    let voters: Vec<String> = ports
        .reached()
        .iter()
        .filter(|(node, _)| spec.is_controller(*node))
        .map(|(node, ports)| format!("{node}@127.0.0.1:{}", ports.controller))
        .collect();
    let copies = spec.brokers.min(3).to_string();
    let mut lines: Vec<(String, String)> = [
        ("process.roles", spec.roles(id).to_string()),
        ("node.id", id.to_string()),
        ("controller.quorum.voters", voters.join(",")),
        ("controller.listener.names", "CONTROLLER".into()),
        ("listener.security.protocol.map", protocols(spec)),
        ("log.dirs", data.display().to_string()),
        ("offsets.topic.replication.factor", copies.clone()),
        ("transaction.state.log.replication.factor", copies.clone()),
        ("share.coordinator.state.topic.replication.factor", copies),
        ("offsets.topic.num.partitions", "5".into()),
        ("num.network.threads", "2".into()),
        ("num.io.threads", "4".into()),
    ]
    .map(|(key, value)| (key.to_string(), value))
    .to_vec();
    lines.extend(listeners(spec, id, ports));
    if spec.is_broker(id) && !spec.racks.is_empty() {
        lines.push(("broker.rack".into(), spec.racks[(id - 1) as usize % spec.racks.len()].clone()));
    }
    let extra =
        spec.properties.iter().map(|(key, value)| (key.clone(), value.replace("{id}", &id.to_string())));
    // A key that stands twice in a properties file takes its last value.
    lines.extend(extra);
    lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}

fn protocols(spec: &LabSpec) -> String {
    let own = ["PLAINTEXT", "REPLICATION", "CONTROLLER"].map(|name| format!("{name}:PLAINTEXT"));
    let more = spec.listeners.iter().map(|listener| format!("{}:{}", listener.name, listener.protocol));
    own.into_iter().chain(more).collect::<Vec<_>>().join(",")
}

/// Where a node listens and what it advertises.
fn listeners(spec: &LabSpec, id: i32, ports: &PortPlan) -> Vec<(String, String)> {
    let linked = !ports.proxies.is_empty();
    let list = |ports: Ports| {
        let broker = spec.is_broker(id);
        let each = [
            (broker, "PLAINTEXT", ports.client),
            (broker && linked, "REPLICATION", ports.replication),
            (spec.is_controller(id), "CONTROLLER", ports.controller),
        ];
        let used = each.iter().filter(|(used, ..)| *used);
        let own = used.map(|(_, name, port)| format!("{name}://127.0.0.1:{port}"));
        let more = spec.listeners.iter().filter(|_| broker);
        let more = more.map(|listener| format!("{}://{}", listener.name, listener.address));
        own.chain(more).collect::<Vec<_>>().join(",")
    };
    let mut lines = vec![("listeners".to_string(), list(PortPlan::of(&ports.own, id)))];
    if linked {
        lines.push(("advertised.listeners".into(), list(PortPlan::of(&ports.proxies, id))));
    }
    if spec.is_broker(id) {
        let between = if linked { "REPLICATION" } else { "PLAINTEXT" };
        lines.push(("inter.broker.listener.name".into(), between.into()));
        if let Some((_, address)) = spec.advertised.iter().find(|(node, _)| *node == id) {
            lines.push(("advertised.listeners".into(), format!("PLAINTEXT://{address}")));
        }
    }
    lines
}

/// Only warnings, to standard output.
pub(super) const LOG4J: &str = "\
rootLogger.level=WARN
rootLogger.appenderRefs=c
rootLogger.appenderRef.c.ref=C
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1} %m%n
";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(spec: &LabSpec, id: i32) -> String {
        let nodes = spec.node_ids();
        let ports = |base: u16| {
            let of = |id: u16| Ports {
                client: base + id,
                replication: base + 200 + id,
                controller: base + 500 + id,
            };
            nodes.iter().map(|id| (*id, of(*id as u16))).collect()
        };
        let proxies = if spec.net.is_some() { ports(19_000) } else { Vec::new() };
        node_properties(spec, id, &PortPlan { own: ports(9000), proxies }, Path::new("/data"))
    }

    #[test]
    fn a_combined_node_votes_and_serves() {
        let text = file(&LabSpec::brokers(2).with("log.segment.bytes", "{id}000"), 2);
        for line in [
            "process.roles=broker,controller",
            "controller.quorum.voters=1@127.0.0.1:9501,2@127.0.0.1:9502",
            "listeners=PLAINTEXT://127.0.0.1:9002,CONTROLLER://127.0.0.1:9502",
            "broker.rack=b",
            "offsets.topic.replication.factor=2",
            "log.segment.bytes=2000",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn more_listeners_stand_beside_the_own() {
        let listener =
            Listener { name: "TLS".into(), protocol: "SSL".into(), address: "127.0.0.1:9093".into() };
        let text = file(&LabSpec { listeners: vec![listener], ..LabSpec::brokers(1) }, 1);
        assert!(text.contains("CONTROLLER:PLAINTEXT,TLS:SSL\n"), "{text}");
        assert!(text.contains(",CONTROLLER://127.0.0.1:9501,TLS://127.0.0.1:9093\n"), "{text}");
    }

    #[test]
    fn separate_controllers_serve_no_clients() {
        let spec = LabSpec { controllers: Controllers::Separate(1), ..LabSpec::brokers(1) };
        let (broker, controller) = (file(&spec, 1), file(&spec, 100));
        assert!(broker.contains("process.roles=broker\n") && !broker.contains("CONTROLLER://"));
        assert!(
            controller.contains("listeners=CONTROLLER://127.0.0.1:9600\n") && !controller.contains("rack")
        );
    }

    #[test]
    fn with_links_every_listener_is_advertised_at_its_proxy() {
        let net = Some(NetSpec::default());
        let spec = LabSpec { controllers: Controllers::Separate(1), net, ..LabSpec::brokers(1) };
        let (broker, controller) = (file(&spec, 1), file(&spec, 100));
        for line in [
            "controller.quorum.voters=100@127.0.0.1:19600",
            "listeners=PLAINTEXT://127.0.0.1:9001,REPLICATION://127.0.0.1:9201",
            "advertised.listeners=PLAINTEXT://127.0.0.1:19001,REPLICATION://127.0.0.1:19201",
            "inter.broker.listener.name=REPLICATION",
        ] {
            assert!(broker.lines().any(|found| found == line), "{line} in\n{broker}");
        }
        assert!(controller.contains("advertised.listeners=CONTROLLER://127.0.0.1:19600\n"));
    }
}
