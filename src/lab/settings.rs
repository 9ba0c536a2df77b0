//! What a lab cluster should be, and the properties file of each of its nodes.

use crate::model::KafkaVersion;
use std::path::Path;

/// Who decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Controllers {
    /// Every broker is a controller too.
    Combined,
    /// This many nodes of their own, with ids from 100.
    Separate(usize),
}

/// A cluster to start.
#[derive(Clone, Debug)]
pub struct LabSpec {
    /// Kafka's release.
    pub version: KafkaVersion,
    /// Brokers, with ids from 1.
    pub brokers: usize,
    /// Controllers.
    pub controllers: Controllers,
    /// Rack of each broker in turn; empty for none.
    pub racks: Vec<String>,
    /// Properties of every node; `{id}` in a value becomes the node's id. They win over the lab's own.
    pub properties: Vec<(String, String)>,
    /// What a broker advertises in place of its own address, by broker id: `host:port` (for a proxy before it).
    pub advertised: Vec<(i32, String)>,
    /// Heap of each node in MiB.
    pub heap_mib: u32,
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
    /// Clients and other brokers.
    pub client: u16,
    /// The controller quorum.
    pub controller: u16,
}

/// The properties file of one node.
pub(super) fn node_properties(spec: &LabSpec, id: i32, ports: &[(i32, Ports)], data: &Path) -> String {
    let own = ports.iter().find(|(node, _)| *node == id).map(|(_, ports)| *ports);
    let own = own.unwrap_or(Ports { client: 0, controller: 0 });
    let voters: Vec<String> = ports
        .iter()
        .filter(|(node, _)| spec.is_controller(*node))
        .map(|(node, ports)| format!("{node}@127.0.0.1:{}", ports.controller))
        .collect();
    let mut listeners = Vec::new();
    if spec.is_broker(id) {
        listeners.push(format!("PLAINTEXT://127.0.0.1:{}", own.client));
    }
    if spec.is_controller(id) {
        listeners.push(format!("CONTROLLER://127.0.0.1:{}", own.controller));
    }
    let copies = spec.brokers.min(3).to_string();
    let mut lines: Vec<(String, String)> = [
        ("process.roles", spec.roles(id).to_string()),
        ("node.id", id.to_string()),
        ("controller.quorum.voters", voters.join(",")),
        ("controller.listener.names", "CONTROLLER".into()),
        ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".into()),
        ("listeners", listeners.join(",")),
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
    if spec.is_broker(id) {
        lines.push(("inter.broker.listener.name".into(), "PLAINTEXT".into()));
        if let Some((_, address)) = spec.advertised.iter().find(|(node, _)| *node == id) {
            lines.push(("advertised.listeners".into(), format!("PLAINTEXT://{address}")));
        }
        if !spec.racks.is_empty() {
            lines.push(("broker.rack".into(), spec.racks[(id - 1) as usize % spec.racks.len()].clone()));
        }
    }
    let extra =
        spec.properties.iter().map(|(key, value)| (key.clone(), value.replace("{id}", &id.to_string())));
    // A key that stands twice in a properties file takes its last value.
    lines.extend(extra);
    lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
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
        let ports = |id: i32| Ports { client: 9000 + id as u16, controller: 9500 + id as u16 };
        let ports: Vec<(i32, Ports)> = nodes.iter().map(|id| (*id, ports(*id))).collect();
        node_properties(spec, id, &ports, Path::new("/data"))
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
    fn separate_controllers_serve_no_clients() {
        let spec = LabSpec { controllers: Controllers::Separate(1), ..LabSpec::brokers(1) };
        let (broker, controller) = (file(&spec, 1), file(&spec, 100));
        assert!(broker.contains("process.roles=broker\n") && !broker.contains("CONTROLLER://"));
        assert!(
            controller.contains("listeners=CONTROLLER://127.0.0.1:9600\n") && !controller.contains("rack")
        );
    }
}
